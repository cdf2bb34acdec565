"""Sums over the book for any period and filter: whole months from the tally, the days at both ends from the rows."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from ..models import Book, Tally, Transfer
from .browse import PROPOSAL_ENTRIES_MAX, entries_of, last_readable_day, place_of, rows_within, seq_bounds
from .filters import Filters

ADDED_ROWS_MAX = 50_000
"""Rows that are added up one by one where the tally cannot answer; above this a page says that it does not know."""
_OF_TALLY = {
    "kind": "kind", "commodity": "debit_account__commodity", "debit_fund": "debit_account__fund", "credit_fund": "credit_account__fund",
    "debit_stage": "debit_account__stage", "credit_stage": "credit_account__stage", "proposal": "debit_account__proposal", "credit_proposal": "credit_account__proposal",
    "debit_custody": "debit_account__custody", "credit_custody": "credit_account__custody", "debit": "debit_account", "credit": "credit_account",
}  # fmt: skip

_OF_ROWS = _OF_TALLY | {name: name for name in ("commodity", "debit_fund", "credit_fund", "debit_stage", "credit_stage")}
"""The same names on rows, which hold some of them themselves."""

Sums = dict[tuple[Any, ...], tuple[int, int]]
"""What was asked for by name, in that order → (minor units, rows)."""


def sums_of(book: Book, filters: Filters | None = None, *, by: tuple[str, ...]) -> Sums | None:
    """Amounts and rows of the period, grouped; None when only adding up too many rows could tell."""
    filters = filters or Filters()
    if filters.proposal is not None or filters.least is not None or filters.most is not None:
        return _sums_of_rows(book, filters, by)
    found: Sums = {}
    whole, days = split_period(filters.since, filters.until)
    if whole is not None:
        _add(found, _tally(book, *whole).filter(_q(filters)), by, names=_OF_TALLY, counted=Sum("rows"))
    for first, last in days:
        part = Filters(since=first, until=last)
        low, high = seq_bounds(book, part)
        rows = rows_within(book, replace(filters, since=first, until=last), low, high)
        _add(found, rows, by, names=_OF_ROWS, counted=Count("line"))
    return found


def readable_part(book: Book, filters: Filters) -> Filters:
    """The same with dates that may be told already."""
    last = last_readable_day(book)
    return filters if last is None else replace(filters, until=min(filters.until or last, last))


def totals_of(book: Book, filters: Filters) -> list[dict[str, Any]] | None:
    """For each commodity: rows and their sum, and what came to and went from the chosen place. Commodities are never added together."""
    filters = readable_part(book, filters)
    found = sums_of(book, filters, by=("commodity", "debit", "credit") if place_of(book, filters) is not None else ("commodity",))
    if found is None:
        return None
    inside = (
        set((place_of(book, filters) or Transfer.objects.none()).values_list("pk", flat=True))
        if place_of(book, filters) is not None
        else set()
    )
    totals: dict[Any, dict[str, int]] = {}
    for group, (minor, rows) in found.items():
        one = totals.setdefault(group[0], {"rows": 0, "minor": 0, "came": 0, "went": 0})
        one["rows"] += rows
        one["minor"] += minor
        if inside:
            one["came"] += minor * (group[2] in inside and group[1] not in inside)
            one["went"] += minor * (group[1] in inside and group[2] not in inside)
    return [{"commodity": commodity, **one} for commodity, one in totals.items()]


def split_period(since: date | None, until: date | None) -> tuple[tuple[date | None, date | None] | None, list[tuple[date, date]]]:
    """Whole months (first days of the first and the last one), and the loose days at both ends."""
    first = _month_from(since) if since else None
    last = _month_to(until) if until else None
    if first and last and first > last:
        middle = [(since, until)] if since and until else []
        return None, middle
    days = []
    if since and first and since < first:
        days.append((since, first - timedelta(days=1)))
    if until and last and until > _month_end(last):
        days.append((_month_end(last) + timedelta(days=1), until))
    return (first, last), days


def _month_from(day: date) -> date:
    """The first whole month that begins on or after the day."""
    return day if day.day == 1 else date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _month_to(day: date) -> date:
    """The last whole month that ends on or before the day, as its first day."""
    if day == _month_end(day):
        return day.replace(day=1)
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _tally(book: Book, first: date | None, last: date | None) -> QuerySet[Any]:
    """Sums by month; both ends included."""
    found = Tally.objects.filter(book=book)
    if first:
        found = found.filter(month__gte=f"{first:%Y-%m}")
    return found.filter(month__lte=f"{last:%Y-%m}") if last else found


def _sums_of_rows(book: Book, filters: Filters, by: tuple[str, ...]) -> Sums | None:
    low, high = seq_bounds(book, Filters(since=filters.since, until=filters.until, proposal=filters.proposal))
    many = len(entries_of(book, filters, low, high)) == PROPOSAL_ENTRIES_MAX if filters.proposal else high - low > ADDED_ROWS_MAX
    if many:
        return None
    found: Sums = {}
    rows = rows_within(book, filters, low, high)
    _add(found, rows, by, names=_OF_ROWS, counted=Count("line"))
    return found


def _q(filters: Filters) -> Q:
    """The filters in words that rows and tally share."""
    found = Q(kind=filters.kind) if filters.kind else Q()
    if filters.fund:
        found &= Q(debit_account__fund=filters.fund) | Q(credit_account__fund=filters.fund)
    if filters.custody:
        found &= Q(debit_account__custody=filters.custody) | Q(credit_account__custody=filters.custody)
    if filters.account:
        found &= Q(debit_account=filters.account) | Q(credit_account=filters.account)
    if filters.commodity:
        found &= Q(debit_account__commodity=filters.commodity)
    if filters.words:
        found &= (
            Q(debit_account__fund__in=filters.funds_named) | Q(credit_account__fund__in=filters.funds_named)
            | Q(debit_account__commodity__in=filters.commodities_named) | Q(kind__in=filters.kinds_named)
        )  # fmt: skip
    return found


def _add(found: Sums, rows: QuerySet[Any], by: tuple[str, ...], *, names: dict[str, str], counted: Count | Sum) -> None:
    columns = [names[name] for name in by]
    for row in rows.order_by().values_list(*columns).annotate(minor_sum=Sum("amount"), row_sum=counted):
        key = tuple(row[: len(columns)])
        minor, count = found.get(key, (0, 0))
        found[key] = (minor + int(row[-2]), count + int(row[-1]))
