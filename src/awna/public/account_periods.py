"""The list of statement periods of each collecting account, with each hole as a row of its own; never a line, a payer or a counter-account."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from awna.books.models import Book, Statement
from awna.core.banking.coverage import Period, Span, by_month, coverage, faults
from awna.core.ledger.rules import CASH

LISTED_ONE_BY_ONE_MAX = 24
"""Longer lists are told by month, each fault still in a row of its own."""
ROWS_OPEN_MAX = 12
DAYS_PAST_A_MONTH = timedelta(days=32)


@dataclass(frozen=True)
class Periods:
    """One account's rows, the newest first; `older` stands folded below. `faults` counts all of them."""

    rows: list[Span]
    older: list[Span]
    faults: int
    statements: int
    last_on: Any
    months: list[tuple[date, bool]]
    """The first day of each month, and whether nothing in it is missing or broken: all that a sheltered book tells."""


def periods_of(book: Book) -> dict[Any, Periods]:
    """Bank account → its periods.

    Of a sheltered book pages show `months` alone: a balance would tell of the batch that runs, and the day of a statement of the gift in it.
    """
    found: dict[Any, list[Period]] = defaultdict(list)
    for account, *stated in _stored(book):
        found[account].append(Period(*stated))
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
    return Periods(rows, [span for span in older if not span.fault], len(faults(spans)), len(periods), last_on, _months(spans))


def _months(spans: list[Span]) -> list[tuple[date, bool]]:
    """Every month that a statement or a hole touches, the newest first."""
    found: dict[date, bool] = {}
    for span in spans:
        first, last = span.first or span.last, span.last or span.first
        month = first.replace(day=1) if first else None
        while month is not None and last is not None and month <= last:
            found[month] = found.get(month, True) and not span.fault
            month = (month + DAYS_PAST_A_MONTH).replace(day=1)
    return sorted(found.items(), reverse=True)
