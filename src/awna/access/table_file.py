"""Reads a CSV table of reports or of requests to pass. Pure: text in, numbered cells out, run in a process of its own."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from awna.core.problems import Problem, Refused

TABLE_BYTES_MAX = 1024 * 1024
ROWS_MAX = 2_000
CELL_CHARS_MAX = 400
COLUMNS = {
    "reports": ("crossing", "status", "from", "until", "source", "confidence", "seen_on"),
    "requests": (
        "crossing", "item", "quantity", "unit", "asked_on", "wanted_on", "outcome", "decided_on", "reason", "inspection_days",
    ),
}  # fmt: skip
NEEDED = {"reports": ("crossing", "status", "from", "source"), "requests": ("crossing", "item", "asked_on")}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)


def read_table(payload: Mapping[str, Any]) -> dict[str, Any]:
    """{"text"} → {"kind", "rows": [{"number", "cells"}]}; the columns tell which of the two tables it is. Blank rows are left out."""
    try:
        records = list(csv.reader(io.StringIO(payload["text"], newline=""), strict=True))
    except csv.Error as error:
        text = "The file is not a whole CSV file: %(reason)s. Save it again as CSV with commas."
        raise Refused(Problem("access_not_csv", text, {"reason": error}, "file")) from error
    header = [cell.strip().casefold() for cell in records[0]] if records else []
    kind = next((kind for kind, needed in NEEDED.items() if set(needed) <= set(header)), "")
    if not kind:
        text = "The first row does not name the columns. Reports need %(reports)s; requests need %(requests)s."
        raise Refused(Problem("access_columns_missing", text, {name: ", ".join(needed) for name, needed in NEEDED.items()}, "file"))
    if len(records) > ROWS_MAX + 1:
        text = "The file has %(n)s rows; at most %(max)s are read. Split it."
        raise Refused(Problem("access_table_long", text, {"n": len(records) - 1, "max": ROWS_MAX}, "file"))
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if any(cell.strip() for cell in record):
            cells = {name: cell.strip()[:CELL_CHARS_MAX] for name, cell in zip(header, record, strict=False) if name in COLUMNS[kind]}
            rows.append({"number": number, "cells": cells})
    if not rows:
        raise Refused(
            Problem("access_table_empty", "The file has a header but no rows. Add one row for each report or request.", {}, "file")
        )
    return {"kind": kind, "rows": rows}


def day(cells: Mapping[str, str], column: str, problems: list[Problem]) -> date | None:
    """The day of a cell, as 2026-12-31; empty is None."""
    text = cells.get(column, "").translate(_DIGITS)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem("access_day_unread", "“%(asked)s” is no day. Write it as 2026-12-31.", {"asked": text}, column))
        return None


def number(cells: Mapping[str, str], column: str, problems: list[Problem], *, whole: bool = False) -> Decimal | None:
    """The number of a cell, with a point before decimals; empty is None."""
    text = cells.get(column, "").translate(_DIGITS)
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or (whole and value != value.to_integral_value()):
        problems.append(Problem("access_number_unread", "“%(asked)s” is no number. Write digits only.", {"asked": text}, column))
        return None
    return value
