"""The list of statement periods of each collecting account, with each hole as a row of its own; never a line, a payer or a counter-account."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from awna.books.models import Book, Statement
from awna.core.banking.coverage import Period, Span, by_month, coverage, faults
from awna.core.ledger.rules import CASH

LISTED_ONE_BY_ONE_MAX = 24
"""Longer lists are told by month, each fault still in a row of its own."""
ROWS_OPEN_MAX = 12


@dataclass(frozen=True)
class Periods:
    """One account's rows, the newest first; `older` stands folded below. `faults` counts all of them."""

    rows: list[Span]
    older: list[Span]
    faults: int
    statements: int
    last_on: Any

    @property
    def days_since(self) -> int:
        return (timezone.localdate() - self.last_on).days if self.last_on else 0


def periods_of(book: Book) -> dict[Any, Periods]:
    """Bank account → its periods. A sheltered book tells days alone: a balance would show the batch that runs."""
    found: dict[Any, list[Period]] = defaultdict(list)
    for account, number, opening_on, closing_on, opening, closing in _stored(book):
        balances = (None, None) if book.sheltered else (opening, closing)
        found[account].append(Period(number, opening_on, closing_on, *balances))
    return {account: _listed(periods) for account, periods in found.items()}


def _stored(book: Book) -> QuerySet[Statement, tuple[Any, ...]]:
    """Slips and counts of cash boxes follow their numbers and stand in the book; they have no periods."""
    rows = Statement.objects.filter(bank_account__book=book, slip=None).exclude(bank_account__custody__type=CASH).exclude(closing_on=None)
    return rows.values_list("bank_account", "number", "opening_on", "closing_on", "opening_minor", "closing_minor")


def _listed(periods: list[Period]) -> Periods:
    spans = coverage(periods)
    shown = by_month(spans) if len(periods) > LISTED_ONE_BY_ONE_MAX else spans
    # Faults are never folded away.
    newest, older = shown[::-1][:ROWS_OPEN_MAX], shown[::-1][ROWS_OPEN_MAX:]
    rows = newest + [span for span in older if span.fault]
    last_on = max((period.closing_on for period in periods if period.closing_on), default=None)
    return Periods(rows, [span for span in older if not span.fault], len(faults(spans)), len(periods), last_on)
