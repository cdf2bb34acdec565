"""Reads Microsoft Project XML (MSPDI): tasks, the four kinds of links with their lags, calendars, resources and assignments.

Read are what a plan depends on: durations, links, constraints on starts and finishes, working days and hours, and how much of
each work resource a task holds. Left out: costs, progress, baselines, material resources (they have no limit there).
Source: Microsoft Project 2010 XML Data Interchange Schema (`mspdi_pj14.xsd`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from math import ceil, floor

from ..problem import SLOTS_MAX, TASKS_MAX, Calendar, Method, Precedence, PrecedenceKind, Project, Resource, Site, SiteHours, Task, Window
from .lines import damaged
from .xml_lines import Node, parse

FORM = "mspdi"
LINKS: dict[str, PrecedenceKind] = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
ELAPSED = {"4", "6", "8", "10", "12", "36", "38", "40", "42", "44"}  # LagFormat: minutes, hours, days, weeks, months of the clock
PERCENT = {"19", "20", "51", "52"}
WORK_RESOURCE = "1"
SLOTS_PER_DAY = 2
PARTS = 100  # of one unit of a resource: Project allows half of a crane
LINKS_MAX = 100_000
EXCEPTION_DAYS_MAX = 3700
DURATION = re.compile(r"P(?:(\d{1,5})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d+)?S)?")


@dataclass(frozen=True)
class Days:
    """What a calendar of the file says: weekdays without work (0 = Monday) and single days off."""

    rest: frozenset[int]
    off: frozenset[date]


@dataclass
class Reading:
    """The file on its way to a project."""

    root: Node
    calendar: Calendar
    days: dict[str, Days]  # by UID
    usual: str  # UID of the project's own calendar
    rows: list[Node] = field(default_factory=list)
    leaves: dict[str, list[str]] = field(default_factory=dict)  # UID of any task -> UIDs of the tasks with work under it


def read_mspdi(data: bytes) -> Project:
    """The project of an MSPDI file, in half-days; refuses with the line of what is damaged or cannot be planned."""
    root = parse(data, FORM)
    if root.name != "Project":
        raise damaged(FORM, f"its first element is {root.name}, not Project", root.line)
    days = {_uid(node): _days(node, {}) for node in root.all("Calendars/Calendar")}
    days = {_uid(node): _days(node, days) for node in root.all("Calendars/Calendar")}
    usual = root.value("CalendarUID")
    reading = Reading(root, _axis(root, days, usual), days, usual)
    _outline(reading)
    resources, held = _resources(reading)
    tasks = tuple(_task(reading, node, held.get(_uid(node), {})) for node in reading.rows)
    sites = tuple(_site(reading, uid) for uid in sorted({task.site for task in tasks if task.site}))
    return Project(tasks, tuple(dict.fromkeys(_links(reading))), resources, sites=sites, calendar=reading.calendar)


def _uid(node: Node) -> str:
    return _number(node, "UID")


def _number(node: Node, name: str, default: str | None = None) -> str:
    """A whole number as text, for use as a key."""
    text = node.value(name) or default
    if text is None or not re.fullmatch(r"-?\d{1,9}", text):
        raise damaged(FORM, f"{node.name} has no whole number as {name}", _line(node, name))
    return text


def _line(node: Node, name: str) -> int:
    found = node.one(name)
    return found.line if found else node.line


def _moment(node: Node, name: str) -> datetime | None:
    text = node.value(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise damaged(FORM, f"{name} is no date and time", _line(node, name)) from error


def _minutes(node: Node, name: str) -> int:
    match = DURATION.fullmatch(node.value(name) or "PT0H")
    if not match:
        raise damaged(FORM, f"{name} is no duration such as PT8H0M0S", _line(node, name))
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) + (1 if seconds else 0)


def _days(node: Node, known: dict[str, Days]) -> Days:
    """Weekdays and days off of one calendar; a calendar of a resource starts from its base."""
    base = known.get(node.value("BaseCalendarUID"), Days(frozenset(), frozenset()))
    rest, off = set(base.rest), set(base.off)
    for day in node.all("WeekDays/WeekDay"):
        kind, working = _number(day, "DayType"), day.value("DayWorking") == "1"
        if kind == "0":
            off |= _exception(day) if not working else set()
        elif not 1 <= int(kind) <= 7:
            raise damaged(FORM, f"there is no day of the week {kind}", _line(day, "DayType"))
        else:
            weekday = (int(kind) + 5) % 7  # there 1 is Sunday
            rest = rest - {weekday} if working else rest | {weekday}
    for exception in node.all("Exceptions/Exception"):
        if exception.value("DayWorking") != "1":
            off |= _exception(exception)
    return Days(frozenset(rest), frozenset(off))


def _exception(node: Node) -> set[date]:
    first, last = _moment(node, "TimePeriod/FromDate"), _moment(node, "TimePeriod/ToDate")
    if first is None or last is None or not 0 <= (last - first).days <= EXCEPTION_DAYS_MAX:
        raise damaged(FORM, "a day off has no first and last date in this order", node.line)
    return {first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)}


def _axis(root: Node, days: dict[str, Days], usual: str) -> Calendar:
    """The union of all calendars: days on which at least one of them works."""
    starts = [moment for node in root.all("Tasks/Task") if (moment := _moment(node, "Start"))]
    origin = _moment(root, "StartDate") or min(starts, default=None)
    if origin is None:
        raise damaged(FORM, "it has no StartDate, and its tasks have no start", root.line)
    used = [days[uid] for uid in {usual, *(node.value("CalendarUID") for node in root.all("Tasks/Task"))} if uid in days]
    rest = frozenset.intersection(*(one.rest for one in used)) if used else frozenset({5, 6})
    off = frozenset.intersection(*(one.off for one in used)) if used else frozenset()
    if len(rest) == 7:
        raise damaged(FORM, "no calendar has a working day", _line(root, "Calendars"))
    minutes = int(_number(root, "MinutesPerDay", "480"))
    if not SLOTS_PER_DAY <= minutes <= 24 * 60:
        raise damaged(FORM, "a working day has no minutes or more than a day", _line(root, "MinutesPerDay"))
    slot = minutes // SLOTS_PER_DAY
    first = 8 * 60 if 8 * 60 + minutes + 60 <= 24 * 60 else 0
    pause = 60 if first else 0
    return Calendar(origin.date(), SLOTS_PER_DAY, rest, day_starts=(first, first + slot + pause), slot_minutes=slot, holidays=off)


def _outline(reading: Reading) -> None:
    """Tasks with work in order; every summary stands for the tasks under it."""
    above: list[tuple[int, str]] = []
    for node in reading.root.all("Tasks/Task"):
        if node.value("IsNull") == "1" or node.value("Active") == "0":
            continue
        uid, level = _uid(node), int(_number(node, "OutlineLevel", "1"))
        if uid in reading.leaves:
            raise damaged(FORM, f"the task with UID {uid} is there twice", node.line)
        above = [(depth, other) for depth, other in above if depth < level]
        reading.leaves[uid] = []
        if node.value("Summary") == "1" or (level == 0 and uid == "0"):
            above.append((level, uid))
            continue
        reading.rows.append(node)
        for _, other in above:
            reading.leaves[other].append(uid)
        reading.leaves[uid].append(uid)
    if not reading.rows or len(reading.rows) > TASKS_MAX:
        raise damaged(FORM, f"it has {len(reading.rows)} tasks with work; wanted are 1 to {TASKS_MAX}", reading.root.line)


def _resources(reading: Reading) -> tuple[tuple[Resource, ...], dict[str, dict[str, int]]]:
    """Work resources in hundredths of a unit, and what each task holds of them."""
    resources: dict[str, Resource] = {}
    for node in reading.root.all("Resources/Resource"):
        if node.value("Type") == WORK_RESOURCE and node.value("IsNull") != "1" and _uid(node) != "0":
            resources[_uid(node)] = Resource(f"R{_uid(node)}", _parts(node, "MaxUnits"), node.value("Name"))
    held: dict[str, dict[str, int]] = {}
    for node in reading.root.all("Assignments/Assignment"):
        task, resource = _number(node, "TaskUID"), _number(node, "ResourceUID")
        if resource in resources:
            needs = held.setdefault(task, {})
            needs[resources[resource].id] = needs.get(resources[resource].id, 0) + _parts(node, "Units")
    used = {name for needs in held.values() for name in needs}
    return tuple(resource for resource in resources.values() if resource.id in used), held


def _parts(node: Node, name: str) -> int:
    text = node.value(name) or "1"
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text):
        raise damaged(FORM, f"{name} is no number of units", _line(node, name))
    return round(float(text) * PARTS)


def _task(reading: Reading, node: Node, machines: dict[str, int]) -> Task:
    slots = ceil(_minutes(node, "Duration") / reading.calendar.slot_minutes)
    if slots > SLOTS_MAX:
        raise damaged(FORM, f"a task is longer than {SLOTS_MAX} half-days", _line(node, "Duration"))
    own = node.value("CalendarUID")
    uid = own if own in reading.days else reading.usual
    resting = uid in reading.days and _hours(reading, uid) is not None
    earliest, windows = _constraint(reading, node, slots)
    return Task(_uid(node), (Method(slots, machines=machines),), node.value("Name"), f"C{uid}" if resting else "", earliest, windows)


def _constraint(reading: Reading, node: Node, slots: int) -> tuple[int, tuple[Window, ...]]:
    """Earliest start and allowed starts. Finish constraints count back the duration on the axis."""
    kind, moment = node.value("ConstraintType") or "0", _moment(node, "ConstraintDate")
    if kind in ("0", "1") or moment is None:
        return 0, ()
    if moment.date() < reading.calendar.origin and kind in ("2", "3", "5", "7"):
        raise damaged(FORM, "a task must start or finish before the project starts", _line(node, "ConstraintDate"))
    slot = reading.calendar.slot_from(moment.replace(tzinfo=reading.calendar.tz))
    start = max(slot - slots, 0) if kind in ("3", "6", "7") else slot
    if kind in ("2", "3"):  # must start on, must finish on
        return 0, ((start, start + 1),)
    if kind in ("5", "7"):  # not later than
        return 0, ((0, start + 1),)
    return start, ()


def _hours(reading: Reading, uid: str) -> SiteHours | None:
    """What a calendar rests beyond the axis."""
    days = reading.days[uid]
    rest, off = days.rest - reading.calendar.rest_weekdays, days.off - reading.calendar.holidays
    return SiteHours(rest, off) if rest or off else None


def _site(reading: Reading, name: str) -> Site:
    title = next((node.value("Name") for node in reading.root.all("Calendars/Calendar") if _uid(node) == name[1:]), "")
    return Site(name, name=title, hours=_hours(reading, name[1:]))


def _links(reading: Reading) -> Iterator[Precedence]:
    count = 0
    for node in reading.root.all("Tasks/Task"):
        after = node.value("UID")
        for link in node.all("PredecessorLink"):
            before = _number(link, "PredecessorUID")
            if after not in reading.leaves or before not in reading.leaves:
                continue  # of an inactive task, or of another project
            kind = LINKS.get(link.value("Type") or "1")
            if kind is None:
                raise damaged(FORM, "a link is of none of the four kinds", _line(link, "Type"))
            first, then = reading.leaves[before], reading.leaves[after]
            if (len(first) > 1 and kind[0] == "S") or (len(then) > 1 and kind[1] == "F"):
                raise damaged(FORM, f"a summary task has a link of kind {kind}; link the tasks under it", link.line)
            count += len(first) * len(then)
            if count > LINKS_MAX:
                raise damaged(FORM, f"the links of its summaries are more than {LINKS_MAX}", link.line)
            for one, other in product(first, then):
                yield _precedence(reading, link, one, other, kind)


def _precedence(reading: Reading, link: Node, before: str, after: str, kind: PrecedenceKind) -> Precedence:
    lag, form = int(_number(link, "LinkLag", "0")), link.value("LagFormat") or "7"
    if form in PERCENT:
        length = next(_minutes(node, "Duration") for node in reading.rows if node.value("UID") == before)
        minutes = length * lag / 100
    else:
        minutes = lag / 10  # tenths of a minute
    if form in ELAPSED and minutes:
        return Precedence(before, after, kind, ceil(minutes / 60), unit="elapsed")
    slots = minutes / reading.calendar.slot_minutes
    return Precedence(before, after, kind, ceil(slots) if slots > 0 else floor(slots))
