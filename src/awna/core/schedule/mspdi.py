"""Reads Microsoft Project XML (MSPDI) whole: every bad element is told by its line, and what is not taken is counted.

Source: Microsoft Project 2010 XML Data Interchange Schema (`mspdi_pj14.xsd`).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from ..problems import Problem
from ..xml_lines import Node, parse_xml
from .checks import settle
from .model import CONSTRAINTS, TASKS_MAX, TEXT_CHARS_MAX, Assignment, Relation, Resource, Schedule, Task, damaged, too_large
from .mspdi_calendars import read_calendar

LINKS = ("FF", "FS", "SF", "SS")
ELAPSED = {"4", "6", "8", "10", "12", "20", "36", "38", "40", "42", "44", "52"}
PERCENT = {"19", "20", "51", "52"}
RESOURCE_KINDS = ("material", "work", "cost")
CODE_FIELD, KIND_FIELD = "188743731", "188743734"  # Text1 and Text2, in which we keep what the format has no place for
CODE_ALIAS = "Activity code"
UNASSIGNED = "-65535"
DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d{0,9})?S)?)?")
TAKEN = frozenset(
    [
        "UID",
        "GUID",
        "ID",
        "Name",
        "Active",
        "IsNull",
        "WBS",
        "OutlineNumber",
        "OutlineLevel",
        "Start",
        "Finish",
        "Duration",
        "DurationFormat",
        "Milestone",
        "Summary",
        "PercentComplete",
        "ActualStart",
        "ActualFinish",
        "ConstraintType",
        "ConstraintDate",
        "Deadline",
        "CalendarUID",
        "Notes",
        "PredecessorLink",
        "ExtendedAttribute",
        "Type",
        "MaxUnits",
        "TaskUID",
        "ResourceUID",
        "Units",
        "Work",
        "CreateDate",
        "Critical",
    ]
)
T = TypeVar("T")


@dataclass
class Reading:
    """The file on its way: problems of its rows, and the elements that were not taken."""

    root: Node
    problems: list[Problem] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    calendars: set[str] = field(default_factory=set)
    coded: bool = False

    def fault(self, node: Node, code: str, text: str, **params: object) -> None:
        self.problems.append(Problem(code, text, params, f"line {node.line}"))

    def count_left(self, node: Node) -> None:
        self.left.update(
            f"{node.name}/{child.name}"
            for child in node.children
            if child.name not in TAKEN and (child.children or child.text.strip() not in ("", "0", "0.0", "-1", "PT0H0M0S"))
        )


def read_mspdi(data: bytes) -> Schedule:
    """The schedule; Refused where the XML cannot be read at all."""
    root = parse_xml(data, damaged)
    if root.name != "Project":
        raise damaged(f"its first element is {root.name}, not Project", root.line)
    reading = Reading(root)
    reading.coded = any(node.value("Alias") == CODE_ALIAS for node in root.all("ExtendedAttributes/ExtendedAttribute"))
    calendars = tuple(_each(reading, root.all("Calendars/Calendar"), lambda node: read_calendar(node, reading.fault)))
    reading.calendars = {calendar.id for calendar in calendars}
    tasks, relations = _tasks(reading)
    resources = tuple(_each(reading, root.all("Resources/Resource"), lambda node: _resource(reading, node)))
    assignments = tuple(_assignments(reading, {task.id for task in tasks}, {one.id for one in resources}))
    minutes = _whole(root, "MinutesPerDay", 480)
    notes = [
        Problem("schedule_element_left_out", "%(count)s values of %(name)s were not taken.", {"name": name, "count": count}, name)
        for name, count in sorted(reading.left.items())
    ]
    return settle(
        Schedule(
            root.value("Title") or root.value("Name"), _moment(reading, root, "StartDate"), _moment(reading, root, "FinishDate"),
            _moment(reading, root, "StatusDate"), _known(reading, root, "CalendarUID"), minutes if 0 < minutes <= 1440 else 480, tuple(tasks),
            tuple(relations), calendars, resources, assignments, (), tuple(reading.problems), tuple(notes),
        )
    )  # fmt: skip


def _each(reading: Reading, nodes: Iterator[Node], build: Callable[[Node], T | None]) -> Iterator[T]:
    """One thing from each element; what cannot be built is a problem of its own, and the rest goes on."""
    seen: set[str] = set()
    for node in nodes:
        uid = node.value("UID")
        if not re.fullmatch(r"-?\d{1,12}", uid) or uid in seen:
            text = "The %(name)s has no number of its own (%(uid)s). It was left out."
            reading.fault(node, "schedule_number_missing", text, name=node.name, uid=uid[:20] or "empty")
            continue
        seen.add(uid)
        built = build(node)
        if built is not None:
            yield built


def _tasks(reading: Reading) -> tuple[list[Task], list[Relation]]:
    tasks: list[Task] = []
    relations: list[Relation] = []
    above: list[tuple[int, str]] = []

    def build(node: Node) -> Task | None:
        if node.value("IsNull") == "1":
            reading.left["Task/IsNull"] += 1
            return None
        level = _whole(node, "OutlineLevel", 1)
        while above and above[-1][0] >= level:
            above.pop()
        task = _task(reading, node, above[-1][1] if above else "")
        above.append((level, task.id))
        relations.extend(_links(reading, node, task.id))
        return task

    for task in _each(reading, reading.root.all("Tasks/Task"), build):
        tasks.append(task)
        if len(tasks) > TASKS_MAX:
            raise too_large("tasks", TASKS_MAX)
    return tasks, relations


def _task(reading: Reading, node: Node, parent: str) -> Task:
    reading.count_left(node)
    own = {one.value("FieldID"): one.value("Value") for one in node.all("ExtendedAttribute")} if reading.coded else {}
    number = _whole(node, "ConstraintType", 0)
    if not 0 <= number < len(CONSTRAINTS):
        reading.fault(
            node, "schedule_constraint_unknown", "There is no constraint %(number)s. The task was read without it.", number=number
        )
        number = 0
    kind = "summary" if node.value("Summary") == "1" else "milestone" if node.value("Milestone") == "1" else "task"
    start, finish = _moment(reading, node, "Start"), _moment(reading, node, "Finish")
    if start and finish and finish < start:
        reading.fault(node, "schedule_finish_before_start", "The task finishes before it starts. Correct one of its dates.")
    return Task(
        node.value("UID"), _text(node.value("Name")), own.get(CODE_FIELD, ""), parent, own.get(KIND_FIELD) or kind, start, finish,
        _duration(reading, node, "Duration"), node.value("DurationFormat") in ELAPSED, min(max(_whole(node, "PercentComplete", 0), 0), 100),
        _moment(reading, node, "ActualStart"), _moment(reading, node, "ActualFinish"), CONSTRAINTS[number],
        _moment(reading, node, "ConstraintDate"), _moment(reading, node, "Deadline"), _known(reading, node, "CalendarUID"),
        node.value("Active") != "0", _text(node.value("Notes")), _guid(node.value("GUID")),
    )  # fmt: skip


def _guid(text: str) -> str:
    return text.upper() if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text) else ""


def _text(text: str) -> str:
    """Without control signs, which XML cannot carry back."""
    return "".join(sign for sign in text[:TEXT_CHARS_MAX] if sign in "\n\t" or sign >= " ").strip()


def _links(reading: Reading, node: Node, after: str) -> Iterator[Relation]:
    for link in node.all("PredecessorLink"):
        number, form = _whole(link, "Type", 1), link.value("LagFormat") or "7"
        if not 0 <= number < len(LINKS):
            reading.fault(
                link, "schedule_relation_kind_unknown", "There is no kind of relation %(number)s. It was left out.", number=number
            )
            continue
        lag = _whole(link, "LinkLag", 0)
        percent = lag if form in PERCENT else None
        yield Relation(link.value("PredecessorUID"), after, LINKS[number], 0 if form in PERCENT else lag * 6, form in ELAPSED, percent)


def _resource(reading: Reading, node: Node) -> Resource | None:
    if node.value("IsNull") == "1" or (node.value("UID") == "0" and not node.value("Name")):
        return None
    reading.count_left(node)
    kind = _whole(node, "Type", 1)
    most = _decimal(reading, node, "MaxUnits")
    return Resource(
        node.value("UID"),
        _text(node.value("Name")),
        RESOURCE_KINDS[kind if 0 <= kind <= 2 else 1],
        most,
        _known(reading, node, "CalendarUID"),
    )


def _assignments(reading: Reading, tasks: set[str], resources: set[str]) -> Iterator[Assignment]:
    for node in reading.root.all("Assignments/Assignment"):
        task, resource = node.value("TaskUID"), node.value("ResourceUID")
        if resource == UNASSIGNED or not resource:
            reading.left["Assignment/ResourceUID"] += 1
        elif task not in tasks or resource not in resources:
            text = "The assignment of resource %(resource)s to task %(task)s leads to something that is not in the file. It was left out."
            reading.fault(node, "schedule_assignment_dangling", text, task=task, resource=resource)
        else:
            yield Assignment(task, resource, _decimal(reading, node, "Units"), _duration(reading, node, "Work"))


def _known(reading: Reading, node: Node, name: str) -> str:
    uid = node.value(name)
    if uid in reading.calendars or uid in ("", "-1"):
        return uid if uid in reading.calendars else ""
    reading.fault(node, "schedule_calendar_dangling", "There is no calendar %(uid)s; the usual one is taken.", uid=uid[:20])
    return ""


def _whole(node: Node, name: str, default: int) -> int:
    text = node.value(name)
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else default


def _decimal(reading: Reading, node: Node, name: str) -> Decimal:
    text = node.value(name) or "1"
    try:
        value = Decimal(text)
        if value.is_finite() and 0 <= value < 10**9:
            return value.quantize(Decimal("0.0001")).normalize() + 0
    except InvalidOperation:
        pass
    reading.fault(node, "schedule_number_unreadable", "%(name)s is not a number of units. One is taken.", name=name)
    return Decimal(1)


def _duration(reading: Reading, node: Node, name: str) -> int:
    text = node.value(name)
    match = DURATION.fullmatch(text) if text else None
    if text and not match:
        text = "%(name)s is not a duration such as PT8H0M0S. None is taken."
        reading.fault(node, "schedule_duration_unreadable", text, name=name)
    if not match:
        return 0
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return min((((days * 24 + hours) * 60 + minutes) * 60 + seconds), 10**10) * (-1 if match[1] else 1)


def _moment(reading: Reading, node: Node, name: str) -> datetime | None:
    text = node.value(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        text = "%(name)s is not a date and time. It was left out."
        reading.fault(node, "schedule_date_unreadable", text, name=name)
        return None
    return found
