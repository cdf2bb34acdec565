"""Reads Primavera P6 files (`.xer`).

Read are activities with their remaining work, links with lags, working days, and how much of each labour or equipment resource
an activity holds. Level-of-effort and WBS activities are left out: they follow the others.
"""

import re
from datetime import datetime
from functools import partial
from math import ceil, floor

from ...code_pages import decode
from ...xer_lines import Row, read_calendar_data, read_tables
from ..problem import SLOTS_MAX, TASKS_MAX, Calendar, Method, Precedence, PrecedenceKind, Project, Resource, Task
from .lines import damaged

FORM = "xer"
HOURS_PER_SLOT = 4
PARTS = 100  # of one unit of a resource
KINDS: dict[str, PrecedenceKind] = {"PR_FS": "FS", "PR_SS": "SS", "PR_FF": "FF", "PR_SF": "SF"}
FOLLOWERS_OF_OTHERS = ("TT_LOE", "TT_WBS")
TABLES = ("PROJECT", "CALENDAR", "TASK", "TASKPRED", "RSRC", "RSRCRATE", "TASKRSRC")


def read_xer(data: bytes) -> Project:
    """The project of a `.xer` file, in half-days; refuses when the file is damaged."""
    tables = read_tables(decode(data)[0], wanted=TABLES, silent=(), damaged=partial(damaged, FORM))
    try:
        return _project(tables)
    except (KeyError, IndexError, ValueError, TypeError, ZeroDivisionError) as error:
        raise damaged(FORM, f"this is missing or unreadable: {str(error)[:60]}") from error


def _project(tables: dict[str, list[Row]]) -> Project:
    rows = {row["task_id"]: row for row in tables["TASK"] if row["task_type"] not in FOLLOWERS_OF_OTHERS}
    if not rows or len(rows) > TASKS_MAX:
        raise damaged(FORM, f"it has {len(rows)} activities; wanted are 1 to {TASKS_MAX}")
    calendar = _calendar(tables)
    resources, held = _resources(tables)
    tasks = tuple(Task(row["task_code"], (Method(_slots(row), machines=held.get(uid, {})),), row["task_name"]) for uid, row in rows.items())
    return Project(tasks, tuple(dict.fromkeys(_links(tables, rows))), resources, calendar=calendar)


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,9}([.,]\d*)?", text or "0"):
        raise ValueError(f"{text[:40]} is no number")
    return float((text or "0").replace(",", "."))


def _slots(row: Row) -> int:
    slots = ceil(_number(row["remain_drtn_hr_cnt"] or row["target_drtn_hr_cnt"]) / HOURS_PER_SLOT)
    if not 0 <= slots <= SLOTS_MAX:
        raise damaged(FORM, f"the activity {row['task_code']} is longer than {SLOTS_MAX} half-days")
    return slots


def _links(tables: dict[str, list[Row]], rows: dict[str, Row]) -> list[Precedence]:
    result = []
    for link in tables.get("TASKPRED", []):
        if link["task_id"] in rows and link["pred_task_id"] in rows:
            lag = _number(link["lag_hr_cnt"]) / HOURS_PER_SLOT
            before, after = rows[link["pred_task_id"]]["task_code"], rows[link["task_id"]]["task_code"]
            result.append(Precedence(before, after, KINDS[link["pred_type"]], ceil(lag) if lag > 0 else floor(lag)))
    return result


def _resources(tables: dict[str, list[Row]]) -> tuple[tuple[Resource, ...], dict[str, dict[str, int]]]:
    most = {row["rsrc_id"]: _number(row["max_qty_per_hr"]) for row in tables.get("RSRCRATE", [])}
    known = {row["rsrc_id"]: row for row in tables.get("RSRC", []) if row.get("rsrc_type") in ("RT_Labor", "RT_Equip")}
    held: dict[str, dict[str, int]] = {}
    for row in tables.get("TASKRSRC", []):
        amount = round(_number(row["target_qty_per_hr"]) * PARTS)
        if row["rsrc_id"] in known and amount and most.get(row["rsrc_id"]):
            needs = held.setdefault(row["task_id"], {})
            name = known[row["rsrc_id"]]["rsrc_short_name"]
            needs[name] = needs.get(name, 0) + amount
    used = {name for needs in held.values() for name in needs}
    resources = [Resource(row["rsrc_short_name"], round(most.get(uid, 0) * PARTS), row["rsrc_name"]) for uid, row in known.items()]
    return tuple(resource for resource in resources if resource.id in used), held


def _calendar(tables: dict[str, list[Row]]) -> Calendar:
    """The working days of the project's own calendar."""
    project = tables["PROJECT"][0]
    origin = datetime.fromisoformat(project["plan_start_date"] or project["last_recalc_date"]).date()
    found = {row["clndr_id"]: row["clndr_data"] for row in tables["CALENDAR"]}
    week, days, _whole = read_calendar_data(found.get(project.get("clndr_id", "")) or tables["CALENDAR"][0]["clndr_data"])
    rest = frozenset(number for number, hours in enumerate(week) if not hours)
    if len(rest) == 7:
        raise damaged(FORM, "its calendar has no working day")
    return Calendar(origin, 2, rest, holidays=frozenset(day for day, hours in days if not hours))
