"""The search as a whole: four islands, scheduled on whatever threads there are, merging at fixed counts.

What is found depends on the seed and on counts alone; threads only decide how soon. A time limit fixes the counts from
a measured speed and then cuts the same path short.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from ..model import Model
from ..sgs import Schedule
from .basics import Ints, seeded
from .breeding import move_tasks
from .desk import new_bench, new_desk
from .flat import Flat
from .island import BEST, BORN, TOP, USED, Herd, evolve, new_herd
from .reading import read_schedule
from .rich import LATE

ISLANDS = 4
THREADS = 2
HERD_MIN, HERD_MAX = 12, 500
HERD_SHARE = 0.7  # members per square root of the schedules that an island may use
MERGES = 40  # how often islands send their best to the next one, at most once a round
ROUND_TASKS = 100_000  # tasks placed by an island between two looks at the clock
TRIAL = 24  # schedules: the length of the measured start of a timed search

Gain = Callable[[int], None]


class Archipelago:
    """Four herds of one project."""

    def __init__(self, flat: Flat, orders: Sequence[Sequence[int]], *, seed: int) -> None:
        self.flat, self.orders, self.seed = flat, orders, seed
        self.herds: list[Herd] = []

    @property
    def used(self) -> int:
        return sum(int(herd.facts[USED]) for herd in self.herds)

    @property
    def best(self) -> Herd:
        return min(self.herds, key=lambda herd: int(herd.facts[BEST]))

    @property
    def finish(self) -> int:
        return int(self.best.facts[BEST]) if self.herds else LATE

    def settle(self, size: int) -> None:
        """New herds of a size: the given orders first, then the first two of them with tasks moved."""
        self.herds = [self._herd(island, size) for island in range(ISLANDS)]

    def _herd(self, island: int, size: int) -> Herd:
        flat, rng = self.flat, seeded(self.seed * ISLANDS + island)
        lists = np.zeros((size, flat.net.n), dtype=np.int64)
        ways = np.zeros((size, flat.net.n), dtype=np.int64)
        mark = np.zeros(flat.net.n, dtype=np.int64)
        for member in range(size):
            own = member < len(self.orders)
            lists[member] = self.orders[member if own else member % min(2, len(self.orders))]
            if not own:
                move_tasks(flat.net, lists[member], mark, rng, flat.net.n // 2 if member % 3 else 4 * flat.net.n, flat.net.n)
        return new_herd(flat.net, flat.rich, lists, ways, rng)

    def advance(self, counts: Sequence[int], executor: Executor | None) -> None:
        """Each island breeds on until it has used its count of schedules."""
        todo = [max(0, count - int(herd.facts[USED])) for herd, count in zip(self.herds, counts, strict=True)]
        if executor is None:
            self.herds = [advance(self.flat, herd, count) for herd, count in zip(self.herds, todo, strict=True)]
        else:
            jobs = [executor.submit(advance, self.flat, herd, count) for herd, count in zip(self.herds, todo, strict=True)]
            self.herds = [job.result() for job in jobs]

    def merge(self) -> None:
        """Each island gets the best of the one before in place of its worst."""
        sent = [_best_member(herd) for herd in self.herds]
        for herd, (order, ways, finish, sign) in zip(self.herds, sent[-1:] + sent[:-1], strict=True):
            worst = int(np.argmax(herd.finish[: max(1, int(herd.facts[BORN]))]))
            if finish < herd.finish[worst]:
                herd.lists[worst], herd.ways[worst], herd.finish[worst], herd.sign[worst] = order, ways, finish, sign


def advance(flat: Flat, herd: Herd, count: int) -> Herd:
    """One island's share of a round; runs on any executor."""
    if count > 0:
        herd.facts[TOP] = flat.net.base.shape[0]
        bench = None if flat.rich is None else new_bench(flat.net, flat.rich)
        evolve(flat.net, flat.rich, new_desk(flat.net), bench, herd, count)
    return herd


def _best_member(herd: Herd) -> tuple[Ints, Ints, int, int]:
    best = int(np.argmin(herd.finish))
    return herd.lists[best].copy(), herd.ways[best].copy(), int(herd.finish[best]), int(herd.sign[best])


def herd_size(schedules: float) -> int:
    return int(min(HERD_MAX, max(HERD_MIN, HERD_SHARE * (schedules / ISLANDS) ** 0.5)))


def explore(
    flat: Flat,
    orders: Sequence[Sequence[int]],
    *,
    bound: int,
    schedules: int | None,
    seconds: float | None,
    began: float,
    seed: int,
    executor: Executor | None = None,
    gain: Gain | None = None,
    stop: Callable[[], bool] | None = None,
) -> Archipelago:
    """Searches until a limit or the bound is reached, or `stop` says so; `gain` hears of each better finish."""
    land = Archipelago(flat, orders, seed=seed)
    heard = LATE

    def tell() -> None:
        nonlocal heard
        if land.finish < heard:
            heard = land.finish
            if gain:
                gain(heard)

    expected = schedules if schedules is not None else _trial(land, began, seconds or 0.0, tell)
    if land.finish <= bound or (seconds is not None and time.monotonic() - began >= seconds):
        return land
    land.settle(herd_size(expected))
    own = executor or ThreadPoolExecutor(THREADS)
    try:
        _rounds(land, expected, bound, schedules, None if seconds is None else began + seconds, own, tell, stop)
    finally:
        if executor is None:
            own.shutdown()
    return land


def _trial(land: Archipelago, began: float, seconds: float, tell: Callable[[], None]) -> int:
    """First plans, told at once, and from their speed how many schedules the time will allow."""
    land.settle(min(HERD_MIN, max(2, len(land.orders))))
    land.herds = land.herds[:1]
    land.herds = [advance(land.flat, land.herds[0], 1)]
    tell()
    start, before = time.monotonic(), land.used
    if start - began < seconds:
        land.herds = [advance(land.flat, land.herds[0], TRIAL)]
        tell()
    speed = (land.used - before) / max(time.monotonic() - start, 1e-6)
    return max(1, int(speed * max(0.0, seconds - (time.monotonic() - began)) * THREADS))


def _rounds(
    land: Archipelago,
    expected: int,
    bound: int,
    schedules: int | None,
    deadline: float | None,
    executor: Executor,
    tell: Callable[[], None],
    stop: Callable[[], bool] | None,
) -> None:
    share = [expected // ISLANDS + (island < expected % ISLANDS) for island in range(ISLANDS)]
    step = max(1, ROUND_TASKS // land.flat.net.n)
    merge_every = max(1, share[0] // MERGES)
    done, merged = 0, 0
    while land.finish > bound:
        if stop is not None and stop():
            return
        if deadline is not None and time.monotonic() >= deadline:
            return
        if schedules is not None and done >= max(share):
            return
        done += step
        land.advance([min(done, most) if schedules is not None else done for most in share], executor)
        tell()
        if done // merge_every > merged:
            merged = done // merge_every
            land.merge()


def to_schedule(model: Model, herd: Herd) -> Schedule:
    """The best of a herd with names instead of bits."""
    return read_schedule(model, [int(start) for start in herd.best_starts], [int(way) for way in herd.best_ways], herd.best_crew)
