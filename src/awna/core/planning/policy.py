"""A plan as arrays for the compiled dispatch: what each task waits for and needs, who may stand in for whom."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .engine.dispatch_tables import BEFORE, FACTS, FLOOR, LEAVES, PLANNED, RANK, RETURNS, ROWS_END, Net
from .engine.flat import PERSONS_PER_WORD
from .model import Model
from .plan import Placement, Plan
from .problem import Person

KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3}
ROW = 3  # columns of the rows


def network(model: Model, plan: Plan, *, now: int, horizon: int, early: bool, groups: Sequence[Sequence[str]]) -> Net:
    """The plan as the dispatch reads it; `early` = tasks may start before their day in the plan."""
    desk, at = _Desk(model), plan.by_task()
    placements = [at[name] for name in model.ids]
    order = sorted(range(model.size), key=lambda task: (placements[task].start, placements[task].finish, model.ids[task]))
    facts, rows = np.zeros((model.size, FACTS), dtype=np.int64), list[tuple[int, ...]]()
    for rank, task in enumerate(order):
        start = placements[task].start
        facts[task, [RANK, PLANNED, FLOOR]] = rank, start, now if early else start
        for column, kind in enumerate(_kinds(model, desk, placements[task], task, horizon), BEFORE):
            facts[task, column] = len(rows)
            rows += kind
        facts[task, ROWS_END] = len(rows)
    table = np.zeros((len(rows), ROW), dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    loads = [(stock, delivery.quantity) for stock, one in enumerate(model.project.stocks) for delivery in one.deliveries]
    places = {name: task for task, name in enumerate(model.ids)}
    return Net(
        now=now,
        horizon=horizon,
        order=np.array(order, dtype=np.int64),
        facts=facts,
        rows=table,
        masks=desk.masks(),
        presence=_presence([model.absences[index] for index in desk.rare], horizon),
        capacity=_capacity(model, horizon),
        opening=np.array([stock.opening for stock in model.project.stocks], dtype=np.int64),
        loads=np.array(loads, dtype=np.int64).reshape(len(loads), 2),
        groups_at=np.cumsum([0, *map(len, groups)], dtype=np.int64),
        groups=np.array([places[name] for names in groups for name in names], dtype=np.int64),
    )


def _kinds(model: Model, desk: "_Desk", placement: Placement, task: int, horizon: int) -> Iterator[Sequence[tuple[int, ...]]]:
    """The rows of a task, kind by kind, in the order of the columns of `facts`."""
    way = model.ways[task][placement.method]
    yield [(link.task, KINDS[link.kind], link.lag) for link in model.before[task]]
    yield [(link.task,) for link in model.after[task]]
    yield [(low, horizon if high is None else min(high, horizon)) for low, high in model.windows[task]]
    yield from (way.holds, way.draws, way.gives)
    yield from desk.crew(placement, task)


def _capacity(model: Model, horizon: int) -> Any:
    """Per machine and slot; beyond the model's own end as at it."""
    table = np.zeros((len(model.capacity), horizon), dtype=np.int64)
    for machine, levels in enumerate(model.capacity):
        known = min(len(levels), horizon)
        table[machine, :known] = levels[:known]
        table[machine, known:] = levels[-1] if levels else 0
    return table


def _presence(absences: Sequence[Sequence[tuple[int, int]]], horizon: int) -> Any:
    """Per slot and person: the first slot from this one on in which she is away, and the end of that absence."""
    table = np.full((2, horizon, len(absences)), horizon, dtype=np.int64)
    for person, gaps in enumerate(absences):
        for start, end in sorted(gaps, reverse=True):
            begin, until = min(start, horizon), min(end, horizon)
            table[LEAVES, :begin, person], table[RETURNS, :begin, person] = begin, until
            table[LEAVES, begin:until, person], table[RETURNS, begin:until, person] = np.arange(begin, until), until
    return table


class _Desk:
    """Who may sit where. People are numbered by how few skills they have: who is taken first leaves the rare free."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rare = sorted(range(len(model.people)), key=lambda index: (len(model.people[index].skills), model.people[index].id))
        self.people = [model.people[index] for index in self.rare]
        self.places = {person.id: place for place, person in enumerate(self.people)}
        self.groups: dict[tuple[str, int, str, frozenset[frozenset[str]]], int] = {}

    def crew(self, placement: Placement, task: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Per seat the planned person and the group of her stand-ins; then how many the task takes of each trade.

        Of a relay those who begin: they stay to the end, as nobody knows in a scenario when the next would be free.
        """
        language, way = self.model.languages[task], self.model.ways[task][placement.method]
        seats, trades = [], defaultdict[tuple[str, int], list[frozenset[str]]](list)
        for seat in placement.crew:
            if seat.start is not None and seat.start > placement.start:
                continue
            planned = self.places[seat.person]
            level = way.levels[way.seats.index(seat.skill)] if seat.skill in way.seats and way.levels else 1
            spoken = self.people[planned].languages
            seats.append((planned, self._group(seat.skill, level, language, [spoken])))
            trades[seat.skill, level].append(spoken)
        return seats, [(self._group(*trade, language, spoken), len(spoken)) for trade, spoken in trades.items()]

    def _group(self, skill: str, level: int, language: str, spoken: Sequence[frozenset[str]]) -> int:
        return self.groups.setdefault((skill, level, language, frozenset(spoken)), len(self.groups))

    def masks(self) -> Any:
        """One bit per person, for each group that was asked for."""
        table = np.zeros((len(self.groups), max(1, -(-len(self.people) // PERSONS_PER_WORD))), dtype=np.int64)
        for row, (skill, level, language, spoken) in enumerate(self.groups):
            for place, person in enumerate(self.people):
                if person.level(skill) >= level and any(_understood(person, language, tongues) for tongues in spoken):
                    table[row, place // PERSONS_PER_WORD] |= 1 << (place % PERSONS_PER_WORD)
        return table


def _understood(person: Person, language: str, spoken: frozenset[str]) -> bool:
    """Whether a stand-in speaks the language of the site, or all that the planned person speaks."""
    return not language or language in person.languages or spoken <= person.languages
