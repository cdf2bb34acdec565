"""The list of statement periods of each collecting account, with each hole as a row of its own; never a line, a payer or a counter-account.

A hole that two people vouched for is named as vouched, and one that nothing proves or disproves as not proven; all others are red.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from awna.books.models import Book, Statement
from awna.books.services.vouchers import TABLE, subject_of, vouched_of
from awna.core.banking.coverage import Period, Span, by_month, coverage
from awna.core.ledger.rules import CASH

LISTED_ONE_BY_ONE_MAX = 24
"""Longer lists are told by month, each fault still in a row of its own."""
ROWS_OPEN_MAX = 12
DAYS_PAST_A_MONTH = timedelta(days=32)


@dataclass(frozen=True)
class PeriodRow:
    """A row of the list. `state`: `stop` for a fault, `wait` for days that nothing proves, `vouched` since `on`, empty for statements."""

    span: Span
    state: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Periods:
    """One account's rows, the newest first; `older` stands folded below. `faults`, `unproven` and `vouched` count all of them."""

    rows: list[PeriodRow]
    older: list[PeriodRow]
    faults: int
    unproven: int
    vouched: int
    statements: int
    last_on: Any
    months: list[tuple[date, bool]]
    """The first day of each month, and whether nothing in it is missing or broken: all that a sheltered book tells."""


def periods_of(book: Book) -> dict[Any, Periods]:
    """Bank account → its periods.

    Of a sheltered book pages show `months` alone: a balance would tell of the batch that runs, and the day of a statement of the gift in it.
    """
    found: dict[Any, list[Period]] = defaultdict(list)
    for account, form, *stated in _stored(book):
        found[account].append(Period(*stated, table=form == TABLE))
    words = vouched_of(book)
    return {
        account: _listed(periods, {subject: day for (of, subject), day in words.items() if of == account})
        for account, periods in found.items()
    }


def _stored(book: Book) -> QuerySet[Statement, tuple[Any, ...]]:
    """Slips and counts of cash boxes follow their numbers and stand in the book; they have no periods."""
    rows = Statement.objects.filter(bank_account__book=book, slip=None).exclude(bank_account__custody__type=CASH).exclude(closing_on=None)
    return rows.values_list("bank_account", "format", "number", "opening_on", "closing_on", "opening_minor", "closing_minor")


def _listed(periods: list[Period], words: Mapping[str, date]) -> Periods:
    spans = coverage(periods)
    shown = [_row(span, words) for span in reversed(by_month(spans) if len(periods) > LISTED_ONE_BY_ONE_MAX else spans)]
    # Faults are never folded away.
    newest, older = shown[:ROWS_OPEN_MAX], shown[ROWS_OPEN_MAX:]
    last_on = max((period.closing_on for period in periods if period.closing_on), default=None)
    states = [row.state for row in shown]
    return Periods(
        newest + [row for row in older if row.state], [row for row in older if not row.state],
        states.count("stop"), states.count("wait"), states.count("vouched"), len(periods), last_on, _months([_row(span, words) for span in spans]),
    )  # fmt: skip


def _row(span: Span, words: Mapping[str, date]) -> PeriodRow:
    if not span.fault:
        return PeriodRow(span)
    on = words.get(subject_of(span))
    return PeriodRow(span, "vouched", on) if on else PeriodRow(span, "wait" if span.unproven else "stop")


def _months(rows: list[PeriodRow]) -> list[tuple[date, bool]]:
    """Every month that a statement or a hole touches, the newest first."""
    found: dict[date, bool] = {}
    for row in rows:
        span, whole = row.span, row.state in ("", "vouched")
        first, last = span.first or span.last, span.last or span.first
        month = first.replace(day=1) if first else None
        while month is not None and last is not None and month <= last:
            found[month] = found.get(month, True) and whole
            month = (month + DAYS_PAST_A_MONTH).replace(day=1)
    return sorted(found.items(), reverse=True)
