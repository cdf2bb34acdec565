"""New task lists out of good ones: crossing, moving tasks within what precedences allow, mending."""

from .basics import Ints, compiled, draw
from .flat import Net


@compiled
def cross_inner(n: int, first: Ints, second: Ints, low: int, high: int, mark: Ints, child: Ints) -> None:
    """The first list outside [low, high); between, the tasks of that stretch and others as they come in the second."""
    for task in range(n):
        mark[task] = 0
    place = 0
    for at in range(low):
        child[place] = first[at]
        mark[first[at]] = 1
        place += 1
    for at in range(n):
        if place >= high:
            break
        if mark[second[at]] == 0:
            child[place] = second[at]
            mark[second[at]] = 1
            place += 1
    for at in range(n):
        if mark[first[at]] == 0:
            child[place] = first[at]
            place += 1


@compiled
def cross_outer(n: int, first: Ints, second: Ints, low: int, high: int, mark: Ints, child: Ints) -> None:
    """The stretch [low, high) of the first list; what stands before it and behind it there, in the order of the second."""
    for at in range(n):
        mark[first[at]] = 0 if at < low else (1 if at < high else 2)
    ahead, behind = 0, high
    for at in range(n):
        task = second[at]
        if mark[task] == 0:
            child[ahead] = task
            ahead += 1
        elif mark[task] == 2:
            child[behind] = task
            behind += 1
    for at in range(low, high):
        child[at] = first[at]


@compiled
def move_tasks(f: Net, order: Ints, place_of: Ints, rng: Ints, moves: int, reach: int) -> None:
    """Moves some tasks elsewhere between what they wait for and what waits for them, `reach` places at most."""
    for place in range(f.n):
        place_of[order[place]] = place
    for _ in range(moves):
        here = draw(rng, f.n)
        task = order[here]
        low, high = max(0, here - reach), min(f.n - 1, here + reach)
        for edge in range(f.before_at[task], f.before_at[task + 1]):
            low = max(low, place_of[f.before[edge]] + 1)
        for at in range(f.after_at[task], f.after_at[task + 1]):
            high = min(high, place_of[f.after[at]] - 1)
        if high <= low:
            continue
        there = low + draw(rng, high - low + 1)
        step = 1 if there > here else -1
        place = here
        while place != there:
            order[place] = order[place + step]
            place_of[order[place]] = place
            place += step
        order[there] = task
        place_of[task] = there


@compiled
def make_possible(f: Net, order: Ints, mark: Ints, stack: Ints, out: Ints) -> None:
    """The list with every task behind what it waits for: what is missing goes first."""
    for task in range(f.n):
        mark[task] = 0
    placed = 0
    for place in range(f.n):
        stack[0] = order[place]
        height = 1
        while height > 0:
            task = stack[height - 1]
            if mark[task] == 1:
                height -= 1
                continue
            lowest = height
            for edge in range(f.before_at[task], f.before_at[task + 1]):
                if mark[f.before[edge]] == 0:
                    stack[height] = f.before[edge]
                    height += 1
            if height == lowest:
                mark[task] = 1
                out[placed] = task
                placed += 1
                height -= 1
    for place in range(f.n):
        order[place] = out[place]
