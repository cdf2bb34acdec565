"""What an XER file is made of: lines of tables, and working times in a small nested language of brackets, with days as Excel counts them."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

EXCEPTIONS_MAX = 5_000  # days in one calendar
ROWS_MAX = 400_000
Row = Mapping[str, str]
Hours = tuple[tuple[int, int], ...]
"""Working times of a day: minutes from midnight, from and to."""
Day = tuple[date, Hours]

DEPTH_MAX = 20
DAY_ZERO = date(1899, 12, 30)
DAYS_MAX = 80_000  # into the year 2119
_TOKEN = re.compile(r"\(0\|\|([^()]*)\(([^()]*)\)\(|\)\)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})")


def read_tables(
    text: str, *, wanted: Collection[str], silent: Collection[str], damaged: Callable[[str], Exception]
) -> dict[str, list[Row]]:
    """The tables by name. `%T` begins one, `%F` names its fields, `%R` is a row; the first line is ERMHDR, without a percent sign.

    Rows of tables that are not `wanted` are counted as empty ones; of `silent` tables nothing is kept at all.
    """
    if not text.startswith("ERMHDR"):
        raise damaged("its first line does not begin with ERMHDR")
    tables: dict[str, list[Row]] = {}
    name, fields, count = "", [""], 0
    for line in text.split("\n"):
        kind, *cells = line.rstrip("\r").split("\t")
        if kind == "%T" and cells:
            name, fields = cells[0].strip(), []
        elif kind == "%F":
            fields = [cell.strip() for cell in cells]
        elif kind == "%R" and name in wanted:
            tables.setdefault(name, []).append(dict(zip(fields, cells, strict=False)))
            count += 1
            if count > ROWS_MAX:
                raise damaged(f"it has more than {ROWS_MAX} rows")
        elif kind == "%R" and name not in silent:
            tables.setdefault(name, []).append({})
    return tables


def read_calendar_data(text: str) -> tuple[tuple[Hours | None, ...], tuple[Day, ...], bool]:
    """Monday to Sunday, the days that differ, and whether all of it could be read. Empty data = no week of its own."""
    cleaned = re.sub("[\\s\x7f]", "", text)
    week: list[Hours | None] = [None] * 7
    exceptions: list[Day] = []
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
    return tuple(week), tuple(sorted(exceptions)), whole


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


def _exception(told: str, hours: Hours) -> Day | None:
    match = re.fullmatch(r"d\|(\d{1,6})", told)
    if not match or int(match[1]) > DAYS_MAX:
        return None
    day = DAY_ZERO + timedelta(days=int(match[1]))
    return day, hours
