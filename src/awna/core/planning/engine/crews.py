"""Who sits where, in compiled form: bit sets of people, matched to seats by augmenting paths."""

from .basics import compiled
from .desk import CAREFUL, CLEAR, NOTE, OPEN, PAIRS, ROOM, USABLE, USED, Bench
from .flat import PERSONS_PER_WORD, Rich
from .rules import BLOCKS, CHILDREN, CLEARED_TRIED, COUNT, EVERYBODY, LODGERS, LODGING, NO_LIMIT, PERSON, TOIL, WIDTH, WITHIN


@compiled
def gather(r: Rich, b: Bench, task: int, way: int, start: int, finish: int) -> None:
    """Into `OPEN`: the people who are free throughout a stay, there while the site works, and rested. A stay of no length asks nothing."""
    works, table = r.work[COUNT], r.table[way]
    for word in range(b.sets.shape[1]):
        people = r.masks[EVERYBODY, word]
        for slot in range(start, finish):
            people &= b.there[slot, word]
            if works[table, slot + 1] != works[table, slot]:
                people &= r.present[slot, word]
        b.sets[OPEN, word] = people
    b.notes[NOTE, ROOM] = NO_LIMIT
    b.notes[NOTE, CAREFUL] = 0
    lodging = r.tasks[task, LODGING]
    if lodging >= 0:
        for slot in range(start, finish):
            b.notes[NOTE, ROOM] = min(b.notes[NOTE, ROOM], b.beds[lodging, slot])
    if r.tasks[task, CHILDREN] != 0 and finish > start:
        b.notes[NOTE, CAREFUL] = 1
        for word in range(b.sets.shape[1]):
            people = r.masks[EVERYBODY, word]
            for slot in range(start, finish):
                if works[table, slot + 1] != works[table, slot]:
                    people &= r.clear[slot, word]
            b.sets[CLEAR, word] = people
    for rule in range(r.rests.shape[0]):
        person = r.rests[rule, PERSON]
        word, bit = person // PERSONS_PER_WORD, 1 << (person % PERSONS_PER_WORD)
        if b.sets[OPEN, word] & bit != 0 and tired(r, b, rule, table, start, finish):
            b.sets[OPEN, word] &= ~bit


@compiled
def tired(r: Rich, b: Bench, rule: int, table: int, start: int, finish: int) -> bool:
    """Whether one more stay would leave somebody without the rest of a rule."""
    works, toil = r.work[COUNT], b.toil[rule]
    most, within = r.rests[rule, TOIL], r.rests[rule, WITHIN]
    low = max(0, start - within + 1)
    count = 0
    for slot in range(low, min(finish + within - 1, toil.shape[0])):
        new = start <= slot < finish and works[table, slot + 1] != works[table, slot]
        if new or toil[slot] != 0:
            count += 1
        gone = slot - within  # has left the window that ends with this slot
        if gone >= low and (toil[gone] != 0 or (start <= gone < finish and works[table, gone + 1] != works[table, gone])):
            count -= 1
        if count > most:
            return True
    return False


@compiled
def lowest(mask: int) -> int:
    """The number of the lowest bit that is set."""
    low = 0
    width = 32
    while width > 0:
        if mask & ((1 << width) - 1) == 0:
            mask >>= width
            low += width
        width >>= 1
    return low


@compiled
def seat_one(r: Rich, b: Bench, first: int, seat: int) -> bool:
    """One more seat: a breadth-first search over seats whose holders could move."""
    words = b.sets.shape[1]
    for person in range(b.parent.shape[0]):
        b.parent[person] = -1
    b.queue[0] = seat
    head, queued = 0, 1
    while head < queued:
        asking = b.queue[head]
        head += 1
        kind = r.seat_class[first + asking]
        for word in range(words):
            able = r.able[kind, word] & b.sets[USABLE, word]
            idle = able & ~b.sets[USED, word]
            if idle != 0:
                person = word * PERSONS_PER_WORD + lowest(idle)
                b.sets[USED, word] |= 1 << (person % PERSONS_PER_WORD)
                move_up(b, person, asking)
                return True
        for word in range(words):
            held = r.able[kind, word] & b.sets[USABLE, word] & b.sets[USED, word]
            while held != 0:
                bit = lowest(held)
                held &= held - 1
                person = word * PERSONS_PER_WORD + bit
                if b.parent[person] < 0 and b.holder[person] != asking:
                    b.parent[person] = asking
                    b.queue[queued] = b.holder[person]
                    queued += 1
    return False


@compiled
def move_up(b: Bench, person: int, seat: int) -> None:
    """Gives a seat to a person, her seat-mate's to the one who asked, and so on to the seat that was empty."""
    while True:
        before = b.sitting[seat]
        b.sitting[seat] = person
        b.holder[person] = seat
        if before < 0:
            return
        person = before
        seat = b.parent[before]


@compiled
def find_crew(r: Rich, b: Bench, task: int, way: int) -> bool:
    """A crew out of `OPEN`: without a bridge if that is possible, else with one interpreter, seated or in addition. Fills `sitting`.

    Where beds or clearances stand in the way, once more with care: see `seat_all`.
    """
    careful = b.notes[NOTE, CAREFUL] != 0 or b.notes[NOTE, ROOM] <= r.seat_at[way + 1] - r.seat_at[way]
    bridges = 0
    for word in range(b.sets.shape[1]):
        bridges |= r.bridges[task, word] & b.sets[OPEN, word]
    for helper in range(-1, r.shares.shape[0] if bridges != 0 else 0):
        word = helper // PERSONS_PER_WORD
        if helper >= 0 and (b.sets[OPEN, word] & r.bridges[task, word]) >> (helper % PERSONS_PER_WORD) & 1 == 0:
            continue
        filled = False
        for care in range(2 if careful else 1):
            if care > 0 and not filled:
                break  # not even without care are there enough people
            count = list_cleared(r, b, helper) if care > 0 else 0
            for pair in range((count + 1) * (count + 1)):
                one, other = pair // (count + 1) - 1, pair % (count + 1) - 1
                if one >= other and other >= 0:
                    continue
                first, second = b.notes[PAIRS, one] if one >= 0 else -1, b.notes[PAIRS, other] if other >= 0 else -1
                for outside in range(2 if helper >= 0 else 1):
                    if seat_all(r, b, task, way, helper, first, second, outside == 0, care > 0):
                        filled = True
                        if keeps(r, b):
                            return True
    return False


@compiled
def list_cleared(r: Rich, b: Bench, helper: int) -> int:
    """Some adults with a clearance into `PAIRS`, those who live nearby first; how many they are."""
    found = 0
    if b.notes[NOTE, CAREFUL] == 0:
        return 0
    for lodging in range(2):
        for person in range(r.shares.shape[0]):
            word, place = person // PERSONS_PER_WORD, person % PERSONS_PER_WORD
            cleared = (b.sets[OPEN, word] & b.sets[CLEAR, word]) >> place & 1
            if cleared and r.masks[LODGERS, word] >> place & 1 == lodging and person != helper and found < CLEARED_TRIED:
                b.notes[PAIRS, found] = person
                found += 1
    return found


@compiled
def seat_all(r: Rich, b: Bench, task: int, way: int, helper: int, first: int, second: int, inside: bool, care: bool) -> bool:
    """Seats all seats of a way. With care: the helper first, then two others, then those without a bed, then the rest; nobody is unseated.

    The helper (-1 = none) sits in a seat, or else comes in addition.
    """
    for person in range(b.holder.shape[0]):
        b.holder[person] = -1
    for word in range(b.sets.shape[1]):
        b.sets[USED, word] = 0
    for seat in range(b.sitting.shape[0]):
        b.sitting[seat] = -1
    empty, seats = 0, r.seat_at[way + 1] - r.seat_at[way]
    for step in range(0 if care else 4, 5):
        allow(r, b, task, helper, first, second, inside, step)
        empty = 0
        for seat in range(seats):
            if b.sitting[seat] < 0 and not seat_one(r, b, r.seat_at[way], seat):
                empty += 1
    if helper >= 0 and inside and b.holder[helper] < 0:
        return False
    if helper >= 0 and not inside:
        b.sitting[seats] = helper
    return bool(empty == 0)


@compiled
def allow(r: Rich, b: Bench, task: int, helper: int, first: int, second: int, inside: bool, step: int) -> None:
    """Into `USABLE`: who may be seated in a step of `seat_all`."""
    for word in range(b.sets.shape[1]):
        allowed = b.sets[OPEN, word] & r.speaks[task, word]
        if helper >= 0:
            allowed |= b.sets[OPEN, word] & r.shares[helper, word]
        if step < 4:
            chosen = ~r.masks[LODGERS, word] if step == 3 else 0
            if inside and helper >= 0 and helper // PERSONS_PER_WORD == word:
                chosen |= 1 << (helper % PERSONS_PER_WORD)
            if first >= 0 and step >= 1 and first // PERSONS_PER_WORD == word:
                chosen |= 1 << (first % PERSONS_PER_WORD)
            if second >= 0 and step >= 2 and second // PERSONS_PER_WORD == word:
                chosen |= 1 << (second % PERSONS_PER_WORD)
            allowed &= chosen
        if helper >= 0 and not inside and helper // PERSONS_PER_WORD == word:
            allowed &= ~(1 << (helper % PERSONS_PER_WORD))
        b.sets[USABLE, word] = allowed


@compiled
def keeps(r: Rich, b: Bench) -> bool:
    """Whether the people of `sitting` find beds, and two cleared adults are among them where there must be."""
    lodging, cleared = 0, 0
    for seat in range(b.sitting.shape[0]):
        person = b.sitting[seat]
        if person >= 0:
            word, place = person // PERSONS_PER_WORD, person % PERSONS_PER_WORD
            lodging += r.masks[LODGERS, word] >> place & 1
            cleared += b.sets[CLEAR, word] >> place & 1
    return bool(lodging <= b.notes[NOTE, ROOM] and (b.notes[NOTE, CAREFUL] == 0 or cleared >= 2))


@compiled
def note_crew(r: Rich, b: Bench, task: int, block: int, low: int, high: int) -> None:
    """Writes the people of `sitting` down as one block of a task, as seats and as bits. A block from -1 lasts all the task."""
    width, blocks = r.form[WIDTH], r.form[BLOCKS]
    for word in range(b.sets.shape[1]):
        b.crew_mask[task, block, word] = 0
    for seat in range(width):
        person = b.sitting[seat]
        b.crew[task, block * width + seat] = person
        if person >= 0:
            b.crew_mask[task, block, person // PERSONS_PER_WORD] |= 1 << (person % PERSONS_PER_WORD)
    b.crew[task, blocks * width + 2 * block] = low
    b.crew[task, blocks * width + 2 * block + 1] = high
    for later in range(block + 1, blocks):
        b.crew[task, blocks * width + 2 * later] = -1
