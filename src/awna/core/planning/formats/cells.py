"""The small languages inside the cells of our table: lists, windows, slots, durations and dependencies."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from ...problems import Problem, Refused
from ..problem import Calendar, Precedence, PrecedenceKind, Window

DURATION = re.compile(r"(\d+)\s*(slots?|d|days?)?", re.IGNORECASE)
DEPENDENCY = re.compile(r"(?P<id>.+?)\s*(?P<kind>FS|SS|FF|SF)?\s*(?:(?P<sign>[+-])\s*(?P<lag>\d+)\s*(?P<unit>d?))?")
WINDOW = re.compile(r"(?P<start>[^.=]+?)\s*\.\.\s*(?P<end>[^.=]*?)\s*(?:=\s*(?P<level>\d+))?")


def wrong(code: str, text: str, **params: object) -> Refused:
    return Refused(Problem(code, text, params))


def parts(cell: str) -> list[str]:
    """The non-empty entries of a list, separated by semicolons."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def slot(cell: str, calendar: Calendar | None) -> int:
    """A slot number, or a date where the table has a calendar row."""
    if cell.isdecimal():
        return int(cell)
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        text = "%(cell)s is neither a slot number nor a date such as 2026-12-01. Write one of these."
        raise wrong("date_unreadable", text, cell=cell) from None
    if calendar is None:
        text = "%(cell)s is a date, but the table does not say which day slot 0 is. Add a row of kind calendar, or write a slot number."
        raise wrong("date_without_calendar", text, cell=cell)
    if day < calendar.origin:
        text = "%(cell)s lies before the first day of the calendar, %(origin)s. Correct one of them."
        raise wrong("date_before_calendar", text, cell=cell, origin=calendar.origin)
    return calendar.slot_of(day)


def duration(cell: str, slots_per_day: int) -> int:
    match = DURATION.fullmatch(cell)
    if not match:
        text = "%(cell)s is no duration. Write whole slots (6) or days (3d)."
        raise wrong("duration_unreadable", text, cell=cell)
    return int(match[1]) * (slots_per_day if (match[2] or "").lower().startswith("d") else 1)


def whole(cell: str, what: str) -> int:
    if not cell.isdecimal():
        raise wrong("number_unreadable", "%(cell)s is no %(what)s. Write a whole number, 0 or more.", cell=cell, what=what)
    return int(cell)


def number(cell: str) -> tuple[Decimal, str]:
    """A decimal quantity with an optional unit: `40`, `2.5 m3`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(.*)", cell)
    try:
        if match:
            return Decimal(match[1]), match[2].strip()
    except InvalidOperation:
        pass
    raise wrong(
        "quantity_unreadable", "%(cell)s is no quantity. Write a number such as 40 or 2.5, with its unit after it if you like.", cell=cell
    )


def amounts(cell: str) -> dict[str, str]:
    """`cement:40; sand:2.5 m3` as names and the text of their amounts; a name alone counts 1."""
    result: dict[str, str] = {}
    for part in parts(cell):
        name, _, amount = part.partition(":")
        if name.strip() in result:
            raise wrong("name_twice_in_cell", "%(name)s stands twice in this cell. Add the two up.", name=name.strip())
        result[name.strip()] = amount.strip() or "1"
    return result


def windows(cell: str, calendar: Calendar | None) -> tuple[tuple[Window, int | None], ...]:
    """`0..12; 20..` as windows [from, until); `5..8=0` carries a level. An empty end is for ever."""
    result: list[tuple[Window, int | None]] = []
    for part in parts(cell):
        match = WINDOW.fullmatch(part)
        if not match:
            raise wrong(
                "window_unreadable", "%(cell)s is no window. Write from..until, such as 0..12 or 2026-12-01.. without an end.", cell=part
            )
        start = slot(match["start"], calendar)
        end = slot(match["end"], calendar) if match["end"] else None
        if end is not None and end <= start:
            raise wrong("window_ends_before_start", "The window %(cell)s ends before it starts. Correct one of its ends.", cell=part)
        result.append(((start, end), int(match["level"]) if match["level"] else None))
    return tuple(result)


def dependency(part: str, after: str, known: set[str], slots_per_day: int) -> Precedence:
    """`T1` (finish to start), `T2SS+3`, `T3FF-1d`; an id that is there as it stands wins over any reading of its end."""
    if part in known:
        return Precedence(part, after)
    match = DEPENDENCY.fullmatch(part)
    if match and match["id"] in known:
        kinds: dict[str, PrecedenceKind] = {"FS": "FS", "SS": "SS", "FF": "FF", "SF": "SF"}
        lag = int(match["lag"] or 0) * (slots_per_day if match["unit"] else 1) * (-1 if match["sign"] == "-" else 1)
        return Precedence(match["id"], after, kinds[match["kind"] or "FS"], lag)
    text = "%(part)s names no task of this table. Write the id of a task, then FS, SS, FF or SF and a lag if needed, such as T2SS+3."
    raise wrong("predecessor_unknown", text, part=part)
