"""A quick state of a schedule for repairs: who is free is one number per person, what is left of a stock one array.

It does what `sgs.Builder` does, by the same rules and with the same choices of place, so that a repair of some hundred tasks
takes milliseconds. People are bits over slots; a stock keeps, per slot, what may still be taken from then on.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .model import Model, Way, to_plan
from .plan import Plan, Seat
from .sgs import earliest_after
from .staffing import bridged, match_crew

ANY_METHOD = -1


class Board:
    """What is still free of machines, stocks and people while tasks are placed one by one."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.free = [list(levels) for levels in model.capacity]
        self.level: list[Any] = [_levels(entries, model.horizon) for entries in model.supply]
        self.left: list[Any] = [_from_then_on(level) for level in self.level]
        self.busy = [sum(_span(start, end) for start, end in _apart(away)) for away in model.absences]
        self.index = {person.id: index for index, person in enumerate(model.people)}
        self.able = {
            skill: [index for index, person in enumerate(model.people) if skill in person.skills]
            for skill in {skill for ways in model.ways for way in ways for skill in way.seats}
        }
        self.starts = [-1] * model.size
        self.finishes = [-1] * model.size
        self.methods = [0] * model.size
        self.crews: list[tuple[Seat, ...]] = [()] * model.size

    def copy(self) -> "Board":
        """The same state, to go on from differently."""
        other = object.__new__(Board)
        other.model, other.index, other.able = self.model, self.index, self.able
        other.free = [list(levels) for levels in self.free]
        other.level, other.left = [level.copy() for level in self.level], [left.copy() for left in self.left]
        other.busy, other.starts, other.finishes = list(self.busy), list(self.starts), list(self.finishes)
        other.methods, other.crews = list(self.methods), list(self.crews)
        return other

    def place_first(self, task: int, method: int = ANY_METHOD, *, release: int = 0, prefer: Sequence[Seat] = ()) -> bool:
        """Place a task as early as possible; with `ANY_METHOD` by the method that finishes first. False = no place."""
        ways = self.model.ways[task]
        best: tuple[int, int, int, tuple[Seat, ...]] | None = None
        for choice in range(len(ways)) if method == ANY_METHOD else (method,):
            found = self.find(task, ways[choice], release=release, prefer=prefer)
            if found and (best is None or found[0] + ways[choice].duration < best[0]):
                best = (found[0] + ways[choice].duration, choice, found[0], found[1])
        if best is None:
            return False
        self.put(task, best[1], start=best[2], crew=best[3])
        return True

    def find(
        self, task: int, way: Way, *, release: int = 0, prefer: Sequence[Seat] = (), until: int | None = None
    ) -> tuple[int, tuple[Seat, ...]] | None:
        """The first (start, crew) from `release` on, not after `until`; None when there is none."""
        start = release
        for link in self.model.before[task]:
            if self.starts[link.task] >= 0:
                start = max(start, earliest_after(link, self.starts[link.task], self.finishes[link.task], way.duration))
        last = self.model.horizon - way.duration if until is None else min(until, self.model.horizon - way.duration)
        for stock, quantity in way.draws:
            left = self.left[stock]
            start = max(start, int(np.searchsorted(left, quantity)))  # it never falls: it is what may be taken from then on
        while start <= last:
            allowed = next((max(start, low) for low, high in self.model.windows[task] if high is None or start < high), None)
            if allowed is None or allowed > last:
                return None
            start = allowed
            clash = self._clash(way, start)
            if clash >= 0:
                start = clash + 1
                continue
            if not way.seats:
                return start, ()
            crew = self._crew(task, way, start, prefer)
            if crew is not None:
                return start, crew
            start += 1
        return None

    def put(self, task: int, method: int, *, start: int, crew: Sequence[Seat] = ()) -> None:
        """Write a task down and take what it needs; the caller has seen that it is there."""
        way = self.model.ways[task][method]
        end = start + way.duration
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
            self.left[stock] = _from_then_on(self.level[stock])
        span = _span(start, end)
        for seat in crew:
            self.busy[self.index[seat.person]] |= span
        self.starts[task], self.finishes[task], self.methods[task], self.crews[task] = start, end, method, tuple(crew)

    def plan(self) -> Plan:
        return to_plan(self.model, list(zip(self.starts, self.methods, self.crews, strict=True)))

    def _clash(self, way: Way, start: int) -> int:
        """The last slot of the stay in which a machine is short, or -1."""
        last = -1
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(start + way.duration - 1, start - 1, -1):
                if levels[slot] < amount:
                    last = max(last, slot)
                    break
        return last

    def _crew(self, task: int, way: Way, start: int, prefer: Sequence[Seat]) -> tuple[Seat, ...] | None:
        span, language = _span(start, start + way.duration), self.model.languages[task]
        if prefer and not any(self.busy[self.index[seat.person]] & span for seat in prefer):
            people = [self.model.people[self.index[seat.person]] for seat in prefer]
            seated = [seat.skill for seat, person in zip(prefer, people, strict=True) if seat.skill in person.skills]
            enough = all(seated.count(skill) >= way.seats.count(skill) for skill in set(way.seats))
            if len(seated) == len(prefer) and enough and bridged(people, language):
                return tuple(prefer)
        busy = self.busy
        for skill, seats in _needs(way.seats):
            if sum(not busy[index] & span for index in self.able[skill]) < seats:
                return None
        free = [person for person, taken in zip(self.model.people, busy, strict=True) if not taken & span]
        return match_crew(free, way.seats, language)


@lru_cache(maxsize=4096)
def _needs(seats: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((skill, seats.count(skill)) for skill in dict.fromkeys(seats))


def _levels(entries: Sequence[tuple[int, int]], horizon: int) -> Any:
    level = np.zeros(horizon + 1, dtype=np.int64)
    for slot, quantity in entries:
        level[min(slot, horizon) :] += quantity
    return level


def _from_then_on(level: Any) -> Any:
    """Per slot what may be taken from then on without robbing what is promised later."""
    return np.minimum.accumulate(level[::-1])[::-1].copy()


def _span(start: int, end: int) -> int:
    """Bits start .. end-1."""
    return ((1 << max(0, end - start)) - 1) << start if end > start else 0


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans without their overlaps, so that their bits may be added up."""
    result: list[tuple[int, int]] = []
    reach = 0
    for start, end in sorted(spans):
        if end > max(start, reach):
            result.append((max(start, reach), end))
            reach = end
    return result
