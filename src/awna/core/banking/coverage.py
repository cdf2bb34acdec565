"""Which days the statements of one account cover: each period, and between them every gap, overlap and broken balance, named with its days."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

DAY = timedelta(days=1)
Fault = Literal["", "gap", "overlap", "break"]


@dataclass(frozen=True)
class Period:
    """One statement: its days and balances in minor units, as far as the bank states them.

    `table`: a file of lines that names no period; its days are those on which something moved.
    """

    number: str = ""
    opening_on: date | None = None
    closing_on: date | None = None
    opening: int | None = None
    closing: int | None = None
    table: bool = False


@dataclass(frozen=True)
class Span:
    """A row of the list: statements without a fault between them (`fault` empty), or a fault with its first and last day.

    `difference`: what a following statement opens with less what the one before closed with; None where one of both is not stated.
    `table`: a table borders on the fault, so that the days alone prove nothing.
    """

    fault: Fault
    first: date | None
    last: date | None
    statements: int = 0
    opening: int | None = None
    closing: int | None = None
    difference: int | None = None
    table: bool = False

    @property
    def unproven(self) -> bool:
        """Days beside a table without balances: nothing need be missing, and nothing shows that nothing is."""
        return self.fault == "gap" and self.table and self.difference is None


def coverage(periods: Iterable[Period]) -> list[Span]:
    """Every statement as a row of its own and every fault between two of them, oldest first."""
    spans: list[Span] = []
    before: Period | None = None
    reached: date | None = None
    for period in _in_order(list(periods)):
        fault = _fault(before, reached, period)
        if fault is not None:
            spans.append(fault)
        spans.append(Span("", period.opening_on, period.closing_on, 1, period.opening, period.closing))
        if period.closing_on is not None and (reached is None or period.closing_on >= reached):
            before, reached = period, period.closing_on
    return spans


def faults(spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.fault]


def by_month(spans: Sequence[Span]) -> list[Span]:
    """Statements that follow each other without a fault and close in one month become one row, so that the list of a long account stays short."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last is not None and not span.fault and not last.fault and _same_month(last.last, span.last):
            found[-1] = Span("", last.first, span.last, last.statements + span.statements, last.opening, span.closing)
        else:
            found.append(span)
    return found


def _in_order(periods: list[Period]) -> list[Period]:
    """By their days; of several with the same days each time the one that opens with what was last closed with."""
    ordered: list[Period] = []
    for _days, group in groupby(sorted(periods, key=_place), key=lambda one: (one.opening_on, one.closing_on)):
        alike = list(group)
        while alike:
            fitting = [one for one in alike if ordered and one.opening is not None and one.opening == ordered[-1].closing]
            chosen = (fitting or alike)[0]
            alike.remove(chosen)
            ordered.append(chosen)
    return ordered


def _place(one: Period) -> tuple[date, date, date, int]:
    opening, closing = one.opening_on or date.min, one.closing_on or date.min
    return (one.opening_on or closing, closing, opening, _count(one.number) or 0)


def _fault(before: Period | None, reached: date | None, period: Period) -> Span | None:
    if before is None or reached is None or period.opening_on is None:
        return None
    difference = None if before.closing is None or period.opening is None else period.opening - before.closing
    table = before.table or period.table
    if period.opening_on < reached and table:
        return None  # two tables may be cut from the same days; a line that both have is counted once
    if period.opening_on < reached:
        # Days that two files tell of: nothing is counted twice, but one of them is not what it says.
        return Span("overlap", period.opening_on, min(period.closing_on or reached, reached), difference=None)
    if period.opening_on > reached + DAY and not (difference == 0 and (table or _follows(before, period))):
        return Span("gap", reached + DAY, period.opening_on - DAY, difference=difference, table=table)
    if difference:
        return Span("break", reached, period.opening_on, difference=difference)
    return None


def _follows(before: Period, period: Period) -> bool:
    """The bank numbers its statements without a break: between them nothing can be missing, whatever days lie there."""
    one, two = _count(before.number), _count(period.number)
    return one is not None and two == one + 1


def _count(number: str) -> int | None:
    """`00012/001` → 12."""
    found = re.match(r"\s*0*(\d{1,9})(?:\D|$)", number)
    return int(found[1]) if found else None


def _same_month(one: date | None, two: date | None) -> bool:
    return one is not None and two is not None and (one.year, one.month) == (two.year, two.month)
