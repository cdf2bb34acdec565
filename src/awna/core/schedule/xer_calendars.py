"""The working times inside an XER file: a small nested language of brackets, with the days as Excel counts them."""

import re
from datetime import date, timedelta

from .model import EXCEPTIONS_MAX, Except, Hours

DEPTH_MAX = 20
DAY_ZERO = date(1899, 12, 30)
DAYS_MAX = 80_000  # into the year 2119
_TOKEN = re.compile(r"\(0\|\|([^()]*)\(([^()]*)\)\(|\)\)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})")


def read_calendar_data(text: str) -> tuple[tuple[Hours | None, ...], tuple[Except, ...], bool]:
    """Monday to Sunday, the days that differ, and whether all of it could be read. Empty data = no week of its own."""
    cleaned = re.sub("[\\s\x7f]", "", text)
    week: list[Hours | None] = [None] * 7
    exceptions: list[Except] = []
    path: list[tuple[str, str]] = []
    day: list[tuple[int, int]] = []
    whole, place = True, 0
    for token in _TOKEN.finditer(cleaned):
        whole, place = whole and token.start() == place, token.end()
        if token.group() != "))":
            path.append((token[1], token[2]))
            if len(path) > DEPTH_MAX:
                return tuple(week), tuple(exceptions), False
            if len(path) == 3:
                day = []
            elif len(path) == 4:
                hours = _hours(token[2])
                whole = whole and hours is not None
                day += [hours] if hours else []
            continue
        if not path:
            whole = False
            break
        name, told = path.pop()
        if len(path) == 2 and path[1][0] == "DaysOfWeek" and name in "1234567" and len(name) == 1:
            week[(int(name) + 5) % 7] = tuple(sorted(day))
        elif len(path) == 2 and path[1][0] == "Exceptions":
            found = _exception(told, tuple(sorted(day)))
            whole = whole and found is not None
            exceptions += [found] if found and len(exceptions) < EXCEPTIONS_MAX else []
    whole = whole and not path and place == len(cleaned)
    return tuple(week), tuple(sorted(exceptions, key=lambda one: (one.first, one.hours))), whole


def _hours(told: str) -> tuple[int, int] | None:
    """`s|08:00|f|12:00`, in either order; midnight at the end is the end of the day."""
    parts = told.split("|")
    named = dict(zip(parts[::2], parts[1::2], strict=False))
    start, end = _HOURS.fullmatch(named.get("s", "")), _HOURS.fullmatch(named.get("f", ""))
    if not start or not end:
        return None
    first, last = (int(match[1]) * 60 + int(match[2]) for match in (start, end))
    last = last or 1440
    return (first, last) if 0 <= first < last <= 1440 else None


def _exception(told: str, hours: Hours) -> Except | None:
    match = re.fullmatch(r"d\|(\d{1,6})", told)
    if not match or int(match[1]) > DAYS_MAX:
        return None
    day = DAY_ZERO + timedelta(days=int(match[1]))
    return Except(day, day, hours)
