"""What every kind of file becomes before it is understood: sheets of rows of cells, bounded in size."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ..problems import Problem, Refused

BILL_BYTES_MAX = 10 * 1024 * 1024
UNPACKED_BYTES_MAX = 80 * 1024 * 1024
PARTS_MAX = 2_000  # files in one workbook
ROWS_MAX = 20_000
COLUMNS_MAX = 200
CELLS_MAX = 400_000
CELL_CHARS_MAX = 5_000
SHEETS_MAX = 50


@dataclass(frozen=True)
class Cell:
    """One cell: its text, its number where the file itself says it is one, and how far it is indented."""

    text: str = ""
    number: Decimal | None = None
    indent: int = 0
    unvalued: bool = False
    """A formula whose result the file does not hold."""


@dataclass(frozen=True)
class Row:
    """`number` is its row in the sheet or its line in the file, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, index: int) -> Cell:
        return self.cells[index] if 0 <= index < len(self.cells) else EMPTY

    @property
    def blank(self) -> bool:
        return not any(cell.text or cell.unvalued for cell in self.cells)


@dataclass(frozen=True)
class Span:
    """Merged cells: rows and columns from and to, both counted; rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One table; rows without any content are left out."""

    name: str
    rows: tuple[Row, ...]
    spans: tuple[Span, ...] = ()


@dataclass
class Book:
    """A whole file and what was noticed on opening it."""

    form: str
    sheets: list[Sheet]
    notes: list[Problem] = field(default_factory=list)
    usual_decimal: str = "."


EMPTY = Cell()


def cell_of(text: str, *, indent: int = 0) -> Cell:
    """A cell of text; blanks before it are its indent."""
    cleaned = "".join(sign for sign in text if sign in "\n\t" or (sign.isprintable() or sign in "\u200e\u200f\u00a0"))
    body = cleaned.strip()
    return Cell(body[:CELL_CHARS_MAX], None, indent + len(cleaned) - len(cleaned.lstrip(" \t\u00a0")) if body else 0)


def number_cell(number: Decimal) -> Cell:
    return Cell(format(number.normalize() if number else Decimal(0), "f"), number)


def check_cells(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with content, or Refused where they are more than is read."""
    kept: list[Row] = []
    cells = 0
    for row in rows:
        if row.blank:
            continue
        # Readers fill rows up to the width of the sheet, or of what they take for it.
        width = max(index for index, cell in enumerate(row.cells, start=1) if cell.text or cell.unvalued)
        cells += width
        kept.append(Row(row.number, row.cells[:width]))
        if len(kept) > ROWS_MAX or cells > CELLS_MAX:
            raise too_large("rows")
    return tuple(kept)


def too_large(what: str) -> Refused:
    limits = {"rows": f"{ROWS_MAX} rows or {CELLS_MAX} cells", "bytes": f"{BILL_BYTES_MAX // 1024**2} MB",
              "unpacked": f"{UNPACKED_BYTES_MAX // 1024**2} MB unpacked"}  # fmt: skip
    text = "The file holds more than %(limit)s. Take out what is not part of the bill, or split it."
    return Refused(Problem("bill_file_too_large", text, {"limit": limits[what]}))


def damaged(form: str, reason: str) -> Refused:
    text = "The file was opened as %(form)s, but it cannot be read: %(reason)s. Open it in its program, save it again, and send that."
    return Refused(Problem("bill_file_damaged", text, {"form": form, "reason": reason}))
