"""Reads a project from our CSV table: one row per task, person, machine, stock, budget line, delivery, crossing or site."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ...problems import Problem, Refused
from ..problem import Calendar, Crossing, Delivery, Method, Person, Precedence, Project, Resource, Site, Stock, Task, Window
from . import cells

COLUMNS = (
    "kind",
    "id",
    "name",
    "method",
    "duration",
    "predecessors",
    "skills",
    "machines",
    "materials",
    "money",
    "site",
    "earliest",
    "languages",
    "quantity",
    "unit",
    "windows",
    "crossing",
)
ROWS_MAX = 20_000
_NO_WINDOWS: tuple[Window, ...] = ()
T = TypeVar("T")
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True)
class Row:
    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass
class Rows:
    """What the table holds, row by row, before quantities become whole numbers."""

    calendar: Calendar | None = None
    tasks: dict[str, list[Row]] = field(default_factory=dict)
    others: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @contextmanager
    def at(self, row: Row, column: str = "") -> Iterator[None]:
        """Collect what is refused inside, placed at the row and column, and go on."""
        try:
            yield
        except Refused as refused:
            place = f"row {row.number}" + (f", column {column}" if column else "")
            self.problems += [problem.at(place) for problem in refused.problems]


def read_table(data: bytes, *, known_stocks: Sequence[Stock] = ()) -> Project:
    """The project of a table; refuses with every bad cell, each named by row and column.

    `known_stocks` are stocks that the table may take from without a row of their own; they keep their scale.
    """
    rows = _sorted_rows(_read_rows(data))
    if rows.problems:
        raise Refused(rows.problems)
    stocks, factors = _stocks(rows)
    factors = {**{stock.id: stock for stock in known_stocks}, **factors}
    project = Project(
        tasks=tuple(task for task in (_task(rows, name, group, factors) for name, group in rows.tasks.items()) if task),
        precedences=tuple(_dependencies(rows)),
        resources=_built(rows, "machine", lambda row: _machine(rows, row)),
        people=_built(rows, "person", lambda row: _person(rows, row)),
        stocks=stocks,
        crossings=_built(rows, "crossing", lambda row: _crossing(rows, row)),
        sites=_built(rows, "site", lambda row: _site(rows, row)),
        calendar=rows.calendar,
    )
    if rows.problems:
        raise Refused(rows.problems)
    return project


def _read_rows(data: bytes) -> list[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise cells.wrong(
            "table_not_utf8", "The table is not UTF-8 text (byte %(byte)s). Save it as CSV UTF-8.", byte=error.start
        ) from error
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise cells.wrong("table_unreadable", "The table is no CSV: %(error)s. Look for an open quotation mark.", error=error) from error
    if not lines:
        raise cells.wrong("table_empty", "The table is empty. Give it a header row with id and duration, then one row per task.")
    header = [name.strip().lower() for name in lines[0]]
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in ("id",) if name not in header]
    if unknown or missing or len(set(header)) != len(header):
        text = "The header has a wrong, missing or doubled column (%(names)s). The columns are: %(columns)s."
        raise cells.wrong("column_unknown", text, names=", ".join(unknown or missing or header), columns=", ".join(COLUMNS))
    if len(lines) > ROWS_MAX:
        raise cells.wrong("table_too_long", "The table has %(rows)s rows; up to %(limit)s are read.", rows=len(lines), limit=ROWS_MAX)
    return [_row(number, header, line) for number, line in enumerate(lines[1:], 2) if any(cell.strip() for cell in line)]


def _row(number: int, header: list[str], line: list[str]) -> Row:
    if len(line) != len(header):
        text = "The row has %(cells)s cells, the header %(columns)s. Look for a comma too many or too few."
        raise Refused(Problem("row_length_differs", text, {"cells": len(line), "columns": len(header)}, f"row {number}"))
    return Row(number, {name: cell.strip() for name, cell in zip(header, line, strict=True)})


def _sorted_rows(lines: list[Row]) -> Rows:
    """Tasks by id (several rows of one id are its methods), the calendar, the rest."""
    rows = Rows()
    for row in lines:
        kind = row["kind"] or "task"
        if kind not in ("task", "calendar", "person", "machine", "stock", "money", "delivery", "crossing", "site"):
            text = "%(kind)s is no kind of row. Write task, person, machine, stock, money, delivery, crossing, site or calendar."
            rows.problems.append(Problem("row_kind_unknown", text, {"kind": kind}, f"row {row.number}, column kind"))
        elif not row["id"] and kind != "calendar":
            rows.problems.append(Problem("row_has_no_id", "The row has no id. Give it one.", {}, f"row {row.number}, column id"))
        elif kind == "calendar":
            with rows.at(row, "earliest"):
                rows.calendar = _calendar(row)
        elif kind == "task":
            group = rows.tasks.setdefault(row["id"], [])
            if group and not (row["method"] and row["method"] not in {other["method"] for other in group}):
                text = "The task %(id)s stands in row %(first)s already. Give it another id, or name another method."
                rows.problems.append(Problem("task_twice", text, {"id": row["id"], "first": group[0].number}, f"row {row.number}"))
            group.append(row)
        else:
            rows.others.append(row)
    return rows


def _calendar(row: Row) -> Calendar:
    try:
        origin = date.fromisoformat(row["earliest"])
    except ValueError:
        raise cells.wrong("date_unreadable", "%(cell)s is no date such as 2026-12-01.", cell=row["earliest"]) from None
    rest = [day.lower()[:2] for day in cells.parts(row["windows"])]
    if any(day not in WEEKDAYS for day in rest) or len(set(rest)) == len(WEEKDAYS):
        raise cells.wrong("rest_days_unreadable", "Write rest days in column windows, such as fr;sa, and leave a day to work.")
    slots = cells.whole(row["quantity"] or "2", "number of slots in a day") or 2
    return Calendar(origin, slots, frozenset(WEEKDAYS.index(day) for day in rest))


def _slots_per_day(rows: Rows) -> int:
    return rows.calendar.slots_per_day if rows.calendar else 2


def _stocks(rows: Rows) -> tuple[tuple[Stock, ...], dict[str, Stock]]:
    """Stocks with their deliveries in whole units fine enough for every decimal that the table uses."""
    found: dict[str, Stock] = {}
    loads: dict[str, list[tuple[Decimal, Delivery]]] = {}
    opening: dict[str, Decimal] = {}
    places: dict[str, int] = {}
    for row in rows.others:
        if row["kind"] in ("stock", "money"):
            if row["id"] in found:
                rows.problems.append(
                    Problem("stock_twice", "This id stands twice. Give each stock its own.", {}, f"row {row.number}, column id")
                )
            with rows.at(row, "quantity"):
                opening[row["id"]] = cells.number(row["quantity"] or "0")[0]
                found[row["id"]] = Stock(row["id"], unit=row["unit"], name=row["name"])
    for row in rows.others:
        if row["kind"] == "delivery":
            with rows.at(row):
                if row["id"] not in found:
                    raise cells.wrong(
                        "stock_unknown", "The delivery brings %(id)s, for which there is no row of kind stock or money.", id=row["id"]
                    )
                quantity = _in_unit(row["quantity"], found[row["id"]], row["unit"])
                planned = cells.slot(row["earliest"] or "0", rows.calendar)
                delivery = Delivery(0, planned, row["crossing"], row["name"] or f"row {row.number}")
                loads.setdefault(row["id"], []).append((quantity, delivery))
    for name in found:
        quantities = [opening[name], *(quantity for quantity, _ in loads.get(name, ()))]
        quantities += _drawn(rows, name)
        places[name] = max(_places(quantity) for quantity in quantities)
    stocks = {
        name: replace(
            stock,
            scale=10 ** places[name],
            opening=_scaled(opening[name], 10 ** places[name]),
            deliveries=tuple(replace(load, quantity=_scaled(q, 10 ** places[name])) for q, load in loads.get(name, ())),
        )
        for name, stock in found.items()
    }
    return tuple(stocks.values()), stocks


def _drawn(rows: Rows, name: str) -> list[Decimal]:
    """What tasks take of a stock, for the number of decimals; unreadable cells are reported where the task is built."""
    result = []
    for row in (row for group in rows.tasks.values() for row in group):
        for column in ("materials", "money"):
            try:
                result += [cells.number(text)[0] for stock, text in cells.amounts(row[column]).items() if stock == name]
            except Refused:
                continue
    return result


def _places(quantity: Decimal) -> int:
    exponent = quantity.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _scaled(quantity: Decimal, scale: int) -> int:
    return int(quantity * scale)


def _exactly(quantity: Decimal, stock: Stock) -> int:
    if _places(quantity.normalize()) > _places(Decimal(1) / stock.scale):
        text = "%(name)s is counted in steps of %(step)s; %(quantity)s is finer. Round it."
        raise cells.wrong("quantity_too_fine", text, name=stock.id, step=Decimal(1) / stock.scale, quantity=quantity)
    return _scaled(quantity, stock.scale)


def _in_unit(cell: str, stock: Stock, unit: str = "") -> Decimal:
    quantity, written = cells.number(cell)
    written = written or unit
    if written and written != stock.unit:
        text = "%(name)s is counted in %(unit)s, here it says %(written)s. Convert the quantity or correct the unit."
        raise cells.wrong("unit_differs", text, name=stock.id, unit=stock.unit or "no unit", written=written)
    return quantity


def _task(rows: Rows, name: str, group: list[Row], stocks: dict[str, Stock]) -> Task | None:
    methods = [_method(rows, row, stocks) for row in group]
    first = group[0]
    earliest, starts = 0, _NO_WINDOWS
    with rows.at(first, "earliest"):
        earliest = cells.slot(first["earliest"] or "0", rows.calendar)
    with rows.at(first, "windows"):
        starts = _plain_windows(rows, first)
    work = ""
    if first["quantity"]:
        with rows.at(first, "quantity"):
            quantity, unit = cells.number(first["quantity"])
            work = f"{quantity} {unit or first['unit']}".strip()
    whole = [method for method in methods if method]
    return Task(name, tuple(whole), first["name"], first["site"], earliest, starts, work) if len(whole) == len(methods) else None


def _method(rows: Rows, row: Row, stocks: dict[str, Stock]) -> Method | None:
    before = len(rows.problems)
    values: dict[str, dict[str, int]] = {"skills": {}, "machines": {}, "materials": {}, "money": {}}
    duration = 0
    with rows.at(row, "duration"):
        duration = cells.duration(row["duration"], _slots_per_day(rows))
    for column in ("skills", "machines"):
        with rows.at(row, column):
            values[column] = {key: cells.whole(text, "count") for key, text in cells.amounts(row[column]).items()}
    for column in ("materials", "money"):
        with rows.at(row, column):
            for key, text in cells.amounts(row[column]).items():
                if key not in stocks:
                    raise cells.wrong("stock_unknown", "It takes %(id)s, for which there is no row of kind stock or money.", id=key)
                values[column][key] = _exactly(_in_unit(text, stocks[key]), stocks[key])
    method = Method(
        duration,
        row["method"] or "usual",
        skills=values["skills"],
        machines=values["machines"],
        materials=values["materials"],
        money=values["money"],
    )
    return method if len(rows.problems) == before else None


def _dependencies(rows: Rows) -> Iterator[Precedence]:
    known = set(rows.tasks)
    for name, group in rows.tasks.items():
        for part in cells.parts(group[0]["predecessors"]):
            with rows.at(group[0], "predecessors"):
                yield cells.dependency(part, name, known, _slots_per_day(rows))


def _built(rows: Rows, kind: str, build: Callable[[Row], T]) -> tuple[T, ...]:
    result: list[T] = []
    for row in rows.others:
        if row["kind"] == kind:
            with rows.at(row):
                result.append(build(row))
    return tuple(result)


def _plain_windows(rows: Rows, row: Row) -> tuple[Window, ...]:
    return tuple(window for window, _ in cells.windows(row["windows"], rows.calendar))


def _machine(rows: Rows, row: Row) -> Resource:
    dips = [(start, end, level or 0) for (start, end), level in cells.windows(row["windows"], rows.calendar) if end is not None]
    return Resource(row["id"], cells.whole(row["quantity"] or "1", "count"), row["name"], tuple(dips))


def _person(rows: Rows, row: Row) -> Person:
    return Person(
        row["id"], frozenset(cells.parts(row["skills"])), frozenset(cells.parts(row["languages"])), row["name"], _plain_windows(rows, row)
    )


def _crossing(rows: Rows, row: Row) -> Crossing:
    windows = _plain_windows(rows, row) or ((0, None),)
    return Crossing(row["id"], row["name"], windows, cells.whole(row["quantity"] or "0", "number of loads"))


def _site(rows: Rows, row: Row) -> Site:
    return Site(row["id"], row["languages"], _plain_windows(rows, row) or ((0, None),), row["name"])
