"""What one unit of an ingredient brings with it (money, carbon, tonnes at the crossing, hours, water), read from CSV with its source.

Factors are the user's own; none are shipped. Module D, a credit beyond the building, is no measure and cannot be given.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ..problems import Problem, Refused
from .ranges import Range

MATERIAL, LABOUR, TRANSPORT, MACHINE = "material", "labour", "transport", "machine"
MONEY, CARBON = "", "kg CO2e"  # the unit of money is a currency, said by the factor
MEASURES: Mapping[str, str] = {
    "cost": MONEY, "carbon_a1_a3": CARBON, "carbon_a4": CARBON, "carbon_a5": CARBON, "mass": "t", "imported": "t", "local_labour": "h",
    "all_labour": "h", "water": "l", "rubble": "t",
}  # fmt: skip
"""Measure → the unit of its values."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    MATERIAL: ("cost", "carbon_a1_a3", "carbon_a5", "mass", "imported", "water", "rubble"),
    LABOUR: ("cost", "local_labour", "all_labour"), TRANSPORT: ("cost", "carbon_a4"), MACHINE: ("cost", "carbon_a5"),
}  # fmt: skip
"""Kind of ingredient → what must be known of it; a zero is a figure and has to be said. What moves is counted per tonne and kilometre."""
TONNE_KM = "tkm"
COLUMNS = ("item", "name", "kind", "unit", "measure", "low", "likely", "high", "value_unit", "source", "year", "region", "example")
FACTOR_BYTES_MAX = 4 * 1024 * 1024
FACTORS_MAX = 20_000
YEARS = (1990, 2100)
CELL_CHARS_MAX = 200
VALUE_MAX = Decimal(10) ** 9
PLACES_MAX = 9  # decimals that are kept of a value
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")


@dataclass(frozen=True)
class Factor:
    """One measure of one ingredient: the range, who says so, of which year and region."""

    measure: str
    value: Range
    unit: str
    source: str
    year: int
    region: str = ""
    is_example: bool = False
    dataset: str = ""  # of a declaration: its UUID and version


@dataclass(frozen=True)
class FactorRow:
    """A factor as a file gives it, with the ingredient that it belongs to. `unit` is that of the ingredient: m3, pcs, h, tkm."""

    row: int
    item: str
    name: str
    kind: str
    unit: str
    factor: Factor


@dataclass(frozen=True)
class Reading:
    """What could be read, and why the other rows could not; `rows` counts all."""

    good: tuple[Any, ...]
    problems: tuple[Problem, ...]
    rows: int


@dataclass
class Cells:
    """The cells of one row and the faults found in it."""

    number: int
    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def fault(self, code: str, text: str, column: str, **params: object) -> None:
        self.problems.append(Problem(code, text, params, f"row {self.number}, column {column}"))

    def text(self, column: str) -> str:
        if not self[column]:
            self.fault("cell_empty", "The cell is empty. Fill it in.", column)
        return self[column]

    def decimal(self, column: str, default: Decimal | None = None) -> Decimal:
        """A number with a decimal point; digits may be Arabic-Indic."""
        text = self[column].translate(_DIGITS)
        if not text and default is not None:
            return default
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) > VALUE_MAX:
            self.fault("number_unreadable", "“%(asked)s” is no number such as 210.5.", column, asked=self[column])
            return Decimal(0)
        return round(value, PLACES_MAX)

    def range(self, *, low: str = "low", likely: str = "likely", high: str = "high") -> Range:
        """Three numbers in order; where only the likely one stands, it is exact."""
        middle = self.decimal(likely)
        found = Range(self.decimal(low, middle), middle, self.decimal(high, middle))
        if not self.problems and not found.low <= found.likely <= found.high:
            self.fault("range_out_of_order", "The lowest must not be above the likely one, nor that above the highest.", low)
        return found


def read_factors(data: bytes) -> Reading:
    """Factors from a CSV with the columns of `COLUMNS`; a bad row is told with its number and holds up no other."""
    good: list[FactorRow] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    rows = rows_of(data, columns=COLUMNS, limit=FACTORS_MAX)
    for cells in rows:
        found = _factor_row(cells)
        first = seen.setdefault((found.item, found.factor.measure), cells.number)
        if first != cells.number and not cells.problems:
            cells.fault("factor_twice", "Row %(row)s gives the same measure of the same item. Leave one out.", "measure", row=first)
        if cells.problems:
            problems += cells.problems
        else:
            good.append(found)
    return Reading(tuple(good), tuple(problems), len(rows))


def _factor_row(cells: Cells) -> FactorRow:
    item, kind, unit, measure = cells.text("item"), cells.text("kind"), cells.text("unit"), cells.text("measure")
    if kind and kind not in NEEDED:
        cells.fault("kind_unknown", "“%(asked)s” is no kind; there are %(kinds)s.", "kind", asked=kind, kinds=", ".join(NEEDED))
    if measure and measure not in MEASURES:
        text = "“%(asked)s” is no measure; there are %(measures)s. Module D is never counted."
        cells.fault("measure_unknown", text, "measure", asked=measure, measures=", ".join(MEASURES))
    if kind == TRANSPORT and unit != TONNE_KM:
        cells.fault("transport_unit", "Transport is counted per tonne and kilometre. Write %(unit)s.", "unit", unit=TONNE_KM)
    wanted = MEASURES.get(measure)
    value_unit = cells["value_unit"] or wanted or ""
    if wanted == MONEY and not (len(value_unit) == 3 and value_unit.isascii() and value_unit.isupper()):
        cells.fault("currency_missing", "A cost needs its currency, such as USD.", "value_unit")
    elif wanted and value_unit != wanted:
        cells.fault("value_unit_wrong", "Values of %(measure)s are in %(unit)s. Convert them.", "value_unit", measure=measure, unit=wanted)
    year = cells.decimal("year")
    if not cells.problems and not (YEARS[0] <= year <= YEARS[1] and year == int(year)):
        cells.fault("year_out_of_range", "The year must lie in %(first)s to %(last)s.", "year", first=YEARS[0], last=YEARS[1])
    value = cells.range()
    if measure in MEASURES and wanted != CARBON and value.low < 0:
        cells.fault("value_below_zero", "Only carbon can be below zero.", "low")
    example = cells["example"].casefold() in ("yes", "true", "1")
    factor = Factor(measure, value, value_unit, cells.text("source"), int(year), cells["region"], example)
    return FactorRow(cells.number, item, cells["name"] or item, kind, unit, factor)


def rows_of(data: bytes, *, columns: tuple[str, ...], limit: int) -> list[Cells]:
    """The rows of a CSV with these columns in any order; Refused where it is none."""
    if len(data) > FACTOR_BYTES_MAX:
        raise Refused(Problem("file_too_large", "The file is larger than %(mb)s MB. Split it.", {"mb": FACTOR_BYTES_MAX // 1024**2}))
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        names = [str(name).strip().casefold() for name in reader.fieldnames or []]
        reader.fieldnames = names
        records = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(Problem("file_no_csv", "The file is no CSV in UTF-8: %(error)s.", {"error": str(error)})) from error
    absent = [name for name in columns if name not in names]
    if absent or not records:
        text = "The table needs the columns %(columns)s and at least one row. Missing: %(absent)s."
        raise Refused(Problem("columns_missing", text, {"columns": ", ".join(columns), "absent": ", ".join(absent) or "–"}))
    if len(records) > limit:
        raise Refused(
            Problem("too_many_rows", "There are %(rows)s rows; up to %(limit)s are read.", {"rows": len(records), "limit": limit})
        )
    rows = []
    for number, record in enumerate(records, 2):
        cells = Cells(number, {name: str(record.get(name) or "").strip() for name in columns})
        if record.get(None):
            cells.fault("row_too_long", "The row has more cells than the header. Put quotes around text with commas.", columns[0])
        for name, value in cells.values.items():
            if len(value) > CELL_CHARS_MAX:
                cells.fault("cell_too_long", "The cell must hold up to %(max)s characters.", name, max=CELL_CHARS_MAX)
        if any(cells.values.values()):
            rows.append(cells)
    return rows
