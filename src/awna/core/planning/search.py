"""Anytime search over task orders: rules, then crossing and nudging of good orders with forward-backward improvement.

The compiled engine does it for all but the smallest rich projects. The
class here is the same idea in plain Python for those. The state of the search depends on the seed and on counted
schedules alone, so a count limit gives the same plan on every machine. A time limit only cuts the same path short.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from .bounds import lower_bound
from .model import Model
from .priority import backward_order, order_by, rules
from .sgs import ANY_METHOD, Schedule, forward

if TYPE_CHECKING:
    from .engine.flat import Flat

POPULATION = 24  # orders kept
LATE = 10**9  # the finish of an order that led to no plan
FIRST_TASKS = 600  # tasks placed in plain Python, which is there before the compiler is, for a first plan
FIRST_CREWED = 100  # the same where crews are asked for: each task then takes a millisecond

Report = Callable[[int, int, float], None]  # objective, bound, seconds


@dataclass(frozen=True)
class Limit:
    """When to stop: counted schedules, seconds, or whichever comes first. None = no such limit. `stop` is asked now and then."""

    schedules: int | None = None
    seconds: float | None = None
    stop: Callable[[], bool] | None = None


@dataclass
class Found:
    """The best schedule of a search; `schedule` is incomplete when no order led to a plan."""

    schedule: Schedule
    bound: int
    schedules: int
    seconds: float


@dataclass(frozen=True)
class Member:
    """An order and a choice of methods, with the finish that they lead to."""

    finish: int
    order: tuple[int, ...]
    methods: tuple[int, ...]


@dataclass
class Search:
    model: Model
    limit: Limit
    random: Random
    report: Report | None = None
    began: float = field(default_factory=time.monotonic)
    used: int = 0
    best: Schedule | None = None
    bound: int = 0

    def run(self, starts: Sequence[Sequence[int]] = ()) -> Found:
        self.bound = lower_bound(self.model)
        any_method = (ANY_METHOD,) * self.model.size
        members: list[Member] = []
        for order in [*starts, *rules(self.model)]:
            if members and self.done():
                break
            members.append(self.improve(tuple(order), any_method))
        while len(members) < POPULATION and not self.done():
            members.append(self.improve(self.shuffled(members[len(members) % 6].order), self.mutated(any_method)))
        while not self.done():
            self.breed(members)
        assert self.best is not None  # the first order is always tried
        return Found(self.best, self.bound, self.used, time.monotonic() - self.began)

    def done(self) -> bool:
        if self.best is not None and self.best.complete and self.best.finish <= self.bound:
            return True
        if self.limit.schedules is not None and self.used >= self.limit.schedules:
            return True
        if self.limit.stop is not None and self.limit.stop():
            return True
        return self.limit.seconds is not None and time.monotonic() - self.began >= self.limit.seconds

    def improve(self, order: tuple[int, ...], methods: tuple[int, ...]) -> Member:
        """Decode an order, then justify right and left while that shortens the plan."""
        schedule = self.decode(order, methods)
        member = Member(schedule.finish if schedule.complete else LATE, order, methods)
        while schedule.complete and not self.done():
            again_order = tuple(backward_order(self.model, schedule))
            again = self.decode(again_order, tuple(schedule.methods))
            self.used += 1  # the backward pass
            if not again.complete or again.finish > member.finish:
                break
            gained = again.finish < member.finish
            member = Member(again.finish, again_order, methods)
            schedule = again
            if not gained:
                break
        return member

    def decode(self, order: Sequence[int], methods: Sequence[int]) -> Schedule:
        schedule = forward(self.model, order, methods)
        self.used += 1
        if self.best is None or (schedule.complete, -schedule.finish) > (self.best.complete, -self.best.finish):
            self.best = schedule
            if self.report and schedule.complete:
                self.report(schedule.finish, self.bound, time.monotonic() - self.began)
        return schedule

    def breed(self, members: list[Member]) -> None:
        """Replace the worse of a pair by a child of two parents, unless the child is there already."""
        pairs = [self.random.sample(range(len(members)), 2) for _ in range(2)] if len(members) > 1 else [[0, 0], [0, 0]]
        first, second = (min((members[index] for index in pair), key=lambda member: member.finish) for pair in pairs)
        order = self.crossed(first.order, second.order)
        if self.random.random() < 0.5:
            order = self.shuffled(order)
        child = self.improve(order, self.mutated(first.methods))
        worst = max(range(len(members)), key=lambda index: (members[index].finish, index))
        known = any(child.finish == member.finish and child.order == member.order for member in members)
        if child.finish <= members[worst].finish and not known:
            members[worst] = child

    def crossed(self, first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
        """A stretch of the first order, the rest as in the second: the child stands before, within and after the stretch."""
        size = len(first)
        low, high = sorted((self.random.randrange(size + 1), self.random.randrange(size + 1)))
        head: list[int] = []
        seen: set[int] = set()
        middle = set(first[low:high])
        for task in second:
            if len(head) == low:
                break
            if task not in middle:
                head.append(task)
        seen.update(head)
        seen |= middle
        merged = [*head, *first[low:high], *(task for task in second if task not in seen)]
        return self.possible(merged)

    def shuffled(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """Nudge tasks by up to a tenth of the list."""
        reach = max(2.0, len(order) / 10)
        keys = [0.0] * len(order)
        for place, task in enumerate(order):
            keys[task] = place + (self.random.random() * reach if self.random.random() < 0.3 else 0.0)
        return tuple(order_by(self.model, keys))

    def possible(self, order: Sequence[int]) -> tuple[int, ...]:
        keys = [0.0] * len(order)
        for place, task in enumerate(order):
            keys[task] = float(place)
        return tuple(order_by(self.model, keys))

    def mutated(self, methods: tuple[int, ...]) -> tuple[int, ...]:
        """Fix or free the method of about one task in twenty that has a choice."""
        result = list(methods)
        for task, ways in enumerate(self.model.ways):
            if len(ways) > 1 and self.random.random() < 0.05:
                result[task] = self.random.randrange(-1, len(ways))
        return tuple(result)


def search(
    model: Model,
    *,
    limit: Limit,
    seed: int = 1,
    starts: Sequence[Sequence[int]] = (),
    report: Report | None = None,
    executor: Executor | None = None,
) -> Found:
    """The best plan found within the limit; `starts` are orders worth trying first (the running plan, a solver's hint).

    The four islands of the compiled engine run on `executor`, by default on threads; the plan does not depend on it.
    """
    first = _first(model, limit, seed, starts, report)
    if first is not None and first.schedule.complete and first.schedule.finish <= first.bound:
        return first
    from .engine.flat import flatten  # brings the compiler, which takes a second to load

    flat = flatten(model)
    if flat is not None:
        told = first.schedule.finish if first is not None and first.schedule.complete else LATE
        found = _compiled(model, flat, limit, seed, starts, _below(told, report), executor)
        if found.schedule.complete:
            return found
        limit = Limit(schedules=len(starts) + 6)  # the orders alone, to name the task that finds no place
    return Search(model, limit, Random(seed), report).run(starts)


def _first(model: Model, limit: Limit, seed: int, starts: Sequence[Sequence[int]], report: Report | None) -> Found | None:
    """A plan told at once, before the compiler is there; of a small project the best of a few, for that may meet the bound already."""
    if model.size > (FIRST_CREWED if model.people else FIRST_TASKS):
        return None
    few = 1 if model.people else max(1, FIRST_TASKS // model.size)
    few = few if limit.schedules is None else min(few, limit.schedules)
    return Search(model, Limit(few, limit.seconds, limit.stop), Random(seed), report).run(starts)


def _below(told: int, report: Report | None) -> Report | None:
    """Passes on what is better than what was told already."""
    if report is None:
        return None

    def better(finish: int, bound: int, seconds: float) -> None:
        if finish < told:
            report(finish, bound, seconds)

    return better


def _compiled(
    model: Model,
    flat: "Flat",
    limit: Limit,
    seed: int,
    starts: Sequence[Sequence[int]],
    report: Report | None,
    executor: Executor | None,
) -> Found:
    from .engine.islands import explore, to_schedule
    from .engine.rich import LATE as STUCK

    began = time.monotonic()
    bound = lower_bound(model)

    def gain(finish: int) -> None:
        if report and finish < STUCK:
            report(finish, bound, time.monotonic() - began)

    land = explore(
        flat,
        [*starts, *rules(model)],
        bound=bound,
        schedules=limit.schedules,
        seconds=limit.seconds,
        began=began,
        seed=seed,
        executor=executor,
        gain=gain,
        stop=limit.stop,
    )
    schedule = to_schedule(model, land.best)
    if land.finish >= STUCK:
        schedule.stuck = schedule.starts.index(-1) if -1 in schedule.starts else 0
    return Found(schedule, bound, land.used, time.monotonic() - began)
