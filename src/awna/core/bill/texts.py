"""Reads bills that are text: CSV in the code pages and with the separators of spreadsheets, and JSON schedules of values."""

import csv
import io
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..code_pages import decode
from ..problems import Problem
from .sheets import BILL_BYTES_MAX, COLUMNS_MAX, ROWS_MAX, Book, Cell, Row, Sheet, cell_of, check_cells, damaged, number_cell, too_large

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_LINES = 60
CSV_FIELD_CHARS_MAX = 131_072


def read_csv(data: bytes) -> Book:
    if len(data) > BILL_BYTES_MAX:
        raise too_large("bytes")
    text, encoding = decode(data)
    separator = _separator(text)
    stream = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    rows = []
    before = 0
    try:
        for record in stream:
            rows.append(Row(before + 1, tuple(_text_cell(cell) for cell in record[:COLUMNS_MAX])))
            before = stream.line_num
            if len(rows) > ROWS_MAX * 2:
                raise too_large("rows")
    except csv.Error as error:
        raise damaged("CSV", f"line {before + 1} cannot be cut into cells") from error
    book = Book("csv", [Sheet("", check_cells(rows))], usual_decimal="," if separator == ";" else ".")
    if encoding != "utf-8":
        text = "The file is not UTF-8; it was read as %(encoding)s. Look whether letters with accents or Arabic letters are right."
        book.notes.append(Problem("bill_encoding_guessed", text, {"encoding": encoding}))
    return book


def _text_cell(text: str) -> Cell:
    """A cell; the sign that our writer puts before what a spreadsheet would take for a formula is taken away again."""
    return cell_of(text[1:] if re.match(r"'+[=+\-@]", text) else text)


def _separator(text: str) -> str:
    """The sign by which most of the first lines are cut into the same number of cells, more than one."""

    def score(sign: str) -> tuple[int, int]:
        try:
            widths = [
                len(row) for _, row in zip(range(SAMPLE_LINES), csv.reader(io.StringIO(text, newline=""), delimiter=sign), strict=False)
            ]
        except csv.Error:
            return 0, 0
        wide = [width for width in widths if width > 1]
        usual = max(set(wide), key=wide.count, default=0)
        return wide.count(usual) if usual else 0, usual

    return max(SEPARATORS, key=score)


def read_json(data: bytes) -> Book:
    """A list of objects, or an object that holds one: each object is a row, its names are the heads."""
    if len(data) > BILL_BYTES_MAX:
        raise too_large("bytes")
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal, parse_constant=lambda name: None)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise damaged("JSON", "it breaks off or is not JSON in UTF-8") from error
    items = _items(found)
    heads = list(dict.fromkeys(name for item in items for name in item))[:COLUMNS_MAX]
    rows = [Row(1, tuple(cell_of(name) for name in heads))]
    rows += [Row(number, tuple(_json_cell(item.get(name)) for name in heads)) for number, item in enumerate(items, start=2)]
    return Book("json", [Sheet("", check_cells(rows))])


def _items(found: Any) -> list[Mapping[str, Any]]:
    lists = (
        [found]
        if isinstance(found, list)
        else [value for value in found.values() if isinstance(value, list)]
        if isinstance(found, dict)
        else []
    )
    items = max(lists, key=len, default=[])
    if not items or not all(isinstance(item, dict) for item in items):
        raise damaged("JSON", "it holds no list of items with names and values")
    if len(items) > ROWS_MAX:
        raise too_large("rows")
    return items


def _json_cell(value: Any) -> Cell:
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 30 and len(value.as_tuple().digits) <= 30:
        return number_cell(value)
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return Cell("yes" if value is True else "")
    return cell_of(str(value))
