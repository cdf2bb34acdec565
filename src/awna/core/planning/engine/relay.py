"""Crews over time, in compiled form: one crew to the end of a task, or crews that follow each other in blocks of whole segments."""

from .basics import compiled
from .crews import find_crew, gather, note_crew
from .desk import CUT, LAST, Bench
from .flat import PERSONS_PER_WORD, Rich
from .rules import BLOCKS, COUNT, EVERY, LEAST, LODGERS, LODGING, NTH, PERSON, WIDTH

RELAY_TRIES = 60  # crews that are looked for before a relay at one start is given up


@compiled
def staff(r: Rich, b: Bench, task: int, way: int, start: int, finish: int) -> bool:
    """Finds people for a stay and writes them down: one crew to the end or, in a task with segments, a relay.

    The blocks of a relay come in order, the longest first, each of whole segments and as long as the shortest stay; where no crew
    is left for a block, the one before ends sooner.
    """
    every, duration, table = r.tasks[task, EVERY], r.duration[way], r.table[way]
    if every == 0 or every > duration:
        every = max(duration, 1)
    parts, least = max((duration + every - 1) // every, 1), min(r.tasks[task, LEAST], duration)
    base, tries, low, high = r.work[COUNT, table, start], RELAY_TRIES, start, finish
    b.notes[CUT, 0] = 0
    depth = b.notes[CUT, 0]  # out of the array: what is called with a literal would be compiled twice
    b.notes[LAST, 0] = parts
    while depth >= 0:
        first, last, found = b.notes[CUT, depth], b.notes[LAST, depth], False
        while last > first and not found and tries > 0:
            done = min(last * every, duration)
            if done - first * every < least:
                break
            if done == duration or duration - done >= least:
                tries -= 1
                low, high = start, finish
                if first > 0:
                    low = r.work[NTH, table, base + first * every]
                if last < parts:
                    high = r.work[NTH, table, base + done - 1] + 1
                gather(r, b, task, way, low, high)
                found = find_crew(r, b, task, way)
            if not found:
                last -= 1
        b.notes[LAST, depth] = last
        if found:
            whole = first == 0 and last == parts
            note_crew(r, b, task, depth, -1 if whole else low, high)
            if last == parts:
                unmark(r, b, task, way, depth - 1)
                return True
            if depth + 1 < r.form[BLOCKS]:
                mark_toil(r, b, task, depth, table, low, high, 1)
                depth += 1
                b.notes[CUT, depth] = last
                b.notes[LAST, depth] = parts
                continue
        else:
            depth -= 1
            if depth >= 0:
                place = r.form[BLOCKS] * r.form[WIDTH] + 2 * depth
                mark_toil(r, b, task, depth, table, b.crew[task, place], b.crew[task, place + 1], 0)
        if depth >= 0:
            b.notes[LAST, depth] -= 1
    return False


@compiled
def unmark(r: Rich, b: Bench, task: int, way: int, depth: int) -> None:
    """Takes back what a relay's earlier blocks have noted as worked, while it was looked for."""
    for block in range(depth + 1):
        place = r.form[BLOCKS] * r.form[WIDTH] + 2 * block
        mark_toil(r, b, task, block, r.table[way], b.crew[task, place], b.crew[task, place + 1], 0)


@compiled
def mark_toil(r: Rich, b: Bench, task: int, block: int, table: int, low: int, high: int, worked: int) -> None:
    """Notes the working slots of a stay for those of a block who have rest rules."""
    for rule in range(r.rests.shape[0]):
        person = r.rests[rule, PERSON]
        if b.crew_mask[task, block, person // PERSONS_PER_WORD] >> (person % PERSONS_PER_WORD) & 1:
            for slot in range(low, high):
                if r.work[COUNT, table, slot + 1] != r.work[COUNT, table, slot]:
                    b.toil[rule, slot] = worked


@compiled
def occupy(r: Rich, b: Bench, task: int, way: int, start: int, finish: int) -> None:
    """Takes the people of a task for their stays, with their beds."""
    place, lodging = r.form[BLOCKS] * r.form[WIDTH], r.tasks[task, LODGING]
    for block in range(r.form[BLOCKS]):
        low, high = b.crew[task, place + 2 * block], b.crew[task, place + 2 * block + 1]
        if low < 0 and block > 0:
            break
        if low < 0:
            low, high = start, finish
        beds = 0
        for word in range(b.sets.shape[1]):
            mask = b.crew_mask[task, block, word]
            for slot in range(low, high):
                b.there[slot, word] &= ~mask
            lodgers = mask & r.masks[LODGERS, word]
            while lodgers != 0:
                lodgers &= lodgers - 1
                beds += 1
        if lodging >= 0 and beds > 0:
            for slot in range(low, high):
                b.beds[lodging, slot] -= beds
        if r.rests.shape[0] > 0:
            mark_toil(r, b, task, block, r.table[way], low, high, 1)


@compiled
def block_clash(r: Rich, b: Bench, task: int, way: int, start: int, finish: int, shift: int) -> int:
    """The first slot in which the same people could not stay, were the task moved; -1 = none."""
    place = r.form[BLOCKS] * r.form[WIDTH]
    for block in range(r.form[BLOCKS]):
        low, high = b.crew[task, place + 2 * block], b.crew[task, place + 2 * block + 1]
        if low < 0 and block > 0:
            break
        if low < 0:
            low, high = start, finish
        else:
            low, high = low + shift, min(high + shift, finish)
        for slot in range(low, high):
            working = r.work[COUNT, r.table[way], slot + 1] != r.work[COUNT, r.table[way], slot]
            for word in range(b.sets.shape[1]):
                there = b.there[slot, word]
                if working:
                    there &= r.present[slot, word]
                if b.crew_mask[task, block, word] & ~there != 0:
                    return slot
    return -1


@compiled
def hold(r: Rich, b: Bench, task: int, start: int, finish: int, shift: int) -> None:
    """Takes the people of a task while all is moved right: bookings alone."""
    place = r.form[BLOCKS] * r.form[WIDTH]
    for block in range(r.form[BLOCKS]):
        low, high = b.crew[task, place + 2 * block], b.crew[task, place + 2 * block + 1]
        if low < 0 and block > 0:
            break
        if low < 0:
            low, high = start, finish
        else:
            low, high = low + shift, min(high + shift, finish)
        for slot in range(low, high):
            for word in range(b.sets.shape[1]):
                b.there[slot, word] &= ~b.crew_mask[task, block, word]
