"""Bills as plain JSON, for readers in a process of their own: what a file holds, what was read of it, and corrections of its cells."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..problems import Problem, Refused
from .lines import COUNTED, BillLine, HeldRow, Rate, Total
from .mapping import HEAD_ROWS_MAX, BillMapping, suggest_mapping
from .opening import open_bill
from .reading import read_book
from .sheets import Book, Row, Sheet, cell_of

SAMPLE_ROWS = 40  # rows of a sheet that are shown while its columns are chosen
SAMPLE_COLUMNS = 40
SAMPLE_CHARS = 80


def look_at_bill(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`data` (base64) → the first rows of each sheet and the suggested mapping, None where no row names the columns."""
    book = open_bill(base64.b64decode(payload["data"]))
    suggested: BillMapping | None = None
    problems: list[Problem] = []
    try:
        suggested = suggest_mapping(book)
    except Refused as refused:
        problems = list(refused.problems)
    return {
        "sheets": [_sheet(sheet) for sheet in book.sheets], "suggested": suggested.to_data() if suggested else None,
        "problems": [problem_to_plain(problem) for problem in problems],
    }  # fmt: skip


def read_plain_bill(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`data` (base64), `mapping` or `currency`, `corrections` (row → cells by column, or leave) → the whole reading as plain data."""
    mapping = BillMapping.from_data(payload["mapping"]) if payload.get("mapping") else None
    book = open_bill(base64.b64decode(payload["data"]))
    if mapping is not None and payload.get("corrections"):
        book = _corrected(book, mapping.sheet, payload["corrections"])
    bill = read_book(book, mapping=mapping, currency=str(payload.get("currency", "")))
    return {
        "mapping": bill.mapping.to_data(), "lines": [line_to_plain(line) for line in bill.lines],
        "held": [{"row": one.row, "cells": dict(one.cells), "problems": [problem_to_plain(item) for item in one.problems]} for one in bill.held],
        "totals": [[one.row, one.title, one.currency, one.stated_minor, one.counted_minor, one.agrees] for one in bill.totals],
        "problems": [problem_to_plain(item) for item in bill.problems], "notes": [problem_to_plain(item) for item in bill.notes],
    }  # fmt: skip


@dataclass(frozen=True)
class ReadBill:
    """A reading as it came back: lines, rows kept for correction, totals that were checked, problems of the whole, notes."""

    mapping: BillMapping
    lines: list[BillLine] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def items(self) -> list[BillLine]:
        return [line for line in self.lines if line.kind in COUNTED]

    def sums(self) -> dict[str, int]:
        """Minor units by currency over all counted lines; currencies are never added up."""
        result: dict[str, int] = {}
        for line in self.items:
            for currency, minor in line.amounts().items():
                result[currency] = result.get(currency, 0) + minor
        return result


def bill_from_plain(data: Mapping[str, Any]) -> ReadBill:
    return ReadBill(
        BillMapping.from_data(data["mapping"]), [line_from_plain(one) for one in data["lines"]],
        [HeldRow(one["row"], one["cells"], tuple(problem_from_plain(item) for item in one["problems"])) for one in data["held"]],
        [Total(*one) for one in data["totals"]], [problem_from_plain(item) for item in data["problems"]],
        [problem_from_plain(item) for item in data["notes"]],
    )  # fmt: skip


def line_to_plain(line: BillLine) -> list[Any]:
    rates = [[one.currency, format(one.rate, "f")] for one in line.rates]
    return [line.row, line.code, line.title, line.unit, format(line.quantity, "f"), rates, line.parent, line.kind, line.source_unit]


def line_from_plain(data: Sequence[Any]) -> BillLine:
    row, code, title, unit, quantity, rates, parent, kind, source_unit = data
    prices = tuple(Rate(currency, Decimal(rate)) for currency, rate in rates)
    return BillLine(row, code, title, unit, Decimal(quantity), prices, parent, kind, source_unit)


def problem_to_plain(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "text": problem.text, "params": {key: str(value) for key, value in problem.params.items()}, "where": problem.where}  # fmt: skip


def problem_from_plain(data: Mapping[str, Any]) -> Problem:
    return Problem(data["code"], data["text"], data["params"], data["where"])


def _sheet(sheet: Sheet) -> dict[str, Any]:
    shown = sheet.rows[: max(SAMPLE_ROWS, HEAD_ROWS_MAX)]
    rows = [{"number": row.number, "cells": [cell.text[:SAMPLE_CHARS] for cell in row.cells[:SAMPLE_COLUMNS]]} for row in shown]
    return {"name": sheet.name, "count": len(sheet.rows), "rows": rows}


def _corrected(book: Book, name: str, corrections: Mapping[str, Any]) -> Book:
    """The same book; rows of one sheet with other cells, or left out."""
    by_row = {int(number): said for number, said in corrections.items()}
    sheets = []
    for sheet in book.sheets:
        if sheet.name == name:
            kept = [_corrected_row(row, by_row.get(row.number)) for row in sheet.rows]
            sheet = replace(sheet, rows=tuple(row for row in kept if row is not None))
        sheets.append(sheet)
    return Book(book.form, sheets, book.notes, book.usual_decimal)


def _corrected_row(row: Row, said: Mapping[str, Any] | None) -> Row | None:
    if said is None:
        return row
    if said.get("leave"):
        return None
    cells = list(row.cells)
    for index, text in sorted((int(index), str(text)) for index, text in said.get("cells", {}).items()):
        cells += [cell_of("")] * (index + 1 - len(cells))
        if text != cells[index].text:
            cells[index] = cell_of(text)
    return Row(row.number, tuple(cells))
