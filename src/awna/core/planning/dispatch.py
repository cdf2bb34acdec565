"""What crews do inside a scenario: start the next task of the plan as soon as what it needs is there. No optimiser, no foresight.

At every slot at which something changes, the tasks that may start are tried in the plan's order. No task starts before its day in
the plan, unless asked: people and places are booked for that day. Who is busy or away is stood in for by somebody with the same
skill and level who is free, is there and is understood. A stock for which a task waits is kept for it: those behind it in the
plan do not take from it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit

from .model import Model
from .plan import Plan
from .problem import SLOTS_MAX

NEVER = SLOTS_MAX
KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3}


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
        _dispatch(
            durations, arrivals, ends, causes, self.now, self.horizon, self.order, self.planned, self.floor, self.marks,
            *self.before, *self.after, *self.windows, *self.holds, *self.draws, *self.gives, *self.seats, *self.sitters,
            self.capacity, self.away,
        )  # fmt: skip
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


@njit(cache=True, nogil=True)
def _dispatch(  # type: ignore[no-untyped-def]
    durations, arrivals, ends, causes, now, horizon, order, planned, floor, marks,
    before_at, before, after_at, after, windows_at, windows, holds_at, holds, draws_at, draws, gives_at, gives,
    seats_at, seats, sitters_at, sitters, capacity, away,
):  # fmt: skip
    size, stocks = len(order), arrivals.shape[1]
    for number in range(len(durations)):
        length, came = durations[number], arrivals[number].copy()
        mark = marks.copy()
        start, end, cause = np.full(size, NEVER), ends[number], causes[number]
        bound, setter = np.full(size, NEVER), np.full(size, -1)
        waits = before_at[1:] - before_at[:-1]
        used = np.zeros(capacity.shape, dtype=np.int64)
        free, last = np.zeros(len(away), dtype=np.int64), np.full(len(away), -1)
        level, waited = np.zeros(stocks, dtype=np.int64), np.zeros(stocks, dtype=np.bool_)
        crew = np.zeros(len(away) + 1, dtype=np.int64)
        for stock in range(stocks):
            for slot in range(horizon):
                if came[stock, slot]:
                    mark[max(slot, now)] = True
                    if slot < now:
                        level[stock] += came[stock, slot]
        todo, left, first = order.copy(), size, True
        for slot in range(now, horizon):
            if not mark[slot]:
                continue
            for stock in range(stocks):
                level[stock] += came[stock, slot]
            again = True
            while again:
                again = False
                waited[:] = False
                kept = 0
                for place in range(left):
                    task = todo[place]
                    todo[kept] = task
                    kept += 1
                    if floor[task] > slot and floor[task] >= now:
                        continue
                    if first and planned[task] < now:  # begun: as it stands in the plan
                        begin, count, why = planned[task], seats_at[task + 1] - seats_at[task], -1
                        for seated in range(count):
                            crew[seated] = sitters[sitters_at[seats_at[task] + seated], 0]
                    else:
                        if waits[task]:
                            continue
                        if bound[task] == NEVER:
                            bound[task] = floor[task]
                            for row in range(before_at[task], before_at[task + 1]):
                                other, kind, lag = before[row]
                                value = (end[other] if kind == 0 or kind == 2 else start[other]) + lag
                                if kind >= 2:
                                    value -= length[task]
                                if value > bound[task]:
                                    bound[task], setter[task] = value, other
                            bound[task] = max(bound[task], now)
                            if bound[task] < horizon:
                                mark[bound[task]] = True
                        if bound[task] > slot:
                            continue
                        opened = False
                        for row in range(windows_at[task], windows_at[task + 1]):
                            opened = opened or windows[row, 0] <= slot < windows[row, 1]
                        if not opened or slot + length[task] > horizon:
                            continue
                        short = False
                        for row in range(draws_at[task], draws_at[task + 1]):
                            stock = draws[row, 0]
                            if waited[stock] or level[stock] < draws[row, 1]:
                                waited[stock] = short = True
                        if short:
                            continue
                        for row in range(holds_at[task], holds_at[task + 1]):
                            resource = holds[row, 0]
                            for at in range(slot, slot + length[task]):
                                if used[resource, at] + holds[row, 1] > capacity[resource, at]:
                                    short = True
                                    break
                        if short:
                            continue
                        count, why = 0, -1
                        for seat in range(seats_at[task], seats_at[task + 1]):
                            chosen = -1
                            for row in range(sitters_at[seat], sitters_at[seat + 1]):
                                person = sitters[row, 0]
                                if free[person] > slot or away[person, slot + length[task]] > away[person, slot]:
                                    continue
                                there = False
                                for seated in range(count):
                                    there = there or crew[seated] == person
                                if not there:
                                    chosen = person
                                    break
                            if chosen < 0:
                                short = True
                                break
                            crew[count] = chosen
                            count += 1
                        if short:
                            continue
                        begin = slot
                        if bound[task] == slot:
                            why = setter[task]
                        else:
                            for seated in range(count):
                                if free[crew[seated]] == slot:
                                    why = last[crew[seated]]
                            for row in range(holds_at[task], holds_at[task + 1]):
                                for other in range(size):
                                    if why < 0 and end[other] == slot:
                                        for held in range(holds_at[other], holds_at[other + 1]):
                                            if holds[held, 0] == holds[row, 0]:
                                                why = other
                    start[task], end[task], cause[task] = begin, begin + length[task], why
                    kept -= 1
                    for seated in range(count):
                        free[crew[seated]], last[crew[seated]] = end[task], task
                    for row in range(holds_at[task], holds_at[task + 1]):
                        for at in range(begin, min(end[task], horizon)):
                            used[holds[row, 0], at] += holds[row, 1]
                    for row in range(draws_at[task], draws_at[task + 1]):
                        level[draws[row, 0]] -= draws[row, 1]
                    for row in range(gives_at[task], gives_at[task + 1]):
                        if end[task] <= slot:
                            level[gives[row, 0]] += gives[row, 1]
                        elif end[task] < horizon:
                            came[gives[row, 0], end[task]] += gives[row, 1]
                    if end[task] < horizon:
                        mark[max(end[task], now)] = True
                    for row in range(after_at[task], after_at[task + 1]):
                        waits[after[row, 0]] -= 1
                        again = again or waits[after[row, 0]] == 0
                left, first = kept, False
            if not left:
                break
