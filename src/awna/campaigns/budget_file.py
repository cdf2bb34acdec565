"""Reads a bill of quantities from CSV: our own columns, or a public works schedule of values. Pure: bytes in, rows out."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from awna.core.amounts import AMOUNT_MINOR_MAX, currency_scale, parse_minor
from awna.core.problems import Problem, Refused

BUDGET_BYTES_MAX = 5 * 1024 * 1024
BUDGET_LINES_MAX = 5_000
PROBLEMS_MAX = 20
FIGURE_DECIMALS = 4
CODE_CHARS_MAX, TITLE_CHARS_MAX = 60, 300
UNITS = (
    "m", "m2", "m3", "km", "kg", "t", "l", "h", "day", "week", "month", "pcs", "set", "bag", "roll", "sheet", "box", "trip", "person",
    "LS", "AL", "EA", "LF", "SF", "SY", "CY", "TON", "LB", "GAL", "HR", "MO",
)  # fmt: skip
"""Metric units and pieces, then those of North American schedules: lump sum, allowance, each, linear, square and cubic measure."""
_UNIT = {unit.casefold(): unit for unit in UNITS}
COLUMNS = ("code", "title", "unit", "quantity", "rate", "currency", "parent")
_REQUIRED = ("code", "title", "unit", "quantity", "rate")
_HEADERS = {
    "code": "code", "item": "code", "title": "title", "description": "title", "unit": "unit", "quantity": "quantity", "rate": "rate",
    "unit price": "rate", "currency": "currency", "parent": "parent",
}  # fmt: skip
_HEADER = re.compile(r"(?P<name>[^()]+?)\s*(\((?P<currency>[A-Z]{3})\))?")


@dataclass(frozen=True)
class BudgetRow:
    """One read line; `amount_minor` = quantity x rate in minor units of `currency`, half up."""

    row: int
    code: str
    title: str
    unit: str
    quantity: Decimal
    rate: Decimal
    amount_minor: int
    currency: str
    parent: str


@dataclass(frozen=True)
class _Header:
    columns: Mapping[str, int]
    names: Mapping[str, str]
    currency: str


def read_budget(data: bytes, *, default_currency: str, known_codes: frozenset[str] = frozenset()) -> list[BudgetRow]:
    """All lines of the file, or Refused with every problem (at most PROBLEMS_MAX), each naming row and column."""
    records = _records(data)
    header = _read_header(records[0])
    problems: list[Problem] = []
    rows = [row for number, record in enumerate(records[1:], start=2) if any(map(str.strip, record))
            for row in _read_row(record, number, header, default_currency, problems)]  # fmt: skip
    problems += _tree_problems(rows, known_codes)
    if not rows and not problems:
        problems.append(Problem("budget_empty", "The file has a header but no lines. Add one line for each item."))
    if problems:
        raise Refused(problems[:PROBLEMS_MAX])
    return rows


def _records(data: bytes) -> list[list[str]]:
    if len(data) > BUDGET_BYTES_MAX:
        raise Refused(Problem("budget_file_too_large", "The file is larger than %(mb)s MB. Split it.", {"mb": BUDGET_BYTES_MAX // 1024**2}))
    try:
        records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise Refused(
            Problem("budget_not_utf8", "The file is not UTF-8 text (byte %(byte)s). Save it as CSV UTF-8.", {"byte": error.start})
        ) from error
    except csv.Error as error:
        raise Refused(
            Problem("budget_not_csv", "The file is not a whole CSV file: %(reason)s. Save it again as CSV.", {"reason": error})
        ) from error
    if not records or not any(records[0]):
        raise Refused(
            Problem("budget_empty", "The file is empty. Its first row names the columns: %(columns)s.", {"columns": ", ".join(COLUMNS)})
        )
    if len(records) > BUDGET_LINES_MAX + 1:
        raise Refused(Problem("budget_too_long", "The file has %(n)s lines; at most %(max)s are read. Split it.",
                              {"n": len(records) - 1, "max": BUDGET_LINES_MAX}))  # fmt: skip
    return records


def _read_header(cells: list[str]) -> _Header:
    columns: dict[str, int] = {}
    names: dict[str, str] = {}
    currency, problems = "", []
    for index, cell in enumerate(cells):
        match = _HEADER.fullmatch(cell.strip())
        column = _HEADERS.get(match["name"].casefold()) if match else None
        if column is None or column in columns:
            problems.append(Problem(
                "budget_column_wrong", "The column “%(name)s” is not expected here. Use each of these once: %(columns)s.",
                {"name": cell, "columns": ", ".join(COLUMNS)}, f"row 1, column {index + 1}"))  # fmt: skip
            continue
        columns[column], names[column] = index, cell.strip()
        currency = (match["currency"] or currency) if match else currency
    missing = [column for column in _REQUIRED if column not in columns]
    problems += [
        Problem("budget_column_missing", "There is no column “%(name)s”. Add it to the first row.", {"name": column}, "row 1")
        for column in missing
    ]
    if problems:
        raise Refused(problems[:PROBLEMS_MAX])
    return _Header(columns, names, currency)


def _read_row(record: list[str], number: int, header: _Header, default_currency: str, problems: list[Problem]) -> list[BudgetRow]:
    """The row in a list, or nothing with its problems added."""
    found: list[Problem] = []
    cells = {column: record[index].strip() if index < len(record) else "" for column, index in header.columns.items()}

    def fault(code: str, text: str, column: str, **params: object) -> None:
        found.append(Problem(code, text, params, f"row {number}, column {header.names.get(column, column)}"))

    if len(record) > len(header.names):
        fault("budget_row_too_long", "The row has %(n)s cells, the header %(max)s. Put quotes around text with commas.", "code",
              n=len(record), max=len(header.names))  # fmt: skip
    for column, limit in (("code", CODE_CHARS_MAX), ("title", TITLE_CHARS_MAX)):
        if not 0 < len(cells[column]) <= limit:
            fault("budget_text_wrong", "The cell must hold 1 to %(max)s characters.", column, max=limit)
    heading = not (cells["unit"] or cells["quantity"] or cells["rate"])
    unit = _UNIT.get(cells["unit"].casefold(), "")
    if not heading and not unit:
        fault(
            "budget_unit_unknown",
            "“%(asked)s” is not a known unit. Use one of: %(units)s.",
            "unit",
            asked=cells["unit"],
            units=", ".join(UNITS),
        )
    currency = cells.get("currency") or header.currency or default_currency
    if not re.fullmatch(r"[A-Z]{3}", currency):
        fault("budget_currency_wrong", "“%(asked)s” is not a currency. Use three capital letters, such as USD.", "currency", asked=currency)
    figures = [Decimal(0), Decimal(0)]
    for slot, column in enumerate(() if heading else ("quantity", "rate")):
        try:
            figures[slot] = Decimal(parse_minor(cells[column], FIGURE_DECIMALS)).scaleb(-FIGURE_DECIMALS)
        except Refused as refused:
            found.extend(problem.at(f"row {number}, column {header.names[column]}") for problem in refused.problems)
    minor = int((figures[0] * figures[1]).scaleb(currency_scale(currency)).quantize(Decimal(1), ROUND_HALF_UP))
    if abs(minor) > AMOUNT_MINOR_MAX:
        fault("budget_amount_too_large", "Quantity times rate is larger than the book can hold. Split the line.", "rate")
    problems.extend(found)
    if found:
        return []
    return [BudgetRow(number, cells["code"], cells["title"], unit, *figures, minor, currency, cells.get("parent", ""))]


def _tree_problems(rows: list[BudgetRow], known_codes: frozenset[str]) -> list[Problem]:
    """Codes used twice, parents that do not exist, and circles."""
    problems, parents = [], {}
    for row in rows:
        if row.code in parents:
            problems.append(Problem("budget_code_twice", "The code “%(code)s” stands in the file twice. Give each line its own.",
                                    {"code": row.code}, f"row {row.row}, column code"))  # fmt: skip
        parents[row.code] = row.parent
    for row in rows:
        if row.parent and row.parent not in parents and row.parent not in known_codes:
            problems.append(Problem("budget_parent_unknown", "No line has the code “%(parent)s”. Add it, or leave the parent empty.",
                                    {"parent": row.parent}, f"row {row.row}, column parent"))  # fmt: skip
        elif _in_circle(row.code, parents):
            problems.append(Problem("budget_circle", "The parents of “%(code)s” lead back to itself. Break the circle.",
                                    {"code": row.code}, f"row {row.row}, column parent"))  # fmt: skip
    return problems


def _in_circle(code: str, parents: Mapping[str, str]) -> bool:
    step = parents.get(code, "")
    for _ in parents:
        if step in ("", code):
            break
        step = parents.get(step, "")
    return step == code
