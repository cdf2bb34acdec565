"""Writes bills as CSV and xlsx that read back equal, and in which no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from .lines import BillLine

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
NUMBER_DIGITS_MAX = 15
"""Digits that a workbook keeps of a number; a longer figure is written as text."""


def write_csv(lines: Sequence[BillLine]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets see it; the mapping suggested for this file reads it back."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in _table(lines):
        writer.writerow([_number(cell) if isinstance(cell, Decimal) else _safe(cell) for cell in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def write_xlsx(lines: Sequence[BillLine], *, title: str = "Bill") -> bytes:
    """A workbook of one sheet; texts are texts, whatever sign they begin with."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Bill")
    sheet.freeze_panes = "A2"
    for row in _table(lines):
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _table(lines: Sequence[BillLine]) -> list[list[str | Decimal]]:
    currencies = list(dict.fromkeys(rate.currency for line in lines for rate in line.rates))
    several = any(len(line.rates) > 1 for line in lines)
    heads = ["code", "title", "unit", "quantity", *([f"rate {code}" for code in currencies] if several else ["rate", "currency"])]
    return [[*heads, "parent", "kind"], *(_row(line, currencies if several else None) for line in lines)]


def _row(line: BillLine, currencies: list[str] | None) -> list[str | Decimal]:
    heading = line.kind == "heading"
    rates = {rate.currency: rate.rate for rate in line.rates}
    money: list[str | Decimal] = (
        [rates.get(code, "") for code in currencies] if currencies else ["" if heading else line.rate, line.currency]
    )
    kind = "" if line.kind in ("line", "heading") else line.kind
    return [line.code, line.title, line.unit, "" if heading else line.quantity, *money, line.parent, kind]


def _number(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _xlsx_cell(sheet: Any, value: str | Decimal) -> Any:
    if isinstance(value, Decimal):
        long = len(value.as_tuple().digits) > NUMBER_DIGITS_MAX
        return WriteOnlyCell(sheet, _number(value)) if long else WriteOnlyCell(sheet, float(value))
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.quotePrefix = bool(_FORMULA.match(value))
    return cell
