"""Which open pledges a bank line may pay: ranked suggestions, one line over several pledges, several lines to one, and taking it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from awna.books import services as books
from awna.books.models import BankAccount, Book, Entry, Movement, Transfer
from awna.books.models.naming import UNIDENTIFIED
from awna.core.amounts import format_minor
from awna.core.banking.matching import Target, references_of
from awna.core.banking.ranking import Suggestion, Targets, rank_lines
from awna.core.banking.statement import Line
from awna.core.problems import Problem, Refused
from awna.kit.sealed import blind_index
from awna.parties.models import Role

from ..models import Freeze, Gift, Pledge, ReceiptGift
from . import gifts
from .dues import due_of

GIFTS_REMEMBERED_MAX = 2_000
"""Of an account: the newest gifts whose payers are known again."""


@dataclass(frozen=True)
class Part:
    """A part of a line, in minor units, for one pledge."""

    pledge: Pledge
    amount: int


def rank_movements(*, account: BankAccount, movements: Sequence[Movement], pledges: QuerySet[Pledge]) -> list[list[Suggestion]]:
    """For each movement that came in on this account, what of these pledges it may pay, best first. `Target.key` is the pledge's id."""
    return rank_provisional(account=account, lines=[_line(account, movement) for movement in movements], pledges=pledges)


def rank_provisional(*, account: BankAccount, lines: Sequence[Line], pledges: QuerySet[Pledge]) -> list[list[Suggestion]]:
    """The same for lines that the book does not hold, such as those of interim reports."""
    named = {reference for line in lines for reference in references_of(line)}
    mine = pledges.filter(bank_account=account).exclude(state="draft").select_related("donor", "bank_account__commodity")
    found = {pledge.pk: pledge for pledge in (*mine.filter(state="pledged"), *mine.filter(reference__in=named))}
    due, payers = due_of(found.values()), _payers(account, found.values())
    return rank_lines(lines, Targets(_target(pledge, due[pledge.pk], payers.get(pledge.pk, ())) for pledge in found.values()))


@transaction.atomic
def pay_pledges(*, movement: Movement, parts: Sequence[Part], keep_open: bool = False, author: Role, request_id: str) -> list[Gift]:
    """A person decides that this line pays these pledges, each with its part. `keep_open`: a pledge of which less came waits for the rest."""
    (movement,) = gifts.read_locked([movement])
    known = list(Gift.objects.filter(movement=movement).order_by("pk"))
    if known and {gift.pledge_id: gift.amount_minor for gift in known} == {part.pledge.pk: part.amount for part in parts}:
        return known
    if len(parts) == 1 and parts[0].amount == movement.amount:
        return [_pay_one(movement, parts[0].pledge, keep_open, author, request_id)]
    _refuse_wrong_parts(movement, parts)
    if not movement.used:
        return _post_parts(movement, parts, keep_open, author)
    if known:
        raise Refused(Problem("line_settled", "This line was settled in another way already. Reload the page to see what still waits."))

    def post() -> Entry:
        (fresh,) = gifts.read_locked([movement])
        return _entry_of(_post_parts(fresh, parts, keep_open, author)[0])

    books.repost_line(movement=movement, post=post, author=author, request_id=request_id)
    return list(Gift.objects.filter(movement=movement).order_by("pk"))


@transaction.atomic
def undo_gifts(*, movement: Movement, author: Role, second: Role | None = None) -> list[Gift]:
    """Take back what was decided on this line: its entries are reversed, its pledges wait again, and so does the line.

    Money that stood in Unidentified before goes back there, which takes a second person. Returns the gifts that are no more.
    """
    (movement,) = gifts.read_locked([movement])
    found = list(Gift.objects.filter(movement=movement).select_related("pledge", "book"))
    problems = _undo_problems(found)
    if problems:
        raise Refused(problems)
    allocated = allocation_of(movement) if found else None
    if allocated is not None:
        books.reverse_entry(entry=allocated, author=author, second=second, request_id=f"undo:{movement.pk}:{allocated.seq}")
    else:
        books.free_line(movement=movement, author=author, second=second)
    pledges = {gift.pledge for gift in found if gift.pledge}
    Gift.objects.filter(pk__in=[gift.pk for gift in found]).delete()
    _reopen_if_due(pledges)
    return found


@transaction.atomic
def forget_returns(*, book: Book, seqs: Sequence[int]) -> int:
    """The entries by which the bank had taken gifts back were reversed: those gifts stand again."""
    return Gift.objects.filter(book=book, returned_seq__in=seqs).update(returned_seq=None)


def _pay_one(movement: Movement, pledge: Pledge, keep_open: bool, author: Role, request_id: str) -> Gift:
    if movement.used:
        # A name that was taken back may be given again, as another entry.
        wrong = books.entry_using(movement)
        before = Transfer.objects.filter(book=movement.custody.book, kind="allocate", lot_seq=wrong.seq).count() if wrong else 0
        gift = gifts.identify_gift(movement=movement, pledge=pledge, author=author, request_id=f"{request_id}:{before}")
    else:
        gift = gifts.assign_movement(movement=movement, pledge=pledge, author=author)
    if keep_open:
        _reopen_if_due([pledge])
    return gift


def _post_parts(movement: Movement, parts: Sequence[Part], keep_open: bool, author: Role) -> list[Gift]:
    wanted = {part.pledge.pk: part.amount for part in parts}
    locked = Pledge.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    pledges = list(locked.select_related("donor__campaign", "fund", "bank_account"))
    for pledge in pledges:
        gifts.refuse_pledge_elsewhere(movement, pledge)
    found = gifts.post_gifts([(movement, pledge) for pledge in pledges], author, amounts=wanted)
    if keep_open:
        _reopen_if_due(pledges)
    return found


def _reopen_if_due(pledges: Iterable[Pledge]) -> None:
    """A part came: the pledge waits for the rest."""
    due = due_of(pledges)
    Pledge.objects.filter(pk__in=[pk for pk, amount in due.items() if amount], state="received").update(state="pledged")


def _refuse_wrong_parts(movement: Movement, parts: Sequence[Part]) -> None:
    total, scale = sum(part.amount for part in parts), movement.commodity.scale
    if movement.amount <= 0 or total != movement.amount or any(part.amount <= 0 for part in parts):
        raise Refused(Problem(
            "parts_are_not_the_line", "The parts make %(asked)s, the line is %(has)s. They must be the same.",
            {"asked": format_minor(total, scale), "has": format_minor(movement.amount, scale)}))  # fmt: skip
    if len({part.pledge.pk for part in parts}) < len(parts):
        raise Refused(Problem("pledge_twice", "One pledge stands twice among the parts. Put its parts together."))
    if movement.custody.book.sheltered:
        raise Refused(Problem("line_of_a_batch", "In a book whose gifts stand in batches a line pays one pledge. Choose one."))


def _undo_problems(found: Sequence[Gift]) -> list[Problem]:
    problems = []
    if any(gift.batch_id for gift in found):
        problems.append(Problem("gift_in_a_batch", "This gift lies in a batch with others and cannot be taken out of it. Post a refund."))
    if Freeze.objects.filter(gift__in=found).exists():
        text = "This gift is or was frozen, and why stays on record, so it is not undone. Ask the stewards to give it back instead."
        problems.append(Problem("gift_was_frozen", text))
    if ReceiptGift.objects.filter(gift__in=found).exists():
        problems.append(
            Problem("gift_has_a_receipt", "A receipt was issued for this gift, so it stays as it is. Book what is wrong as a refund.")
        )
    return problems


def allocation_of(movement: Movement) -> Entry | None:
    """The entry that took this line's gift out of Unidentified, if it stands."""
    wrong = books.entry_using(movement)
    if wrong is None or not Transfer.objects.filter(entry=wrong, movement=movement, credit_fund__code=UNIDENTIFIED).exists():
        return None
    gone = Entry.objects.filter(book=wrong.book_id).exclude(reverses=None).values("reverses")
    row = (
        Transfer.objects.filter(book=wrong.book_id, kind="allocate", lot_seq=wrong.seq)
        .exclude(entry_seq__in=gone)
        .order_by("-entry_seq")
        .first()
    )
    return row.entry if row else None


def _entry_of(gift: Gift) -> Entry:
    return Entry.objects.get(book=gift.book_id, seq=gift.entry_seq)


def _line(account: BankAccount, movement: Movement) -> Line:
    scale = account.commodity.scale
    return Line(
        amount=Decimal(movement.amount).scaleb(-scale), currency=account.currency, booked_on=movement.booked_on, reference=movement.reference,
        text=movement.text, counterparty=movement.counterparty, counter_account=_payer(account, movement.counter_account),
    )  # fmt: skip


def _target(pledge: Pledge, due: int, payers: tuple[str, ...]) -> Target:
    return Target(
        reference=pledge.reference, amount=Decimal(due).scaleb(-pledge.currency.scale), currency=pledge.currency.code,
        open=pledge.state == "pledged" and due > 0, key=str(pledge.pk), name=pledge.donor.name, expected_on=pledge.pledged_at.date(),
        payer_accounts=payers,
    )  # fmt: skip


def _payer(account: BankAccount, number: str) -> str:
    """A payer's account as a keyed hash of this section: known again, never readable, and of no use elsewhere."""
    plain = "".join(number.split())
    return blind_index(plain, f"payer:{account.section_id or account.book_id}") if plain else ""


def _payers(account: BankAccount, pledges: Iterable[Pledge]) -> Mapping[Any, tuple[str, ...]]:
    """Pledge → accounts from which the same giver, known by the same e-mail address, paid before. In memory alone; erasure forgets it."""
    wanted = {pledge.pk: pledge.donor.email.casefold() for pledge in pledges if pledge.donor.email}
    if not wanted:
        return {}
    by_email: dict[str, set[str]] = {}
    paid = (
        Gift.objects.filter(movement__bank_account=account)
        .exclude(pledge=None)
        .select_related("donor", "movement")
        .order_by("-received_on")
    )
    for gift in paid[:GIFTS_REMEMBERED_MAX]:
        number = gift.movement.counter_account if gift.movement else ""
        if gift.donor.email and number:
            by_email.setdefault(gift.donor.email.casefold(), set()).add(_payer(account, number))
    return {pk: tuple(sorted(by_email.get(email, ()))) for pk, email in wanted.items()}
