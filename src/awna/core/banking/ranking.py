"""Suggestions for a line, best first, each with its score and its reason; only an exact identifier of ours books itself.

Order: gift reference, Swiss QR reference, mandate and end-to-end id; then a reference with something else amiss, several pledges
that add up, a remembered account, and likeness of amount, name and date. Nothing below an exact identifier ever books itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from awna.core.problems import Problem

from .matching import Target, references_of
from .references import BODY_CHARACTERS, find_qr_references
from .similarity import name_similarity, name_words
from .statement import Line, plain

SUGGESTIONS_MAX = 5
CANDIDATES_MAX = 200
SPLIT_TARGETS_MAX = 8
SPLIT_PARTS_MAX = 4
NAME_MIN = 0.6
DAYS_NEAR = 45
SCORE_EXACT, SCORE_SUM, SCORE_AMISS, SCORE_DAMAGED, SCORE_PAYER, SCORE_PAYER_OF_SEVERAL, SCORE_NAME = 100, 92, 88, 82, 75, 45, 30
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Share:
    """A part of a line for one target."""

    target: Target
    amount: Decimal


@dataclass(frozen=True)
class Suggestion:
    """What a line may pay. `reason` says why, for the page and for the record; `lines` are all that pay it together, by position."""

    shares: tuple[Share, ...]
    score: int
    reason: Problem
    books_itself: bool = False
    lines: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        return self.reason.code


class Targets:
    """The open and recent pledges of one account, found by everything that a line may carry."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.all = list(targets)
        self.by_reference = {one.reference: one for one in self.all if one.reference}
        self.by_body = {one.reference[4:]: one for one in self.all if one.reference}
        self.by_qr: dict[str, list[Target]] = defaultdict(list)
        self.by_mandate: dict[str, list[Target]] = defaultdict(list)
        self.by_end_to_end: dict[str, list[Target]] = defaultdict(list)
        self.by_payer: dict[str, list[Target]] = defaultdict(list)
        self.by_amount: dict[tuple[str, Decimal], list[Target]] = defaultdict(list)
        self.by_word: dict[str, list[Target]] = defaultdict(list)
        for one in self.all:
            for index, value in (
                (self.by_qr, one.qr_reference),
                (self.by_mandate, one.mandate_id),
                (self.by_end_to_end, one.end_to_end_id),
            ):
                if value:
                    index[_plain_id(value)].append(one)
            for account in one.payer_accounts:
                self.by_payer[_plain_id(account)].append(one)
            if one.open:
                self.by_amount[(one.currency, one.amount.normalize())].append(one)
                for word in name_words(one.name):
                    self.by_word[word].append(one)

    def damaged(self, line: Line) -> list[Target]:
        """Targets whose reference stands in the line with one wrong character or without its first four."""
        text = re.sub(r"[^0-9A-Z]", "", f"{line.reference} {line.text} {line.counterparty}".upper()).translate(_LOOKALIKES)
        pieces = {text[start : start + BODY_CHARACTERS] for start in range(len(text) - BODY_CHARACTERS + 1)}
        found = [self.by_body[piece] for piece in pieces if piece in self.by_body]
        if not found:
            near = {piece[:at] + "?" + piece[at + 1 :] for piece in pieces for at in range(BODY_CHARACTERS)}
            found = [target for key in near & self._wildcards.keys() for target in self._wildcards[key]]
        return list({id(one): one for one in found}.values())

    @property
    def _wildcards(self) -> dict[str, list[Target]]:
        if not hasattr(self, "_made"):
            self._made: dict[str, list[Target]] = defaultdict(list)
            for body, one in self.by_body.items():
                for at in range(BODY_CHARACTERS):
                    self._made[body[:at] + "?" + body[at + 1 :]].append(one)
        return self._made


def rank_lines(lines: Sequence[Line], targets: Targets, *, limit: int = SUGGESTIONS_MAX) -> list[list[Suggestion]]:
    """The suggestions for each line of a batch. A pledge books itself once; several lines that pay it together say so."""
    ranked = [rank_line(line, targets, limit=limit) for line in lines]
    taken: set[str] = set()
    for number, found in enumerate(ranked):
        if found and found[0].books_itself:
            target = found[0].shares[0].target
            if _name(target) in taken:
                ranked[number] = [replace(found[0], books_itself=False, score=SCORE_AMISS, reason=_say_paid_already(target)), *found[1:]]
            taken.add(_name(target))
    for number, joined in _joined(lines, ranked, taken):
        ranked[number] = sorted([joined, *ranked[number]], key=lambda one: -one.score)[:limit]
    return ranked


def rank_line(line: Line, targets: Targets, *, limit: int = SUGGESTIONS_MAX) -> list[Suggestion]:
    """The suggestions for one line, best first; at most one books itself, and then it is the first."""
    named = _named(line, targets)
    if line.amount <= 0:
        return [_returned(line, target) for target, _ in named[:limit]] if line.amount else []
    if named:
        exact = _exact(line, named)
        return exact[:limit]
    found = [*_damaged(line, targets), *_by_payer(line, targets), *_by_likeness(line, targets)]
    best: dict[tuple[str, ...], Suggestion] = {}
    for one in sorted(found, key=lambda one: -one.score):
        best.setdefault(tuple(_name(share.target) for share in one.shares), one)
    return list(best.values())[:limit]


def _named(line: Line, targets: Targets) -> list[tuple[Target, Problem]]:
    """Targets that the line names by an identifier of ours, the strongest kind alone: a reference beats all that follows."""
    own = [(targets.by_reference[item], _say_reference(item)) for item in references_of(line) if item in targets.by_reference]
    if own:
        return own
    digits = [*find_qr_references(line.creditor_reference), *find_qr_references(line.reference), *find_qr_references(line.text)]
    for found, say in (
        ([target for item in dict.fromkeys(digits) for target in targets.by_qr.get(item, ())], _say_qr),
        (targets.by_mandate.get(_plain_id(line.mandate_id), []) if line.mandate_id else [], _say_mandate),
        (_end_to_end(line, targets), _say_end_to_end),
    ):
        if found:
            return [(target, say(line)) for target in found]
    return []


def _end_to_end(line: Line, targets: Targets) -> list[Target]:
    ids = [_plain_id(item) for item in (line.end_to_end_id, line.reference) if item]
    return [target for item in dict.fromkeys(ids) for target in targets.by_end_to_end.get(item, ())]


def _exact(line: Line, named: list[tuple[Target, Problem]]) -> list[Suggestion]:
    """One open target of equal amount and currency books itself; of several instalments under one mandate, the only one that fits."""
    several = {_name(target) for target, _ in named}
    fitting = [(target, why) for target, why in named if not _amiss_code(line, target)]
    by_instalment = len(several) > 1 and len({target.mandate_id for target, _ in named}) == 1 and named[0][1].code == "exact_mandate"
    if len(fitting) == 1 and (len(several) == 1 or by_instalment):
        target, why = fitting[0]
        return [Suggestion((Share(target, line.amount),), SCORE_EXACT, why, books_itself=True)]
    if len(several) > 1:
        return _several(line, [target for target, _ in named])
    target, why = named[0]
    return [Suggestion((Share(target, line.amount),), SCORE_AMISS, _amiss(line, target) or why)]


def _several(line: Line, found: list[Target]) -> list[Suggestion]:
    """Two references in one transfer wait for a person, who sees first whether the pledges add up to it."""
    due = sum((target.amount for target in found), Decimal(0))
    whole = due == line.amount and all(target.currency == line.currency and target.open for target in found)
    one_by_one = [Suggestion((Share(target, min(target.amount, line.amount)),), SCORE_AMISS - 8, _say_several(found)) for target in found]
    if not whole:
        return one_by_one
    shares = tuple(Share(target, target.amount) for target in found)
    return [Suggestion(shares, SCORE_SUM, _say_sum(found, due)), *one_by_one]


def _amiss(line: Line, target: Target) -> Problem | None:
    """What keeps an identified line from booking itself."""
    code = _amiss_code(line, target)
    if not code:
        return None
    said = {
        "reference": target.reference,
        "found": f"{plain(line.amount)} {line.currency}",
        "due": f"{plain(target.amount)} {target.currency}",
    }
    reasons = {
        "not_booked": Problem("not_booked", "Reference %(reference)s; the bank has not booked this line yet.", said),
        "reversal": Problem("reversal", "Reference %(reference)s; the bank marks the line as a reversal.", said),
        "blocked": Problem("blocked", "Reference %(reference)s; a check is not finished.", said),
        "not_open": Problem("not_open", "Reference %(reference)s; that pledge is not open any more.", said),
        "other_currency": Problem("other_currency", "Reference %(reference)s; %(found)s came in and %(due)s is due.", said),
        "part_payment": Problem("part_payment", "Reference %(reference)s; %(found)s came in, less than the %(due)s due.", said),
        "over_payment": Problem("over_payment", "Reference %(reference)s; %(found)s came in, more than the %(due)s due.", said),
    }
    return reasons[code]


def _amiss_code(line: Line, target: Target) -> str:
    if _unfit(line, target):
        checks = (
            (line.status != "booked", "not_booked"),
            (line.reversal, "reversal"),
            (target.blocked, "blocked"),
            (not target.open, "not_open"),
        )
        return next((code for fails, code in checks if fails), "other_currency")
    return "" if line.amount == target.amount else "part_payment" if line.amount < target.amount else "over_payment"


def _unfit(line: Line, target: Target) -> bool:
    """True where even the right amount could not book itself."""
    return line.status != "booked" or line.reversal or target.blocked or not target.open or line.currency != target.currency


def _returned(line: Line, target: Target) -> Suggestion:
    why = Problem(
        "returned", "Money went out under the reference %(reference)s: a return of that payment. %(bank)s",
        {"reference": target.reference, "bank": line.return_reason or line.return_text},
    )  # fmt: skip
    return Suggestion((Share(target, line.amount),), SCORE_AMISS, why)


def _damaged(line: Line, targets: Targets) -> Iterator[Suggestion]:
    found = targets.damaged(line)
    for target in found[:SUGGESTIONS_MAX]:
        score = SCORE_DAMAGED if len(found) == 1 and not _amiss_code(line, target) else SCORE_DAMAGED - 25
        why = Problem("damaged_reference", "The reference %(reference)s stands here with a mistake.", {"reference": target.reference})
        yield Suggestion((Share(target, min(line.amount, target.amount)),), score, why)


def _by_payer(line: Line, targets: Targets) -> Iterator[Suggestion]:
    """A remembered account: one open pledge is likely, several are a question; what adds up is said."""
    known = targets.by_payer.get(_plain_id(line.counter_account), []) if line.counter_account else []
    open_ones = [target for target in known if not _unfit(line, target)]
    for target in open_ones:
        equal = target.amount == line.amount
        score = (SCORE_PAYER if len(open_ones) == 1 else SCORE_PAYER_OF_SEVERAL) + (10 if equal else 0)
        text = {"reference": target.reference, "count": len(open_ones), "due": f"{plain(target.amount)} {target.currency}"}
        why = (
            Problem("payer_account", "This account paid before for the donor of %(reference)s, whose one open pledge is %(due)s.", text)
            if len(open_ones) == 1
            else Problem(
                "payer_of_several", "This account paid before for the donor of %(reference)s, who has %(count)s open pledges.", text
            )
        )
        yield Suggestion((Share(target, min(line.amount, target.amount)),), score, why)
    for parts in _adding_up(line.amount, open_ones):
        yield Suggestion(tuple(Share(one, one.amount) for one in parts), SCORE_PAYER - 10, _say_sum(list(parts), line.amount))


def _adding_up(amount: Decimal, found: Sequence[Target]) -> Iterator[tuple[Target, ...]]:
    few = found[:SPLIT_TARGETS_MAX]
    for size in range(2, min(SPLIT_PARTS_MAX, len(few)) + 1):
        yield from (parts for parts in combinations(few, size) if sum((one.amount for one in parts), Decimal(0)) == amount)


def _by_likeness(line: Line, targets: Targets) -> Iterator[Suggestion]:
    """Equal amount and a like name, nearer in time first; or a very like name alone."""
    equal = targets.by_amount.get((line.currency, line.amount.normalize()), [])[:CANDIDATES_MAX]
    words = name_words(line.counterparty)
    alike = [one for word in words for one in targets.by_word.get(word, [])[:CANDIDATES_MAX]]
    alike_names: dict[str, float] = {}
    for target in {id(one): one for one in (*equal, *alike)}.values():
        if _unfit(line, target):
            continue
        if target.name not in alike_names:
            alike_names[target.name] = name_similarity(line.counterparty, target.name)
        likeness = alike_names[target.name]
        if likeness < NAME_MIN:
            continue
        same = target.amount == line.amount
        days = abs((line.booked_on - target.expected_on).days) if line.booked_on and target.expected_on else DAYS_NEAR
        near = max(0, DAYS_NEAR - days) / DAYS_NEAR
        said = {"name": target.name, "reference": target.reference, "percent": round(100 * likeness)}
        why = (
            Problem("amount_and_name", "The amount of %(reference)s, and a name %(percent)s %% like “%(name)s”.", said)
            if same
            else Problem("name_alone", "A name %(percent)s %% like “%(name)s”; the amount of %(reference)s differs.", said)
        )
        yield Suggestion((Share(target, min(line.amount, target.amount)),), round(SCORE_NAME * likeness + 25 * same + 10 * near), why)


def _joined(lines: Sequence[Line], ranked: list[list[Suggestion]], taken: set[str]) -> Iterator[tuple[int, Suggestion]]:
    """Several lines that name one pledge and together pay exactly what is due."""
    parts: dict[str, list[tuple[int, Target]]] = defaultdict(list)
    for number, found in enumerate(ranked):
        if found and found[0].code == "part_payment":
            target = found[0].shares[0].target
            parts[_name(target)].append((number, target))
    for name, found_parts in parts.items():
        numbers = tuple(number for number, _ in found_parts)
        target = found_parts[0][1]
        if len(numbers) < 2 or name in taken or sum((lines[number].amount for number in numbers), Decimal(0)) != target.amount:
            continue
        why = Problem(
            "lines_add_up", "%(count)s lines with the reference %(reference)s make %(due)s together, which is what is due.",
            {"count": len(numbers), "reference": target.reference, "due": f"{plain(target.amount)} {target.currency}"},
        )  # fmt: skip
        for number in numbers:
            yield number, Suggestion((Share(target, lines[number].amount),), SCORE_SUM, why, lines=numbers)


def _say_reference(reference: str) -> Problem:
    return Problem("exact_reference", "The gift reference %(reference)s, with equal amount and currency.", {"reference": reference})


def _say_qr(line: Line) -> Problem:
    return Problem("exact_qr", "The Swiss QR reference %(reference)s.", {"reference": line.creditor_reference or line.reference})


def _say_mandate(line: Line) -> Problem:
    return Problem("exact_mandate", "The mandate %(mandate)s of a direct debit.", {"mandate": line.mandate_id})


def _say_end_to_end(line: Line) -> Problem:
    return Problem(
        "exact_end_to_end", "The end-to-end id %(reference)s, which we gave out.", {"reference": line.end_to_end_id or line.reference}
    )


def _say_several(found: list[Target]) -> Problem:
    return Problem("several_references", "The line names %(count)s pledges: %(references)s.",
                   {"count": len(found), "references": ", ".join(one.reference for one in found)})  # fmt: skip


def _say_sum(found: list[Target], due: Decimal) -> Problem:
    return Problem("pledges_add_up", "The pledges %(references)s make %(due)s together, which is what came in.",
                   {"references": ", ".join(one.reference for one in found), "due": plain(due)})  # fmt: skip


def _say_paid_already(target: Target) -> Problem:
    return Problem("paid_already", "Another line of this batch pays %(reference)s already.", {"reference": target.reference})


def _name(target: Target) -> str:
    """What tells two targets apart; one without a reference of ours has its key or another identifier."""
    return target.reference or target.key or target.qr_reference or target.end_to_end_id or target.mandate_id


def _plain_id(text: str) -> str:
    return "".join(text.split()).upper()
