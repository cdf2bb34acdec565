"""Show what a profile makes of a file, row by row, before anybody saves the profile or imports the file."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from awna.core.problems import Problem, Refused

from .csv_profile import CsvProfile, profile_from_json
from .csv_reader import Parsed, RowReader, read_csv_all
from .csv_table import cut_table, decode
from .files import refuse_what_is_no_text
from .statement import Line, check_balance, line_to_plain, plain

ROWS_SHOWN = 10
ROWS_SHOWN_MAX = 100


@dataclass(frozen=True)
class PreviewRow:
    """One row: `line` is what would be read, None where `problems` say why not, or where the row is left out on purpose."""

    number: int
    cells: tuple[str, ...]
    line: Line | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Preview:
    """The first rows, and what the whole file would give. Nothing may be imported while there are problems."""

    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    problems: tuple[Problem, ...]
    count: int = 0  # movements of the whole file, all statements together
    accounts: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    opening: Decimal | None = None
    closing: Decimal | None = None


def preview(data: bytes, profile: CsvProfile, rows: int = ROWS_SHOWN) -> Preview:
    """What the profile makes of the file; problems of the whole file stand beside the rows, and nothing is raised."""
    try:
        refuse_what_is_no_text(data, "")
        table = cut_table(decode(data, profile), profile)
    except Refused as refused:
        return Preview((), (), tuple(refused.problems))
    reader = RowReader(table, profile)
    parsed = [reader.read(row) for row in islice(table.rows, min(rows, ROWS_SHOWN_MAX))]
    shown = tuple(_row(one, whole=not reader.problems) for one in parsed)
    if reader.problems:
        return Preview(table.columns, shown, tuple(reader.problems))
    try:
        statements = read_csv_all(data, profile)
    except Refused as refused:
        return Preview(table.columns, shown, tuple(refused.problems))
    alone = statements[0] if len(statements) == 1 else None
    return Preview(
        columns=table.columns,
        rows=shown,
        problems=tuple(problem for one in statements for problem in check_balance(one)),
        count=sum(len(one.lines) for one in statements),
        accounts=tuple(dict.fromkeys(one.account for one in statements)),
        currencies=tuple(dict.fromkeys(one.currency for one in statements)),
        opening=alone.opening if alone else None,
        closing=alone.closing if alone else None,
    )


def preview_plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Sandbox target: `{"data": base64, "profile": JSON text, "rows": number}` in, the preview as JSON-able values out."""
    found = preview(base64.b64decode(payload["data"]), profile_from_json(payload["profile"]), int(payload.get("rows") or ROWS_SHOWN))
    return {
        "columns": list(found.columns),
        "rows": [
            {
                "number": row.number,
                "cells": list(row.cells),
                "line": line_to_plain(row.line) if row.line else None,
                "problems": [problem_to_plain(problem) for problem in row.problems],
            }
            for row in found.rows
        ],
        "problems": [problem_to_plain(problem) for problem in found.problems],
        "count": found.count,
        "accounts": list(found.accounts),
        "currencies": list(found.currencies),
        "opening": None if found.opening is None else plain(found.opening),
        "closing": None if found.closing is None else plain(found.closing),
    }


def problem_to_plain(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "text": problem.text,
        "params": {name: str(value) for name, value in problem.params.items()},
        "where": problem.where,
    }


def problem_from_plain(value: Mapping[str, Any]) -> Problem:
    return Problem(value["code"], value["text"], dict(value["params"]), value["where"])


def _row(one: Parsed, *, whole: bool) -> PreviewRow:
    # Where a column is missing, its field would read as empty: such a line is not shown as if it were read.
    return PreviewRow(one.row.number, one.row.cells, one.line if whole else None, one.problems if whole else ())
