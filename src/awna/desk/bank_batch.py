"""Many bank lines at once: what each may be, ranked, with the reason in words; and carrying out what was chosen, line by line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import BankAccount, Entry, Milestone, Movement, Transfer
from awna.core.banking.ranking import Suggestion
from awna.core.problems import Problem, Refused
from awna.donations import services as donations
from awna.donations.models import Gift, Pledge
from awna.kit.forms import problem_text
from awna.kit.policies import Actor
from awna.parties.models import Campaign, Role

from . import services
from .bank_lines import BANKS_OWN, WaitingLine, read_lines

SCORE_SAFE = 92
"""From here on a suggestion rests on whole references of ours and adds up: it is chosen beforehand."""
OPTIONS_MAX = 8
"""The digits 1 to 8; 9 is the bank's own doing on money that came in, so that no habit of pressing 1 turns a gift into interest."""
KEY_OF_BANKS_OWN = 9
LINES_MAX = 100
"""Lines on one page, and lines booked by one post."""


@dataclass(frozen=True)
class Option:
    """Something that a line may be, with why, how likely (0 to 100; None where nothing was ranked) and the digit that chooses it."""

    value: str
    label: str
    reason: str = ""
    score: int | None = None
    safe: bool = False
    key: int = 0


@dataclass(frozen=True)
class BatchLine:
    """A line with its options, best first. `hints` say what was found and cannot be chosen."""

    line: WaitingLine
    options: list[Option] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def movement(self) -> Movement:
        return self.line.movement

    @property
    def best(self) -> str:
        """The value that is chosen beforehand; none where it is not safe."""
        return self.options[0].value if self.options and self.options[0].safe else ""

    @property
    def ranked(self) -> bool:
        """Whether anything was found that this line may be, beside what any line may be."""
        return any(option.score is not None for option in self.options)


@dataclass(frozen=True)
class Outcome:
    """What became of one chosen line; `problem` empty: it is booked."""

    movement: str
    problem: str = ""


def read_batch(*, movements: Sequence[Movement], actor: Actor) -> list[BatchLine]:
    """Each movement with its options, ranked over all lines of its account, so that several that pay one pledge are seen together."""
    ranked: dict[Any, list[Suggestion]] = {}
    own_sections = {role.section_id for role in actor.roles}
    for account in {movement.bank_account for movement in movements if movement.bank_account}:
        if account.section_id in own_sections:
            mine = [movement for movement in movements if movement.bank_account_id == account.pk]
            pledges = Pledge.objects.for_actor(actor)
            found = donations.rank_movements(account=account, movements=mine, pledges=pledges)
            ranked |= {movement.pk: suggestions for movement, suggestions in zip(mine, found, strict=True)}
    pledges_by_id = _pledges(ranked.values())
    taken_back = _gifts_of({movement.pk: ranked.get(movement.pk, []) for movement in movements if movement.amount < 0})
    # Pledges that no ranking found are many; they stand on the page of single lines.
    lines = read_lines(movements=movements, actor=actor, with_pledges=False)
    return [_batch_line(line, ranked.get(line.movement.pk, []), pledges_by_id, taken_back) for line in lines]


def book_chosen(*, choices: Mapping[UUID, str], campaign: Campaign, actor: Actor, request_id: str) -> list[Outcome]:
    """Carry out each choice by itself: one that is refused leaves the others alone. The same request again gives the same answer."""
    mine = Movement.objects.for_actor(actor).filter(bank_account__book__campaign=campaign)
    found = {
        movement.pk: movement
        for movement in mine.filter(pk__in=list(choices)[:LINES_MAX]).select_related("bank_account__book", "commodity")
    }
    outcomes = []
    for key, value in list(choices.items())[:LINES_MAX]:
        movement = found.get(key)
        try:
            if movement is None:
                raise Refused(Problem("line_unknown", "This line is not on an account of yours."))
            with transaction.atomic():
                # What was undone meanwhile is booked as something new.
                undone = Transfer.objects.filter(movement=movement, kind="reverse").count()
                _carry_out(movement, value, actor, f"{request_id}:{key}:{undone}")
        except Refused as refused:
            outcomes.append(Outcome(str(key), " ".join(problem_text(problem) for problem in refused.problems)))
        else:
            outcomes.append(Outcome(str(key)))
    return outcomes


@transaction.atomic
def undo_line(*, movement: Movement, author: Role, second: Role | None = None) -> list[Entry]:
    """Take back what was decided on a line by reversing its entries: the line is open again. Done twice is done once."""
    movement = services.locked_for(movement, author)
    standing = books.entries_using(movement)
    if not standing:
        return []
    if any(entry.kind not in ("gift", "bank_forced", "remit") for entry in standing):
        raise Refused(
            Problem("undo_elsewhere", "This line paid an order or was exchanged. Take it back where it was booked, with its papers.")
        )
    if Gift.objects.filter(movement=movement).exists():
        services.locked_for(movement, author, own=True)
        donations.undo_gifts(movement=movement, author=author, second=second)
    else:
        books.free_line(movement=movement, author=author, second=second)
        seqs = [entry.seq for entry in standing]
        donations.forget_returns(book=movement.bank_account.book, seqs=seqs)
    return standing


def author_for(account: BankAccount, actor: Actor) -> Role:
    """The role of this account's own body if the person holds it, else the one for the whole campaign."""
    own = [role for role in actor.roles if role.section_id == account.section_id]
    return (own or [role for role in actor.roles if role.section_id is None])[0]


def _batch_line(
    line: WaitingLine, suggestions: list[Suggestion], pledges: Mapping[str, Pledge], gifts: Mapping[Any, list[Gift]]
) -> BatchLine:
    options: list[Option] = []
    hints: list[str] = []
    for one in suggestions:
        found = [pledges[share.target.key] for share in one.shares if share.target.key in pledges]
        if line.movement.amount < 0:
            options += _returns(line.movement, [gift for pledge in found for gift in gifts[pledge.pk]], one)
        elif all(pledge.state == "pledged" for pledge in found):
            options.append(_option(line.movement, one, found))
        else:
            hints.append(problem_text(one.reason))
    taken = {option.value.partition(":")[2] for option in options}
    others = [
        Option(choice.value, choice.label) for choice in sorted(line.choices, key=lambda choice: not choice.likely)
        if choice.value.partition(":")[2] not in (taken - {""})
    ]  # fmt: skip
    by_value = {option.value: option for option in reversed([*options, *others])}
    return BatchLine(line, _keyed(list(reversed(by_value.values())), incoming=line.movement.amount > 0), hints)


def _keyed(options: list[Option], *, incoming: bool) -> list[Option]:
    """Each option with its digit; that money in is the bank's own stands last, under a digit of its own."""
    own = [replace(option, key=KEY_OF_BANKS_OWN) for option in options if incoming and option.value == BANKS_OWN]
    others = [option for option in options if not (incoming and option.value == BANKS_OWN)][:OPTIONS_MAX]
    return [*(replace(option, key=key) for key, option in enumerate(others, 1)), *own]


def _option(movement: Movement, one: Suggestion, found: list[Pledge]) -> Option:
    scale = movement.commodity.scale
    label = " + ".join(
        _("Pledge %(reference)s, %(name)s") % {"reference": pledge.reference_grouped, "name": pledge.donor.name or "–"} for pledge in found
    )
    if len(found) > 1:
        parts = [f"{pledge.pk}={int(share.amount.scaleb(scale))}" for pledge, share in zip(found, one.shares, strict=True)]
        value = "split:" + ";".join(parts)
    else:
        # Of a part payment the pledge waits for the rest.
        value = ("part:" if one.shares[0].target.amount.scaleb(scale) > movement.amount else "pledge:") + str(found[0].pk)
    return Option(value, label, problem_text(one.reason), one.score, safe=one.books_itself or one.score >= SCORE_SAFE)


def _returns(movement: Movement, gifts: Iterable[Gift], one: Suggestion) -> list[Option]:
    return [
        Option(f"fact:{gift.lot}", _("The bank took the gift of entry %(number)s back") % {"number": gift.entry_seq}, problem_text(one.reason), one.score)
        for gift in gifts if gift.amount_minor >= -movement.amount
    ]  # fmt: skip


def _gifts_of(ranked: Mapping[Any, list[Suggestion]]) -> Mapping[Any, list[Gift]]:
    """Gifts that the bank may take back, by their pledge: of the pledges that lines of money out name."""
    named = {share.target.key for found in ranked.values() for one in found for share in one.shares}
    gifts: dict[Any, list[Gift]] = defaultdict(list)
    for gift in Gift.objects.filter(pledge__in=named, returned_seq=None, batch=None) if named else ():
        gifts[gift.pledge_id].append(gift)
    return gifts


def _pledges(ranked: Iterable[list[Suggestion]]) -> dict[str, Pledge]:
    keys = {share.target.key for found in ranked for one in found for share in one.shares}
    return {str(pledge.pk): pledge for pledge in Pledge.objects.filter(pk__in=keys).select_related("donor")}


def _carry_out(movement: Movement, value: str, actor: Actor, request_id: str) -> None:
    kind, _colon, rest = value.partition(":")
    author = author_for(movement.bank_account, actor)
    if kind in ("pledge", "part", "split", "parts"):
        services.locked_for(movement, author, own=True)
        parts = [donations.Part(_pledge(key, movement, actor), int(amount)) for key, amount in _shares(kind, rest, movement)]
        donations.pay_pledges(movement=movement, parts=parts, keep_open=kind in ("part", "parts"), author=author, request_id=request_id)
    elif kind == "remit":
        milestone = _found(Milestone.objects.filter(book=movement.bank_account.book).select_related("proposal"), rest)
        services.remit_line(movement=movement, milestone=milestone, author=author, request_id=request_id)
    elif kind == "fact":
        services.book_fact(movement=movement, lot=rest, author=author, request_id=request_id)
    elif kind == "back":
        services.book_back(movement=movement, seq=rest, author=author, request_id=request_id)
    elif kind == "unidentified":
        services.set_line_aside(movement=movement, author=author)
    else:
        raise Refused(Problem("nothing_chosen", "Nothing was chosen for this line. Choose what it is."))


def _shares(kind: str, rest: str, movement: Movement) -> list[tuple[str, int]]:
    if kind not in ("split", "parts"):
        return [(rest, movement.amount)]
    pairs = [part.partition("=") for part in rest.split(";")]
    if any(not amount.isdecimal() for _key, _equal, amount in pairs):
        raise Refused(_not_a_choice())
    return [(key, int(amount)) for key, _equal, amount in pairs]


def _pledge(key: str, movement: Movement, actor: Actor) -> Pledge:
    return _found(Pledge.objects.for_actor(actor).filter(bank_account__book=movement.bank_account.book).exclude(state="draft"), key)


def _found(rows: Any, key: str) -> Any:
    try:
        return rows.get(pk=key)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise Refused(_not_a_choice()) from None


def _not_a_choice() -> Problem:
    return Problem("not_a_choice", "This is not among the choices any more. Choose again.")
