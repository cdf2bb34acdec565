"""Files that moving in gives away: an empty template of each kind, and the refused rows with their reasons. No cell is run as a formula."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from awna.books.services import safe_cell
from awna.campaigns.moving.columns import IGNORED
from awna.campaigns.moving.kinds import Column, Judged
from awna.core.bill.tables import NOTE_SIGN
from awna.kit.forms import problem_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
WIDTH_CHARS = 24
WIDTH_EXPLAINED_CHARS = 70


def template_csv(columns: Sequence[Column], *, notes: bool = True) -> bytes:
    """Our heads; below them as notes, which are not read, what each column holds and an example. Without `notes` the example is a row."""
    explained = [[_explained(column) for column in columns]] if notes else []
    rows = [[column.name for column in columns], *map(_noted, explained), _noted(_example(columns)) if notes else _example(columns)]
    return _csv(rows)


def template_xlsx(columns: Sequence[Column], *, title: str, notes: bool = True) -> bytes:
    """The same as a workbook; a second sheet explains each column."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index in range(len(columns)):
        sheet.column_dimensions[chr(ord("A") + index)].width = WIDTH_CHARS
    example = _example(columns)
    sheet.append([_cell(sheet, column.name, bold=True) for column in columns])
    sheet.append([_cell(sheet, text) for text in (_noted(example) if notes else example)])
    told: Any = book.create_sheet(_("What the columns hold")[:31])
    told.column_dimensions["A"].width = told.column_dimensions["B"].width = WIDTH_CHARS
    told.column_dimensions["C"].width = WIDTH_EXPLAINED_CHARS
    for column in columns:
        told.append([_cell(told, column.name, bold=True), _cell(told, str(column.title)), _cell(told, _explained(column)), _cell(told, column.example)])  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refused_csv(rows: Sequence[Judged], columns: Sequence[Column]) -> bytes:
    """The refused rows under our heads, each with its number in the file and its reasons: corrected, it can be brought in as it is."""
    named = [column.name for column in columns if any(column.name in row.cells for row in rows) or column.required]
    body = [
        [*(row.cells.get(name, "") for name in named), str(row.number), " ".join(problem_text(one) for one in row.problems)] for row in rows
    ]
    return _csv([[*named, *IGNORED], *body])


def _explained(column: Column) -> str:
    text = str(column.explained)
    return text + " " + _("This column is needed.") if column.required else text


def _example(columns: Sequence[Column]) -> list[str]:
    return [column.example for column in columns]


def _noted(cells: list[str]) -> list[str]:
    return [f"{NOTE_SIGN} {cells[0]}", *cells[1:]]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets see it."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([[safe_cell(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = safe_cell(text) != text
    cell.font, cell.alignment = Font(bold=bold), Alignment(wrap_text=True, vertical="top")
    return cell
