"""Which movement books itself: exact gift reference, equal currency and amount, booked, open. Anything else is a suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .references import find_references
from .statement import Line

Reason = Literal["exact", "other_currency", "other_amount", "not_booked", "not_open", "blocked", "several_references", "reversal"]


@dataclass(frozen=True)
class Target:
    """An announced gift that waits for its money. `blocked` stops booking without saying why on any page."""

    reference: str
    amount: Decimal
    currency: str
    open: bool = True
    blocked: bool = False


@dataclass(frozen=True)
class Match:
    """A target for a line; `books_itself` or else a person decides, with the reason beside it."""

    target: Target
    books_itself: bool
    reason: Reason


def references_of(line: Line) -> list[str]:
    """Gift references in the structured field first, then in the text."""
    return list(dict.fromkeys([*find_references(line.reference), *find_references(line.text)]))


def match_line(line: Line, *, targets: Mapping[str, Target]) -> Match | None:
    """The announced gift that this credit pays, by exact reference; None when no reference of ours is in the line."""
    found = [targets[reference] for reference in references_of(line) if reference in targets]
    if not found or line.amount <= 0:
        return None
    reason = _reason(line, found)
    return Match(target=found[0], books_itself=reason == "exact", reason=reason)


def _reason(line: Line, found: list[Target]) -> Reason:
    target = found[0]
    checks: list[tuple[bool, Reason]] = [
        (len(found) > 1, "several_references"),
        (line.status != "booked", "not_booked"),
        (line.reversal, "reversal"),
        (target.blocked, "blocked"),
        (not target.open, "not_open"),
        (line.currency != target.currency, "other_currency"),
        (line.amount != target.amount, "other_amount"),
    ]
    return next((reason for fails, reason in checks if fails), "exact")
