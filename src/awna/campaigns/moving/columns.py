"""Finds the heads of a table and which column holds what: by our own heads, by words that people use, and by how the last file was read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from awna.core.bill.words import plain

from .kinds import Column, Line

HEAD_ROWS_MAX = 30
Cell = str | list[str]
Row = tuple[int, list[Cell]]
IGNORED = ("row", "reason")
"""Heads that our own file of refused rows adds; nobody needs to be told that they are not read."""


@dataclass(frozen=True)
class Suggestion:
    """A way to read a file. `sure`: every head was understood and nothing that is needed is missing. `missing`: heads of the last file."""

    head_row: int
    columns: dict[str, str] = field(default_factory=dict)
    sure: bool = False
    remembered: bool = False
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def text_of(cell: Cell, decimal: str = ".") -> str:
    """A cell as text; a true number is written with the decimal sign that was stated."""
    return cell[0].replace(".", decimal) if isinstance(cell, list) else cell


def heads_of(rows: Sequence[Row], head_row: int) -> list[str]:
    """The heads of the row with that number, each once; an unnamed or repeated column is empty."""
    cells = next((cells for number, cells in rows if number == head_row), [])
    found: list[str] = []
    for cell in cells:
        head = text_of(cell).strip()
        found.append("" if head in found else head)
    return found


def suggest(rows: Sequence[Row], columns: Sequence[Column], remembered: Iterable[tuple[list[str], dict[str, str]]]) -> Suggestion:
    """The likeliest reading. `remembered`: heads and columns of earlier files, newest first."""
    known = list(remembered)
    best = Suggestion(rows[0][0] if rows else 1)
    for number, _cells in rows[:HEAD_ROWS_MAX]:
        found = _of_row(heads_of(rows, number), number, columns, known)
        if len(found.columns) > len(best.columns):
            best = found
    if not best.columns and rows:
        best = Suggestion(best.head_row, unread=tuple(filter(None, heads_of(rows, best.head_row))))
    return best


def lines_of(rows: Sequence[Row], *, head_row: int, columns: dict[str, str], decimal: str) -> list[Line]:
    """The rows below the heads that hold anything, by our columns."""
    heads = heads_of(rows, head_row)
    places = {name: heads.index(head) for name, head in columns.items() if head in heads}
    found = []
    for number, cells in rows:
        if number <= head_row:
            continue
        said = {name: text_of(cells[place], decimal).strip() if place < len(cells) else "" for name, place in places.items()}
        if any(said.values()):
            found.append(Line(number, said))
    return found


def _of_row(heads: list[str], number: int, columns: Sequence[Column], known: list[tuple[list[str], dict[str, str]]]) -> Suggestion:
    own = _by_words(heads, columns)
    before = max(known, key=lambda one: sum(head in heads for head in one[1].values()), default=None)
    kept = {name: head for name, head in before[1].items() if head in heads} if before else {}
    remembered = len(kept) >= max(1, len(own))
    # What a person said the last time goes before what a word lets suppose.
    chosen = kept | {name: head for name, head in own.items() if name not in kept and head not in kept.values()} if remembered else own
    unread = tuple(head for head in heads if head and head not in chosen.values() and head not in IGNORED)
    missing = tuple(head for name, head in before[1].items() if head not in heads and name not in chosen) if before and kept else ()
    whole = all(column.name in chosen for column in columns if column.required)
    ours = {column.name for column in columns}
    sure = whole and not unread and not missing and (remembered or all(head in ours for head in chosen.values()))
    return Suggestion(number, chosen, sure, remembered, unread, missing)


def _by_words(heads: list[str], columns: Sequence[Column]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        words = [plain(word) for word in (column.name, *column.words.split("|")) if word]
        head = next((head for word in words for head in heads if head and plain(head) == word and head not in found.values()), None)
        if head is not None:
            found[column.name] = head
    return found


def plain_rows(read: list[Any]) -> list[Row]:
    """Rows as they came out of the reader's JSON."""
    return [(int(number), list(cells)) for number, cells in read]
