"""Rows of a table: cells by their heads in many languages, or by what they hold where there is no head."""

import csv

from .countries import find_country
from .entries import Entry
from .fields import fields_of
from .pieces import Piece
from .repair import Lexicon, mend
from .rows import FIELDS, NOT_UNDERSTOOD, SURE, UNSURE, Cell
from .vocabulary import HEAD_ORDER, HEADS, words_of


def cells_of(text: str, sign: str) -> list[str]:
    """The cells of one line; a comma or semicolon follows the rules of CSV."""
    if sign in ",;":
        return [cell.strip() for cell in next(csv.reader([text], delimiter=sign), [])]
    return [cell.strip().strip('"') for cell in text.split(sign)]


def heads_of(cells: list[str], lexicon: Lexicon) -> list[str]:
    """The field of each column if this is a row of heads, else nothing. Unknown columns are ''."""
    heads: list[str] = []
    for cell in cells:
        words = set(words_of(mend(cell, lexicon)[0]))
        heads.append(next((name for name in HEAD_ORDER if words & HEADS[name] and name not in heads), ""))
    known = sum(head != "" for head in heads)
    return heads if known >= 2 and known >= 0.6 * sum(cell != "" for cell in cells) and "name_original" in heads else []


def row_by_heads(cells: list[str], heads: list[str], lexicon: Lexicon) -> tuple[dict[str, Cell], str]:
    """The fields of a row under known heads; cells without a head are the rest."""
    found: dict[str, Cell] = {}
    rest = [cell for cell in cells[len(heads) :] if cell]
    for head, cell in zip(heads, cells, strict=False):
        text, changed = mend(cell, lexicon)
        if head == "country" and text:
            country = find_country(text)
            found[head] = Cell(country.code, SURE if country.exact else UNSURE) if country else Cell(text, NOT_UNDERSTOOD)
        elif head in FIELDS:
            found[head] = Cell(text, UNSURE if changed else SURE)
        elif not head and cell:
            rest.append(cell)
    even = len(cells) == len(heads)
    if not even or not found.get("name_original", Cell()).text:
        found = {name: found.get(name, Cell()).doubted() for name in FIELDS}
    return found, " · ".join(rest)


def row_without_heads(cells: list[str], entry: Entry, lexicon: Lexicon) -> tuple[dict[str, Cell], str]:
    """The fields of a row by what its cells hold; all of it is in doubt."""
    pieces: list[Piece] = []
    for cell in cells:
        text, changed = mend(cell, lexicon)
        if text and not text.isdigit():
            pieces.append(Piece(text, "|" if pieces else "", 0, changed))
    found, rest = fields_of(pieces, entry)
    return {name: found.get(name, Cell()).doubted() for name in FIELDS}, rest
