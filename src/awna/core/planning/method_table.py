"""Reads elements to build and the ways to build them from one CSV; an element or a way with a wrong row is left out whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..problems import Problem
from .factors import Cells, Reading, rows_of
from .methods import Line, Way
from .ranges import Range

COLUMNS = (
    "kind", "element", "method", "name", "low", "likely", "high", "unit", "item", "km_low", "km", "km_high", "transport", "skills", "machines",
    "tasks", "source",
)  # fmt: skip
ROWS_MAX = 5_000
LINES_MAX = 60  # of one way
ELEMENT, METHOD, LINE = "element", "method", "line"


@dataclass
class TableElement:
    """So many units to build, in these tasks. `now`: the way that the tasks were written for."""

    row: int
    code: str
    name: str
    quantity: Decimal
    unit: str
    tasks: tuple[str, ...]
    now: str


@dataclass
class TableMethod:
    """One way with its crew; `days` for the whole element."""

    row: int
    element: str
    code: str
    name: str
    days: Range
    skills: Mapping[str, int]
    machines: Mapping[str, int]
    source: str
    lines: list[Line] = field(default_factory=list)
    units: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Ingredient → the unit in which the table counts it, and the row."""

    @property
    def way(self) -> Way:
        return Way(self.code, self.name, self.days, self.source, tuple(self.lines))


@dataclass
class _Table:
    elements: dict[str, TableElement] = field(default_factory=dict)
    methods: dict[tuple[str, str], TableMethod] = field(default_factory=dict)
    bad: set[tuple[str, str]] = field(default_factory=set)  # (element, method) or (element, "")


def read_methods(data: bytes) -> Reading:
    """All elements and ways that stand without a fault: `good` holds TableElement first, then TableMethod."""
    table, problems = _Table(), list[Problem]()
    rows = rows_of(data, columns=COLUMNS, limit=ROWS_MAX)
    for wanted, add in ((ELEMENT, _add_element), (METHOD, _add_method), (LINE, _add_line)):
        for cells in rows:
            if cells["kind"] == wanted:
                add(cells, table)
                if cells.problems:
                    table.bad.add((cells["element"], "" if wanted == ELEMENT else cells["method"]))
    for cells in rows:
        if cells["kind"] not in (ELEMENT, METHOD, LINE):
            cells.fault("kind_unknown", "“%(asked)s” is no kind of row; there are element, method and line.", "kind", asked=cells["kind"])
        problems += cells.problems
    elements = [one for one in table.elements.values() if (one.code, "") not in table.bad]
    methods = [one for key, one in table.methods.items() if key not in table.bad]
    problems += [
        Problem("method_without_lines", "“%(name)s” has no line: say what goes into it.", {"name": one.name}, f"row {one.row}")
        for one in methods
        if not one.lines
    ]
    return Reading((*elements, *(one for one in methods if one.lines)), tuple(problems), len(rows))


def _add_element(cells: Cells, table: _Table) -> None:
    code, tasks = cells.text("element"), tuple(part.strip() for part in cells["tasks"].split(";") if part.strip())
    quantity = cells.decimal("likely")
    if not cells.problems and quantity <= 0:
        cells.fault("quantity_not_above_zero", "A quantity must be above zero. Correct it.", "likely")
    if code in table.elements:
        cells.fault("element_twice", "The element stands in another row already.", "element")
        return
    table.elements[code] = TableElement(cells.number, code, cells["name"] or code, quantity, cells.text("unit"), tasks, cells["method"])


def _add_method(cells: Cells, table: _Table) -> None:
    key = cells.text("element"), cells.text("method")
    days, skills, machines = cells.range(), _amounts(cells, "skills"), _amounts(cells, "machines")
    if not cells.problems and days.low <= 0:
        cells.fault("days_not_above_zero", "Work takes more than no time. Give the days of the crew for the whole element.", "low")
    if key in table.methods:
        cells.fault("method_twice", "The method stands in another row already.", "method")
        return
    table.methods[key] = TableMethod(cells.number, *key, cells["name"] or key[1], days, skills, machines, cells.text("source"))


def _add_line(cells: Cells, table: _Table) -> None:
    method = table.methods.get((cells.text("element"), cells.text("method")))
    item, unit, amount = cells.text("item"), cells.text("unit"), cells.range()
    if amount.low < 0:
        cells.fault("amount_below_zero", "An amount is not below zero.", "low")
    km = cells.range(low="km_low", likely="km", high="km_high") if cells["km"] else None
    if km is not None and km.low < 0:
        cells.fault("km_below_zero", "A distance is not below zero.", "km_low")
    if km is not None and km.high > 0 and not cells["transport"]:
        cells.fault("transport_missing", "Say by what it is brought: the code of a means of transport.", "transport")
    if method is None:
        cells.fault("method_unknown", "No row of kind method has this element and method.", "method")
        return
    if item in method.units or len(method.lines) >= LINES_MAX:
        cells.fault("line_twice", "The method has a line for this item already, or more than %(max)s lines.", "item", max=LINES_MAX)
    method.lines.append(Line(item, amount, km, cells["transport"]))
    method.units[item] = (unit, cells.number)


def _amounts(cells: Cells, column: str) -> dict[str, int]:
    """`mason:2; helper:1`."""
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in cells[column].split(";"))):
        name, _colon, count = part.partition(":")
        number = count.strip() or "1"
        if not number.isdecimal() or not 0 < int(number) <= 99:
            cells.fault("amount_unreadable", "“%(asked)s” is no name with a number such as mason:2.", column, asked=part)
        else:
            found[name.strip()] = int(number)
    return found
