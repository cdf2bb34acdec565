"""What crews do inside a scenario: start the next task of the plan as soon as what it needs is there. No optimiser, no foresight.

At every slot at which something changes, the tasks that may start are tried in the plan's order. No task starts before its day in
the plan, unless asked: people and places are booked for that day. Who is busy or away is stood in for by somebody with the same
skill and level who is free, is there and is understood. A stock for which a task waits is kept for it: those behind it in the
plan do not take from it.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

from .engine.basics import compiled
from .model import Model
from .plan import Plan
from .problem import SLOTS_MAX

NEVER = SLOTS_MAX
Function = TypeVar("Function", bound=Callable[..., Any])
KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3}


def inlined(function: Function) -> Function:
    """Compiled into its caller: handing over a tuple of many arrays costs more than the work itself."""
    return cast(Function, numba.njit(inline="always")(function))


class Net(NamedTuple):
    """A plan as arrays. `x_at[n]` to `x_at[n + 1]` are the rows of `x` that belong to task (or seat) n."""

    now: int
    horizon: int
    order: Any
    planned: Any
    floor: Any  # no start before it
    marks: Any  # slots at which something changes whatever happens
    before_at: Any
    before: Any  # task, kind, lag
    after_at: Any
    after: Any  # task
    windows_at: Any
    windows: Any  # from, until
    holds_at: Any
    holds: Any  # machine, units
    draws_at: Any
    draws: Any  # stock, quantity
    gives_at: Any
    gives: Any  # stock, quantity
    seats_at: Any
    seats: Any
    sitters_at: Any
    sitters: Any  # person, the planned one first
    capacity: Any  # per machine and slot
    away: Any  # per person: absent slots before each slot


class Run(NamedTuple):
    """One scenario on its way, as arrays that change."""

    length: Any  # per task
    came: Any  # per stock and slot: what comes in
    mark: Any
    start: Any
    end: Any
    cause: Any
    bound: Any  # earliest start by the links; NEVER = not reckoned yet
    setter: Any  # the task that sets the bound
    waits: Any  # predecessors that have not started
    used: Any  # per machine and slot
    free: Any  # per person: held until
    last: Any  # per person: the task that held her
    level: Any  # per stock
    waited: Any  # stocks for which a task before this one waits
    crew: Any  # of the task in hand


class Policy:
    """A plan as arrays for the compiled dispatch; `run` works out blocks of scenarios."""

    def __init__(self, model: Model, plan: Plan, now: int, horizon: int, *, early: bool = False) -> None:
        self.model, self.horizon, self.now = model, horizon, now
        at = plan.by_task()
        placements = [at[name] for name in model.ids]
        by_plan = sorted(range(model.size), key=lambda task: (placements[task].start, placements[task].finish, model.ids[task]))
        ways = [ways[placement.method] for ways, placement in zip(model.ways, placements, strict=True)]
        self.order = np.array(by_plan, dtype=np.int64)
        self.planned = np.array([placement.start for placement in placements], dtype=np.int64)
        self.floor = self.planned if not early else np.full(model.size, now, dtype=np.int64)
        self.before = _rows([[(link.task, KINDS[link.kind], link.lag) for link in links] for links in model.before], 3)
        self.after = _rows([[(link.task,) for link in links] for links in model.after], 1)
        self.windows = _rows([[(low, horizon if high is None else high) for low, high in rows] for rows in model.windows], 2)
        self.holds = _rows([way.holds for way in ways], 2)
        self.draws = _rows([way.draws for way in ways], 2)
        self.gives = _rows([way.gives for way in ways], 2)
        seats = [_seats(model, plan, task) for task in range(model.size)]
        self.seats = _rows([[(number,) for number in range(len(rows))] for rows in seats], 1)
        self.sitters = _rows([[(person,) for person in row] for rows in seats for row in rows], 1)
        self.capacity = np.array([[levels[min(s, len(levels) - 1)] for s in range(horizon)] for levels in model.capacity], dtype=np.int64)
        self.capacity = self.capacity.reshape(len(model.capacity), horizon)
        self.away = np.zeros((len(model.absences), horizon + 1), dtype=np.int64)  # absent slots before each slot
        self.marks = np.zeros(horizon + 1, dtype=np.bool_)
        self._mark_changes()
        self.net = Net(
            now, horizon, self.order, self.planned, self.floor, self.marks, *self.before, *self.after, *self.windows, *self.holds,
            *self.draws, *self.gives, *self.seats, *self.sitters, self.capacity, self.away,
        )  # fmt: skip

    def _mark_changes(self) -> None:
        """Slots at which something changes whatever happens: windows open, people come back, machines change."""
        for person, gaps in enumerate(self.model.absences):
            absent = np.zeros(self.horizon, dtype=np.int64)
            for start, end in gaps:
                absent[start : min(end, self.horizon)] = 1
                self.marks[min(end, self.horizon)] = True
            self.away[person, 1:] = np.cumsum(absent)
        for low, _ in self.windows[1]:
            self.marks[min(max(low, 0), self.horizon)] = True
        if len(self.capacity):
            self.marks[1 : self.horizon] |= (np.diff(self.capacity, axis=1) != 0).any(axis=0)
        for slot in self.floor:
            self.marks[min(max(slot, self.now), self.horizon)] = True
        self.marks[min(self.now, self.horizon)] = True

    def run(self, durations: Any, arrivals: Any) -> tuple[Any, Any]:
        """Per scenario and task its finish (NEVER = it does not end) and the task that it waited for last (-1 = for none).

        `durations` is [scenario, task]; `arrivals` [scenario, stock, slot] what comes in, the opening at slot 0.
        """
        ends = np.full(durations.shape, NEVER, dtype=np.int64)
        causes = np.full(durations.shape, -1, dtype=np.int64)
        _dispatch(self.net, durations, arrivals, ends, causes)
        return ends, causes


def _rows(groups: Sequence[Sequence[tuple[int, ...]]], width: int) -> tuple[Any, Any]:
    """Rows of each group one after another: where each group begins, and the rows."""
    begins = np.cumsum([0, *(len(group) for group in groups)]).astype(np.int64)
    flat = [row for group in groups for row in group]
    return begins, np.array(flat, dtype=np.int64).reshape(len(flat), width)


def _seats(model: Model, plan: Plan, task: int) -> list[list[int]]:
    """Per seat who can sit there, the planned person first, then those whose skills are few: the rare stay free."""
    people = {person.id: index for index, person in enumerate(model.people)}
    placement = next(one for one in plan.placements if one.task == model.ids[task])
    language, way = model.languages[task], model.ways[task][placement.method]
    seats = []
    for seat in placement.crew:
        planned = model.people[people[seat.person]]
        level = way.levels[way.seats.index(seat.skill)] if seat.skill in way.seats and way.levels else 1
        stand_ins = [
            people[other.id]
            for other in sorted(model.people, key=lambda person: (len(person.skills), person.id))
            if other.id != planned.id
            and other.level(seat.skill) >= level
            and (not language or language in other.languages or planned.languages <= other.languages)
        ]
        seats.append([people[planned.id], *stand_ins])
    return seats


@compiled
def _dispatch(net: Net, durations: Any, arrivals: Any, ends: Any, causes: Any) -> None:
    """Each scenario from now to its end or the horizon."""
    size, people = len(net.order), len(net.away)
    for number in range(len(durations)):
        run = Run(
            durations[number], arrivals[number].copy(), net.marks.copy(), np.full(size, NEVER), ends[number], causes[number],
            np.full(size, NEVER), np.full(size, -1), net.before_at[1:] - net.before_at[:-1],
            np.zeros(net.capacity.shape, dtype=np.int64), np.zeros(people, dtype=np.int64), np.full(people, -1),
            np.zeros(arrivals.shape[1], dtype=np.int64), np.zeros(arrivals.shape[1], dtype=np.bool_), np.zeros(people + 1, dtype=np.int64),
        )  # fmt: skip
        came, mark, level = run.came, run.mark, run.level
        for stock in range(arrivals.shape[1]):
            for slot in range(net.horizon):
                if came[stock, slot]:
                    mark[max(slot, net.now)] = True
                    if slot < net.now:
                        level[stock] += came[stock, slot]
        todo, left, first = net.order.copy(), size, True
        for slot in range(net.now, net.horizon):
            if not mark[slot] or not left:
                continue
            for stock in range(arrivals.shape[1]):
                level[stock] += came[stock, slot]
            again = True
            while again:
                left, again = _try_all(net, run, todo, left, slot, first)
                first = False


@compiled
def _try_all(net: Net, run: Run, todo: Any, left: int, slot: int, first: bool) -> tuple[int, bool]:
    """Start what can be started now, in the plan's order: how many are left, and whether a start made another task ready at once."""
    run.waited[:] = False
    kept, again = 0, False
    floor, waits, bound, now = net.floor, run.waits, run.bound, net.now  # taken out of the tuple once: each time has its price
    for place in range(left):
        task = todo[place]
        todo[kept] = task
        kept += 1
        if floor[task] > slot and floor[task] >= now:
            continue
        if first and net.planned[task] < now:  # begun: as it stands in the plan
            count = net.seats_at[task + 1] - net.seats_at[task]
            for seated in range(count):
                run.crew[seated] = net.sitters[net.sitters_at[net.seats_at[task] + seated], 0]
            again = _start(net, run, task, net.planned[task], slot, count, -1) or again
            kept -= 1
        elif waits[task] or (bound[task] != NEVER and bound[task] > slot):
            continue
        elif _allowed(net, run, task, slot) and _supplied(net, run, task, slot):
            count = _staffed(net, run, task, slot)
            if count >= 0:
                again = _start(net, run, task, slot, slot, count, _reason(net, run, task, slot, count)) or again
                kept -= 1
    return kept, again


@inlined
def _allowed(net: Net, run: Run, task: int, slot: int) -> bool:
    """Whether links, windows and the horizon let a task start whose predecessors have all started."""
    if run.bound[task] == NEVER:
        run.bound[task] = net.floor[task]
        for row in range(net.before_at[task], net.before_at[task + 1]):
            other, kind, lag = net.before[row]
            value = (run.end[other] if kind in (0, 2) else run.start[other]) + lag
            if kind >= 2:  # to its finish
                value -= run.length[task]
            if value > run.bound[task]:
                run.bound[task], run.setter[task] = value, other
        run.bound[task] = max(run.bound[task], net.now)
        if run.bound[task] < net.horizon:
            run.mark[run.bound[task]] = True
    if run.bound[task] > slot or slot + run.length[task] > net.horizon:
        return False
    opened = False
    for row in range(net.windows_at[task], net.windows_at[task + 1]):
        opened = opened or net.windows[row, 0] <= slot < net.windows[row, 1]
    return opened


@inlined
def _supplied(net: Net, run: Run, task: int, slot: int) -> bool:
    """Whether stocks and machines are there; a stock that is short is kept for this task from now on."""
    there = True
    for row in range(net.draws_at[task], net.draws_at[task + 1]):
        stock = net.draws[row, 0]
        if run.waited[stock] or run.level[stock] < net.draws[row, 1]:
            run.waited[stock] = True
            there = False
    if not there:
        return False
    used, capacity, end = run.used, net.capacity, slot + run.length[task]
    for row in range(net.holds_at[task], net.holds_at[task + 1]):
        resource, units = net.holds[row, 0], net.holds[row, 1]
        for at in range(slot, end):
            if used[resource, at] + units > capacity[resource, at]:
                there = False
    return there


@inlined
def _staffed(net: Net, run: Run, task: int, slot: int) -> int:
    """Write a crew that is free and there into `crew`: how many they are, or -1."""
    count, end = 0, slot + run.length[task]
    sitters_at, sitters, free, away = net.sitters_at, net.sitters, run.free, net.away
    for seat in range(net.seats_at[task], net.seats_at[task + 1]):
        chosen = -1
        for row in range(sitters_at[seat], sitters_at[seat + 1]):
            person = sitters[row, 0]
            if free[person] <= slot and away[person, end] == away[person, slot]:
                there = False
                for seated in range(count):
                    there = there or run.crew[seated] == person
                if not there:
                    chosen = person
                    break
        if chosen < 0:
            return -1
        run.crew[count] = chosen
        count += 1
    return count


@inlined
def _reason(net: Net, run: Run, task: int, slot: int, count: int) -> int:
    """The task that this one waited for last: by a link, else for one of its people, else for a machine; -1 = for none."""
    if run.bound[task] == slot:
        return int(run.setter[task])
    for seated in range(count):
        if run.free[run.crew[seated]] == slot:
            return int(run.last[run.crew[seated]])
    ends = run.end
    for row in range(net.holds_at[task], net.holds_at[task + 1]):
        for other in range(len(ends)):
            if ends[other] == slot:
                for held in range(net.holds_at[other], net.holds_at[other + 1]):
                    if net.holds[held, 0] == net.holds[row, 0]:
                        return other
    return -1


@inlined
def _start(net: Net, run: Run, task: int, begin: int, slot: int, count: int, why: int) -> bool:
    """Write a start down; whether a task behind it has now nothing left to wait for."""
    end = begin + run.length[task]
    run.start[task], run.end[task], run.cause[task] = begin, end, why
    for seated in range(count):
        run.free[run.crew[seated]], run.last[run.crew[seated]] = end, task
    for row in range(net.holds_at[task], net.holds_at[task + 1]):
        for at in range(begin, min(end, net.horizon)):
            run.used[net.holds[row, 0], at] += net.holds[row, 1]
    for row in range(net.draws_at[task], net.draws_at[task + 1]):
        run.level[net.draws[row, 0]] -= net.draws[row, 1]
    for row in range(net.gives_at[task], net.gives_at[task + 1]):
        if end <= slot:
            run.level[net.gives[row, 0]] += net.gives[row, 1]
        elif end < net.horizon:
            run.came[net.gives[row, 0], end] += net.gives[row, 1]
    if end < net.horizon:
        run.mark[max(end, net.now)] = True
    released = False
    for row in range(net.after_at[task], net.after_at[task + 1]):
        run.waits[net.after[row, 0]] -= 1
        released = released or run.waits[net.after[row, 0]] == 0
    return released
