"""Who is free, and who sits where in a scenario: the planned people, then stand-ins; and when it is worth asking again."""

from typing import Any

from .basics import compiled
from .dispatch_tables import (
    BACK,
    CREW,
    CROWD,
    CROWDED,
    DUE_NEXT,
    FREE,
    FREE_NEXT,
    FREED,
    IDLE,
    LEAVES,
    NEEDS,
    NEVER,
    NEXT_UP,
    RANK,
    RETURNS,
    ROWS_END,
    SEATS,
    WORD,
    inlined,
)


@inlined
def ones(mask: int) -> int:
    """How many bits are set, of 62."""
    mask -= (mask >> 1) & 0x5555555555555555
    mask = (mask & 0x3333333333333333) + ((mask >> 2) & 0x3333333333333333)
    mask = (mask + (mask >> 4)) & 0x0F0F0F0F0F0F0F0F
    mask += mask >> 8
    mask += mask >> 16
    return int((mask + (mask >> 32)) & 0x7F)


@inlined
def lowest(mask: int) -> int:
    """The number of the lowest bit that is set."""
    return ones((mask & -mask) - 1)


@inlined
def let_go(facts: Any, rows: Any, masks: Any, state: Any, people: Any, slots: Any, lists: Any, slot: int) -> None:
    """Who is held until this slot is free again. Into `NEXT_UP`: the tasks that lacked such people and may now find enough."""
    person = slots[slot, FREED]
    if person >= 0:
        for word in range(masks.shape[1]):
            lists[BACK, word] = 0
        while person >= 0:
            lists[BACK, person // WORD] |= 1 << (person % WORD)
            person = people[person, FREE_NEXT]
        for word in range(masks.shape[1]):
            lists[IDLE, word] |= lists[BACK, word]
        for group in range(len(masks)):
            task, back, there = lists[CROWD, group], False, 0
            if task >= 0:
                for word in range(masks.shape[1]):
                    back = back or masks[group, word] & lists[BACK, word] != 0
                    there += ones(masks[group, word] & lists[IDLE, word])
            if back:
                lists[CROWD, group] = -1
                while task >= 0:
                    after, enough = state[task, DUE_NEXT], True
                    for row in range(facts[task, NEEDS], facts[task, ROWS_END]):
                        enough = enough and (rows[row, 0] != group or rows[row, 1] <= there)
                    if enough:
                        lists[NEXT_UP, facts[task, RANK] // WORD] |= 1 << (facts[task, RANK] % WORD)
                    else:
                        state[task, DUE_NEXT] = lists[CROWD, group]
                        lists[CROWD, group] = task
                    task = after


@inlined
def staff(
    facts: Any, rows: Any, masks: Any, presence: Any, people: Any, lists: Any, task: int, slot: int, end: int
) -> int:  # fmt: skip
    """Seats a crew that is free and there: the planned people, then others. Else the slot before which no crew can be had."""
    words = masks.shape[1]
    for row in range(facts[task, NEEDS], facts[task, ROWS_END]):
        there, need = 0, rows[row, 1]
        for word in range(words):
            there += ones(masks[rows[row, 0], word] & lists[IDLE, word])
        if there < need:
            return int(CROWDED - rows[row, 0])
        there = 0
        for word in range(words):
            mask = masks[rows[row, 0], word] & lists[IDLE, word]
            while mask != 0 and there < need:
                there += presence[LEAVES, slot, word * WORD + lowest(mask)] >= end
                mask &= mask - 1
        if there < need:
            return _comes_back(masks, presence, people, lists, rows[row, 0], slot, end, need - there)
    first = facts[task, SEATS]
    count, full = facts[task, NEEDS] - first, True
    for seat in range(count):
        person = rows[first + seat, 0]
        bit = 1 << (person % WORD)
        lists[CREW, seat] = -1
        if lists[IDLE, person // WORD] & bit != 0 and presence[LEAVES, slot, person] >= end:
            lists[CREW, seat] = person
            lists[IDLE, person // WORD] ^= bit
    for seat in range(count):
        if lists[CREW, seat] < 0 and full:
            for word in range(words):
                mask = masks[rows[first + seat, 1], word] & lists[IDLE, word]
                while mask != 0 and lists[CREW, seat] < 0:
                    bit = lowest(mask)
                    mask &= mask - 1
                    if presence[LEAVES, slot, word * WORD + bit] >= end:
                        lists[CREW, seat] = word * WORD + bit
                        lists[IDLE, word] ^= 1 << bit
            full = lists[CREW, seat] >= 0
    for seat in range(count):  # nobody is held yet
        person = lists[CREW, seat]
        if person >= 0:
            lists[IDLE, person // WORD] |= 1 << (person % WORD)
    wake = slot if full else NEVER
    if not full:
        group = -1
        for seat in range(count):
            if group != rows[first + seat, 1]:
                group = rows[first + seat, 1]
                wake = min(wake, _comes_back(masks, presence, people, lists, group, slot, end, 1))
    return int(wake)


@compiled
def _comes_back(masks: Any, presence: Any, people: Any, lists: Any, group: int, slot: int, end: int, nth: int) -> int:
    """The slot in which the nth of those of a group who are held or away now may be back; they are sorted in `CREW`."""
    found = 0
    for word in range(masks.shape[1]):
        mask = masks[group, word]
        while mask != 0:
            person = word * WORD + lowest(mask)
            mask &= mask - 1
            back = people[person, FREE]
            if back <= slot:
                if presence[LEAVES, slot, person] >= end:
                    continue  # is there, and taken by another seat of this crew
                back = presence[RETURNS, slot, person]
            at = min(found, nth - 1)
            if found == nth and lists[CREW, at] <= back:
                continue
            while at > 0 and lists[CREW, at - 1] > back:
                lists[CREW, at] = lists[CREW, at - 1]
                at -= 1
            lists[CREW, at] = back
            found = min(found + 1, nth)
    return int(lists[CREW, nth - 1]) if found == nth else NEVER
