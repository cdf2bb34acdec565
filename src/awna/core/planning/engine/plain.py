"""Schedule generation for plain projects: one method each, machines alone. Some microseconds for a hundred tasks."""

from .basics import Ints, compiled
from .flat import Net


@compiled
def first_room(free: Ints, guard: int, start: int, duration: int, demand: int) -> int:
    """The first start from `start` on with room throughout. Looks from the end of the stay: a clash there skips most."""
    if duration == 0 or demand == 0:
        return start
    seen = start  # [start, seen) is known to have room
    end = start + duration
    while True:
        slot = end - 1
        while slot >= seen and ((free[slot] | guard) - demand) & guard == guard:
            slot -= 1
        if slot < seen:
            return end - duration
        seen = max(end, slot + 1)
        end = slot + 1 + duration


@compiled
def last_room(free: Ints, guard: int, end: int, duration: int, demand: int) -> int:
    """The last finish not after `end` with room throughout; at most `end`, below `duration` when there is none."""
    if duration == 0 or demand == 0:
        return end
    seen = end
    start = end - duration
    while start >= 0:
        slot = start
        while slot < seen and ((free[slot] | guard) - demand) & guard == guard:
            slot += 1
        if slot >= seen:
            return start + duration
        seen = min(start, slot)
        start = slot - duration
    return -1


@compiled
def forward_plain(f: Net, order: Ints, free: Ints, starts: Ints, until: int, limit: int) -> int:
    """Places every task at its first room; the finish of the plan. Gives up, with a number above `limit`, when it must pass that."""
    for slot in range(until):
        free[slot] = f.base[slot]
    finish = 0
    for place in range(f.n):
        task = order[place]
        start = 0
        for edge in range(f.before_at[task], f.before_at[task + 1]):
            start = max(start, starts[f.before[edge]] + f.gap[edge])
        duration = f.duration[task]
        demand = f.demand[task]
        if demand != 0:
            start = first_room(free, f.guard, start, duration, demand)
            for slot in range(start, start + duration):
                free[slot] -= demand
        starts[task] = start
        finish = max(finish, start + duration)
        if start + f.tail[task] > limit:
            return int(max(finish, start + f.tail[task]))
    return finish


@compiled
def backward_plain(f: Net, order: Ints, free: Ints, starts: Ints, finish: int) -> None:
    """Moves every task as far right as it goes before `finish`. `starts` come as placed and leave as moved."""
    for slot in range(finish):
        free[slot] = f.base[slot]
    for place in range(f.n):
        task = order[place]
        duration = f.duration[task]
        end = finish
        for at in range(f.after_at[task], f.after_at[task + 1]):
            end = min(end, starts[f.after[at]] - f.after_gap[at] + duration)
        demand = f.demand[task]
        if demand != 0:
            end = max(last_room(free, f.guard, end, duration, demand), starts[task] + duration)
            for slot in range(end - duration, end):
                free[slot] -= demand
        starts[task] = end - duration
