"""Small bills as files, written here: workbooks, OpenDocument tables and CSV of an invented clinic."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.styles import Alignment

Cells = Sequence[Sequence[Any]]


def csv_of(text: str) -> bytes:
    return text.strip().encode()


def xlsx_of(rows: Cells, *, merged: Sequence[str] = (), indents: dict[str, int] | None = None, name: str = "Bill") -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for span in merged:
        sheet.merge_cells(span)
    for place, indent in (indents or {}).items():
        sheet[place].alignment = Alignment(indent=indent)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ods_of(rows: str) -> bytes:
    """A spreadsheet whose table holds these rows, given as XML."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Bill">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    return zip_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


def ods_row(*cells: Any, **attributes: str) -> str:
    told = "".join(f" table:{key.replace('_', '-')}={quoteattr(value)}" for key, value in attributes.items())
    return f"<table:table-row{told}>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return (
        f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        if value
        else "<table:table-cell/>"
    )


def zip_of(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()
