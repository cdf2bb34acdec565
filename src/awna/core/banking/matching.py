"""Which movement books itself: exact gift reference, equal currency and amount, booked, open. Anything else is a suggestion.

`ranking` puts the suggestions in order; this is the rule that it must never soften.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .references import find_qr_references, find_references, reference_of_qr
from .statement import Line

Reason = Literal["exact", "other_currency", "other_amount", "not_booked", "not_open", "blocked", "several_references", "reversal"]


@dataclass(frozen=True)
class Target:
    """An announced gift that waits for its money. `blocked` stops booking without saying why on any page.

    `amount` is what is still due. The identifiers below were given out by us or by our bank, never taken from a payer.
    """

    reference: str
    amount: Decimal
    currency: str
    open: bool = True
    blocked: bool = False
    key: str = ""  # of the caller's own record
    name: str = ""
    expected_on: date | None = None
    qr_reference: str = ""
    mandate_id: str = ""
    end_to_end_id: str = ""
    payer_accounts: tuple[str, ...] = ()  # from which this donor paid before


@dataclass(frozen=True)
class Match:
    """A target for a line; `books_itself` or else a person decides, with the reason beside it."""

    target: Target
    books_itself: bool
    reason: Reason


def references_of(line: Line) -> list[str]:
    """Gift references in the structured fields first, then in the text; one that a bank cut in two fields is put together.

    A Swiss QR reference of ours counts as the gift reference that it stands for.
    """
    fields = (line.creditor_reference, line.reference, line.end_to_end_id, line.text, line.counterparty)
    found = [reference for text in fields for reference in find_references(text)]
    found += [own for text in fields for digits in find_qr_references(text) if (own := reference_of_qr(digits))]
    return list(dict.fromkeys(found or find_references(" ".join((line.reference, line.text, line.counterparty)))))


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
