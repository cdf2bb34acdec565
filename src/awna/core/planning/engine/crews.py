"""Who sits where, in compiled form: bit sets of people, matched to seats by augmenting paths."""

from .basics import compiled
from .desk import Bench
from .flat import PERSONS_PER_WORD, Rich


@compiled
def free_throughout(r: Rich, b: Bench, start: int, finish: int) -> None:
    """Into `open`: the people who are free in every slot of a stay. A stay of no length asks for its slot."""
    for word in range(b.open.shape[0]):
        people = b.there[min(start, r.horizon - 1), word]
        for slot in range(start + 1, finish):
            people &= b.there[slot, word]
        b.open[word] = people


@compiled
def occupy(b: Bench, task: int, start: int, finish: int) -> None:
    for word in range(b.open.shape[0]):
        for slot in range(start, finish):
            b.there[slot, word] &= ~b.crew_mask[task, word]


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
def seat_all(r: Rich, b: Bench, task: int, way: int, taken: int) -> bool:
    """Seats people of `usable` on all seats of a way; person `taken` (-1 = none) is not to be seated. Fills `crew`."""
    first = r.seat_at[way]
    seats = r.seat_at[way + 1] - first
    for person in range(b.holder.shape[0]):
        b.holder[person] = -1
    for word in range(b.used.shape[0]):
        b.used[word] = 0
    if taken >= 0:
        b.usable[taken // PERSONS_PER_WORD] &= ~(1 << (taken % PERSONS_PER_WORD))
    for seat in range(b.crew.shape[1]):
        b.crew[task, seat] = -1
    for seat in range(seats):
        if not seat_one(r, b, task, first, seat):
            return False
    return True


@compiled
def seat_one(r: Rich, b: Bench, task: int, first: int, seat: int) -> bool:
    """One more seat: a breadth-first search over seats whose holders could move."""
    words = b.used.shape[0]
    for person in range(b.parent.shape[0]):
        b.parent[person] = -1
    b.queue[0] = seat
    head, queued = 0, 1
    while head < queued:
        asking = b.queue[head]
        head += 1
        kind = r.seat_class[first + asking]
        for word in range(words):
            able = r.able[kind, word] & b.usable[word]
            idle = able & ~b.used[word]
            if idle != 0:
                person = word * PERSONS_PER_WORD + lowest(idle)
                b.used[word] |= 1 << (person % PERSONS_PER_WORD)
                move_up(b, task, person, asking)
                return True
        for word in range(words):
            held = r.able[kind, word] & b.usable[word] & b.used[word]
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
def move_up(b: Bench, task: int, person: int, seat: int) -> None:
    """Gives a seat to a person, her seat-mate's to the one who asked, and so on to the seat that was empty."""
    while True:
        before = b.crew[task, seat]
        b.crew[task, seat] = person
        b.holder[person] = seat
        if before < 0:
            return
        person = before
        seat = b.parent[before]


@compiled
def find_crew(r: Rich, b: Bench, task: int, way: int) -> bool:
    """A crew out of `open`: without a bridge if that is possible, else with one interpreter, seated or in addition."""
    words = b.open.shape[0]
    bridges = 0
    for word in range(words):
        b.usable[word] = b.open[word] & r.speaks[task, word]
        bridges |= r.bridges[task, word] & b.open[word]
    if seat_all(r, b, task, way, -1):
        note_crew(r, b, task, way, -1)
        return True
    if bridges == 0:
        return False
    for helper in range(r.shares.shape[0]):
        word = helper // PERSONS_PER_WORD
        if (b.open[word] & r.bridges[task, word]) >> (helper % PERSONS_PER_WORD) & 1:
            for other in range(words):
                b.usable[other] = b.open[other] & (r.speaks[task, other] | r.shares[helper, other])
            seated = seat_all(r, b, task, way, -1)
            if seated and b.holder[helper] >= 0:
                note_crew(r, b, task, way, -1)
                return True
            if seat_all(r, b, task, way, helper):
                note_crew(r, b, task, way, helper)
                return True
    return False


@compiled
def note_crew(r: Rich, b: Bench, task: int, way: int, helper: int) -> None:
    """Writes the crew down as bits, the interpreter in addition behind the seats."""
    seats = r.seat_at[way + 1] - r.seat_at[way]
    if helper >= 0:
        b.crew[task, seats] = helper
    for word in range(b.used.shape[0]):
        b.crew_mask[task, word] = 0
    for seat in range(b.crew.shape[1]):
        person = b.crew[task, seat]
        if person >= 0:
            b.crew_mask[task, person // PERSONS_PER_WORD] |= 1 << (person % PERSONS_PER_WORD)
