"""`read_list(text)`: rows to review, and every piece of the text that is in no row, with the reason."""

import re
from dataclasses import dataclass, replace
from typing import Any

from ..problems import Problem, Refused
from .entries import BULLET, NUMBER, Entry, cell_sign, cut_entries
from .fields import fields_of
from .lines import Line, furniture, lines_of
from .pieces import entry_text, pieces_of
from .repair import Lexicon, lexicon_of
from .rows import FIELDS, NOT_UNDERSTOOD, Cell, Row
from .tables import cells_of, heads_of, row_by_heads, row_without_heads

LIST_CHARS_MAX, ENTRY_CHARS_MAX = 400_000, 600


@dataclass(frozen=True)
class Leftover:
    """Text in no row: `why` is page_number, running_heading, country_heading, table_head or before_the_list."""

    span: tuple[int, int]
    raw: str
    why: str


@dataclass(frozen=True)
class Reading:
    """What a list holds. The spans of rows and leftovers, with white space, are the whole text."""

    way: str
    rows: list[Row]
    leftovers: list[Leftover]


def read_list(text: str) -> Reading:
    """Read a pasted list. Refused when it is longer than a limit; anything else gives rows, at worst marked as not understood."""
    if len(text) > LIST_CHARS_MAX:
        raise Refused(Problem("list_too_long", "The list has %(chars)s letters; at most %(most)s are read at once. Paste it in parts.",
                              {"chars": len(text), "most": LIST_CHARS_MAX}, "text"))  # fmt: skip
    lines, lexicon = lines_of(text), lexicon_of(text)
    skipped = furniture(lines)
    cut = cut_entries(lines, skipped)
    if cut.way == "table":
        rows, heads = _table_rows(text, cut.entries, lexicon)
        skipped |= {n: "table_head" for n, line in enumerate(lines) if line in heads}
    else:
        rows = [_row(text, entry, lexicon) for entry in cut.entries]
    why = {**skipped, **dict.fromkeys(cut.headings, "country_heading")}
    return Reading(cut.way, rows, _leftovers(text, lines, rows, why))


def read_entry(text: str) -> Row:
    """One entry by itself, over its broken lines, with or without a number before it. None of its fields is sure."""
    said = " ".join(text.split())[:LIST_CHARS_MAX]
    match = NUMBER.match(said) or BULLET.match(said)
    row = _row(
        said, Entry((Line(0, len(said), said),), (False,), match.group() if match and not said[0].isalpha() else ""), lexicon_of(said)
    )
    return replace(row, cells={name: row[name].doubted() for name in FIELDS})


def read_plain(payload: dict[str, str]) -> dict[str, Any]:
    """`read_list` with JSON on both sides, for a process of its own."""
    reading = read_list(payload["text"])
    return {
        "way": reading.way,
        "rows": [{"cells": {name: [row[name].text, row[name].mark] for name in FIELDS}, "raw": row.raw, "rest": row.rest} for row in reading.rows],
        "leftovers": [{"raw": left.raw, "why": left.why} for left in reading.leftovers],
    }  # fmt: skip


def _row(text: str, entry: Entry, lexicon: Lexicon) -> Row:
    said = entry_text(entry)
    cells, rest = fields_of(pieces_of(said, lexicon), entry)
    spans = _spans(entry.lines)
    row = Row(cells, spans, _raw(text, spans), rest)
    return _not_understood(row) if len(said) > ENTRY_CHARS_MAX or not row["name_original"].text else row


def _not_understood(row: Row) -> Row:
    return replace(row, cells={name: Cell(row[name].text, NOT_UNDERSTOOD) for name in FIELDS})


def _table_rows(text: str, entries: list[Entry], lexicon: Lexicon) -> tuple[list[Row], list[Line]]:
    sign = cell_sign([entry.lines[0] for entry in entries])
    told = [(entry, cells_of(entry.lines[0].text, sign)) for entry in entries]
    heads = heads_of(told[0][1], lexicon)
    rows = []
    for entry, cells in told[1:] if heads else told:
        found, rest = row_by_heads(cells, heads, lexicon) if heads else row_without_heads(cells, entry, lexicon)
        spans = _spans(entry.lines)
        row = Row(found, spans, _raw(text, spans), rest)
        rows.append(row if row["name_original"].text else _not_understood(row))
    return rows, [told[0][0].lines[0]] if heads else []


def _spans(lines: tuple[Line, ...]) -> tuple[tuple[int, int], ...]:
    """The places of the lines; neighbours are one."""
    spans: list[tuple[int, int]] = []
    for line in lines:
        if spans and spans[-1][1] == line.start:
            spans[-1] = (spans[-1][0], line.end)
        elif line.end > line.start:
            spans.append((line.start, line.end))
    return tuple(spans)


def _raw(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return "".join(text[start:end] for start, end in spans).strip("\r\n")


def _leftovers(text: str, lines: list[Line], rows: list[Row], why: dict[int, str]) -> list[Leftover]:
    """What no row covers and is not white space."""
    by_start = {line.start: why.get(n, "before_the_list") for n, line in enumerate(lines)}
    found, at = [], 0
    for start, end in [*sorted(span for row in rows for span in row.spans), (len(text), len(text))]:
        for part in re.finditer(r"[^\r\n]+", text[at:start]):
            if part.group().strip():
                place = at + part.start()
                found.append(Leftover((place, at + part.end()), part.group(), by_start.get(place, "before_the_list")))
        at = max(at, end)
    return found
