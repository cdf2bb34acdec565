"""Writes Microsoft Project XML (MSPDI) that reads back equal: tasks, relations, calendars, resources and assignments."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from .model import CONSTRAINTS, Calendar, Except, Hours, Relation, Resource, Schedule, Task
from .mspdi import CODE_ALIAS, CODE_FIELD, KIND_FIELD, LINKS, RESOURCE_KINDS

SPACE = "http://schemas.microsoft.com/project"
UID_MAX = 10**9
_XML_FORBIDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def numbered(schedule: Schedule) -> Schedule:
    """The same schedule as the format wants it: whole numbers as ids (those that are stay), tasks below their summaries, links by task."""
    tasks = _numbers([task.id for task in schedule.tasks])
    calendars = _numbers([calendar.id for calendar in schedule.calendars])
    resources = _numbers([resource.id for resource in schedule.resources])
    relations = [
        replace(one, before=tasks[one.before], after=tasks[one.after])
        for one in schedule.relations
        if one.before in tasks and one.after in tasks
    ]
    rows = [
        replace(task, id=tasks[task.id], parent=tasks.get(task.parent, ""), calendar=calendars.get(task.calendar, ""))
        for task in schedule.tasks
    ]
    ordered = [task for task, _level, _number in outline(rows)]
    places = {task.id: place for place, task in enumerate(ordered)}
    return replace(
        schedule,
        calendar=calendars.get(schedule.calendar, ""),
        tasks=tuple(ordered),
        relations=tuple(sorted(relations, key=lambda one: places[one.after])),
        calendars=tuple(replace(one, id=calendars[one.id], base=calendars.get(one.base, "")) for one in schedule.calendars),
        resources=tuple(replace(one, id=resources[one.id], calendar=calendars.get(one.calendar, "")) for one in schedule.resources),
        assignments=tuple(
            replace(one, task=tasks[one.task], resource=resources[one.resource])
            for one in schedule.assignments
            if one.task in tasks and one.resource in resources
        ),
    )


def outline(tasks: Sequence[Task]) -> Iterator[tuple[Task, int, str]]:
    """Every task after its summary, with its level from 1 (a summary of the whole project with id 0 is at 0) and its outline number."""
    below: dict[str, list[Task]] = {}
    known = {task.id for task in tasks}
    for task in tasks:
        below.setdefault(task.parent if task.parent in known else "", []).append(task)
    tops = below.pop("", [])
    waiting = [(task, 0 if task.id == "0" else 1, str(place)) for place, task in enumerate(tops, start=1)][::-1]
    while waiting:
        task, level, number = waiting.pop()
        yield task, level, number
        inside = below.pop(task.id, [])
        waiting += [(one, level + 1, f"{number}.{place}") for place, one in enumerate(inside, start=1)][::-1]


def _numbers(ids: Sequence[str]) -> dict[str, str]:
    whole = {one for one in ids if re.fullmatch(r"0|[1-9]\d{0,8}", one)}
    free = max((int(one) for one in whole), default=0)
    result: dict[str, str] = {}
    for one in ids:
        if one not in whole:
            free += 1
        result[one] = one if one in whole else str(free)
    return result


def write_mspdi(schedule: Schedule) -> bytes:
    """The file as Microsoft Project, ProjectLibre, P6 and mpxj read it. Tasks stand below their summaries, in their order."""
    plan = numbered(schedule)
    root = Element("Project", xmlns=SPACE)
    _put(root, SaveVersion=14, Name=plan.name, Title=plan.name, ScheduleFromStart=1, StartDate=plan.start, FinishDate=plan.finish,
         CalendarUID=plan.calendar, MinutesPerDay=plan.minutes_per_day, MinutesPerWeek=plan.minutes_per_day * 5, DaysPerMonth=20,
         StatusDate=plan.status)  # fmt: skip
    if any(_own_fields(task) for task in plan.tasks):
        _define_fields(SubElement(root, "ExtendedAttributes"))
    calendars = SubElement(root, "Calendars")
    for calendar in plan.calendars:
        _calendar(SubElement(calendars, "Calendar"), calendar, {one.calendar for one in plan.resources})
    _tasks(SubElement(root, "Tasks"), plan)
    resources = SubElement(root, "Resources")
    for place, resource in enumerate(plan.resources, start=1):
        _resource(SubElement(resources, "Resource"), resource, place)
    assignments = SubElement(root, "Assignments")
    for place, assignment in enumerate(plan.assignments, start=1):
        _put(SubElement(assignments, "Assignment"), UID=place, TaskUID=assignment.task, ResourceUID=assignment.resource, Units=assignment.units,
             Work=_duration(assignment.work_s))  # fmt: skip
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))


def _put(parent: Element, **values: object) -> None:
    """Elements in this order; what is None or empty is left out."""
    for name, value in values.items():
        if value is None or value == "":
            continue
        text = (
            value.strftime("%Y-%m-%dT%H:%M:%S")
            if isinstance(value, datetime)
            else format(value, "f")
            if isinstance(value, Decimal)
            else value
        )
        if isinstance(value, datetime):  # years before 1000 are not filled up by every C library
            text = value.isoformat(timespec="seconds")
        SubElement(parent, name).text = _XML_FORBIDS.sub("", str(text))


def _define_fields(parent: Element) -> None:
    for number, name, alias in ((CODE_FIELD, "Text1", CODE_ALIAS), (KIND_FIELD, "Text2", "Kind of activity")):
        _put(SubElement(parent, "ExtendedAttribute"), FieldID=number, FieldName=name, Alias=alias)


def _own_fields(task: Task) -> list[tuple[str, str]]:
    kind = "level_of_effort" if task.kind == "level_of_effort" else ""
    return [(field, value) for field, value in ((CODE_FIELD, task.code), (KIND_FIELD, kind)) if value]


def _calendar(element: Element, calendar: Calendar, of_resources: Iterable[str]) -> None:
    _put(element, UID=calendar.id, Name=calendar.name, IsBaseCalendar=int(not calendar.base), BaseCalendarUID=calendar.base or "-1")
    days = SubElement(element, "WeekDays")
    for number in range(1, 8):
        hours = calendar.week[(number + 5) % 7]
        if hours is not None:
            day = SubElement(days, "WeekDay")
            _put(day, DayType=number, DayWorking=int(bool(hours)))
            _hours(day, hours)
    exceptions = SubElement(element, "Exceptions")
    for one in calendar.exceptions:
        _exception(SubElement(exceptions, "Exception"), one)


def _hours(parent: Element, hours: Hours) -> None:
    if hours:
        times = SubElement(parent, "WorkingTimes")
        for start, end in hours:
            _put(SubElement(times, "WorkingTime"), FromTime=_time(start), ToTime=_time(end % 1440))


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}:00"


def _exception(element: Element, one: Except) -> None:
    _put(element, EnteredByOccurrences=0)
    period = SubElement(element, "TimePeriod")
    _put(period, FromDate=f"{one.first.isoformat()}T00:00:00", ToDate=f"{one.last.isoformat()}T23:59:00")
    _put(element, Occurrences=(one.last - one.first).days + 1, Name=one.name, Type=1, DayWorking=int(bool(one.hours)))
    _hours(element, one.hours)


def _tasks(parent: Element, plan: Schedule) -> None:
    links: dict[str, list[Relation]] = {}
    for relation in plan.relations:
        links.setdefault(relation.after, []).append(relation)
    for row, (task, level, number) in enumerate(outline(plan.tasks), start=0 if plan.tasks and plan.tasks[0].id == "0" else 1):
        _task(SubElement(parent, "Task"), task, row, level, number, links.get(task.id, []))


def _task(element: Element, task: Task, row: int, level: int, number: str, links: Sequence[Relation]) -> None:
    _put(
        element, UID=task.id, GUID=task.guid, ID=row, Name=task.name, Active=int(task.active), Type=1, IsNull=0, WBS=number, OutlineNumber=number,
        OutlineLevel=level, Start=task.start, Finish=task.finish, Duration=_duration(task.duration_s), DurationFormat=8 if task.elapsed else 7,
        Milestone=int(task.kind == "milestone"), Summary=int(task.kind == "summary"), PercentComplete=task.percent, ActualStart=task.actual_start,
        ActualFinish=task.actual_finish, ConstraintType=CONSTRAINTS.index(task.constraint), CalendarUID=task.calendar or "-1",
        ConstraintDate=task.constraint_date, Deadline=task.deadline, Notes=task.note,
    )  # fmt: skip
    for link in links:
        percent = link.lag_percent is not None
        form = (20 if link.elapsed else 19) if percent else (8 if link.elapsed else 7)
        _put(SubElement(element, "PredecessorLink"), PredecessorUID=link.before, Type=LINKS.index(link.kind), CrossProject=0,
             LinkLag=link.lag_percent if percent else link.lag_s // 6, LagFormat=form)  # fmt: skip
    for field, value in _own_fields(task):
        _put(SubElement(element, "ExtendedAttribute"), FieldID=field, Value=value)


def _resource(element: Element, resource: Resource, place: int) -> None:
    _put(element, UID=resource.id, ID=place, Name=resource.name, Type=RESOURCE_KINDS.index(resource.kind), IsNull=0, MaxUnits=resource.most,
         CalendarUID=resource.calendar or "-1")  # fmt: skip


def _duration(seconds: int) -> str:
    whole = abs(seconds)
    return f"{'-' if seconds < 0 else ''}PT{whole // 3600}H{whole % 3600 // 60}M{whole % 60}S"
