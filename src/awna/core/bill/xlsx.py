"""Reads workbooks of Excel (`.xlsx`) through openpyxl, row by row, within bounds; merged cells are read beside it."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook

from ..problems import Problem, Refused
from .archives import open_zip
from .figures import exact
from .sheets import COLUMNS_MAX, EMPTY, ROWS_MAX, SHEETS_MAX, Book, Cell, Row, Sheet, Span, cell_of, check_cells, damaged, number_cell

FORM = "Excel workbook"
SPANS_MAX = 20_000
SPAN_ROWS_MAX = 2_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


def read_xlsx(data: bytes) -> Book:
    """The sheets that are shown; hidden ones are named in the notes and not read."""
    archive = open_zip(data, form=FORM)
    try:
        # Row by row: the other way builds an object for every cell of a merged range, however large the file says that it is.
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        book = Book("xlsx", [])
        for sheet in workbook.worksheets[:SHEETS_MAX]:
            if sheet.sheet_state != "visible":
                note = Problem("bill_sheet_hidden", "The hidden sheet %(sheet)s was not read.", {"sheet": sheet.title}, str(sheet.title))
                book.notes.append(note)
                continue
            spans, formulas = _layout(archive, getattr(sheet, "_worksheet_path", ""))
            rows = check_cells(_rows(sheet, formulas))
            book.sheets.append(Sheet(sheet.title, rows, tuple(spans)))
        return book
    except Refused:
        raise
    except Exception as error:  # the library names no set of errors for what bytes at random can make it do
        raise damaged(FORM, f"its inside is not as it should be ({type(error).__name__})") from error


def _rows(sheet: Any, formulas: set[str]) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(max_row=ROWS_MAX + 1, max_col=COLUMNS_MAX), start=1):
        yield Row(number, tuple(_cell(cell, formulas) for cell in cells))


def _cell(cell: Any, formulas: set[str]) -> Cell:
    value = cell.value
    if value is None:
        place = getattr(cell, "coordinate", "")
        return Cell(unvalued=True) if place in formulas else EMPTY
    if isinstance(value, bool):
        return cell_of("1" if value else "0")
    if isinstance(value, int | float):
        return number_cell(exact(value))
    indent = int(cell.alignment.indent or 0) if isinstance(value, str) and cell.alignment else 0
    return cell_of(str(value), indent=indent * 2)


def _layout(archive: zipfile.ZipFile, path: str) -> tuple[list[Span], set[str]]:
    """Merged ranges, and the formulas whose value the file does not hold."""
    spans: list[Span] = []
    formulas: set[str] = set()
    with archive.open(path.lstrip("/")) as stream:
        for _event, element in iterparse(stream, forbid_dtd=True):
            tag = element.tag.rpartition("}")[2]
            if tag == "mergeCell" and len(spans) < SPANS_MAX and (match := _RANGE.fullmatch(element.get("ref", ""))):
                spans.append(Span(int(match[2]), _column(match[1]), min(int(match[4]), int(match[2]) + SPAN_ROWS_MAX), _column(match[3])))
            elif tag == "c":
                names = {child.tag.rpartition("}")[2] for child in element if child.tag.rpartition("}")[2] == "f" or child.text}
                if "f" in names and "v" not in names:
                    formulas.add(element.get("r", ""))
            if tag in ("row", "mergeCell"):
                element.clear()
    return spans, formulas


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
