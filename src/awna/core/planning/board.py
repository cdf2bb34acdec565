"""The state of a schedule in the making: what is still free of machines, stocks and people while tasks are placed one by one.

Who is free is one number per person, with a bit per slot; what may still be taken of a stock is one array. So a repair of some
hundred tasks takes milliseconds. It keeps every rule of the model; the compiled kernel does the same with packed words.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from .model import Link, Model, Way, to_plan
from .plan import Plan, Seat
from .roster import Roster

ANY_METHOD = -1
Place = tuple[int, tuple[Seat, ...]]  # a start and a crew


class Board:
    """Places tasks at the first slot where everything that they need is there."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.free = [list(levels) for levels in model.capacity]
        self.level: list[Any] = [_levels(entries, model.horizon) for entries in model.supply]
        self.left: list[Any] = [from_then_on(level) for level in self.level]
        self.roster = Roster(model)
        self.starts = [-1] * model.size
        self.finishes = [-1] * model.size
        self.methods = [0] * model.size
        self.crews: list[tuple[Seat, ...]] = [()] * model.size

    def copy(self) -> Self:
        """The same state, to go on from differently."""
        other = object.__new__(type(self))
        other.model, other.roster = self.model, self.roster.copy()
        other.free = [list(levels) for levels in self.free]
        other.level, other.left = [level.copy() for level in self.level], [left.copy() for left in self.left]
        other.starts, other.finishes = list(self.starts), list(self.finishes)
        other.methods, other.crews = list(self.methods), list(self.crews)
        return other

    def place_first(self, task: int, method: int = ANY_METHOD, *, release: int = 0, prefer: Sequence[Seat] = ()) -> bool:
        """Place a task as early as possible; with `ANY_METHOD` by the method that finishes first. False = no place."""
        ways = self.model.ways[task]
        best: tuple[int, int, Place] | None = None
        for choice in range(len(ways)) if method == ANY_METHOD else (method,):
            found = self.find(task, ways[choice], release=release, prefer=prefer)
            if found:
                finish = self.model.span(task, choice, found[0])
                if best is None or finish < best[0]:
                    best = (finish, choice, found)
        if best is None:
            return False
        self.put(task, best[1], start=best[2][0], crew=best[2][1])
        return True

    def find(self, task: int, way: Way, *, release: int = 0, prefer: Sequence[Seat] = (), until: int | None = None) -> Place | None:
        """The first (start, crew) from `release` on, not after `until`; None when there is none."""
        last_start, last_finish = self.latest(task)
        last_start = last_start if until is None else min(until, last_start)
        return self._find(task, way, release, last_start, last_finish, prefer)

    def without_limit(self, task: int, method: int, release: int) -> int | None:
        """The first start by a method if no other task minded how long after it this one comes."""
        found = self._find(task, self.model.ways[task][method], release, self.model.horizon, self.model.horizon, ())
        return None if found is None else found[0]

    def _find(self, task: int, way: Way, release: int, last_start: int, last_finish: int, prefer: Sequence[Seat]) -> Place | None:
        start = max(release, self.earliest(task, way))
        for stock, quantity in way.draws:
            left = self.left[stock]
            start = max(start, int(np.searchsorted(left, quantity)))  # it never falls: it is what may be taken from then on
        while start <= last_start:
            allowed = self._allowed(task, way, start)
            finish = None if allowed is None else self.model.finish(way, allowed)
            if allowed is None or finish is None or allowed > last_start or finish > last_finish:
                return None
            start = allowed
            clash = self._clash(way, start, finish)
            if clash >= 0:
                start = clash + 1
                continue
            if not way.seats:
                return start, ()
            crew = self.roster.crew(task, way, start, finish, prefer)
            if crew is not None:
                return start, crew
            start += 1
        return None

    def put(self, task: int, method: int, *, start: int, crew: Sequence[Seat] = ()) -> None:
        """Write a task down and take what it needs; the caller has seen that it is there."""
        way = self.model.ways[task][method]
        end = self.model.span(task, method, start)
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(start, min(end, self.model.horizon)):
                levels[slot] -= amount
        for stock, quantity in way.draws:
            self.level[stock][start:] -= quantity
            left = self.left[stock]  # before the start no more may be taken than what then remains for later
            left[start:] -= quantity
            np.minimum(left[:start], left[start], out=left[:start])
        for stock, quantity in way.gives:
            self.level[stock][end:] += quantity
            self.left[stock] = from_then_on(self.level[stock])
        self.roster.book(task, way, start, end, crew)
        self.starts[task], self.finishes[task], self.methods[task], self.crews[task] = start, end, method, tuple(crew)

    def earliest(self, task: int, way: Way) -> int:
        """The first start that the tasks allow that it waits for, as far as they are placed."""
        start = 0
        for link in self.model.before[task]:
            if self.starts[link.task] >= 0:
                bound = link.low(self._reference(link))
                start = max(start, bound if link.kind[1] == "S" else self.model.reaching(way, bound))
        return start

    def latest(self, task: int) -> tuple[int, int]:
        """The last start and the last finish that maximum lags behind placed tasks leave."""
        start, finish = self.model.horizon, self.model.horizon
        for link in self.model.before[task]:
            if link.maximum is not None and self.starts[link.task] >= 0:
                bound = link.high(self._reference(link))
                if bound is not None and link.kind[1] == "S":
                    start = min(start, bound)
                elif bound is not None:
                    finish = min(finish, bound)
        return start, finish

    def plan(self) -> Plan:
        return to_plan(self.model, list(zip(self.starts, self.methods, self.crews, strict=True)))

    def _reference(self, link: Link) -> int:
        return self.finishes[link.task] if link.kind[0] == "F" else self.starts[link.task]

    def _allowed(self, task: int, way: Way, start: int) -> int | None:
        """The first start that the windows of a task and the hours of its site allow."""
        while True:
            inside = next((max(start, low) for low, high in self.model.windows[task] if high is None or start < high), None)
            working = None if inside is None else self.model.working_from(way, inside)
            if working is None or working == inside:
                return working
            start = working

    def _clash(self, way: Way, start: int, finish: int) -> int:
        """The last slot of the stay in which a machine is short, or -1."""
        last = -1
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(finish - 1, start - 1, -1):
                if levels[slot] < amount:
                    last = max(last, slot)
                    break
        return last


def _levels(entries: Sequence[tuple[int, int]], horizon: int) -> Any:
    level = np.zeros(horizon + 1, dtype=np.int64)
    for slot, quantity in entries:
        level[min(slot, horizon) :] += quantity
    return level


def from_then_on(level: Any) -> Any:
    """Per slot what may be taken from then on without robbing what is promised later."""
    return np.minimum.accumulate(level[::-1])[::-1].copy()
