"""Draws futures of a plan: when crossings open and close, how long tasks take, how late loads come. Seeded, one stream per cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from .engine.basics import compiled
from .plan import Plan
from .problem import SLOTS_MAX, Project, inside

UNEVEN_LEAST = 1e-3  # keeps the regularity of an all too even past finite
INTERVALS = 256  # open and closed times that are drawn per crossing and scenario


@dataclass(frozen=True)
class CrossingHabit:
    """How a crossing opens and closes by turns: mean lengths of its open and closed times in slots, and how well they are known.

    Lengths are gamma distributed. Each scenario draws means of its own: about the stated ones, the further off the fewer intervals
    they rest on and the more habits change. Stated without the last three, all is taken as known and steady.
    """

    open_mean: float
    closed_mean: float
    spread: float = 1.0  # shape of the lengths; 1 = exponential, more = more regular
    open_count: float = inf  # intervals on which the mean rests; infinite = known
    closed_count: float = inf
    drift: float = 0.0  # standard deviation of the logarithm of what a change of habits does to a mean


PRIOR_WEIGHT = 3.0  # intervals that the prior counts as
DRIFT = 0.2  # stated: habits change, unseen in the past or after today, by about a fifth
# Stated: three weeks open and three days closed in half-days, of any regularity.
PRIOR = CrossingHabit(30.0, 6.0, 1.0, PRIOR_WEIGHT, PRIOR_WEIGHT, DRIFT)


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
    """The habit of a crossing from its past (open?, length in slots) intervals. The fewer there are, the nearer to the prior.

    Means and regularity mix those of the past with those of the prior, which counts as `weight` intervals.
    """
    opened = [length for is_open, length in history if is_open]
    closed = [length for is_open, length in history if not is_open]

    def mean(lengths: list[int], before: float) -> float:
        return (sum(lengths) + before * weight) / (len(lengths) + weight)

    uneven = weight / prior.spread  # relative variance, counted
    for lengths in (opened, closed):
        usual = sum(lengths) / max(1, len(lengths))
        uneven += sum((length / usual - 1) ** 2 for length in lengths) if usual else 0.0
    return CrossingHabit(
        mean(opened, prior.open_mean),
        mean(closed, prior.closed_mean),
        (len(opened) + len(closed) + weight) / max(uneven, UNEVEN_LEAST),
        len(opened) + weight,
        len(closed) + weight,
        prior.drift,
    )


class Futures:
    """Draws whole blocks of scenarios of one plan.

    Each crossing, the durations and the loads have a stream of their own per block: with one crossing held open, all the rest is as
    before (common random numbers).
    """

    def __init__(self, project: Project, plan: Plan, doubts: Doubts, *, seed: int, now: int, horizon: int) -> None:
        self.project, self.doubts, self.seed, self.now, self.horizon = project, doubts, seed, now, horizon
        at = plan.by_task()
        methods = [task.methods[at[task.id].method] for task in project.tasks]
        self.likely = np.array([method.duration for method in methods], dtype=float)
        self.low = np.array([m.duration * doubts.fallback_low if m.optimistic is None else m.optimistic for m in methods], dtype=float)
        self.high = np.array([m.duration * doubts.fallback_high if m.pessimistic is None else m.pessimistic for m in methods], dtype=float)
        self.people = np.array([len({seat.person for seat in at[task.id].crew}) for task in project.tasks], dtype=np.int64)
        self.begun = np.array([at[task.id].start < now for task in project.tasks], dtype=np.bool_)
        self.as_planned = np.array([at[task.id].finish - at[task.id].start for task in project.tasks], dtype=np.int64)
        place = {crossing.id: index for index, crossing in enumerate(project.crossings)}
        loads = [
            (delivery.planned, index, stock, delivery.quantity, place.get(delivery.crossing, -1))
            for stock, one in enumerate(project.stocks)
            for index, delivery in enumerate(one.deliveries)
        ]
        self.loads = np.array(loads, dtype=np.int64).reshape(len(loads), 5)
        self.room = np.array([crossing.loads_per_slot for crossing in project.crossings], dtype=np.int64)

    def durations(self, block: int, size: int) -> Any:
        """[scenario, task] in slots: triangular, longer by the share of the crew that does not come."""
        stream = np.random.default_rng((self.seed, block, 1))
        spread = np.where(self.high > self.low, self.high - self.low, 1.0)
        turn = (self.likely - self.low) / spread
        chance = stream.random((size, len(self.likely)))
        rising = self.low + np.sqrt(chance * spread * (self.likely - self.low))
        falling = self.high - np.sqrt((1 - chance) * spread * (self.high - self.likely))
        length = np.where(self.high > self.low, np.where(chance < turn, rising, falling), self.likely)
        missing = stream.binomial(self.people, self.doubts.absent_share, size=length.shape)
        length = length * np.maximum(self.people, 1) / np.maximum(1, self.people - missing)
        length = length * self.as_planned / np.maximum(self.likely, 1)  # where the site rests in between, as much longer as in the plan
        slots = np.where(self.likely > 0, np.maximum(1, np.rint(length)), 0).astype(np.int64)
        return np.where(self.begun, self.as_planned, slots)

    def entries(self, block: int, size: int, *, open_one: str = "") -> Any:
        """[scenario, load]: the slot in which it comes in; loads queue at their crossing in the order in which they come."""
        doors = np.stack([self._doors(block, size, place, open_one) for place in range(len(self.room))] or [np.zeros((size, self.horizon))])
        stream = np.random.default_rng((self.seed, block, 2))
        late = stream.random((size, len(self.loads))) < self.doubts.late_share
        delay = np.rint(stream.exponential(self.doubts.late_mean, (size, len(self.loads)))).astype(np.int64)
        come = self.loads[:, 0] + np.where(late & (self.loads[:, 4] >= 0), delay, 0)
        result = np.full(come.shape, SLOTS_MAX, dtype=np.int64)
        _enter(come, self.loads, doors.astype(np.bool_), self.room, result)
        return result

    def _doors(self, block: int, size: int, place: int, open_one: str) -> Any:
        """[scenario, slot]: open or not. Before now as it was, from then on open and closed by turns."""
        crossing = self.project.crossings[place]
        if crossing.id == open_one:
            return np.ones((size, self.horizon), dtype=np.bool_)
        habit = self.doubts.habits.get(crossing.id, PRIOR)
        stream = np.random.default_rng((self.seed, block, 3, place))
        means = np.array([habit.open_mean, habit.closed_mean]) * _unsure(stream, habit, size)
        lengths = stream.standard_gamma(habit.spread, (size, INTERVALS)) / habit.spread
        was = np.array([inside(slot, crossing.open_windows) for slot in range(min(self.now + 1, self.horizon))], dtype=np.bool_)
        doors = np.zeros((size, self.horizon), dtype=np.bool_)
        doors[:, : len(was)] = was
        _turns(lengths, bool(was[-1]) if len(was) else True, means, self.now, doors)
        return doors


def _unsure(stream: Any, habit: CrossingHabit, size: int) -> Any:
    """[scenario, open or closed]: by what the true mean may differ from the stated one."""
    result = np.exp(habit.drift * stream.standard_normal((size, 2)))
    for column, count in enumerate((habit.open_count, habit.closed_count)):
        if count < inf:  # what the past says of the mean of gamma lengths is an inverse gamma
            known = count * habit.spread
            # One less, so that the drawn mean is the stated one on average; with hardly any past that cannot be.
            result[:, column] *= max(known - 1, known / 2) / np.maximum(stream.standard_gamma(known, size), UNEVEN_LEAST)
    return result


@compiled
def _turns(lengths: Any, is_open: bool, means: Any, now: int, doors: Any) -> None:
    """Fill the doors from `now` on; lengths are used again from the first when they run out."""
    size, horizon = doors.shape
    for number in range(size):
        slot, opened, turn = now, is_open, 0
        while slot < horizon:
            mean = means[number, 0 if opened else 1]
            end = slot + max(1, round(min(lengths[number, turn % lengths.shape[1]] * mean, 1.0 * horizon)))
            for at in range(slot, min(end, horizon)):
                doors[number, at] = opened
            slot, opened, turn = end, not opened, turn + 1


@compiled
def _enter(come: Any, loads: Any, doors: Any, room: Any, result: Any) -> None:
    """Let each load in at the first open slot with room, in the order of coming, then as listed."""
    horizon = doors.shape[2]
    taken = np.zeros((len(room), horizon), dtype=np.int64)
    for number in range(len(come)):
        taken[:] = 0
        for load in np.argsort(come[number] * 100_000 + loads[:, 1], kind="mergesort"):
            slot, crossing = come[number, load], loads[load, 4]
            while slot < horizon and crossing >= 0:
                if doors[crossing, number, slot] and (room[crossing] == 0 or taken[crossing, slot] < room[crossing]):
                    taken[crossing, slot] += 1
                    break
                slot += 1
            if slot < horizon:
                result[number, load] = slot
