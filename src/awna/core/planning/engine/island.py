"""One island: a herd of task lists that is bred for a counted number of schedules, in compiled form."""

from typing import NamedTuple

import numpy as np

from .basics import Ints, compiled, draw, sort_down, sort_up
from .breeding import cross_inner, cross_outer, make_possible, move_tasks
from .desk import Bench, Desk, crew_shape
from .flat import Net, Rich
from .plain import backward_plain, forward_plain
from .rich import LATE, backward_rich, forward_rich
from .stock import lacking

EMPTY = 1 << 50  # the finish of a place in the herd that nobody has yet
HOPE = 20  # per mille: a child this much worse than the worst of the herd is not improved ...
HOPE_STAYS = 40  # ... nor one worse by so many hundredths of the mean duration: long projects gain no more by a shift
MOVES = 8  # at most so many tasks of a child are moved
PATIENCE = 40  # children per member without a gain before the herd starts afresh
CHOOSE = 30  # percent of the tasks that choose among their ways while a child is placed
RULED = 6  # members that begin with the order of a rule: all their tasks choose, as one pass of that rule would
BEST, USED, BORN, LAST, TOP, IDLE, ANEW, HOPED, SLACK = range(9)  # what `facts` holds


class Herd(NamedTuple):
    lists: Ints  # per member
    ways: Ints
    finish: Ints
    sign: Ints  # per member: a digest of its starts, to know twins by
    weight: Ints  # per task, for the digest
    child: Ints
    child_ways: Ints
    best_starts: Ints
    best_ways: Ints
    best_crew: Ints
    facts: Ints  # best finish, schedules used, members born, schedules used at the last gain, slots to clear, children in vain, percent of ways,
    # finish worth improving, slots that it may be worse than the worst
    rng: Ints


def new_herd(f: Net, r: Rich | None, lists: Ints, ways: Ints, rng: Ints) -> Herd:
    """A herd whose members are still to be placed for the first time."""
    size = len(lists)
    slack = max(1, int(f.duration.sum()) * HOPE_STAYS // (100 * max(1, f.n)))
    return Herd(
        lists=lists,
        ways=ways,
        finish=np.full(size, EMPTY, dtype=np.int64),
        sign=np.zeros(size, dtype=np.int64),
        weight=np.array([draw(rng, 1 << 30) for _ in range(f.n)], dtype=np.int64),
        child=np.zeros(f.n, dtype=np.int64),
        child_ways=np.zeros(f.n, dtype=np.int64),
        best_starts=np.zeros(f.n, dtype=np.int64),
        best_ways=np.zeros(f.n, dtype=np.int64),
        best_crew=np.full(crew_shape(f, r), -1, dtype=np.int64),
        facts=np.array([EMPTY, 0, 0, 0, f.base.shape[0], 0, 0, EMPTY, slack], dtype=np.int64),
        rng=rng,
    )


@compiled
def place_list(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd) -> int:
    """Places the child; its finish."""
    h.facts[USED] += 1
    if r is None or b is None:
        finish = forward_plain(f, h.child, d.free, d.starts, h.facts[TOP], h.facts[HOPED])
        for task in range(f.n):
            d.finishes[task] = d.starts[task] + f.duration[task]
        h.facts[TOP] = min(finish, f.base.shape[0])
        return finish
    finish = forward_rich(f, r, d, b, h.child, h.child_ways, h.facts[TOP], h.rng, h.facts[ANEW])
    h.facts[TOP] = finish if finish < LATE else f.base.shape[0]
    return finish


@compiled
def note_best(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd, finish: int) -> None:
    if finish >= h.facts[BEST]:
        return
    h.facts[BEST] = finish
    h.facts[LAST] = h.facts[USED]
    for task in range(f.n):
        h.best_starts[task] = d.starts[task]
        h.best_ways[task] = d.ways[task]
        if b is not None:
            for seat in range(b.crew.shape[1]):
                h.best_crew[task, seat] = b.crew[task, seat]


@compiled
def improve(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd, finish: int) -> int:
    """Moves all right and then left again while that shortens the plan. The child becomes the order of the result."""
    while finish < LATE:
        for task in range(f.n):
            h.child_ways[task] = d.ways[task]
        sort_down(f.n, d.finishes, h.child, d.counts, d.order)
        h.facts[USED] += 1
        if r is None or b is None:
            backward_plain(f, d.order, d.free, d.starts, finish)
        else:
            backward_rich(f, r, d, b, d.order, finish)
        for place in range(f.n):
            d.old[f.n - 1 - place] = d.order[place]
        sort_up(f.n, d.starts, d.old, d.counts, h.child)
        if not f.simple:
            make_possible(f, h.child, d.mark, d.stack, d.order)
        again = place_list(f, r, d, b, h)
        note_best(f, r, d, b, h, again)
        if again >= finish:
            return min(again, EMPTY - 1)
        finish = again
    return finish


@compiled
def order_child(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd) -> int:
    """Puts the child in the order of its starts; the digest of its schedule."""
    for place in range(f.n):
        d.old[place] = h.child[place]
    sort_up(f.n, d.starts, d.old, d.counts, h.child)
    if not f.simple:
        make_possible(f, h.child, d.mark, d.stack, d.order)
    sign = 0
    for task in range(f.n):
        h.child_ways[task] = d.ways[task]
        sign = (sign + (d.starts[task] + 1) * h.weight[task] + d.ways[task] * 7919) & 0xFFFFFFFFFF
    return sign


@compiled
def mend_ways(r: Rich, h: Herd) -> None:
    """Changes ways one by one until the stores suffice, or gives up after a while."""
    short = lacking(r, h.child_ways)
    tries = 0
    while short > 0 and tries < 8 * h.child.shape[0]:
        tries += 1
        task = draw(h.rng, h.child.shape[0])
        count = r.way_at[task + 1] - r.way_at[task]
        if count < 2:
            continue
        old = h.child_ways[task]
        h.child_ways[task] = (old + 1 + draw(h.rng, count - 1)) % count
        now = lacking(r, h.child_ways)
        if now > short:
            h.child_ways[task] = old
        else:
            short = now


@compiled
def pick(h: Herd, members: int) -> int:
    """The better of two."""
    one, other = draw(h.rng, members), draw(h.rng, members)
    return one if h.finish[one] <= h.finish[other] else other


@compiled
def breed(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd, size: int) -> None:
    """A child of two: a stretch of one list crossed with the other, then some tasks moved and ways changed."""
    first, second = pick(h, size), pick(h, size)
    if first == second:
        second = (first + 1 + draw(h.rng, size - 1)) % size
    one, other = draw(h.rng, f.n), draw(h.rng, f.n)
    low, high = min(one, other), max(one, other) + 1
    if draw(h.rng, 2) == 0:
        cross_inner(f.n, h.lists[first], h.lists[second], low, high, d.mark, h.child)
    else:
        cross_outer(f.n, h.lists[first], h.lists[second], low, high, d.mark, h.child)
    move_tasks(f, h.child, d.mark, h.rng, 1 + draw(h.rng, MOVES), f.n)
    if r is not None:
        for place in range(f.n):
            task = h.child[place]
            inside = low <= place < high
            h.child_ways[task] = h.ways[second if inside else first, task]
            if draw(h.rng, 50) == 0:
                h.child_ways[task] = draw(h.rng, r.way_at[task + 1] - r.way_at[task])
        mend_ways(r, h)


@compiled
def keep(f: Net, h: Herd, member: int, finish: int, sign: int) -> None:
    h.finish[member] = finish
    h.sign[member] = sign
    for task in range(f.n):
        h.lists[member, task] = h.child[task]
        h.ways[member, task] = h.child_ways[task]


@compiled
def fetch(f: Net, r: Rich | None, h: Herd, member: int) -> None:
    """A member of the first generation, or after a fresh start, becomes the child."""
    for task in range(f.n):
        h.child[task] = h.lists[member, task]
        h.child_ways[task] = h.ways[member, task]
    if r is not None:
        mend_ways(r, h)


@compiled
def start_afresh(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd) -> None:
    """Keeps the best member; the others become it with many tasks moved."""
    size = h.finish.shape[0]
    best = 0
    for member in range(size):
        if h.finish[member] < h.finish[best]:
            best = member
    for task in range(f.n):
        h.child[task] = h.lists[best, task]
        h.child_ways[task] = h.ways[best, task]
    keep(f, h, 0, h.finish[best], h.sign[best])
    for member in range(1, size):
        keep(f, h, member, EMPTY, 0)
        move_tasks(f, h.lists[member], d.mark, h.rng, f.n * (1 + member % 4), f.n)
    h.facts[BORN] = 1
    h.facts[IDLE] = 0


@compiled
def is_twin(h: Herd, finish: int, sign: int) -> bool:
    for member in range(h.finish.shape[0]):
        if h.sign[member] == sign and h.finish[member] == finish:
            return True
    return False


@compiled
def worst_of(h: Herd) -> int:
    """One of the worst, by chance."""
    worst = draw(h.rng, h.finish.shape[0])
    for member in range(h.finish.shape[0]):
        if h.finish[member] > h.finish[worst]:
            worst = member
    return worst


@compiled
def evolve(f: Net, r: Rich | None, d: Desk, b: Bench | None, h: Herd, budget: int) -> None:
    """Breeds until `budget` more schedules are used. Each big step is called from one place only: compilation time."""
    size = h.finish.shape[0]
    until = h.facts[USED] + budget
    while h.facts[USED] < until:
        place = h.facts[BORN]
        young = place < size
        if young:
            fetch(f, r, h, place)
        else:
            place = worst_of(h)
            breed(f, r, d, b, h, size)
        h.facts[IDLE] += 1
        h.facts[ANEW] = 100 if young and place < RULED else CHOOSE
        h.facts[HOPED] = EMPTY if young else h.finish[place] + min(h.finish[place] * HOPE // 1000, h.facts[SLACK])
        finish = place_list(f, r, d, b, h)
        if finish > h.facts[HOPED]:
            continue
        h.facts[ANEW] = 0
        h.facts[HOPED] = EMPTY
        note_best(f, r, d, b, h, finish)
        if h.facts[USED] < until:  # a first plan is told as it is
            finish = improve(f, r, d, b, h, finish)
        sign = order_child(f, r, d, b, h) if finish < LATE else 0
        if young:
            h.facts[BORN] += 1
        if young or (finish <= h.finish[place] and not is_twin(h, finish, sign)):
            if finish < h.finish[place]:
                h.facts[IDLE] = 0
            keep(f, h, place, finish, sign)
        if h.facts[IDLE] > PATIENCE * size:
            start_afresh(f, r, d, b, h)
