"""Tasks and parts as plain values by code: how they stand, and the one writer that lets them stand as told.

A state holds everything of a task with what it waits for, so that any change can be put back. None = it is not there.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, ProtectedError
from django.db.models.deletion import RestrictedError

from awna.core.problems import Problem, Refused
from awna.core.schedule.checks import settle
from awna.core.schedule.model import Relation, Schedule
from awna.core.schedule.model import Task as PlainTask
from awna.parties.models import Campaign

from ..models.tasks import Dependency, Task, TaskMaterial
from .models import WorkPart

State = dict[str, Any]
States = dict[str, dict[str, State | None]]
"""`{"tasks": {code: state}, "parts": {code: state}}`"""
BATCH = 200  # rows of one statement


def states_of(campaign: Campaign) -> States:
    """All tasks and parts of a campaign as they stand."""
    tasks = campaign.tasks.select_related("part").prefetch_related(with_before(), "materials")
    parts = WorkPart.objects.filter(campaign=campaign).select_related("parent")
    return {"tasks": {task.code: _state(task) for task in tasks}, "parts": {part.code: _part_state(part) for part in parts}}


def with_before() -> Prefetch:
    """For tasks: what each waits for, with its task, in one question."""
    return Prefetch("dependencies", Dependency.objects.select_related("before"))


def _state(task: Task) -> State:
    return {
        "id": str(task.pk), "name": task.name, "site": str(task.site_id) if task.site_id else None, "part": task.part.code if task.part else None,
        "position": task.position, "duration": task.duration, "earliest": task.earliest, "start_windows": task.start_windows, "skills": task.skills,
        "machines": task.machines, "money": task.money, "quantity": f"{task.quantity:.2f}", "unit": task.unit, "guid": task.guid,
        "outside_id": task.outside_id, "materials": sorted([str(row.item_id), row.quantity] for row in task.materials.all()),
        "waits": sorted([row.before.code, row.kind, row.lag, row.lag_unit] for row in task.dependencies.all()),
    }  # fmt: skip


def _part_state(part: WorkPart) -> State:
    return {
        "name": part.name, "parent": part.parent.code if part.parent else None, "position": part.position, "guid": part.guid,
        "outside_id": part.outside_id,
    }  # fmt: skip


def new_state(*, name: str, position: int) -> State:
    """A task that nothing else is known of."""
    return {
        "id": None, "name": name, "site": None, "part": None, "position": position, "duration": 0, "earliest": 0, "start_windows": [], "skills": {},
        "machines": {}, "money": {}, "quantity": "1.00", "unit": "", "guid": "", "outside_id": "", "materials": [], "waits": [],
    }  # fmt: skip


def touched(before: States, wanted: States) -> States:
    """Of what is wanted only what differs from how it stands."""
    return {kind: {code: state for code, state in wanted[kind].items() if before[kind].get(code) != state} for kind in ("tasks", "parts")}


def picked(states: States, like: States) -> States:
    """How the same codes stand in other states."""
    return {kind: {code: states[kind].get(code) for code in like[kind]} for kind in ("tasks", "parts")}


def merged(before: States, wanted: States) -> States:
    """How everything would stand."""
    both = {kind: {**before[kind], **wanted[kind]} for kind in ("tasks", "parts")}
    return {kind: {code: state for code, state in rows.items() if state is not None} for kind, rows in both.items()}


def problems_of(states: States) -> list[Problem]:
    """Links that lead nowhere, to themselves or in a circle, and parts below themselves."""
    schedule = Schedule(
        tasks=tuple(PlainTask(code, code=code) for code, state in states["tasks"].items() if state),
        relations=tuple(
            Relation(before, code, kind, lag) for code, state in states["tasks"].items() if state for before, kind, lag, _unit in state["waits"]
        ),
    )  # fmt: skip
    found = [problem for problem in settle(schedule).problems if problem.code != "schedule_negative_lag"]
    for code, state in states["parts"].items():
        step, seen = state["parent"] if state else None, {code}
        while step and step not in seen:
            seen.add(step)
            above = states["parts"].get(step)
            step = above["parent"] if above else None
        if step:
            text = "The part %(code)s would stand below itself. Choose another part above it."
            found.append(Problem("part_below_itself", text, {"code": code}, "parent"))
    return found


def write_states(campaign: Campaign, wanted: States) -> None:
    """Let tasks and parts stand as told; the caller has checked them, holds the lock and gives all that follow a task which goes."""
    parts = _write_parts(campaign, wanted["parts"])
    known = {task.code: task for task in campaign.tasks.all()}
    gone = [known[code].pk for code, state in wanted["tasks"].items() if state is None and code in known]
    new, old = [], []
    for code, state in wanted["tasks"].items():
        if state is None:
            continue
        task = known.get(code) or Task(campaign=campaign, code=code, **({"pk": state["id"]} if state["id"] else {}))
        _fill(task, state, parts)
        (old if code in known else new).append(task)
        known[code] = task
    _delete(campaign, gone)
    Task.objects.bulk_create(new, batch_size=BATCH)
    Task.objects.bulk_update(
        old,
        ["name", "site", "part", "position", "duration", "earliest", "start_windows", "skills", "machines", "money", "quantity", "unit", "guid",
         "outside_id"],
        batch_size=BATCH,
    )  # fmt: skip
    _write_links({code: state for code, state in wanted["tasks"].items() if state}, known)
    _drop_parts(campaign, (code for code, state in wanted["parts"].items() if state is None))


def _fill(task: Task, state: State, parts: dict[str, WorkPart]) -> None:
    task.name, task.site_id, task.part = state["name"], state["site"], parts.get(state["part"])
    task.position, task.duration, task.earliest = state["position"], state["duration"], state["earliest"]
    task.start_windows, task.skills, task.machines, task.money = state["start_windows"], state["skills"], state["machines"], state["money"]
    task.quantity, task.unit, task.guid, task.outside_id = Decimal(state["quantity"]), state["unit"], state["guid"], state["outside_id"]


def _delete(campaign: Campaign, gone: list[Any]) -> None:
    try:
        campaign.tasks.filter(pk__in=gone).delete()
    except (ProtectedError, RestrictedError) as error:
        held = {str(getattr(one, "task", "")) for one in getattr(error, "protected_objects", ())} - {""}
        text = "These tasks have work done, material issued or papers, so they cannot be taken out: %(tasks)s. Leave them in."
        raise Refused(Problem("task_with_history_left_out", text, {"tasks": ", ".join(sorted(held)) or "?"})) from error


def _write_parts(campaign: Campaign, wanted: dict[str, State | None]) -> dict[str, WorkPart]:
    """All parts by code; first each one, then what stands above it."""
    parts = {part.code: part for part in WorkPart.objects.filter(campaign=campaign)}
    rows = {code: state for code, state in wanted.items() if state is not None}
    for code, state in rows.items():
        part = parts.setdefault(code, WorkPart(campaign=campaign, code=code))
        part.name, part.position, part.guid, part.outside_id = state["name"], state["position"], state["guid"], state["outside_id"]
    WorkPart.objects.bulk_create([parts[code] for code in rows if parts[code].pk is None], batch_size=BATCH)
    for code, state in rows.items():
        parts[code].parent = parts.get(state["parent"] or "")
    WorkPart.objects.bulk_update([parts[code] for code in rows], ["name", "position", "guid", "outside_id", "parent"], batch_size=BATCH)
    return parts


def _drop_parts(campaign: Campaign, codes: Iterable[str]) -> None:
    gone = list(codes)
    if not gone:
        return
    WorkPart.objects.filter(campaign=campaign, parent__code__in=gone, parent__campaign=campaign).exclude(code__in=gone).update(parent=None)
    Task.objects.filter(campaign=campaign, part__code__in=gone).update(part=None)
    WorkPart.objects.filter(campaign=campaign, code__in=gone).update(parent=None)
    WorkPart.objects.filter(campaign=campaign, code__in=gone).delete()


def _write_links(rows: dict[str, State], known: dict[str, Task]) -> None:
    ids = [known[code].pk for code in rows]
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        Dependency.objects.filter(after__in=some).delete()
        TaskMaterial.objects.filter(task__in=some).delete()
    Dependency.objects.bulk_create(
        [
            Dependency(before=known[before], after=known[code], kind=kind, lag=lag, lag_unit=unit)
            for code, state in rows.items()
            for before, kind, lag, unit in state["waits"]
        ],
        batch_size=BATCH,
    )
    TaskMaterial.objects.bulk_create(
        [
            TaskMaterial(task=known[code], item_id=item, quantity=quantity)
            for code, state in rows.items()
            for item, quantity in state["materials"]
        ],
        batch_size=BATCH,
    )
