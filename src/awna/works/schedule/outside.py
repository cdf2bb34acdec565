"""A schedule of another program as states of our tasks: identities that stay, whole slots, and a reason for each row that cannot come along."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil, floor

from awna.core.planning.problem import Calendar
from awna.core.problems import Problem
from awna.core.schedule.model import Relation, Schedule, Task

from .states import State, States, new_state

NAME_CHARS_MAX, CODE_CHARS_MAX, ID_CHARS_MAX = 160, 60, 40
DAY_S = 24 * 3600
LINKS_MAX = 20_000


@dataclass
class Taken:
    """What applying would write, the code of each task by its id in the file, and the reasons of rows that stay behind or change."""

    wanted: States
    codes: dict[str, str]
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Measure:
    """How the file's time becomes ours: a working slot in seconds, and the calendar."""

    calendar: Calendar
    slot_s: int

    def slots(self, seconds: int, *, elapsed: bool = False) -> int:
        """Whole slots that hold a working time; the clock's time by days."""
        if elapsed:
            return ceil(seconds * self.calendar.slots_per_day / DAY_S)
        return ceil(seconds / self.slot_s)

    def lag(self, relation: Relation, duration: int) -> tuple[int, str]:
        """Slots, or hours of the clock."""
        if relation.lag_percent is not None:
            return _outward(duration * relation.lag_percent / 100), "work"
        if relation.elapsed and relation.lag_s:
            return _outward(relation.lag_s / 3600), "elapsed"
        return _outward(relation.lag_s / self.slot_s), "work"


def _outward(value: float) -> int:
    return ceil(value) if value > 0 else floor(value)


def calendar_for(schedule: Schedule, today: date) -> Calendar:
    """The calendar of a campaign that had none: from the start of the schedule, with the rest days of its usual week."""
    usual = next((one for one in schedule.calendars if one.id == schedule.calendar), None)
    rest = frozenset(number for number, hours in enumerate(usual.week) if hours == ()) if usual else frozenset()
    starts = [task.start for task in schedule.tasks if task.start]
    first = schedule.start or min(starts, default=None)
    return Calendar(first.date() if first else today, 2, rest if len(rest) < 7 else frozenset())


def measure_of(schedule: Schedule, calendar: Calendar) -> Measure:
    return Measure(calendar, max(60, schedule.minutes_per_day * 60 // calendar.slots_per_day))


def taken_from(schedule: Schedule, present: States, calendar: Calendar, *, site: str | None = None, drop_missing: bool = False) -> Taken:
    """All of it as states. New tasks stand at `site`; `drop_missing` takes out the tasks that the file does not have."""
    measure = measure_of(schedule, calendar)
    codes = codes_of(schedule, present)
    taken = Taken({"tasks": {}, "parts": {}}, codes)
    summaries = {task.id for task in schedule.tasks if task.kind == "summary"}
    parents = {task.id: task.parent for task in schedule.tasks}
    for place, task in enumerate(schedule.tasks):
        above = _part_above(task, parents, summaries)
        if task.id in summaries:
            taken.wanted["parts"][codes[task.id]] = {
                "name": _short(task.name or codes[task.id], taken, task), "parent": codes.get(above) if above else None, "position": place, "guid": task.guid,
                "outside_id": task.id[:ID_CHARS_MAX],
            }  # fmt: skip
        elif not task.active:
            taken.problems.append(Problem("task_inactive", "The task is switched off in the file. It was left out.", {}, _place(task)))
        else:
            old = present["tasks"].get(codes[task.id])
            taken.wanted["tasks"][codes[task.id]] = _state(task, old, place, codes.get(above), site, measure, taken)
    _link(schedule, summaries, parents, measure, taken)
    if drop_missing:
        _drop(present, taken)
    begun = sum(1 for task in schedule.tasks if task.percent)
    if begun:
        text = "%(count)s tasks say how much is done. It is not taken over: here progress follows from the work that is reported on site."
        taken.problems.append(Problem("task_percent_left", text, {"count": begun}))
    if schedule.assignments or schedule.resources:
        text = "%(count)s resources are not taken over: people come from the crews and machines from the table of tasks."
        taken.problems.append(Problem("schedule_resources_left", text, {"count": len(schedule.resources)}))
    return taken


def _place(task: Task) -> str:
    return f"task {task.code or task.id}"


def _part_above(task: Task, parents: dict[str, str], summaries: set[str]) -> str:
    step, left = task.parent, len(parents)
    while step and step not in summaries and left:
        step, left = parents.get(step, ""), left - 1
    return step if step in summaries else ""


def codes_of(schedule: Schedule, present: States) -> dict[str, str]:
    """A code of its own for each task: that of the file, else that of the task here with the same GUID or number, else one from its number."""
    known: dict[tuple[bool, str, str], str] = {}
    for kind, is_part in (("tasks", False), ("parts", True)):
        for code, state in present[kind].items():
            if state and state["guid"]:
                known[is_part, "guid", state["guid"]] = code
            if state and state["outside_id"]:
                known.setdefault((is_part, "id", state["outside_id"]), code)
    result: dict[str, str] = {}
    used: dict[bool, set[str]] = {False: set(), True: set()}
    strange = {False: set(present["tasks"]), True: set(present["parts"])}
    for task in schedule.tasks:
        is_part = task.kind == "summary"
        own = task.code[:CODE_CHARS_MAX]
        met = known.get((is_part, "guid", task.guid)) or (known.get((is_part, "id", task.id[:ID_CHARS_MAX])) if not own else None)
        code = own if own and own not in used[is_part] else met if met and met not in used[is_part] else ""
        number = f"{'P' if is_part else 'T'}{task.id}"[: CODE_CHARS_MAX - 4]
        code = code or next(one for one in _numbered(number) if one not in used[is_part] | strange[is_part])
        used[is_part].add(code)
        result[task.id] = code
    return result


def _numbered(code: str) -> Iterator[str]:
    yield code
    for number in range(2, 10_000):
        yield f"{code}-{number}"


def _short(name: str, taken: Taken, task: Task) -> str:
    if len(name) > NAME_CHARS_MAX:
        text = "The name has more than %(max)s characters. Its end was left out."
        taken.problems.append(Problem("task_name_cut", text, {"max": NAME_CHARS_MAX}, _place(task)))
    return name[:NAME_CHARS_MAX]


def _state(task: Task, old: State | None, place: int, part: str | None, site: str | None, measure: Measure, taken: Taken) -> State:
    """What the file says goes over what is here; people, machines and material of ours stay."""
    code = taken.codes[task.id]
    base = old or {**new_state(name=code, position=place), "site": site}
    earliest, windows = base["earliest"], base["start_windows"]
    if task.constraint != "as_soon":
        earliest, windows = _constraint(task, measure, taken, base)
    files = set(taken.codes.values())
    kept = [wait for wait in base["waits"] if wait[0] not in files]
    return {
        **base, "name": _short(task.name or code, taken, task), "position": place, "duration": measure.slots(task.duration_s, elapsed=task.elapsed),
        "part": part, "earliest": earliest, "start_windows": windows, "guid": task.guid, "outside_id": task.id[:ID_CHARS_MAX], "waits": kept,
    }  # fmt: skip


def _constraint(task: Task, measure: Measure, taken: Taken, base: State) -> tuple[int, list[list[int | None]]]:
    """Starts that are fixed or bounded; what bounds a finish is told and not taken."""
    day = task.constraint_date.date() if task.constraint_date else None
    if day is None or task.constraint not in ("start_not_before", "must_start", "start_not_after"):
        if task.constraint != "as_late":
            text = "A bound on the finish, or one without a date, is not taken over. Give the day in the notes of the plan."
            taken.problems.append(Problem("task_bound_left", text, {}, _place(task)))
        return base["earliest"], base["start_windows"]
    slot, after = measure.calendar.slot_of(day), measure.calendar.slot_of(day + timedelta(days=1))
    if task.constraint == "start_not_before":
        return slot, []
    return (slot, [[slot, max(after, slot + 1)]]) if task.constraint == "must_start" else (0, [[0, max(after, 1)]])


def _link(schedule: Schedule, summaries: set[str], parents: dict[str, str], measure: Measure, taken: Taken) -> None:
    """The relations as what each task waits for; a summary stands for the tasks below it."""
    below: dict[str, list[str]] = defaultdict(list)
    for task in schedule.tasks:
        step, seen = task.id, set()
        while step and step not in seen and taken.codes[task.id] in taken.wanted["tasks"] and task.id not in summaries:
            below[step].append(task.id)
            seen.add(step)
            step = parents.get(step, "")
    waits: dict[str, dict[tuple[str, str, str], int]] = defaultdict(dict)
    count = 0
    for relation in schedule.relations:
        firsts, thens = below.get(relation.before, []), below.get(relation.after, [])
        count += len(firsts) * len(thens)
        why = _unlinkable(relation, summaries, firsts, thens, count)
        if why:
            params = {"before": taken.codes.get(relation.before, relation.before), "kind": relation.kind}
            place = f"task {taken.codes.get(relation.after, relation.after)}"
            taken.problems.append(Problem("schedule_link_left", why, params, place))
            continue
        for before in firsts:
            first = taken.wanted["tasks"][taken.codes[before]]
            lag, unit = measure.lag(relation, first["duration"] if first else 0)
            for after in thens:
                key = (taken.codes[before], relation.kind, unit)
                # The same pair twice: the longer wait holds.
                waits[taken.codes[after]][key] = max(lag, waits[taken.codes[after]].get(key, lag))
    for code, found in waits.items():
        state = taken.wanted["tasks"][code]
        if state:
            state["waits"] = sorted([*state["waits"], *([before, kind, lag, unit] for (before, kind, unit), lag in _once(found).items())])


def _once(found: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int]:
    """One lag for each pair and kind: hours of the clock before slots."""
    pairs = {(before, kind) for before, kind, unit in found if unit == "elapsed"}
    return {key: lag for key, lag in found.items() if key[2] == "elapsed" or key[:2] not in pairs}


def _unlinkable(relation: Relation, summaries: set[str], firsts: list[str], thens: list[str], count: int) -> str:
    if not firsts or not thens:
        return "The link %(kind)s from %(before)s leads to a task that was left out. It was left out too."
    if (relation.before in summaries and relation.kind[0] == "S") or (relation.after in summaries and relation.kind[1] == "F"):
        return "The link %(kind)s from %(before)s hangs on a summary. Link the tasks below it instead."
    return "The file has more links between tasks than are kept here." if count > LINKS_MAX else ""


def _drop(present: States, taken: Taken) -> None:
    """Tasks and parts that the file does not have go; the tasks of the file wait only for each other already."""
    for kind in ("tasks", "parts"):
        for code in present[kind]:
            taken.wanted[kind].setdefault(code, None)
    for state in taken.wanted["tasks"].values():
        if state:
            state["waits"] = [wait for wait in state["waits"] if taken.wanted["tasks"].get(wait[0])]
