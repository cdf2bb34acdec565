"""Reads exports of Primavera P6 (`.xer`). Names of users are never taken, and so stand in no schedule, problem or note.

Durations are hours; the length of a day is one of its calendar; the data date is `last_recalc_date`; an empty float is not zero, and
`driving_path_flag` is not the critical path: floats and paths are left to the planner.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from ..code_pages import decode
from ..problems import Problem
from ..xer_lines import Row, read_calendar_data, read_tables
from .checks import LEVELS_MAX, settle
from .model import TASKS_MAX, TEXT_CHARS_MAX, Assignment, Calendar, Except, Relation, Resource, Schedule, Task, damaged, too_large

KINDS = {"PR_FS": "FS", "PR_SS": "SS", "PR_FF": "FF", "PR_SF": "SF"}
TASKS = {"TT_Mile": "milestone", "TT_FinMile": "milestone", "TT_LOE": "level_of_effort", "TT_WBS": "level_of_effort"}
CONSTRAINT = {
    "CS_ALAP": "as_late", "CS_MSO": "must_start", "CS_MANDSTART": "must_start", "CS_MEO": "must_finish", "CS_MANDFIN": "must_finish",
    "CS_MSOA": "start_not_before", "CS_MSOB": "start_not_after", "CS_MEOA": "finish_not_before", "CS_MEOB": "finish_not_after",
}  # fmt: skip
RESOURCES = {"RT_Labor": "work", "RT_Equip": "work", "RT_Mat": "material"}
READ_TABLES = {"PROJECT", "CALENDAR", "PROJWBS", "TASK", "TASKPRED", "RSRC", "RSRCRATE", "TASKRSRC"}
PEOPLE_TABLES = {"OBS", "USERS", "USROPEN", "USEROBS", "USERENG"}
HOURS_MAX = 10**6


@dataclass
class Reading:
    """The tables of the file, and what was wrong in their rows."""

    tables: dict[str, list[Row]]
    problems: list[Problem] = field(default_factory=list)

    def rows(self, table: str, key: str) -> Iterator[Row]:
        """The rows that have an id of their own."""
        seen: set[str] = set()
        for place, row in enumerate(self.tables.get(table, ()), start=1):
            if not row.get(key) or row[key] in seen:
                text = "The row has no %(key)s, or one that another row has. It was left out."
                self.fault(f"{table} row {place}", "schedule_number_missing", text, key=key)
                continue
            seen.add(row[key])
            yield row

    def fault(self, where: str, code: str, text: str, **params: object) -> None:
        self.problems.append(Problem(code, text, params, where))

    def seconds(self, row: Row, name: str, where: str) -> int:
        """Hours as seconds; empty = 0."""
        value = self.number(row, name, where)
        return int((value * 3600).to_integral_value()) if abs(value) <= HOURS_MAX else 0

    def number(self, row: Row, name: str, where: str) -> Decimal:
        text = row.get(name, "").strip().replace(",", ".")
        try:
            value = Decimal(text or "0")
            if value.is_finite() and abs(value) <= 10**9:
                return value
        except InvalidOperation:
            pass
        self.fault(where, "schedule_number_unreadable", "%(name)s is not a number. 0 is taken.", name=name)
        return Decimal(0)

    def moment(self, row: Row, *names: str) -> datetime | None:
        """The first of these dates that is there."""
        for name in names:
            if text := row.get(name, "").strip():
                try:
                    return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
                except ValueError:
                    where = f"task {row.get('task_code') or row.get('proj_short_name', '')}"
                    self.fault(where, "schedule_date_unreadable", "%(name)s is not a date and time. It was left out.", name=name)
        return None


def read_xer(data: bytes) -> Schedule:
    """The schedule; Refused where the file has no tables of tasks."""
    text, encoding = decode(data)
    reading = Reading(read_tables(text, wanted=READ_TABLES, silent=PEOPLE_TABLES, damaged=damaged))
    if not reading.tables.get("TASK"):
        raise damaged("it has no table of tasks (TASK)")
    project: Row = next(iter(reading.tables.get("PROJECT", ())), {})
    calendars = tuple(_calendar(reading, row) for row in reading.rows("CALENDAR", "clndr_id"))
    known = {calendar.id for calendar in calendars}
    tasks = _tasks(reading, known)
    ids = {task.id for task in tasks}
    resources = tuple(_resources(reading, known))
    assignments = tuple(_assignments(reading, ids, {one.id for one in resources}))
    usual = next((row for row in reading.tables.get("CALENDAR", ()) if row.get("clndr_id") == project.get("clndr_id")), {})
    day = reading.number(usual, "day_hr_cnt", "calendar") * 60
    return settle(
        Schedule(
            _text(project.get("proj_short_name", "")), reading.moment(project, "plan_start_date"),
            reading.moment(project, "scd_end_date", "plan_end_date"), reading.moment(project, "last_recalc_date"),
            project.get("clndr_id", "") if project.get("clndr_id", "") in known else "", int(day) if 0 < day <= 1440 else 480, tuple(tasks),
            tuple(_relations(reading)), calendars, resources, assignments, (), tuple(reading.problems), tuple(_notes(reading, encoding)),
        )
    )  # fmt: skip


def _notes(reading: Reading, encoding: str) -> Iterator[Problem]:
    if encoding != "utf-8":
        text = "The file does not say its encoding; it was read as %(encoding)s. Look whether letters with accents or Arabic letters are right."
        yield Problem("schedule_encoding_guessed", text, {"encoding": encoding})
    left = Counter({name: len(rows) for name, rows in reading.tables.items() if name not in READ_TABLES})
    for name, count in sorted(left.items()):
        yield Problem(
            "schedule_element_left_out", "%(count)s values of %(name)s were not taken.", {"name": name[:60], "count": count}, name[:60]
        )
    for name in ("cstr_type2", "suspend_date", "expect_end_date"):
        count = sum(1 for row in reading.tables["TASK"] if row.get(name))
        if count:
            text = "%(count)s values of %(name)s were not taken."
            yield Problem("schedule_element_left_out", text, {"name": name, "count": count}, name)
    projects = len(reading.tables.get("PROJECT", ()))
    if projects > 1:
        text = "The file holds %(count)s projects; they were read as one schedule with the dates of the first."
        yield Problem("schedule_projects_joined", text, {"count": projects})


def _text(text: str) -> str:
    return re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", text)[:TEXT_CHARS_MAX].strip()


def _guid(text: str) -> str:
    """P6 writes the sixteen bytes of an identity in base 64."""
    try:
        return str(UUID(bytes_le=b64decode(f"{text}==", validate=True))).upper()
    except ValueError:
        return ""


def _calendar(reading: Reading, row: Row) -> Calendar:
    where = f"calendar {_text(row.get('clndr_name', ''))}"
    week, exceptions, whole = read_calendar_data(row.get("clndr_data", ""))
    if not whole:
        reading.fault(where, "schedule_calendar_unreadable", "The working times are damaged; what could be read of them was taken.")
    days = tuple(Except(day, day, hours) for day, hours in exceptions)
    return Calendar(row["clndr_id"], _text(row.get("clndr_name", "")), week, days, row.get("base_clndr_id", ""))


def _tasks(reading: Reading, calendars: set[str]) -> list[Task]:
    """The work breakdown as summaries, with ids that no activity has, and the activities below them."""
    rows = list(reading.rows("TASK", "task_id"))
    nodes = list(reading.rows("PROJWBS", "wbs_id"))
    if len(rows) + len(nodes) > TASKS_MAX:
        raise too_large("tasks", TASKS_MAX)
    used = {row["task_id"] for row in rows}
    ids = {node["wbs_id"]: node["wbs_id"] if node["wbs_id"] not in used else f"wbs-{node['wbs_id']}" for node in nodes}
    parents = {node["wbs_id"]: node.get("parent_wbs_id", "") for node in nodes}
    tasks = []
    for node in nodes:
        parent = parents[node["wbs_id"]]
        if _leads_back(node["wbs_id"], parents):
            reading.fault(
                f"WBS {_text(node.get('wbs_short_name', ''))}",
                "schedule_circle_of_summaries",
                "The summary stands below itself; it was put at the top.",
            )
            parents[node["wbs_id"]] = parent = ""
        name = _text(node.get("wbs_name", ""))
        tasks.append(
            Task(
                ids[node["wbs_id"]],
                name,
                _text(node.get("wbs_short_name", "")),
                ids.get(parent, ""),
                "summary",
                guid=_guid(node.get("guid", "")),
            )
        )
    return tasks + [_task(reading, row, ids, calendars) for row in rows]


def _leads_back(node: str, parents: Mapping[str, str]) -> bool:
    step, count = parents.get(node, ""), 0
    while step in parents and step != node and count < min(len(parents), LEVELS_MAX):
        step, count = parents[step], count + 1
    return step == node or count == LEVELS_MAX


def _task(reading: Reading, row: Row, ids: Mapping[str, str], calendars: set[str]) -> Task:
    code = _text(row.get("task_code", ""))
    where = f"task {code or row['task_id'][:40]}"
    if row.get("wbs_id") and row["wbs_id"] not in ids:
        reading.fault(where, "schedule_summary_dangling", "The task stands below a part that is not in the file; it was put at the top.")
    if row.get("clndr_id") and row["clndr_id"] not in calendars:
        reading.fault(
            where, "schedule_calendar_dangling", "There is no calendar %(uid)s; the usual one is taken.", uid=row["clndr_id"][:20]
        )
    start = reading.moment(row, "act_start_date", "early_start_date", "target_start_date")
    finish = reading.moment(row, "act_end_date", "early_end_date", "target_end_date")
    if start and finish and finish < start:
        reading.fault(where, "schedule_finish_before_start", "The task finishes before it starts. Correct one of its dates.")
    constraint = CONSTRAINT.get(row.get("cstr_type", ""), "as_soon")
    return Task(
        row["task_id"], _text(row.get("task_name", "")), code, ids.get(row.get("wbs_id", ""), ""), TASKS.get(row.get("task_type", ""), "task"), start,
        finish, max(0, reading.seconds(row, "target_drtn_hr_cnt", where)), False, _percent(reading, row, where),
        reading.moment(row, "act_start_date"), reading.moment(row, "act_end_date"), constraint,
        reading.moment(row, "cstr_date") if constraint != "as_soon" else None, None,
        row.get("clndr_id", "") if row.get("clndr_id", "") in calendars else "", True, "", _guid(row.get("guid", "")),
    )  # fmt: skip


def _percent(reading: Reading, row: Row, where: str) -> int:
    """By the task's own way: what people see, hours that are left, or units of work done."""
    status, way = row.get("status_code", ""), row.get("complete_pct_type", "")
    if status in ("TK_Complete", "TK_NotStart"):
        return 100 if status == "TK_Complete" else 0
    if way == "CP_Phys":
        done, whole = reading.number(row, "phys_complete_pct", where), Decimal(100)
    elif way == "CP_Units":
        done = reading.number(row, "act_work_qty", where) + reading.number(row, "act_equip_qty", where)
        whole = done + reading.number(row, "remain_work_qty", where) + reading.number(row, "remain_equip_qty", where)
    else:
        whole = reading.number(row, "target_drtn_hr_cnt", where)
        done = whole - reading.number(row, "remain_drtn_hr_cnt", where)
    return min(max(int(done * 100 / whole), 0), 100) if whole > 0 else 0


def _relations(reading: Reading) -> Iterator[Relation]:
    for place, row in enumerate(reading.tables.get("TASKPRED", ()), start=1):
        where, kind = f"TASKPRED row {place}", KINDS.get(row.get("pred_type", ""))
        if kind is None:
            text = "There is no kind of relation %(number)s. It was left out."
            reading.fault(where, "schedule_relation_kind_unknown", text, number=row.get("pred_type", "")[:20])
            continue
        yield Relation(row.get("pred_task_id", ""), row.get("task_id", ""), kind, reading.seconds(row, "lag_hr_cnt", where))


def _resources(reading: Reading, calendars: set[str]) -> Iterator[Resource]:
    most = {row.get("rsrc_id", ""): reading.number(row, "max_qty_per_hr", "RSRCRATE") for row in reading.tables.get("RSRCRATE", ())}
    for row in reading.rows("RSRC", "rsrc_id"):
        calendar = row.get("clndr_id", "")
        yield Resource(row["rsrc_id"], _text(row.get("rsrc_name", "")), RESOURCES.get(row.get("rsrc_type", ""), "work"),
                       max(Decimal(0), most.get(row["rsrc_id"], Decimal(1))), calendar if calendar in calendars else "")  # fmt: skip


def _assignments(reading: Reading, tasks: set[str], resources: set[str]) -> Iterator[Assignment]:
    for place, row in enumerate(reading.tables.get("TASKRSRC", ()), start=1):
        where, task, resource = f"TASKRSRC row {place}", row.get("task_id", ""), row.get("rsrc_id", "")
        if not resource:
            continue  # a role without a person yet
        if task not in tasks or resource not in resources:
            text = "The assignment of resource %(resource)s to task %(task)s leads to something that is not in the file. It was left out."
            reading.fault(where, "schedule_assignment_dangling", text, task=task[:40], resource=resource[:40])
            continue
        units = reading.number(row, "target_qty_per_hr", where)
        yield Assignment(task, resource, max(Decimal(0), units), reading.seconds(row, "target_qty", where))
