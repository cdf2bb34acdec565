"""The scratch space of one thread, and the schedule that the last generation left in it."""

from typing import NamedTuple

import numpy as np

from .basics import Ints
from .flat import Net, Rich
from .rules import BLOCKS, CLEARED_TRIED, WIDTH


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


OPEN, USABLE, USED, CLEAR = range(4)  # rows of `sets`: who could come, may be seated, has a seat; adults with a clearance
NOTE, CUT, LAST, PAIRS = range(4)  # rows of `notes`: see below; of a relay first segments and ends of its blocks; cleared adults to try
ROOM, CAREFUL = range(2)  # under `NOTE`: beds free for a stay, and whether two of `CLEAR` must be in the crew
RELEASE, LINE, AT, TRAIL, SEEN, TRIED = range(6)  # rows of `lists`: see `closely` and `rich.place_all`


class Bench(NamedTuple):
    """What a rich project needs beside. Arrays of one shape share one: each is a burden to the compiler wherever it is passed on."""

    free: Ints  # per slot and word
    there: Ints  # per slot and word: people who have no seat
    lots: Ints  # per stock: how many lots there are now; how many there were at the start of a group
    lot: Ints  # slot and rest of each lot of a stock, in order of slot; and as they were at the start of a group
    rest: Ints  # per stock: what the present ways leave at the very end
    toil: Ints  # per rest rule and slot: whether its person works
    beds: Ints  # per site whose beds are counted and slot: how many are free
    lists: Ints
    pile: Ints  # tasks to be looked at
    crew: Ints  # per task and seat of its blocks: person or -1, extras behind the seats; then begin and end of each block
    crew_mask: Ints  # per task, block and word
    sitting: Ints  # per seat: who is being seated
    sets: Ints
    notes: Ints
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
    """Tasks, and what is written down of a crew: the seats of each block with those in addition, and when it begins and ends."""
    return f.n, 0 if r is None else int(r.form[BLOCKS] * (r.form[WIDTH] + 2))


def new_bench(f: Net, r: Rich) -> Bench:
    stocks = len(r.total)
    lots = len(r.lot) + len(r.gift) + 1
    people, words = max(1, r.shares.shape[0]), r.able.shape[1]
    blocks, seats = int(r.form[BLOCKS]), int(r.form[WIDTH])
    return Bench(
        free=_zeros(*r.base.shape),
        there=_zeros(*r.present.shape),
        lots=_zeros(2, stocks),
        lot=_zeros(4, stocks, lots),
        rest=_zeros(stocks),
        toil=_zeros(len(r.rests), r.horizon + 1),
        beds=_zeros(len(r.beds), r.horizon + 1),
        lists=_zeros(6, f.n),
        pile=_zeros(2 * f.n + 4 * len(f.before) + 1),
        crew=_zeros(*crew_shape(f, r)),
        crew_mask=_zeros(f.n, blocks, words),
        sitting=_zeros(seats),
        sets=_zeros(4, words),
        notes=_zeros(4, max(blocks + 1, CLEARED_TRIED)),
        holder=_zeros(people),
        parent=_zeros(people),
        queue=_zeros(seats + people + 1),
    )
