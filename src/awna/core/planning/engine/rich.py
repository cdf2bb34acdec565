"""Schedule generation with everything that the kernel knows: ways, windows, machines with dips, dated stocks, crews."""

from .basics import Ints, compiled, draw
from .crews import find_crew, free_throughout, occupy
from .desk import Bench, Desk
from .flat import Net, Rich
from .stock import open_stores, served_from, trade

LATE = 1 << 40  # the finish of a list that leads to no plan; what it leaves out counts on top


@compiled
def open_day(r: Rich, b: Bench, until: int) -> None:
    """Frees machines and people in [0, until) and fills the stores."""
    for slot in range(until):
        for word in range(b.free.shape[1]):
            b.free[slot, word] = r.base[slot, word]
    if b.there.shape[0] > 0:
        for slot in range(min(until, b.there.shape[0])):
            for word in range(b.there.shape[1]):
                b.there[slot, word] = r.present[slot, word]
    open_stores(r, b)


@compiled
def machine_clash(r: Rich, b: Bench, way: int, start: int, finish: int) -> int:
    """The last slot of a stay in which a machine is short; -1 = none is."""
    for slot in range(finish - 1, start - 1, -1):
        for word in range(b.free.shape[1]):
            if ((b.free[slot, word] | r.guard) - r.demand[way, word]) & r.guard != r.guard:
                return slot
    return -1


@compiled
def next_allowed(r: Rich, task: int, start: int) -> int:
    for at in range(r.window_at[task], r.window_at[task + 1]):
        if start < r.window_high[at]:
            return int(max(start, r.window_low[at]))
    return r.horizon + 1


@compiled
def find_place(r: Rich, b: Bench, task: int, way: int, start: int) -> int:
    """The first start from `start` on where machines, stock and people are there; -1 = none. Leaves the crew noted."""
    served = served_from(r, b, way)
    if served < 0:
        return -1
    start = max(start, served)
    duration = r.duration[way]
    last = r.horizon - duration
    seats = r.seat_at[way + 1] - r.seat_at[way]
    while start <= last:
        start = next_allowed(r, task, start)
        if start > last:
            return -1
        clash = machine_clash(r, b, way, start, start + duration)
        if clash >= 0:
            start = clash + 1
            continue
        if seats == 0:
            return start
        free_throughout(r, b, start, start + duration)
        if find_crew(r, b, task, way):
            return start
        start += 1
    return -1


@compiled
def put(r: Rich, d: Desk, b: Bench, task: int, choice: int, start: int) -> None:
    """Writes a task down and takes what it needs; the caller has seen that it is there."""
    way = r.way_at[task] + choice
    finish = start + r.duration[way]
    for slot in range(start, finish):
        for word in range(b.free.shape[1]):
            b.free[slot, word] -= r.demand[way, word]
    trade(r, b, way, start, finish)
    if r.seat_at[way + 1] > r.seat_at[way]:
        occupy(b, task, start, finish)
    d.ways[task] = choice
    d.starts[task] = start
    d.finishes[task] = finish


@compiled
def earliest(f: Net, r: Rich, d: Desk, task: int, duration: int) -> int:
    start = 0
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        other = f.before[edge]
        begun = d.finishes[other] if r.own[edge] else d.starts[other]
        start = max(start, begun + r.lag[edge] - r.mine[edge] * duration)
    return start


@compiled
def fits_stores(r: Rich, b: Bench, old: int, new: int) -> bool:
    """Whether the stores still suffice for all tasks when one goes over to another way."""
    for at in range(r.draw_at[old], r.draw_at[old + 1]):
        b.rest[r.draw_stock[at]] += r.draw_amount[at]
    for at in range(r.gift_at[old], r.gift_at[old + 1]):
        b.rest[r.gift_stock[at]] -= r.gift_amount[at]
    for at in range(r.draw_at[new], r.draw_at[new + 1]):
        b.rest[r.draw_stock[at]] -= r.draw_amount[at]
    for at in range(r.gift_at[new], r.gift_at[new + 1]):
        b.rest[r.gift_stock[at]] += r.gift_amount[at]
    enough = True
    for stock in range(len(r.total)):
        enough = enough and b.rest[stock] >= 0
    return enough


@compiled
def place_task(f: Net, r: Rich, d: Desk, b: Bench, task: int, choice: int, choose: bool) -> bool:
    """Places a task by its way; with `choose` by the way that finishes first, as far as the stores suffice for all."""
    first = r.way_at[task]
    best = choice
    start = find_place(r, b, task, first + choice, earliest(f, r, d, task, r.duration[first + choice]))
    if choose:
        finish = start + r.duration[first + choice] if start >= 0 else LATE
        for one in range(r.way_at[task + 1] - first):
            way = first + one
            if one == choice or not fits_stores(r, b, first + best, way):
                if one != choice:
                    fits_stores(r, b, way, first + best)  # back again
                continue
            other = find_place(r, b, task, way, earliest(f, r, d, task, r.duration[way]))
            if other >= 0 and other + r.duration[way] < finish:
                best, start, finish = one, other, other + r.duration[way]
            else:
                fits_stores(r, b, way, first + best)
        if start >= 0 and r.seat_at[first + best + 1] > r.seat_at[first + best]:
            free_throughout(r, b, start, finish)
            find_crew(r, b, task, first + best)  # a way tried later has overwritten the crew
    if start < 0:
        return False
    put(r, d, b, task, best, start)
    return True


@compiled
def count_rest(r: Rich, b: Bench, ways: Ints) -> None:
    """What a choice of ways leaves in each store at the very end."""
    for stock in range(len(r.total)):
        b.rest[stock] = r.total[stock]
    for task in range(ways.shape[0]):
        way = r.way_at[task] + ways[task]
        for at in range(r.draw_at[way], r.draw_at[way + 1]):
            b.rest[r.draw_stock[at]] -= r.draw_amount[at]
        for at in range(r.gift_at[way], r.gift_at[way + 1]):
            b.rest[r.gift_stock[at]] += r.gift_amount[at]


@compiled
def forward_rich(f: Net, r: Rich, d: Desk, b: Bench, order: Ints, ways: Ints, until: int, rng: Ints, percent: int) -> int:
    """The finish of the schedule of a list; LATE and more when tasks found no place.

    A task whose stock is not there yet waits for producers further down the list and is tried again after each
    placement. `percent` of the tasks with several ways choose theirs anew.
    """
    open_day(r, b, until)
    count_rest(r, b, ways)
    for task in range(f.n):
        d.starts[task] = -1
        d.ways[task] = ways[task]
    waiting, place, finish = 0, 0, 0  # d.stack[:waiting] = tasks passed over
    while place < f.n or waiting > 0:
        placed = -1
        for at in range(waiting):
            task = d.stack[at]
            if ready(f, d, task) and place_task(f, r, d, b, task, ways[task], draw(rng, 1) > 0):
                placed = task
                waiting -= 1
                for later in range(at, waiting):
                    d.stack[later] = d.stack[later + 1]
                break
        if placed < 0:
            if place == f.n:
                break
            task = order[place]
            place += 1
            choose = percent > 0 and r.way_at[task + 1] - r.way_at[task] > 1 and draw(rng, 100) < percent
            if ready(f, d, task) and place_task(f, r, d, b, task, ways[task], choose):
                placed = task
            else:
                d.stack[waiting] = task
                waiting += 1
        if placed >= 0:
            finish = max(finish, d.finishes[placed])
    return finish if waiting == 0 else LATE + waiting


@compiled
def ready(f: Net, d: Desk, task: int) -> bool:
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        if d.starts[f.before[edge]] < 0:
            return False
    return True


@compiled
def backward_rich(f: Net, r: Rich, d: Desk, b: Bench, order: Ints, finish: int) -> None:
    """Moves the tasks of the last schedule right, each with its crew; stocks only gain by that. Starts become keys."""
    open_day(r, b, finish)
    for place in range(f.n):
        task = order[place]
        way = r.way_at[task] + d.ways[task]
        duration = r.duration[way]
        own = d.starts[task]
        limit = finish - duration
        for at in range(f.after_at[task], f.after_at[task + 1]):
            edge = f.after_edge[at]
            other = f.after[at]
            gap = r.lag[edge] + r.own[edge] * duration - r.mine[edge] * r.duration[r.way_at[other] + d.ways[other]]
            limit = min(limit, d.starts[other] - gap)
        start = max(latest_place(r, b, task, way, limit, own), own)
        crewed = r.seat_at[way + 1] > r.seat_at[way]
        for slot in range(start, start + duration):
            for word in range(b.free.shape[1]):
                b.free[slot, word] -= r.demand[way, word]
        if crewed:
            occupy(b, task, start, start + duration)
        d.starts[task] = start
        d.finishes[task] = start + duration


@compiled
def latest_place(r: Rich, b: Bench, task: int, way: int, start: int, own: int) -> int:
    """The last start in (own, start] with machines and the same crew free; `own` when there is none."""
    duration = r.duration[way]
    crewed = r.seat_at[way + 1] > r.seat_at[way]
    while start > own:
        clash = -1
        for slot in range(start, start + duration):
            for word in range(b.free.shape[1]):
                if ((b.free[slot, word] | r.guard) - r.demand[way, word]) & r.guard != r.guard:
                    clash = slot
            if crewed:
                for word in range(b.there.shape[1]):
                    if b.crew_mask[task, word] & ~b.there[slot, word] != 0:
                        clash = slot
            if clash >= 0:
                break
        if clash < 0:
            return start
        start = clash - duration
    return own
