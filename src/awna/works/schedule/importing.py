"""Files of schedules: read in a process of their own, kept, compared with the present tasks, applied whole or not at all."""

import json
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.planning.formats.json_project import project_from_json
from awna.core.planning.problem import Project
from awna.core.problems import Problem, Refused
from awna.core.schedule.model import SCHEDULE_BYTES_MAX, Schedule
from awna.core.schedule.plain import schedule_from_plain
from awna.core.schedule.reading import form_of
from awna.kit.sandbox import Limits, run_in_sandbox
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..gather import stocks_for_tables
from ..models.tasks import WorkCalendar
from ..task_file import table_problems, table_states, write_table
from .models import ScheduleChange, ScheduleFile
from .outside import Taken, calendar_for, taken_from
from .services import SCHEDULE_ROLES, apply_states
from .states import State, States, merged, problems_of, states_of, touched

TABLE_BYTES_MAX = 5 * 1024 * 1024
READER = Limits(memory_mb=1536, cpu_s=60, wall_s=120)
JAVA = Limits(memory_mb=8192, cpu_s=60, wall_s=120)  # Java reserves addresses that it never uses
BY_MPXJ = (".pmxml", ".mpp", ".mpx")
SHOWN = ("name", "duration", "site", "part", "earliest", "quantity", "waits")


@dataclass(frozen=True)
class Row:
    """One task of the difference: what happens to it, and the fields that change with old and new value."""

    code: str
    name: str
    word: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Look:
    """What applying a file would do now."""

    file: ScheduleFile
    wanted: States
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    """Rows that stay behind, or change on the way; they hinder nothing."""
    blocking: tuple[Problem, ...]
    tasks: int
    parts: int
    relations: int
    held: int = 0

    @cached_property
    def counts(self) -> dict[str, int]:
        return {word: sum(row.word == word for row in self.rows) for word in ("added", "changed", "removed")}


def upload_schedule(*, campaign: Campaign, data: bytes, filename: str, author: Role, request_id: str) -> ScheduleFile:
    """Read a file and keep what it says; nothing of the tasks changes. Refused where it cannot be read at all."""
    refuse_unless_role(author, *SCHEDULE_ROLES, campaign=campaign)
    first = ScheduleFile.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    if len(data) > SCHEDULE_BYTES_MAX:
        text = "The file has more than %(limit)s MB. Split the schedule."
        raise Refused(Problem("schedule_file_too_large", text, {"limit": SCHEDULE_BYTES_MAX // 1024**2}, "file"))
    ending = form_of(data)
    is_table = not ending and filename.lower().endswith((".csv", ".txt"))
    read = _read_table(campaign, data) if is_table else _read_schedule(data, ending)
    return ScheduleFile.objects.create(
        campaign=campaign, filename=Path(filename).name[:200], digest=sha256(data).hexdigest(), form="table" if is_table else "schedule",
        read_json=json.dumps(read, ensure_ascii=False), uploaded_by=author, request_id=request_id,
    )  # fmt: skip


def look_at(file: ScheduleFile, *, site: str | None = None, drop_missing: bool = False) -> Look:
    """The difference between the present tasks and the file, by identities that stay."""
    before = states_of(file.campaign)
    if file.form == "table":
        return _look_at_table(file, before)
    schedule = schedule_of(file)
    calendar = WorkCalendar.objects.filter(campaign=file.campaign).first()
    core = calendar.as_core() if calendar else calendar_for(schedule, timezone.localdate())
    taken = taken_from(schedule, before, core, site=site, drop_missing=drop_missing)
    return Look(
        file, taken.wanted, tuple(_rows(before, taken.wanted)), (*schedule.problems, *taken.problems, *schedule.notes),
        tuple(problems_of(merged(before, taken.wanted))), sum(1 for _ in schedule.activities), _summaries(schedule), len(schedule.relations),
        len(schedule.held),
    )  # fmt: skip


@transaction.atomic
def apply_file(*, file: ScheduleFile, author: Role, request_id: str, site: str | None = None, drop_missing: bool = False) -> ScheduleChange:
    """Let the tasks stand as the file says, in one change that can be taken back. A campaign without a calendar gets that of the file."""
    campaign = file.campaign
    refuse_unless_role(author, *SCHEDULE_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = ScheduleChange.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    look = look_at(file, site=site, drop_missing=drop_missing)
    if look.blocking:
        raise Refused(look.blocking)
    if file.form == "table":
        change = write_table(
            campaign=campaign, project=project_of(file), filename=file.filename, author=author, request_id=request_id, file=file
        )
        assert change is not None
        return change
    if not WorkCalendar.objects.filter(campaign=campaign).exists():
        own = calendar_for(schedule_of(file), timezone.localdate())
        WorkCalendar.objects.create(
            campaign=campaign, origin=own.origin, slots_per_day=own.slots_per_day, rest_days=sorted(own.rest_weekdays)
        )
    return apply_states(campaign=campaign, wanted=look.wanted, author=author, request_id=request_id, file=file)


def schedule_of(file: ScheduleFile) -> Schedule:
    return schedule_from_plain(json.loads(file.read_json))


def project_of(file: ScheduleFile) -> Project:
    return project_from_json(file.read_json.encode())


def taken_of(file: ScheduleFile, before: States) -> Taken:
    """How an applied file is met in the tasks: which of them each row of it became."""
    calendar = WorkCalendar.objects.get(campaign=file.campaign).as_core()
    return taken_from(schedule_of(file), before, calendar)


def _read_schedule(data: bytes, ending: str) -> Any:
    payload = {"data": b64encode(data).decode()}
    if ending in BY_MPXJ and find_spec("mpxj"):
        payload["xml"] = run_in_sandbox("awna.core.schedule.foreign:convert_plain", {**payload, "ending": ending}, limits=JAVA)["xml"]
    return run_in_sandbox("awna.core.schedule.plain:read_plain", payload, limits=READER)


def _read_table(campaign: Campaign, data: bytes) -> Any:
    if len(data) > TABLE_BYTES_MAX:
        text = "The table has more than %(limit)s MB. Split it."
        raise Refused(Problem("table_too_large", text, {"limit": TABLE_BYTES_MAX // 1024**2}, "file"))
    stocks = [{"id": one.id, "unit": one.unit, "scale": one.scale} for one in stocks_for_tables(campaign)]
    payload = {"data": b64encode(data).decode(), "stocks": stocks}
    return run_in_sandbox("awna.core.planning.formats.plain:read_table_plain", payload, limits=READER)


def _look_at_table(file: ScheduleFile, before: States) -> Look:
    project = project_of(file)
    blocking = tuple(table_problems(file.campaign, project))
    wanted: States = {"tasks": {}, "parts": {}} if blocking else table_states(file.campaign, project, before)
    return Look(file, wanted, tuple(_rows(before, wanted)), (), blocking, len(project.tasks), 0, len(project.precedences))


def _summaries(schedule: Schedule) -> int:
    return sum(task.kind == "summary" for task in schedule.tasks)


def _rows(before: States, wanted: States) -> list[Row]:
    rows = []
    for code, state in touched(before, wanted)["tasks"].items():
        old = before["tasks"].get(code)
        if state is None:
            rows.append(Row(code, old["name"] if old else code, "removed"))
        elif old is None:
            rows.append(Row(code, state["name"], "added"))
        elif fields := tuple(_fields(old, state)):
            rows.append(Row(code, state["name"], "changed", fields))
    return rows


def _fields(old: State, new: State) -> list[tuple[str, Any, Any]]:
    return [(name, old[name], new[name]) for name in SHOWN if old[name] != new[name]]
