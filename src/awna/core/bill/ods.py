"""Reads spreadsheets of LibreOffice and others (`.ods`): the table of content.xml, with repeated and merged cells."""

import io
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from .archives import open_zip, part
from .figures import exact
from .sheets import COLUMNS_MAX, EMPTY, ROWS_MAX, SHEETS_MAX, Book, Cell, Row, Sheet, Span, cell_of, check_cells, damaged, number_cell

FORM = "OpenDocument spreadsheet"
DEPTH_MAX = 60  # elements
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_GROUPS = {f"{_TABLE}{name}" for name in ("table-header-rows", "table-row-group", "table-rows")}


def read_ods(data: bytes) -> Book:
    content = part(open_zip(data, form=FORM), "content.xml", form=FORM)
    _check_depth(content)
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise damaged(FORM, "it declares entities, which no bill needs") from error
    except (ParseError, ValueError, LookupError) as error:
        raise damaged(FORM, "its content.xml breaks off or is damaged") from error
    sheets = [_sheet(table) for _, table in zip(range(SHEETS_MAX), root.iter(f"{_TABLE}table"), strict=False)]
    return Book("ods", sheets)


def _check_depth(content: bytes) -> None:
    """Refuses what is nested deeper than a spreadsheet, before a tree of it is built."""
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > DEPTH_MAX:
                raise damaged(FORM, f"its elements are nested deeper than {DEPTH_MAX}")
            if event == "end":
                element.clear()
    except DefusedXmlException as error:
        raise damaged(FORM, "it declares entities, which no bill needs") from error
    except (ParseError, ValueError, LookupError) as error:
        raise damaged(FORM, "its content.xml breaks off or is damaged") from error


def _sheet(table: Any) -> Sheet:
    spans: list[Span] = []
    rows = check_cells(_rows(table, spans))
    return Sheet(table.get(f"{_TABLE}name", ""), rows, tuple(spans))


def _rows(table: Any, spans: list[Span]) -> Iterator[Row]:
    number = 1
    for element in _row_elements(table, 0):
        times = _count(element, "number-rows-repeated")
        row = Row(number, tuple(_cells(element, number, spans)))
        # Empty rows are repeated to the end of the sheet: they count, and nothing is built for them.
        if not row.blank:
            for copy in range(min(times, ROWS_MAX + 1)):
                yield Row(number + copy, row.cells)
        number += times


def _row_elements(parent: Any, depth: int) -> Iterator[Any]:
    for element in parent:
        if element.tag == f"{_TABLE}table-row":
            yield element
        elif element.tag in _GROUPS and depth < DEPTH_MAX:
            yield from _row_elements(element, depth + 1)


def _cells(row: Any, number: int, spans: list[Span]) -> Iterator[Cell]:
    column = 0
    for element in row:
        if element.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        wide, high = _count(element, "number-columns-spanned"), _count(element, "number-rows-spanned")
        if (wide > 1 or high > 1) and len(spans) < ROWS_MAX:
            spans.append(Span(number, column, number + min(high, ROWS_MAX) - 1, column + min(wide, COLUMNS_MAX) - 1))
        cell = EMPTY if element.tag.endswith("covered-table-cell") else _cell(element)
        for _ in range(_count(element, "number-columns-repeated")):
            if column >= COLUMNS_MAX:
                return
            yield cell
            column += 1


def _count(element: Any, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, min(int(text), 10**7)) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _cell(element: Any) -> Cell:
    kind = element.get(f"{_OFFICE}value-type", "")
    if kind in ("float", "currency", "percentage"):
        try:
            value = Decimal(element.get(f"{_OFFICE}value", ""))
            if value.is_finite() and abs(value.adjusted()) < 30:
                return number_cell(exact(float(value)) if len(value.as_tuple().digits) > 15 else value)
        except InvalidOperation:
            pass
    if kind == "date":
        return cell_of(element.get(f"{_OFFICE}date-value", ""))
    text = "\n".join("".join(_words(line)) for line in element if line.tag == f"{_TEXT}p")
    if not text and element.get(f"{_TABLE}formula"):
        return Cell(unvalued=True)
    return cell_of(text)


def _words(element: Any) -> Iterator[str]:
    """The text of a paragraph; repeated blanks and line breaks are elements of their own. Notes are not text."""
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            count = child.get(f"{_TEXT}c", "1")
            yield " " * (min(int(count), 100) if count.isdigit() and len(count) < 9 else 1)
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag != f"{_OFFICE}annotation":
            yield from _words(child)
        yield child.tail or ""
