"""The scratch space of one thread, and the schedule that the last generation left in it."""

from typing import NamedTuple

import numpy as np

from .basics import Ints
from .flat import EXTRAS_MAX, Net, Rich


class Desk(NamedTuple):
    free: Ints  # per slot: packed machines of a plain project
    starts: Ints
    finishes: Ints
    ways: Ints  # per task: which of its ways
    order: Ints
    old: Ints
    counts: Ints
    mark: Ints
    stack: Ints


class Bench(NamedTuple):
    """What a rich project needs beside."""

    free: Ints  # per slot and word
    there: Ints  # per slot and word: people free
    lots: Ints  # per stock: how many lots there are now
    lot_slot: Ints  # per stock and lot, in order of slot
    lot_left: Ints
    rest: Ints  # per stock: what the present ways leave at the very end
    crew: Ints  # per task and seat: person or -1; extras behind the seats
    crew_mask: Ints  # per task and word
    open: Ints  # who could come
    usable: Ints  # who of them may be seated
    used: Ints  # who has a seat
    holder: Ints  # per person: the seat that she holds
    parent: Ints  # per person: the seat that asked for her
    queue: Ints


def _zeros(*shape: int) -> Ints:
    return np.zeros(shape, dtype=np.int64)


def new_desk(f: Net) -> Desk:
    slots = f.base.shape[0]
    return Desk(
        free=_zeros(slots),
        starts=_zeros(f.n),
        finishes=_zeros(f.n),
        ways=_zeros(f.n),
        order=_zeros(f.n),
        old=_zeros(f.n),
        counts=_zeros(2 * slots + 8),
        mark=_zeros(f.n),
        stack=_zeros(f.n + len(f.before) + 1),
    )


def crew_shape(f: Net, r: Rich | None) -> tuple[int, int]:
    """Tasks, and the most seats of any way with those in addition."""
    return f.n, 0 if r is None else int(np.max(np.diff(r.seat_at), initial=0)) + EXTRAS_MAX


def new_bench(f: Net, r: Rich) -> Bench:
    stocks = len(r.total)
    lots = len(r.lot_slot) + len(r.gift_stock) + 1
    people, words = max(1, r.shares.shape[0]), r.able.shape[1]
    seats = crew_shape(f, r)[1]
    return Bench(
        free=_zeros(*r.base.shape),
        there=r.present.copy(),
        lots=_zeros(stocks),
        lot_slot=_zeros(stocks, lots),
        lot_left=_zeros(stocks, lots),
        rest=_zeros(stocks),
        crew=_zeros(f.n, seats),
        crew_mask=_zeros(f.n, words),
        open=_zeros(words),
        usable=_zeros(words),
        used=_zeros(words),
        holder=_zeros(people),
        parent=_zeros(people),
        queue=_zeros(seats + people + 1),
    )
