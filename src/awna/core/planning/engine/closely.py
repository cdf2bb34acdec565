"""Maximum lags in compiled form: tasks that must follow soon are placed right behind each other, and are taken back when one is too late.

A group is what was placed since the last task that nobody minds. Within it, a task that finds no place soon enough sends the one that
minds to a later start, and the group goes on from there; beyond it, the whole list is begun anew.
"""

from .basics import Ints, compiled
from .desk import AT, LINE, RELEASE, SEEN, TRAIL, TRIED, Bench, Desk
from .flat import PERSONS_PER_WORD, Net, Rich
from .relay import mark_toil
from .rules import BLOCKS, COUNT, HIGHS, LAG, LIMITED, LODGERS, LODGING, LOWS, MINE, MOST, NO_LIMIT, NTH, OWN, WIDTH


@compiled
def end_of(r: Rich, way: int, start: int) -> int:
    """Where the work of a way ends that starts in a slot; behind the horizon when it lies beyond."""
    duration = r.duration[way]
    if duration == 0 or start > r.horizon:
        return int(start + duration)
    table = r.table[way]
    return int(r.work[NTH, table, r.work[COUNT, table, start] + duration - 1] + 1)


@compiled
def low_of(r: Rich, d: Desk, edge: int, other: int) -> int:
    """The first boundary that a precedence allows the one after."""
    begun = d.finishes[other] if r.links[edge, OWN] else d.starts[other]
    row = r.links[edge, LOWS]
    return int(begun + r.links[edge, LAG] if row < 0 else r.hours[row, min(begun, r.hours.shape[1] - 1)])


@compiled
def high_of(r: Rich, d: Desk, edge: int, other: int) -> int:
    """The last boundary that a maximum lag allows the one after."""
    begun = d.finishes[other] if r.links[edge, OWN] else d.starts[other]
    row = r.links[edge, HIGHS]
    return int(begun + r.links[edge, MOST] if row < 0 else r.hours[row, min(begun, r.hours.shape[1] - 1)])


@compiled
def latest(f: Net, r: Rich, d: Desk, task: int) -> tuple[int, int]:
    """The last start and the last finish that maximum lags behind tasks already placed leave."""
    start, finish = NO_LIMIT, NO_LIMIT
    if r.form[LIMITED] != 0:
        for edge in range(f.before_at[task], f.before_at[task + 1]):
            if r.links[edge, MOST] < NO_LIMIT:
                high = high_of(r, d, edge, f.before[edge])
                if r.links[edge, MINE]:
                    finish = min(finish, high)
                else:
                    start = min(start, high)
    return start, finish


@compiled
def minded(f: Net, r: Rich, task: int) -> bool:
    """Whether another task minds how long after it this one comes."""
    if r.form[LIMITED] == 0:
        return False
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        if r.links[edge, MOST] < NO_LIMIT:
            return True
    return False


@compiled
def close_together(f: Net, r: Rich, d: Desk, b: Bench, order: Ints) -> None:
    """Into `LINE`: the order with each task that must follow soon right behind the one that it follows, and all else that it waits
    for before both, as far as that does not itself wait for the first."""
    for task in range(f.n):
        d.mark[task] = f.before_at[task + 1] - f.before_at[task]  # what it still waits for; -1 = in the line
        b.lists[SEEN, task] = 0
    filled, room = 0, b.pile.shape[0]
    for place in range(f.n):
        b.pile[0] = order[place]
        depth = 1
        while depth > 0:
            task = b.pile[depth - 1]
            if b.lists[SEEN, task] == 0 and d.mark[task] >= 0:
                b.lists[SEEN, task] = 1
                depth = pile_before(f, r, d, b, task, depth, room)
                continue
            depth -= 1
            if d.mark[task] != 0:
                b.lists[SEEN, task] = 0  # waits for one that is looked at further down, or stands in the line already
                continue
            d.mark[task] = -1
            b.lists[LINE, filled] = task
            b.lists[AT, task] = filled
            filled += 1
            for at in range(f.after_at[task + 1] - 1, f.after_at[task] - 1, -1):
                d.mark[f.after[at]] -= 1
                if r.links[f.after_edge[at], MOST] < NO_LIMIT and depth < room:
                    b.pile[depth] = f.after[at]
                    depth += 1


@compiled
def pile_before(f: Net, r: Rich, d: Desk, b: Bench, task: int, depth: int, room: int) -> int:
    """Puts on the pile what a task waits for, and what else those wait for that must follow it soon."""
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        other = f.before[edge]
        if d.mark[other] >= 0 and b.lists[SEEN, other] == 0 and depth < room:
            b.pile[depth] = other
            depth += 1
    for at in range(f.after_at[task], f.after_at[task + 1]):
        if r.links[f.after_edge[at], MOST] < NO_LIMIT:
            follower = f.after[at]
            for edge in range(f.before_at[follower], f.before_at[follower + 1]):
                other = f.before[edge]
                if d.mark[other] >= 0 and b.lists[SEEN, other] == 0 and other != task and depth < room:
                    b.pile[depth] = other
                    depth += 1
    return depth


@compiled
def delay(f: Net, r: Rich, d: Desk, b: Bench, task: int) -> int:
    """Sends those that mind to the first start at which a task, as it is noted, comes soon enough; the first of them in the line, or -1."""
    first = -1
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        if r.links[edge, MOST] == NO_LIMIT:
            continue
        other = f.before[edge]
        way, was, ended = r.way_at[other] + d.ways[other], d.starts[other], d.finishes[other]
        wanted = d.finishes[task] if r.links[edge, MINE] else d.starts[task]
        while d.starts[other] <= r.horizon and high_of(r, d, edge, other) < wanted:
            d.starts[other] += 1
            d.finishes[other] = end_of(r, way, d.starts[other])
        if d.starts[other] > was:
            b.lists[RELEASE, other] = d.starts[other]
            if first < 0 or b.lists[AT, other] < b.lists[AT, first]:
                first = other
        d.starts[other], d.finishes[other] = was, ended
    return first


@compiled
def open_group(b: Bench) -> None:
    """Remembers the stores as they are before a group; all else can be given back task by task."""
    for stock in range(b.lots.shape[1]):
        b.lots[1, stock] = b.lots[0, stock]
        for lot in range(b.lots[0, stock]):
            b.lot[2, stock, lot] = b.lot[0, stock, lot]
            b.lot[3, stock, lot] = b.lot[1, stock, lot]


@compiled
def close_group(b: Bench) -> None:
    """Fills the stores as they were before the group."""
    for stock in range(b.lots.shape[1]):
        b.lots[0, stock] = b.lots[1, stock]
        for lot in range(b.lots[0, stock]):
            b.lot[0, stock, lot] = b.lot[2, stock, lot]
            b.lot[1, stock, lot] = b.lot[3, stock, lot]


@compiled
def take_back(r: Rich, d: Desk, b: Bench, task: int) -> None:
    """Gives back the machines, people and beds of a task; its stock comes back with the group's."""
    way, start, finish = r.way_at[task] + d.ways[task], d.starts[task], d.finishes[task]
    for slot in range(start, finish):
        for word in range(b.free.shape[1]):
            b.free[slot, word] += r.demand[way, word]
    d.starts[task] = -1
    b.lists[TRIED, task] = -1
    if r.seat_at[way + 1] == r.seat_at[way]:
        return
    place, lodging = r.form[BLOCKS] * r.form[WIDTH], r.tasks[task, LODGING]
    for block in range(r.form[BLOCKS]):
        low, high = b.crew[task, place + 2 * block], b.crew[task, place + 2 * block + 1]
        if low < 0 and block > 0:
            break
        if low < 0:
            low, high = start, finish
        for slot in range(low, high):
            for word in range(b.sets.shape[1]):
                b.there[slot, word] |= b.crew_mask[task, block, word]
        for seat in range(r.form[WIDTH] if lodging >= 0 else 0):
            person = b.crew[task, block * r.form[WIDTH] + seat]
            if person >= 0 and r.masks[LODGERS, person // PERSONS_PER_WORD] >> (person % PERSONS_PER_WORD) & 1:
                for slot in range(low, high):
                    b.beds[lodging, slot] += 1
        mark_toil(r, b, task, block, r.table[way], low, high, 0)


@compiled
def take_back_to(r: Rich, d: Desk, b: Bench, since: int, until: int, first: int) -> int:
    """Takes back what was placed from trail place `since` on (`until` = its end) and stands in the line from `first` on; its new end."""
    left = since
    for place in range(since, until):
        task = b.lists[TRAIL, place]
        if b.lists[AT, task] >= b.lists[AT, first]:
            take_back(r, d, b, task)
        else:
            b.lists[TRAIL, left] = task
            left += 1
    return left
