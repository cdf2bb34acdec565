"""Draws futures of a plan: when crossings open and close, how long tasks take, how late loads come. Seeded, one stream per cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gamma
from typing import Any

import numpy as np

from .model import Model
from .plan import Plan
from .problem import Crossing, Project
from .supply import entry_slot


@dataclass(frozen=True)
class CrossingHabit:
    """How a crossing opens and closes: mean lengths of its open and closed times, in slots, and whether it is open at slot `now`.

    `fit` mixes the mean of the history with that of the prior, which counts as `PRIOR_WEIGHT` intervals.
    """

    open_mean: float
    closed_mean: float
    spread: float = 1.0  # shape of the Weibull lengths; 1 = exponential, more = more regular


PRIOR = CrossingHabit(30.0, 6.0)  # slots: stated prior, three weeks open and three days closed in half-days
PRIOR_WEIGHT = 3.0  # intervals that the prior counts as


@dataclass(frozen=True)
class Doubts:
    """What is uncertain beside the durations that the methods state."""

    habits: Mapping[str, CrossingHabit] = field(default_factory=dict)  # per crossing; the prior where none is given
    late_share: float = 0.3  # of the loads come late
    late_mean: float = 4.0  # slots, of those that are late
    absent_share: float = 0.05  # chance that a person does not come to a task: it then takes longer by her share of the crew
    fallback_low: float = 0.9  # of the likely duration, where a method states none
    fallback_high: float = 1.5
    early: bool = False  # tasks may start before their day in the plan


def fit(history: Sequence[tuple[bool, int]], *, prior: CrossingHabit = PRIOR, weight: float = PRIOR_WEIGHT) -> CrossingHabit:
    """The habit of a crossing from its past (open?, length in slots) intervals. The fewer there are, the nearer to the prior."""

    def mean(lengths: list[int], before: float) -> float:
        return (sum(lengths) + before * weight) / (len(lengths) + weight)

    opened = [length for is_open, length in history if is_open]
    closed = [length for is_open, length in history if not is_open]
    return CrossingHabit(mean(opened, prior.open_mean), mean(closed, prior.closed_mean), prior.spread)


@dataclass(frozen=True)
class Scenario:
    """One future: how long each task takes, and when what comes into each stock."""

    durations: tuple[int, ...]
    arrivals: tuple[tuple[tuple[int, int], ...], ...]  # per stock: (slot, quantity) in order


def draw(
    project: Project, model: Model, plan: Plan, doubts: Doubts, *, seed: int, number: int, now: int, horizon: int, open_one: str = ""
) -> Scenario:
    """Scenario `number`. Each crossing, the durations and the loads have a stream of their own: with one crossing held open, all
    the rest is as before (common random numbers)."""
    windows = {
        crossing.id: ((0, None),) if crossing.id == open_one else _openings(crossing, doubts, seed, number, place, now, horizon)
        for place, crossing in enumerate(project.crossings)
    }
    crossings = {crossing.id: replace(crossing, open_windows=windows[crossing.id]) for crossing in project.crossings}
    stream = np.random.default_rng((seed, number, 1))
    at = plan.by_task()
    durations = []
    for task in project.tasks:
        method, people = task.methods[at[task.id].method], len(at[task.id].crew)
        low = method.optimistic if method.optimistic is not None else method.duration * doubts.fallback_low
        high = method.pessimistic if method.pessimistic is not None else method.duration * doubts.fallback_high
        share = float(stream.triangular(low, method.duration, high)) if high > low else float(method.duration)
        missing = int(stream.binomial(people, doubts.absent_share)) if people else 0
        length = share * people / max(1, people - missing) if people else share
        durations.append(max(1, round(length)) if method.duration else 0)
        if at[task.id].start < now:
            durations[-1] = at[task.id].finish - at[task.id].start  # begun: as planned
    return Scenario(tuple(durations), _arrivals(project, crossings, doubts, np.random.default_rng((seed, number, 2)), horizon))


def _openings(
    crossing: Crossing, doubts: Doubts, seed: int, number: int, place: int, now: int, horizon: int
) -> tuple[tuple[int, int | None], ...]:
    """Open and closed by turns from `now` on; before it, as it was."""
    habit = doubts.habits.get(crossing.id, PRIOR)
    stream = np.random.default_rng((seed, number, 3, place))
    windows = [(a, min(now, now if b is None else b)) for a, b in crossing.open_windows if a < now]
    is_open = any(a <= now and (b is None or now < b) for a, b in crossing.open_windows)
    slot = now
    scale = 1.0 / _gamma_of(habit.spread)
    while slot < horizon:
        mean = habit.open_mean if is_open else habit.closed_mean
        length = max(1, round(float(stream.weibull(habit.spread)) * mean * scale))
        if is_open:
            windows.append((slot, slot + length))
        slot, is_open = slot + length, not is_open
    return tuple(windows)


def _gamma_of(shape: float) -> float:
    """The mean of a Weibull of scale 1."""
    return gamma(1 + 1 / shape)


def _arrivals(
    project: Project, crossings: Mapping[str, Crossing], doubts: Doubts, stream: Any, horizon: int
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Loads with their delay, queued at their crossing in the order in which they come."""
    loads = []
    for place, stock in enumerate(project.stocks):
        for index, delivery in enumerate(stock.deliveries):
            late, length = float(stream.random()) < doubts.late_share, float(stream.exponential(doubts.late_mean))
            planned = delivery.planned + (round(length) if late and delivery.crossing else 0)
            loads.append((planned, index, place, delivery))
    result: list[list[tuple[int, int]]] = [[(0, stock.opening)] for stock in project.stocks]
    used: dict[tuple[str, int], int] = {}
    for planned, _, place, delivery in sorted(loads, key=lambda load: load[:3]):
        slot: int | None = planned
        if delivery.crossing:
            slot = entry_slot(crossings[delivery.crossing], planned, used)
        if slot is not None and slot < horizon:
            result[place].append((slot, delivery.quantity))
    return tuple(tuple(sorted(entries)) for entries in result)
