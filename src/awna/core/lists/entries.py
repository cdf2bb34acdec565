"""Where one entry ends and the next begins: numbers, bullets, tables, blocks, one paragraph, or a line each."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from .countries import find_country
from .lines import Line

NUMBER = re.compile(r"\(?(?P<number>[\dlIO]{1,4})\s?(?:[.)\]:]|[-–—](?=\s))\s*(?=\S)")
BULLET = re.compile(r"(?P<sign>[•*·●▪◦‣○■□►➢✓✔]|[-–—+o](?=\s))\s*(?=\S)")
CELLS = ("\t", "|")
MARKED_MIN, TABLE_SHARE, BLOCK_LINES_MAX = 3, 0.7, 9.0
OPENING, CLOSING = "([（", ")]）"


@dataclass(frozen=True)
class Entry:
    """Lines (or parts of lines) of one entry; `marker` letters at the start of the first are no part of what is said.

    `soft[i]` tells whether line i runs on from the one before. `sure` is false where the border to the next entry was a guess.
    """

    lines: tuple[Line, ...]
    soft: tuple[bool, ...]
    marker: str = ""
    country: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Cut:
    """How the text was taken apart; `headings` are numbers of lines that name a country for what follows."""

    way: str
    entries: list[Entry]
    headings: dict[int, str]


def cut_entries(lines: list[Line], skipped: dict[int, str]) -> Cut:
    """The entries of the lines that are not skipped. Table rows are left whole."""
    kept = [(n, line) for n, line in enumerate(lines) if n not in skipped]
    told = [line for _, line in kept if line.text]
    if not told:
        return Cut("empty", [], {})
    for way, test in WAYS:
        if test(told, [line for _, line in kept]):
            return CUTTERS[way](kept, way)
    return _by_lines(kept, "lines")


# -- which way -------------------------------------------------------------------------------------------------------


def is_table(told: list[Line], _all: list[Line]) -> bool:
    return cell_sign(told) != ""


def cell_sign(told: list[Line]) -> str:
    """The sign between the cells of a table, or nothing. A comma or semicolon needs the quotes or the evenness of a CSV file."""
    for sign in CELLS:
        if sum(sign in line.text for line in told) >= max(MARKED_MIN, TABLE_SHARE * len(told)):
            return sign
    for sign in (",", ";"):
        counts = [len(_quoted(line.text, sign)) for line in told]
        usual = max(set(counts), key=counts.count)
        quotes = sum(line.text.count('"') >= 2 for line in told)
        if (
            usual >= 3
            and counts.count(usual) >= 0.9 * len(told)
            and (quotes >= 0.2 * len(told) or counts[0] == counts.count(usual) == len(told))
            and len(told) >= MARKED_MIN
        ):
            return sign
    return ""


def _quoted(text: str, sign: str) -> list[str]:
    return re.findall(rf'(?:^|{re.escape(sign)})((?:"[^"]*"|[^"{re.escape(sign)}])*)', text)


def is_numbered(told: list[Line], _all: list[Line]) -> bool:
    numbers = [value for line in told if (value := number_of(line.text)) is not None]
    rising = sum(b - a in (1, 2) for a, b in itertools.pairwise(numbers))
    return len(numbers) >= MARKED_MIN and rising >= 0.6 * (len(numbers) - 1) and len(numbers) >= 0.2 * len(told)


def number_of(text: str) -> int | None:
    """The number at the start of a line, in any digits; a scanner's l and O count as digits beside real ones."""
    match = NUMBER.match(text)
    if match is None or not any(sign.isdigit() for sign in match["number"]):
        return None
    return int(match["number"].replace("l", "1").replace("I", "1").replace("O", "0"))


def is_bulleted(told: list[Line], _all: list[Line]) -> bool:
    signs = [match["sign"] for line in told if (match := BULLET.match(line.text))]
    return len(signs) >= MARKED_MIN and len(signs) >= 0.25 * len(told) and max(map(signs.count, set(signs))) >= 0.6 * len(signs)


def is_paragraph(told: list[Line], _all: list[Line]) -> bool:
    marks = sum(line.text.count(";") + line.text.count("؛") for line in told)
    return marks >= MARKED_MIN and marks >= 0.6 * len(told)


def is_in_blocks(told: list[Line], every: list[Line]) -> bool:
    groups = _groups(every)
    under_country = sum(len(group) > 1 and heading_country(group[0].text) != "" for group in groups)
    several = sum(len(group) > 1 for group in groups)
    return (
        len(groups) >= MARKED_MIN
        and several >= 0.4 * len(groups)
        and len(told) / len(groups) <= BLOCK_LINES_MAX
        and under_country < 0.4 * len(groups)
    )


def _groups(every: list[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = [[]]
    for line in every:
        if line.text:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


WAYS: tuple[tuple[str, Callable[[list[Line], list[Line]], bool]], ...] = (
    ("table", is_table), ("numbered", is_numbered), ("bulleted", is_bulleted), ("blocks", is_in_blocks), ("paragraph", is_paragraph),
)  # fmt: skip


# -- cutting ---------------------------------------------------------------------------------------------------------


def _each_line(kept: list[tuple[int, Line]], way: str) -> Cut:
    return Cut(way, [Entry((line,), (False,)) for _, line in kept if line.text], {})


def _by_marker(kept: list[tuple[int, Line]], way: str) -> Cut:
    """A marker begins an entry; what follows without one belongs to it."""
    pattern, width = (NUMBER if way == "numbered" else _usual_bullet(kept)), _width(kept)
    entries: list[Entry] = []
    headings: dict[int, str] = {}
    country, last = "", 0
    for n, line in kept:
        match = pattern.match(line.text) if line.text else None
        number = number_of(line.text) if way == "numbered" and match else None
        if match and (way == "bulleted" or (number is not None and (not entries or abs(number - last) <= 3 or number == 1))):
            last = number or 0
            entries.append(Entry((line,), (False,), match.group(), country))
        elif line.text and (code := heading_country(line.text)) and not _runs_on(entries, line, width):
            country, headings[n] = code, code
        elif line.text and entries:
            entries[-1] = _longer(entries[-1], line, width)
        elif line.text:
            entries.append(Entry((line,), (False,), sure=False))
    return Cut(way, entries, headings)


def _usual_bullet(kept: list[tuple[int, Line]]) -> re.Pattern[str]:
    """Only the sign that most entries have: a dash may begin a broken line."""
    signs = [match["sign"] for _, line in kept if (match := BULLET.match(line.text))]
    return re.compile(re.escape(max(set(signs), key=signs.count)) + r"\s*(?=\S)")


def _by_blocks(kept: list[tuple[int, Line]], way: str) -> Cut:
    return Cut(way, [Entry(tuple(group), (False,) * len(group)) for group in _groups([line for _, line in kept])], {})


def _by_semicolons(kept: list[tuple[int, Line]], way: str) -> Cut:
    """Parts between semicolons outside of brackets; a part may run over several lines."""
    entries: list[Entry] = []
    current: list[Line] = []
    depth = 0
    for _, line in kept:
        lead = line.start
        raw_start = 0
        for at, sign in enumerate(line.text):
            depth = max(0, depth + (sign in OPENING) - (sign in CLOSING))
            if sign in ";؛" and depth == 0:
                end = _place(line, at + 1)
                current.append(Line(lead, end, line.text[raw_start:at].strip()))
                entries.append(Entry(tuple(current), (True,) * len(current)))
                current, lead, raw_start = [], end, at + 1
        current.append(Line(lead, line.end, line.text[raw_start:].strip()))
    if any(part.text for part in current):
        last = current[-1]
        entries.append(Entry((*current[:-1], Line(last.start, last.end, last.text.removesuffix("."))), (True,) * len(current)))
    elif entries and current:
        entries[-1] = Entry((*entries[-1].lines, *current), (*entries[-1].soft, *(True for _ in current)))
    return Cut(way, entries, {})


def _place(line: Line, at: int) -> int:
    """The place in the given text of a place in the cleaned line; where signs were dropped it errs to the left and stays inside."""
    return min(line.end, line.start + line.indent + at)


def _by_lines(kept: list[tuple[int, Line]], way: str) -> Cut:
    """A line each, joined where a column broke one: set in, an open bracket, or a word that would not have fitted."""
    width = _width(kept)
    set_in = any(line.indent >= 2 for _, line in kept if line.text) and any(line.indent == 0 for _, line in kept if line.text)
    entries: list[Entry] = []
    headings: dict[int, str] = {}
    country, fresh = "", True
    for n, line in kept:
        if not line.text:
            fresh = True
        elif (
            (code := heading_country(line.text))
            and not (entries and _is_open(entries[-1]))
            and (fresh or not _runs_on(entries, line, width))
        ):
            country, headings[n], fresh = code, code, True
        elif entries and not fresh and _belongs(entries[-1], line, width, set_in=set_in):
            entries[-1] = _longer(entries[-1], line, width, always=True)
        else:
            entries.append(Entry((line,), (False,), country=country))
            fresh = False
    return Cut(way, entries, headings)


def _belongs(entry: Entry, line: Line, width: int, *, set_in: bool) -> bool:
    if _is_open(entry) or line.text[0] in ",;)]–—/":
        return True
    if set_in:
        return line.indent >= 2
    return entry.lines[-1].text.endswith((",", "-", "–", "/", "،", ":")) or (
        line.text[0].islower() and _would_not_fit(entry.lines[-1], line, width)
    )


def _is_open(entry: Entry) -> bool:
    text = " ".join(line.text for line in entry.lines)
    return sum(sign in OPENING for sign in text) > sum(sign in CLOSING for sign in text)


def _longer(entry: Entry, line: Line, width: int, *, always: bool = False) -> Entry:
    soft = always or _is_open(entry) or entry.lines[-1].text.endswith("-") or _would_not_fit(entry.lines[-1], line, width)
    return Entry((*entry.lines, line), (*entry.soft, soft), entry.marker, entry.country, entry.sure)


def _runs_on(entries: list[Entry], line: Line, width: int) -> bool:
    return bool(entries) and (
        entries[-1].lines[-1].text.endswith((",", "–", "-", "/")) or _would_not_fit(entries[-1].lines[-1], line, width) or line.indent >= 2
    )


def _would_not_fit(before: Line, line: Line, width: int) -> bool:
    """The column is full: the next word had no room on the line before."""
    return before.width + 1 + len(line.text.split(" ", 1)[0]) > width - 1


def _width(kept: list[tuple[int, Line]]) -> int:
    """The width of the column: that of the longest line, a stray one apart."""
    widths = sorted(line.width for _, line in kept if line.text)
    return widths[-1] if len(widths) < 20 or widths[-1] - widths[-2] <= 6 else widths[-2]


def heading_country(text: str) -> str:
    """The country that a line of its own names: `GERMANY`, `Deutschland (12)`, `Chile:`."""
    bare = re.sub(r"[\s:–—-]*(\(?\d*\)?)?[\s:]*$", "", text)
    found = find_country(bare) if bare and "," not in bare else None
    return found.code if found else ""


CUTTERS: dict[str, Callable[[list[tuple[int, Line]], str], Cut]] = {
    "table": _each_line, "numbered": _by_marker, "bulleted": _by_marker, "blocks": _by_blocks, "paragraph": _by_semicolons,
}  # fmt: skip
