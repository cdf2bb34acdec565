"""The one door to OR-Tools: a true lower bound, and orders that its schedules suggest to our own search.

The model relaxes crews to head counts per set of skills, so its bound is true and its schedule is a hint: the
schedule generation decides what can be staffed. Without OR-Tools the door stays shut and the simple bound stands.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import Any

from .model import Model

cp_model: Any = None  # the module of OR-Tools once `available` has loaded it: it brings pandas, which takes a second

SHARES = ((40, 0.5), (70, 0.25))  # up to so many tasks this part of a time limit is worth more in CP-SAT than in our own search


def available() -> bool:
    """Whether OR-Tools is there; loads it at the first call."""
    global cp_model
    if cp_model is None:
        try:
            cp_model = import_module("ortools.sat.python.cp_model")
        except ImportError:
            return False
    return True


def share_of_time(model: Model) -> float:
    """The part of a time limit to be spent here: larger projects are neither proven nor bettered within a person's patience."""
    return next((share for most, share in SHARES if model.size <= most), 0.0)


@dataclass(frozen=True)
class Proof:
    """What CP-SAT knows: no plan finishes before `bound`; `order` lists the tasks by its best `starts` (None = found none)."""

    bound: int
    order: tuple[int, ...] | None
    methods: tuple[int, ...] | None
    starts: tuple[int, ...] | None = None


def prove(model: Model, *, seconds: float, incumbent: int, hint: list[int], seed: int = 1, workers: int = 2) -> Proof | None:
    """Look for a finish below `incumbent` for some seconds, loading included; None when OR-Tools is not there or nothing is left of them."""
    deadline = time.monotonic() + seconds
    if seconds <= 0 or not available():
        return None
    build = _Build(model, incumbent)
    for task, start in enumerate(hint):
        build.cp.add_hint(build.starts[task], start)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, deadline - time.monotonic())
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    status = solver.solve(build.cp)
    if status == cp_model.INFEASIBLE:
        return None  # cannot be: the incumbent fits; better to say nothing than something false
    bound = min(round(solver.best_objective_bound), incumbent)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Proof(max(bound, 0), None, None)
    starts = [solver.value(start) for start in build.starts]
    methods = [next(way for way, chosen in enumerate(choices) if solver.value(chosen)) for choices in build.chosen]
    order = sorted(range(model.size), key=lambda task: (starts[task], starts[task] + model.ways[task][methods[task]].duration, task))
    return Proof(bound, tuple(order), tuple(methods), tuple(starts))


def steady(
    model: Model,
    *,
    old: dict[int, int],
    fixed: dict[int, int],
    methods: list[int],
    latest: int,
    move_weight: int,
    seconds: float,
    seed: int = 1,
    workers: int = 2,
) -> list[int] | None:
    """Starts that stay near `old` for the tasks that may move; the `fixed` stay. None when there is no solver or no answer.

    Minimises the sum of shifts and of `move_weight` per moved task, all finishes at most `latest`. Each task keeps its method.
    """
    if seconds <= 0 or not available():
        return None
    build = _Build(model, latest)
    for task, way in enumerate(methods):
        build.cp.add(build.chosen[task][way] == 1)
    for task, start in fixed.items():
        build.cp.add(build.starts[task] == start)
    cost = []
    for task, start in old.items():
        shift = build.cp.new_int_var(0, latest, f"shift{task}")
        moved = build.cp.new_bool_var(f"moved{task}")
        build.cp.add_abs_equality(shift, build.starts[task] - start)
        build.cp.add(build.starts[task] == start).only_enforce_if(moved.negated())
        cost.append(shift + move_weight * moved)
    build.cp.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    if solver.solve(build.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [solver.value(start) for start in build.starts]


class _Build:
    """The CP-SAT model of a compiled project with all finishes at most `latest`."""

    def __init__(self, model: Model, latest: int) -> None:
        self.model, self.latest = model, latest
        self.cp = cp_model.CpModel()
        self.starts = [self._start(task) for task in range(model.size)]
        self.ends = [self.cp.new_int_var(0, latest, f"end{task}") for task in range(model.size)]
        self.chosen = [[self.cp.new_bool_var(f"way{task}_{way}") for way in range(len(ways))] for task, ways in enumerate(model.ways)]
        self.stays: list[list[Any]] = []
        self._tasks()
        self._precedences()
        self._machines()
        self._stocks()
        self._heads()
        finish = self.cp.new_int_var(0, latest, "finish")
        self.cp.add_max_equality(finish, self.ends)
        self.cp.minimize(finish)

    def _start(self, task: int) -> Any:
        windows = [[low, min(self.latest, self.latest if high is None else high - 1)] for low, high in self.model.windows[task]]
        domain = cp_model.Domain.from_intervals([window for window in windows if window[0] <= window[1]])
        return self.cp.new_int_var_from_domain(domain, f"start{task}")

    def _tasks(self) -> None:
        for task, ways in enumerate(self.model.ways):
            self.cp.add_exactly_one(self.chosen[task])
            self.stays.append(
                [
                    self.cp.new_optional_interval_var(self.starts[task], way.duration, self.ends[task], chosen, f"stay{task}_{index}")
                    for index, (way, chosen) in enumerate(zip(ways, self.chosen[task], strict=True))
                ]
            )

    def _precedences(self) -> None:
        for task, links in enumerate(self.model.before):
            for link in links:
                if link.kind[1] == "F" and self._stretches(task):
                    continue  # its real finish may be later than its duration says: a relaxation must not count on it
                before = self.ends[link.task] if link.kind[0] == "F" else self.starts[link.task]
                after = self.starts[task] if link.kind[1] == "S" else self.ends[task]
                self.cp.add(after >= before + link.lag)

    def _stretches(self, task: int) -> bool:
        """Whether hours of its site can make a task longer than its duration."""
        return any(way.table for way in self.model.ways[task])

    def _machines(self) -> None:
        for resource, levels in enumerate(self.model.capacity):
            stays = [
                (stay, amount)
                for task, ways in enumerate(self.model.ways)
                for way, stay in zip(ways, self.stays[task], strict=True)
                for held, amount in way.holds
                if held == resource
            ]
            self._cumulative(stays, list(levels[: self.latest]))

    def _heads(self) -> None:
        """Head counts: all seats of a set of skills (one, two, all) need that many people who know at least one of them."""
        people, absences = self.model.people, self.model.absences
        skills = sorted({skill for ways in self.model.ways for way in ways for skill in way.seats})
        groups = [set(group) for size in (1, 2) for group in combinations(skills, size)] + ([set(skills)] if len(skills) > 2 else [])
        for group in groups:
            levels = [0] * self.latest
            for person, away in zip(people, absences, strict=True):
                if person.skills & group:
                    for slot in range(self.latest):
                        levels[slot] += not any(start <= slot < end for start, end in away)
            stays = [
                (stay, sum(skill in group for skill in way.seats))
                for task, ways in enumerate(self.model.ways)
                for way, stay in zip(ways, self.stays[task], strict=True)
                if not self._stretches(task)  # people may be away while the site rests
            ]
            self._cumulative([(stay, seats) for stay, seats in stays if seats], levels)

    def _cumulative(self, stays: list[tuple[Any, int]], levels: list[int]) -> None:
        """A capacity with dips: what is missing below the peak is held by fixed intervals."""
        if not stays:
            return
        peak = max(levels, default=0)
        dips = [(start, end, peak - level) for start, end, level in _steps(levels) if level < peak]
        fixed = [(self.cp.new_fixed_size_interval_var(start, end - start, "dip"), missing) for start, end, missing in dips]
        both = [*stays, *fixed]
        self.cp.add_cumulative([stay for stay, _ in both], [amount for _, amount in both], peak)

    def _stocks(self) -> None:
        for stock, supply in enumerate(self.model.supply):
            takes = list(self._trades(stock, "draws"))
            gives = list(self._trades(stock, "gives"))
            if takes and gives:
                self._made_stock(supply, takes, gives)
            elif takes:
                self._dated_stock(supply, takes)

    def _trades(self, stock: int, what: str) -> Iterator[tuple[int, int, int]]:
        """Tasks, ways and amounts in which a stock is drawn or given."""
        for task, ways in enumerate(self.model.ways):
            for index, way in enumerate(ways):
                yield from ((task, index, amount) for traded, amount in getattr(way, what) if traded == stock)

    def _dated_stock(self, supply: Sequence[tuple[int, int]], takes: list[tuple[int, int, int]]) -> None:
        """Dated supply as tail cumulatives: a taker holds [start, H), an arrival still to come blocks [0, arrival)."""
        end = self.latest + 1
        rows: list[tuple[Any, int]] = []
        for task, way, amount in takes:
            size = self.cp.new_int_var(0, end, f"tail{task}_{way}")
            tail = self.cp.new_optional_interval_var(self.starts[task], size, end, self.chosen[task][way], f"taken{task}_{way}")
            rows.append((tail, amount))
        for slot, amount in supply:
            if slot > 0:
                rows.append((self.cp.new_fixed_size_interval_var(0, min(slot, end), "coming"), amount))
        self.cp.add_cumulative([row for row, _ in rows], [amount for _, amount in rows], sum(amount for _, amount in supply))

    def _made_stock(self, supply: Sequence[tuple[int, int]], takes: list[tuple[int, int, int]], gives: list[tuple[int, int, int]]) -> None:
        """What tasks also make needs the true level over time: takes at starts, gifts at ends, what arrives when it does."""
        times: list[Any] = [slot for slot, _ in supply]
        changes = [amount for _, amount in supply]
        there: list[Any] = [True] * len(times)
        for task, way, amount in takes:
            times.append(self.starts[task])
            changes.append(-amount)
            there.append(self.chosen[task][way])
        for task, way, amount in gives:
            times.append(self.ends[task])
            changes.append(amount)
            there.append(self.chosen[task][way])
        most = sum(change for change in changes if change > 0)
        self.cp.add_reservoir_constraint_with_active(times, changes, there, 0, most)


def _steps(levels: list[int]) -> list[tuple[int, int, int]]:
    """Runs of equal level as (start, end, level)."""
    steps: list[tuple[int, int, int]] = []
    for slot, level in enumerate(levels):
        if steps and steps[-1][2] == level:
            steps[-1] = (steps[-1][0], slot + 1, level)
        else:
            steps.append((slot, slot + 1, level))
    return steps
