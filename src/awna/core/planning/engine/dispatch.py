"""What crews do inside a scenario: start the next task of the plan as soon as what it needs is there. No optimiser, no foresight.

Tasks are tried in the plan's order, each when its links allow it and again when what it lacked may be back: people, a machine, a
load. No task starts before its day in the plan, unless asked: people and places are booked for that day. Who is busy or away is
stood in for by somebody with the same skill and level who is free, is there and is understood (`policy`). A stock that was too
low for a task is kept for it: those behind it in the plan do not take from it until more has come.
"""

from typing import Any

import numpy as np

from .basics import compiled
from .dispatch_people import let_go, lowest, staff
from .dispatch_tables import (
    AFTER,
    BEFORE,
    BOUND,
    CAUSE,
    CLAIM,
    CREW,
    CROWD,
    CROWDED,
    DRAWS,
    DUE,
    DUE_NEXT,
    END,
    EVERYBODY,
    FLOOR,
    FREE,
    FREE_NEXT,
    FREED,
    GIFT,
    GIFT_NEXT,
    GIFTS,
    HOLDS,
    IDLE,
    LAST,
    LEVEL,
    LISTS,
    LOAD,
    LOAD_NEXT,
    NEEDS,
    NEVER,
    NEXT_UP,
    NOBODY,
    PLANNED,
    RANK,
    SEATS,
    SETTER,
    SHORT,
    START,
    STATES,
    STOOD,
    WAITS,
    WINDOWS,
    WORD,
    Net,
    inlined,
)


def play(net: Net, lengths: Any, entries: Any, reached: Any, blocking: Any) -> None:
    """Plays scenarios. `lengths` is [scenario, task], `entries` [scenario, load] the slot in which it comes in.

    Fills `reached`, [scenario, milestone], with the last finish (NEVER = it does not end), and adds to `blocking`, per task, in how
    many scenarios it held up the end.
    """
    widest = max(len(net.order), net.presence.shape[2], len(net.loads), *net.masks.shape) + 1
    state = np.zeros((len(net.order), STATES), np.int64)
    _dispatch(
        net.now, net.horizon, net.order, net.facts, net.rows, net.masks, net.presence, net.capacity, net.opening, net.loads,
        net.groups_at, net.groups, state, np.zeros((net.presence.shape[2], 3), np.int64), np.zeros((net.horizon + 1, 4), np.int64),
        np.zeros((len(net.opening), 2), np.int64), np.zeros(net.capacity.shape, np.int64), np.zeros((LISTS, widest), np.int64),
        lengths, entries, reached, blocking,
    )  # fmt: skip


@compiled
def _dispatch(
    now: int, horizon: int, order: Any, facts: Any, rows: Any, masks: Any, presence: Any, capacity: Any, opening: Any, loads: Any,
    groups_at: Any, groups: Any, state: Any, people: Any, slots: Any, stocks: Any, used: Any, lists: Any,
    lengths: Any, entries: Any, reached: Any, blocking: Any,
) -> None:  # fmt: skip
    for number in range(len(lengths)):
        length = lengths[number]
        _clear(state, people, slots, stocks, used, lists, facts, opening)
        _open(now, horizon, order, facts, rows, loads, entries[number], state, people, slots, stocks, used, lists, length)
        left = 0
        for task in order:
            left += state[task, END] == NEVER
        shorts = 0
        for slot in range(now, horizon):
            if not left:
                break
            let_go(facts, rows, masks, state, people, slots, lists, slot)
            shorts = _gather(facts, rows, loads, state, slots, stocks, lists, slot, shorts)
            word = 0
            while word * WORD < len(order):
                bits = lists[NEXT_UP, word]
                if bits == 0:
                    word += 1
                    continue
                lists[NEXT_UP, word] = bits & (bits - 1)
                task = order[word * WORD + lowest(bits)]
                end = slot + length[task]
                wake = _try(horizon, facts, rows, capacity, state, stocks, used, task, slot, end)
                if wake == slot:
                    wake = staff(facts, rows, masks, presence, people, lists, task, slot, end)
                if wake == slot:
                    left -= 1
                    state[task, CAUSE] = _reason(facts, rows, state, people, lists, task, slot)
                    _start(horizon, facts, rows, loads, state, people, slots, stocks, used, lists, task, slot, end, slot)
                    word = min(word, _release(now, horizon, facts, rows, state, slots, lists, length, task, slot))
                elif wake <= CROWDED:
                    state[task, DUE_NEXT] = lists[CROWD, CROWDED - wake]
                    lists[CROWD, CROWDED - wake] = task
                elif wake < 0:
                    lists[SHORT, shorts] = task
                    shorts += 1
                elif wake < horizon:
                    state[task, DUE_NEXT] = slots[wake, DUE]
                    slots[wake, DUE] = task
        _note(groups_at, groups, state, reached[number], blocking)


@inlined
def _clear(state: Any, people: Any, slots: Any, stocks: Any, used: Any, lists: Any, facts: Any, opening: Any) -> None:
    for task in range(len(state)):
        state[task, START] = NEVER
        state[task, END] = NEVER
        state[task, CAUSE] = -1
        state[task, SETTER] = -1
        state[task, STOOD] = 0
        state[task, WAITS] = facts[task, AFTER] - facts[task, BEFORE]
    people[:, FREE] = 0
    people[:, LAST] = -1
    slots[:] = -1
    for stock in range(len(opening)):
        stocks[stock, LEVEL] = opening[stock]
        stocks[stock, CLAIM] = NOBODY
    used[:] = 0
    lists[IDLE] = EVERYBODY
    lists[CROWD] = -1
    lists[NEXT_UP] = 0


@inlined
def _open(
    now: int, horizon: int, order: Any, facts: Any, rows: Any, loads: Any, entry: Any, state: Any, people: Any, slots: Any,
    stocks: Any, used: Any, lists: Any, length: Any,
) -> None:  # fmt: skip
    """What stands at `now`: loads that came, tasks that have begun; and when the first others are due."""
    for load in range(len(loads)):
        if entry[load] < now:
            stocks[loads[load, 0], LEVEL] += loads[load, 1]
        elif entry[load] < horizon:
            lists[LOAD_NEXT, load] = slots[entry[load], LOAD]
            slots[entry[load], LOAD] = load
    for task in order:
        begin = facts[task, PLANNED]
        if begin < now:  # begun: as it stands in the plan
            for row in range(facts[task, SEATS], facts[task, NEEDS]):
                lists[CREW, row - facts[task, SEATS]] = rows[row, 0]
            _start(horizon, facts, rows, loads, state, people, slots, stocks, used, lists, task, begin, begin + length[task], now)
    for task in order:
        for row in range(facts[task, BEFORE], facts[task, AFTER]):
            state[task, WAITS] -= state[rows[row, 0], START] != NEVER
        if state[task, WAITS] == 0 and state[task, START] == NEVER:
            first = _bound(now, facts, rows, state, length, task)
            if first < horizon:
                state[task, DUE_NEXT] = slots[first, DUE]
                slots[first, DUE] = task


@inlined
def _gather(facts: Any, rows: Any, loads: Any, state: Any, slots: Any, stocks: Any, lists: Any, slot: int, shorts: int) -> int:
    """Into `NEXT_UP`: who is due and, when stocks have risen, who waits for one. How many still wait."""
    load, task = slots[slot, LOAD], slots[slot, GIFT]
    if load >= 0 or task >= 0:
        while load >= 0:
            if load < len(loads):
                stocks[loads[load, 0], LEVEL] += loads[load, 1]
            load = lists[LOAD_NEXT, load]
        while task >= 0:
            for row in range(facts[task, GIFTS], facts[task, SEATS]):
                stocks[rows[row, 0], LEVEL] += rows[row, 1]
            task = state[task, GIFT_NEXT]
        for at in range(shorts):
            rank = facts[lists[SHORT, at], RANK]
            lists[NEXT_UP, rank // WORD] |= 1 << (rank % WORD)
        stocks[:, CLAIM] = NOBODY
        shorts = 0
    task = slots[slot, DUE]
    while task >= 0:
        lists[NEXT_UP, facts[task, RANK] // WORD] |= 1 << (facts[task, RANK] % WORD)
        task = state[task, DUE_NEXT]
    return shorts


@inlined
def _bound(now: int, facts: Any, rows: Any, state: Any, length: Any, task: int) -> int:
    """The earliest start by the links, once all that it waits for has started."""
    bound = max(facts[task, FLOOR], now)
    for row in range(facts[task, BEFORE], facts[task, AFTER]):
        other, kind = rows[row, 0], rows[row, 1]
        value = state[other, END if kind == 0 or kind == 2 else START] + rows[row, 2]
        if kind >= 2:  # to its finish
            value -= length[task]
        if value > bound:
            bound = value
            state[task, SETTER] = other
    state[task, BOUND] = bound
    return int(bound)


@inlined
def _try(horizon: int, facts: Any, rows: Any, capacity: Any, state: Any, stocks: Any, used: Any, task: int, slot: int, end: int) -> int:
    """The slot itself when windows, stocks and machines let the task start now; else when to try again, -1 = when stocks rise."""
    wake = NEVER
    for row in range(facts[task, WINDOWS], facts[task, HOLDS]):
        if slot < rows[row, 1]:
            wake = min(wake, max(slot, rows[row, 0]))
    if end > horizon:
        wake = NEVER
    if wake == slot:
        for row in range(facts[task, DRAWS], facts[task, GIFTS]):
            stock = rows[row, 0]
            if stocks[stock, CLAIM] < facts[task, RANK] or stocks[stock, LEVEL] < rows[row, 1]:
                stocks[stock, CLAIM] = min(stocks[stock, CLAIM], facts[task, RANK])
                wake = -1
    if wake == slot:
        for row in range(facts[task, HOLDS], facts[task, DRAWS]):
            machine, units = rows[row, 0], rows[row, 1]
            for at in range(max(slot, wake), end):
                if used[machine, at] + units > capacity[machine, at]:
                    wake = at + 1
                    state[task, STOOD] = 1
    return int(wake)


@inlined
def _reason(facts: Any, rows: Any, state: Any, people: Any, lists: Any, task: int, slot: int) -> int:
    """The task that this one waited for last: by a link, else for one of its people, else for a machine; -1 = for none."""
    why = -1
    if state[task, BOUND] == slot:
        return int(state[task, SETTER])
    for seat in range(facts[task, NEEDS] - facts[task, SEATS]):
        if why < 0 and people[lists[CREW, seat], FREE] == slot:
            why = people[lists[CREW, seat], LAST]
    if why < 0 and state[task, STOOD] > 0:
        for row in range(facts[task, HOLDS], facts[task, DRAWS]):
            for other in range(len(state)):
                for held in range(facts[other, HOLDS], facts[other, DRAWS]):
                    if why < 0 and state[other, END] == slot and rows[held, 0] == rows[row, 0]:
                        why = other
    return int(why)


@inlined
def _start(
    horizon: int, facts: Any, rows: Any, loads: Any, state: Any, people: Any, slots: Any, stocks: Any, used: Any, lists: Any,
    task: int, begin: int, end: int, slot: int,
) -> None:  # fmt: skip
    """Write a start down, with the crew in `CREW`, and take what it needs."""
    state[task, START] = begin
    state[task, END] = end
    for seat in range(facts[task, NEEDS] - facts[task, SEATS]):
        person = lists[CREW, seat]
        people[person, LAST] = task
        if end > slot:
            people[person, FREE] = end
            people[person, FREE_NEXT] = slots[min(end, horizon), FREED]
            slots[min(end, horizon), FREED] = person
            lists[IDLE, person // WORD] &= ~(1 << (person % WORD))
    for row in range(facts[task, HOLDS], facts[task, DRAWS]):
        for at in range(begin, min(end, horizon)):
            used[rows[row, 0], at] += rows[row, 1]
    for row in range(facts[task, DRAWS], facts[task, GIFTS]):
        stocks[rows[row, 0], LEVEL] -= rows[row, 1]
    if facts[task, SEATS] > facts[task, GIFTS]:
        if end <= slot:
            for row in range(facts[task, GIFTS], facts[task, SEATS]):
                stocks[rows[row, 0], LEVEL] += rows[row, 1]
            if slots[slot + 1, LOAD] != len(loads):  # an empty load: who waits is tried again
                lists[LOAD_NEXT, len(loads)] = slots[slot + 1, LOAD]
                slots[slot + 1, LOAD] = len(loads)
        elif end < horizon:
            state[task, GIFT_NEXT] = slots[end, GIFT]
            slots[end, GIFT] = task


@inlined
def _release(
    now: int, horizon: int, facts: Any, rows: Any, state: Any, slots: Any, lists: Any, length: Any, task: int, slot: int,
) -> int:  # fmt: skip
    """Those behind a started task of which nothing else is to start first: into `NEXT_UP`, or due later. The lowest word that has changed."""
    word = len(state)
    for row in range(facts[task, AFTER], facts[task, WINDOWS]):
        other = rows[row, 0]
        state[other, WAITS] -= 1
        if state[other, WAITS] == 0:
            first = _bound(now, facts, rows, state, length, other)
            if first > slot:
                if first < horizon:
                    state[other, DUE_NEXT] = slots[first, DUE]
                    slots[first, DUE] = other
            else:
                word = min(word, facts[other, RANK] // WORD)
                lists[NEXT_UP, facts[other, RANK] // WORD] |= 1 << (facts[other, RANK] % WORD)
    return int(word)


@inlined
def _note(groups_at: Any, groups: Any, state: Any, reached: Any, blocking: Any) -> None:
    for group in range(len(groups_at) - 1):
        last = 0
        for at in range(groups_at[group], groups_at[group + 1]):
            last = max(last, state[groups[at], END])
        reached[group] = last
    task, last = -1, -1
    for other in range(len(state)):
        if state[other, END] > last:
            task, last = other, state[other, END]
    while task >= 0:
        blocking[task] += 1
        task = state[task, CAUSE]
