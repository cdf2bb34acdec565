"""The grid of a wage sheet: a row for each worker, a cell for each day. Read from what was typed, shown again with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from awna.core.amounts import format_minor, parse_minor
from awna.core.problems import Refused

from .models import BenchmarkRate, Labourer, WageRow, WageSheet
from .services.wages import HoursAsk

WORKERS_ON_SHEET_MAX = 80
"""Rows of one sheet: with a week's days it stays under what one form may hold."""


@dataclass
class Cell:
    """The hours of one day, as typed."""

    name: str
    day: date
    text: str = ""
    wrong: bool = False


@dataclass
class Line:
    """One worker with the rate for an hour, what it is elsewhere, and the sums of what stands in the book of hours."""

    labourer: Labourer
    rate: str
    cells: list[Cell]
    elsewhere: BenchmarkRate | None = None
    hours: Decimal = Decimal(0)
    minor: int = 0
    rate_minor: int = 0
    rate_wrong: bool = False

    @property
    def rate_name(self) -> str:
        return f"r-{self.labourer.pk}"

    @property
    def is_below(self) -> bool:
        return self.elsewhere is not None and 0 < self.rate_minor < self.elsewhere.hour_minor


@dataclass
class Grid:
    """All lines of a sheet; `asks` what was read, `errors` what could not be."""

    days: list[date]
    lines: list[Line]
    asks: list[HoursAsk] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def hours(self) -> Decimal:
        return sum((line.hours for line in self.lines), Decimal(0))

    @property
    def minor(self) -> int:
        return sum(line.minor for line in self.lines)


def grid_of(sheet: WageSheet, *, typed: Mapping[str, Any] | None = None) -> Grid:
    """An open sheet offers everybody who works here; any other shows those who are on it. Four questions to the database."""
    rows = list(sheet.rows.all())
    known = {(row.labourer_id, row.day): row for row in rows}
    people = {row.labourer_id: row.labourer for row in rows}
    if sheet.state == WageSheet.OPEN:
        offered = Labourer.objects.filter(campaign=sheet.campaign, ended_on=None).order_by("code")[:WORKERS_ON_SHEET_MAX]
        people = {one.pk: one for one in offered} | people
    rates = _usual_rates(sheet) if sheet.state == WageSheet.OPEN else {}
    elsewhere = _elsewhere(sheet)
    grid = Grid(sheet.days, [])
    for one in sorted(people.values(), key=lambda one: one.code):
        line = _line(sheet, one, known, rates.get(one.pk, 0), elsewhere.get(one.work.casefold()))
        if typed is not None:
            _read(grid, line, typed, sheet.milestone.commodity.scale)
        grid.lines.append(line)
    return grid


def _line(sheet: WageSheet, one: Labourer, known: Mapping[Any, WageRow], usual: int, elsewhere: BenchmarkRate | None) -> Line:
    mine = [row for day in sheet.days if (row := known.get((one.pk, day)))]
    rate = mine[0].rate_minor if mine else usual
    cells = [
        Cell(f"h-{one.pk}-{day.isoformat()}", day, _plain(known[(one.pk, day)].hours) if (one.pk, day) in known else "")
        for day in sheet.days
    ]
    text = format_minor(rate, sheet.milestone.commodity.scale) if rate else ""
    return Line(one, text, cells, elsewhere, sum((row.hours for row in mine), Decimal(0)), sum(row.minor for row in mine), rate)


def _read(grid: Grid, line: Line, typed: Mapping[str, Any], scale: int) -> None:
    """What was typed for one worker; a cell that is no figure keeps its text and is named."""
    line.rate = str(typed.get(line.rate_name, line.rate)).strip()
    asked = []
    for cell in line.cells:
        cell.text = str(typed.get(cell.name, "")).strip()
        hours = _hours(cell.text)
        if hours is None:
            cell.wrong = True
            grid.errors.append(_("%(code)s on %(day)s: “%(asked)s” is no figure of hours, such as 7.5.") % {
                "code": line.labourer.code, "day": cell.day, "asked": cell.text})  # fmt: skip
        elif hours:
            asked.append((cell.day, hours))
    rate = 0
    if asked or line.rate:
        try:
            rate = parse_minor(line.rate, scale) if line.rate else 0
        except Refused:
            line.rate_wrong = True
            grid.errors.append(_("%(code)s: “%(asked)s” is no rate, such as 3.50.") % {"code": line.labourer.code, "asked": line.rate})
            return
    grid.asks += [HoursAsk(line.labourer, day, hours, rate) for day, hours in asked]


def _hours(text: str) -> Decimal | None:
    if not text:
        return Decimal(0)
    try:
        found = Decimal(text.replace(",", ".").replace("٫", "."))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) < 1000 and found == round(found, 2) else None


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"


def _usual_rates(sheet: WageSheet) -> dict[Any, int]:
    """Worker → what an hour was paid last."""
    rows = WageRow.objects.filter(labourer__campaign=sheet.campaign, live=True, sheet__milestone__commodity=sheet.milestone.commodity)
    return dict(rows.order_by("day", "pk").values_list("labourer", "rate_minor"))


def _elsewhere(sheet: WageSheet) -> dict[str, BenchmarkRate]:
    """Work → the newest rate for it elsewhere, in the currency of the sheet."""
    found: Sequence[BenchmarkRate] = BenchmarkRate.objects.filter(campaign=sheet.campaign, commodity=sheet.milestone.commodity)
    newest: dict[str, BenchmarkRate] = {}
    for one in sorted(found, key=lambda one: (one.seen_on, one.pk)):
        newest[one.work.casefold()] = one
    return newest
