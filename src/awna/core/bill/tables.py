"""Plain tables of people, goods or gifts in a workbook or CSV, as plain JSON: the rows of one sheet, for a reader in a process of its own."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from ..problems import Problem, Refused
from .opening import open_bill
from .sheets import Cell, Row

NOTE_SIGN = "#"
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00")


def read_table(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`data` (base64) and, if one was chosen, `sheet` → the names of all sheets, that one's name and its rows with content.

    A row is [number, [cell, …]]. A cell is a text, or [text] where the file itself says that it is a number; its decimals have a point.
    Rows whose first cell begins with NOTE_SIGN are notes to the reader and are left out.
    """
    book = open_bill(base64.b64decode(payload["data"]))
    full = [sheet for sheet in book.sheets if sheet.rows]
    if not full:
        raise Refused(Problem("table_empty", "The file holds no rows. Choose the file again."))
    wanted = payload.get("sheet")
    sheet = next((one for one in full if one.name == wanted), full[0])
    rows = [[row.number, [_plain(cell) for cell in row.cells]] for row in sheet.rows if not _is_note(row)]
    notes = [{"code": note.code, "text": note.text, "params": {key: str(value) for key, value in note.params.items()}, "where": note.where} for note in book.notes]  # fmt: skip
    return {"form": book.form, "sheets": [one.name for one in full], "sheet": sheet.name, "rows": rows, "notes": notes}


def _is_note(row: Row) -> bool:
    return row.at(0).text.startswith(NOTE_SIGN)


def _plain(cell: Cell) -> str | list[str]:
    if cell.number is not None:
        return [cell.text]
    day = _MIDNIGHT.fullmatch(cell.text)  # a workbook keeps a day as its first moment
    return day[1] if day else cell.text
