"""The only writers of tasks by hand: add, change, take out, and take back; each change is kept with how things stood before."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from awna.campaigns.models import Site
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..methods.services import apply_choices
from ..models.tasks import Task
from .models import ScheduleChange, ScheduleFile
from .states import State, States, merged, new_state, picked, problems_of, states_of, touched, write_states

SCHEDULE_ROLES = ("site_lead", "steward")
DURATION_SLOTS_MAX = 4_000
LAG_MAX = 4_000  # slots or hours
Wait = tuple[str, str, int, str]
"""Code of the task that is waited for, kind of link, lag, unit of the lag."""


@dataclass(frozen=True)
class TaskFacts:
    """What people type of a task. `waits` replaces all that it waits for."""

    name: str
    duration: int
    site: Site | None = None
    part: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    waits: Sequence[Wait] = ()


@transaction.atomic
def add_task(*, campaign: Campaign, code: str, facts: TaskFacts, author: Role, request_id: str) -> ScheduleChange:
    """One more task at the end of the list."""
    found = _begin(campaign, author, request_id)
    if found:
        return found
    before = states_of(campaign)
    if code in before["tasks"]:
        raise Refused(Problem("task_code_taken", "There is a task %(code)s already. Give this one another code.", {"code": code}, "code"))
    last = max((state["position"] for state in before["tasks"].values() if state), default=-1)
    state = _with(new_state(name=facts.name, position=last + 1), facts, before)
    return _change(campaign, "added", before, {"tasks": {code: state}, "parts": {}}, author, request_id)


@transaction.atomic
def edit_task(*, task: Task, facts: TaskFacts, author: Role, request_id: str) -> ScheduleChange:
    """Other facts for a task; what its form does not show (people, machines, material, windows) stays."""
    found = _begin(task.campaign, author, request_id)
    if found:
        return found
    before = states_of(task.campaign)
    present = before["tasks"].get(task.code)
    if present is None:
        raise Refused(Problem("task_is_gone", "The task %(code)s has been taken out meanwhile.", {"code": task.code}))
    return _change(task.campaign, "edited", before, {"tasks": {task.code: _with(present, facts, before)}, "parts": {}}, author, request_id)


@transaction.atomic
def remove_task(*, task: Task, author: Role, request_id: str) -> ScheduleChange:
    """Take a task out; those that waited for it no longer do. Refused where work was done on it."""
    found = _begin(task.campaign, author, request_id)
    if found:
        return found
    before = states_of(task.campaign)
    wanted: States = {"tasks": without(before, {task.code}), "parts": {}}
    return _change(task.campaign, "removed", before, wanted, author, request_id)


@transaction.atomic
def set_part(*, campaign: Campaign, code: str, name: str, parent: str, author: Role, request_id: str, new: bool = False) -> ScheduleChange:
    """A part of the work: a new one, or another name and place for one that is there."""
    found = _begin(campaign, author, request_id)
    if found:
        return found
    before = states_of(campaign)
    present = before["parts"].get(code)
    if new and present:
        raise Refused(Problem("part_code_taken", "There is a part %(code)s already. Give this one another code.", {"code": code}, "code"))
    if parent and parent not in before["parts"]:
        raise Refused(Problem("part_unknown", "There is no part %(code)s. Add it first, or choose another.", {"code": parent}, "parent"))
    last = max((state["position"] for state in before["parts"].values() if state), default=-1)
    state = {**(present or {"position": last + 1, "guid": "", "outside_id": ""}), "name": name, "parent": parent or None}
    return _change(campaign, "edited" if present else "added", before, {"tasks": {}, "parts": {code: state}}, author, request_id)


@transaction.atomic
def undo_change(*, change: ScheduleChange, author: Role, request_id: str) -> ScheduleChange:
    """Put everything that a change touched back as it stood before. Refused where it has changed again since."""
    found = _begin(change.campaign, author, request_id)
    if found:
        return found
    if ScheduleChange.objects.filter(undoes=change).exists():
        raise Refused(Problem("change_undone_already", "This change was taken back already."))
    before = states_of(change.campaign)
    other = [code for kind in ("tasks", "parts") for code, state in change.after[kind].items() if before[kind].get(code) != state]
    if other:
        text = "%(codes)s changed again after this. Take back the later change first, or correct them by hand."
        raise Refused(Problem("changed_since", text, {"codes": ", ".join(other[:10])}))
    return _change(change.campaign, "undone", before, change.before, author, request_id, undoes=change)


def apply_states(*, campaign: Campaign, wanted: States, author: Role, request_id: str, file: ScheduleFile | None = None) -> ScheduleChange:
    """What a file says, in one change; the caller holds a transaction. The ways to build that the stewards chose stay in force."""
    found = _begin(campaign, author, request_id)
    return found or _change(campaign, "imported", states_of(campaign), wanted, author, request_id, file=file)


def without(before: States, gone: set[str]) -> dict[str, State | None]:
    """The states that take tasks out: they are gone, and what waited for them waits no longer."""
    rows: dict[str, State | None] = dict.fromkeys(sorted(gone))
    for code, state in before["tasks"].items():
        if code not in gone and state and any(wait[0] in gone for wait in state["waits"]):
            rows[code] = {**state, "waits": [wait for wait in state["waits"] if wait[0] not in gone]}
    return rows


def _begin(campaign: Campaign, author: Role, request_id: str) -> ScheduleChange | None:
    """The right and the lock; the answer of the first time where the same is asked again."""
    refuse_unless_role(author, *SCHEDULE_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    return ScheduleChange.objects.filter(campaign=campaign, request_id=request_id).first()


def _with(state: State, facts: TaskFacts, before: States) -> State:
    """The state with these facts; refused where they cannot be."""
    problems = []
    if not 0 <= facts.duration <= DURATION_SLOTS_MAX:
        text = "A task lasts 0 to %(max)s parts of a day."
        problems.append(Problem("task_duration_wrong", text, {"max": DURATION_SLOTS_MAX}, "duration"))
    if facts.part and facts.part not in before["parts"]:
        problems.append(
            Problem("part_unknown", "There is no part %(code)s. Add it first, or choose another.", {"code": facts.part}, "part")
        )
    seen = set()
    for code, kind, lag, _unit in facts.waits:
        if code not in before["tasks"]:
            text = "There is no task %(code)s. Write the code of a task of this list."
            problems.append(Problem("task_unknown", text, {"code": code}, "waits"))
        if abs(lag) > LAG_MAX or (code, kind) in seen:
            text = "The link to %(code)s stands twice, or its lag is longer than %(max)s."
            problems.append(Problem("link_wrong", text, {"code": code, "max": LAG_MAX}, "waits"))
        seen.add((code, kind))
    if problems:
        raise Refused(problems)
    return {
        **state, "name": facts.name, "duration": facts.duration, "site": str(facts.site.pk) if facts.site else None, "part": facts.part or None,
        "quantity": f"{facts.quantity:.2f}", "unit": facts.unit, "waits": sorted([list(wait) for wait in facts.waits]),
    }  # fmt: skip


def _change(campaign: Campaign, kind: str, before: States, wanted: States, author: Role, request_id: str, **more: Any) -> ScheduleChange:
    """Check, write, and keep both sides."""
    wanted = touched(before, wanted)
    problems = problems_of(merged(before, wanted))
    if problems:
        raise Refused(problem if problem.where in ("parent",) else problem.at("waits") for problem in problems)
    write_states(campaign, wanted)
    if kind == "imported":
        apply_choices(campaign=campaign)  # a file knows nothing of what the stewards chose
    return ScheduleChange.objects.create(
        campaign=campaign, kind=kind, before=picked(before, wanted), after=picked(states_of(campaign), wanted), made_by=author,
        request_id=request_id, **more,
    )  # fmt: skip
