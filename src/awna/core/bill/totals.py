"""Checks every row that adds others up, and every heading that says a sum; none of them becomes a line."""

from collections.abc import Iterable, Sequence

from ..amounts import currency_scale, format_minor
from ..problems import Problem
from .lines import COUNTED, Bill, BillLine, Total, minor_of
from .rows import FIGURE_MAX, ReadRow
from .tree import Branch
from .words import is_grand_total

TOTALS_MAX = 1_000  # rows of sums that are checked
ROUNDING_MINOR = 1  # minor units by which a stated sum may differ for every line in it


def check_totals(bill: Bill, branches: Sequence[Branch], rows: Sequence[ReadRow]) -> None:
    """Adds a Total for each, and a problem naming the row where stated and counted differ."""
    items = bill.items
    _headings(bill, branches)
    last = 0
    stated: dict[str, list[int]] = {}
    if len(rows) > TOTALS_MAX:
        text = "The bill has %(count)s rows of sums; the first %(most)s were checked."
        bill.problems.append(Problem("bill_totals_not_checked", text, {"count": len(rows), "most": TOTALS_MAX}))
    for row in rows[:TOTALS_MAX]:
        for currency, value in row.amounts.items():
            if abs(value) >= FIGURE_MAX or not currency:
                continue
            minor = minor_of(value, currency)
            above = [line for line in items if line.row < row.row]
            ways = _ways(above, last, row, currency, stated.get(currency, []))
            found = next((way for way in ways if abs(way - minor) <= max(1, len(above)) * ROUNDING_MINOR), None)
            counted = found if found is not None else (ways[-1] if is_grand_total(row.title) else ways[0])
            _add(bill, Total(row.row, row.title or row.code, currency, minor, counted, found is not None))
            stated.setdefault(currency, []).append(minor)
        last = row.row


def _ways(above: Sequence[BillLine], last: int, row: ReadRow, currency: str, stated: Sequence[int]) -> list[int]:
    """What a sum at this place may be meant to hold: the lines since the last sum, those under its own code, all above."""
    since = _sum((line for line in above if line.row > last), currency)
    under = _sum((line for line in above if row.code and line.code.startswith(row.code)), currency)
    everything = _sum(above, currency)
    ways = [since, under, everything] if row.code and under else [since, everything]
    if not since and stated:
        ways.insert(0, everything)
    return ways


def _sum(lines: Iterable[BillLine], currency: str) -> int:
    return sum(line.amounts().get(currency, 0) for line in lines)


def _headings(bill: Bill, branches: Sequence[Branch]) -> None:
    """Headings that say an amount: what stands below them must come to it."""
    lines = {line.row: line for line in bill.lines}
    for branch in branches:
        own = lines.get(branch.read.row)
        if own is None or own.kind != "heading":
            continue
        for currency, value in branch.read.amounts.items():
            if abs(value) < FIGURE_MAX and currency and (value or branch.below):
                minor, counted = minor_of(value, currency), _sum(_below(branches, branch, lines), currency)
                agrees = abs(minor - counted) <= max(1, len(branch.below)) * ROUNDING_MINOR
                _add(bill, Total(own.row, own.title, currency, minor, counted, agrees))


def _below(branches: Sequence[Branch], branch: Branch, lines: dict[int, BillLine]) -> Iterable[BillLine]:
    waiting = list(branch.below)
    while waiting:
        below = branches[waiting.pop()]
        waiting += below.below
        line = lines.get(below.read.row)
        if line is not None and line.kind in COUNTED:
            yield line


def _add(bill: Bill, total: Total) -> None:
    bill.totals.append(total)
    if not total.agrees:
        text = "The sum “%(title)s” says %(stated)s %(currency)s, its lines come to %(counted)s. A line is missing, held or wrong."
        digits = currency_scale(total.currency)
        stated, counted = format_minor(total.stated_minor, digits), format_minor(total.counted_minor, digits)
        bill.problems.append(Problem("bill_total_differs", text, {"title": total.title, "stated": stated, "currency": total.currency,
                                                                   "counted": counted}, f"row {total.row}, amount"))  # fmt: skip
