"""The calendars of Microsoft Project XML: working weeks, and days that differ from them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from ..xml_lines import Node
from .model import EXCEPTIONS_MAX, Calendar, Except, Hours

Fault = Callable[..., None]
_TIME = re.compile(r"(\d{2}):(\d{2})(:\d{2})?")
DAILY = ("", "1")


def read_calendar(node: Node, fault: Fault) -> Calendar:
    """Weekdays by their numbers (1 = Sunday); exceptions in both forms that the format has."""
    week: list[Hours | None] = [None] * 7
    exceptions: list[Except] = []
    for day in node.all("WeekDays/WeekDay"):
        kind = day.value("DayType")
        if kind == "0":
            exceptions += _exception(day, fault)
        elif kind in ("1", "2", "3", "4", "5", "6", "7"):
            week[(int(kind) + 5) % 7] = _hours(day, fault)
        else:
            fault(day, "schedule_weekday_unknown", "There is no day of the week %(number)s.", number=kind[:20])
    for exception in node.all("Exceptions/Exception"):
        exceptions += [one for one in _exception(exception, fault) if one not in exceptions]
    base = node.value("BaseCalendarUID")
    return Calendar(
        node.value("UID"), node.value("Name"), tuple(week), tuple(exceptions[:EXCEPTIONS_MAX]), base if base not in ("-1", "0") else ""
    )


def _hours(node: Node, fault: Fault) -> Hours:
    """The working times; a working day without times has the usual ones, from eight to twelve and one to five."""
    if node.value("DayWorking") != "1":
        return ()
    found = tuple(_times(node, fault))
    return found or ((480, 720), (780, 1020))


def _times(node: Node, fault: Fault) -> Iterator[tuple[int, int]]:
    for time in node.all("WorkingTimes/WorkingTime"):
        if not time.children:
            continue
        first, last = _TIME.fullmatch(time.value("FromTime")), _TIME.fullmatch(time.value("ToTime"))
        if first and last:
            start, end = (int(match[1]) * 60 + int(match[2]) for match in (first, last))
            end = end or 1440  # midnight at the end
            if 0 <= start < end <= 1440:
                yield start, end
                continue
        fault(time, "schedule_hours_unreadable", "The working times of a day are not in order. They were left out.")


def _exception(node: Node, fault: Fault) -> Iterator[Except]:
    first, last = _day(node.value("TimePeriod/FromDate")), _day(node.value("TimePeriod/ToDate"))
    if first is None or last is None or last < first:
        fault(node, "schedule_exception_unreadable", "A day that differs has no first and last date in this order. It was left out.")
        return
    # A day that comes again each year or month is named by a span of years: taken as it stands, all these years would be free.
    if node.value("Type") not in DAILY or node.value("Period") not in ("", "0", "1"):
        fault(node, "schedule_exception_recurs", "The day “%(name)s” comes again by a rule, which is not read. Write its days one by one.",
              name=node.value("Name")[:60])  # fmt: skip
        return
    yield Except(first, last, _hours(node, fault), node.value("Name"))


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        return None
