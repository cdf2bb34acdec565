"""One durable commit for everybody who comes while the last one runs: a commit costs more than all the rest."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
GATHER_S, CROWD = 0.004, 4


@dataclass
class _Place(Generic[Item]):
    """One who waits: woken when done, or to lead the next commit."""

    item: Item
    woken: Event = field(default_factory=Event)
    leads: bool = False
    error: BaseException | None = None


class Together(Generic[Item]):
    """`run(item)` returns when a call of `act` with this item and those of others has ended.

    Nobody is told anything before the commit that holds it has returned. Whoever finds nobody at work leads: takes all who wait,
    acts, wakes them, and hands the lead to the first who came meanwhile. In a crowd the leader waits 4 ms for more.
    """

    def __init__(self, act: Callable[[list[Item]], None]) -> None:
        self.act = act
        self._lock, self._busy, self._last = Lock(), False, 0
        self._waiting: list[_Place[Item]] = []

    def run(self, item: Item) -> None:
        place = _Place(item)
        with self._lock:
            self._waiting.append(place)
            place.leads, self._busy = not self._busy, True
        if not place.leads:
            place.woken.wait()
        if place.leads:
            self._lead()
        if place.error is not None:
            raise place.error

    def _lead(self) -> None:
        if self._last >= CROWD:
            time.sleep(GATHER_S)
        with self._lock:
            taken, self._waiting = self._waiting, []
        try:
            self.act([place.item for place in taken])
        except BaseException as error:
            for place in taken:
                place.error = error
        with self._lock:
            self._last = len(taken)
            following = self._waiting[0] if self._waiting else None
            self._busy = following is not None
            if following is not None:
                following.leads = True
        for place in [*taken, *([following] if following else [])]:
            place.woken.set()
