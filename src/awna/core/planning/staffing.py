"""Who sits where: matches free people to the seats of a crew and sees to the bridge to the language of the site, beds and children."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from .plan import Seat
from .problem import CLEARED_ADULTS, INTERPRETER, Person

Need = tuple[str, int]  # a skill and the lowest level that will do
CLEARED_TRIED = 12  # cleared adults of whom pairs are tried: the best of many will do


@dataclass(frozen=True)
class Limits:
    """What a crew as a whole must keep."""

    beds: int | None = None  # at most so many of it who lodge; None = not counted
    cleared: frozenset[str] | None = None  # two of these must be in it; None = nobody asks


NO_LIMITS = Limits()


def match_crew(
    free: Sequence[Person], seats: Sequence[str], language: str, levels: Sequence[int] = (), limits: Limits = NO_LIMITS
) -> tuple[Seat, ...] | None:
    """A crew for all seats out of the free people, or None. People with few skills go first: they keep the others free.

    Each person who does not speak the language of the site shares a language with an interpreter of the crew
    who does. The interpreter may sit in a seat or come in addition.
    """
    people = sorted(free, key=lambda person: (len(person.skills), person.id))
    needs = list(zip(seats, levels or (1,) * len(seats), strict=True))
    for helpers in _bridges(people, language):
        usable = [person for person in people if _understood(person, language, helpers)]
        crew = _crew_with(usable, needs, helpers)
        if crew is not None and _keeps(crew, people, limits):
            return crew
        if limits != NO_LIMITS:
            crew = _crew_within(usable, needs, helpers, limits)
            if crew is not None:
                return crew
    return None


def bridged(crew: Sequence[Person], language: str) -> bool:
    """Whether everybody in a crew is understood on a site of this language."""
    helpers = [person for person in crew if INTERPRETER in person.skills and language in person.languages]
    return all(_understood(person, language, helpers) for person in crew)


def _bridges(people: Sequence[Person], language: str) -> Iterator[tuple[Person, ...]]:
    """Helpers to try: nobody, then one interpreter, then two."""
    yield ()
    if language:
        interpreters = [person for person in people if INTERPRETER in person.skills and language in person.languages]
        yield from combinations(interpreters, 1)
        yield from combinations(interpreters, 2)


def _understood(person: Person, language: str, helpers: Sequence[Person]) -> bool:
    return not language or language in person.languages or any(person.languages & helper.languages for helper in helpers)


def _keeps(crew: Sequence[Seat], people: Sequence[Person], limits: Limits) -> bool:
    names = {seat.person for seat in crew}
    lodging = sum(person.lodges for person in people if person.id in names)
    enough = limits.cleared is None or len(names & limits.cleared) >= CLEARED_ADULTS
    return enough and (limits.beds is None or lodging <= limits.beds)


def _crew_with(people: Sequence[Person], seats: Sequence[Need], helpers: Sequence[Person]) -> tuple[Seat, ...] | None:
    """Seat the helpers first where they fit (augmenting keeps them seated); those without a seat come in addition."""
    holder: dict[int, Person] = {}
    extra = [helper for helper in helpers if not _seat_person(helper, seats, holder)]
    others = [person for person in people if person not in extra]
    for seat in range(len(seats)):
        if seat not in holder and not _augment(seat, seats, others, holder, set()):
            return _crew_beside(people, seats, helpers) if helpers and not extra else None
    return _named(seats, holder, extra)


def _crew_beside(people: Sequence[Person], seats: Sequence[Need], helpers: Sequence[Person]) -> tuple[Seat, ...] | None:
    """All helpers in addition to the seats."""
    holder: dict[int, Person] = {}
    others = [person for person in people if person not in helpers]
    if not all(_augment(seat, seats, others, holder, set()) for seat in range(len(seats))):
        return None
    return _named(seats, holder, helpers)


def _named(seats: Sequence[Need], holder: dict[int, Person], extra: Sequence[Person]) -> tuple[Seat, ...]:
    return tuple([Seat(seats[seat][0], holder[seat].id) for seat in sorted(holder)] + [Seat(INTERPRETER, person.id) for person in extra])


def _seat_person(person: Person, seats: Sequence[Need], holder: dict[int, Person]) -> bool:
    for seat, (skill, level) in enumerate(seats):
        if seat not in holder and person.level(skill) >= level:
            holder[seat] = person
            return True
    return False


def _augment(seat: int, seats: Sequence[Need], people: Sequence[Person], holder: dict[int, Person], seen: set[str]) -> bool:
    """Kuhn's augmenting path from one empty seat."""
    skill, level = seats[seat]
    for person in people:
        if person.id in seen or person.level(skill) < level:
            continue
        seen.add(person.id)
        taken = next((other for other, held in holder.items() if held.id == person.id), None)
        if taken is None or _augment(taken, seats, people, holder, seen):
            holder[seat] = person
            return True
    return False


def _crew_within(people: Sequence[Person], seats: Sequence[Need], helpers: Sequence[Person], limits: Limits) -> tuple[Seat, ...] | None:
    """A crew that keeps beds and clearances: any of the helpers in addition, two cleared adults seated first, then those without a bed."""
    for size in range(len(helpers) + 1):
        for extra in combinations(helpers, size):
            pool = [person for person in people if person not in extra]
            inside = [helper for helper in helpers if helper not in extra]
            for first in _cleared_first(pool, seats, (*helpers,), limits):
                crew = _seat_first([*inside, *first], pool, seats, extra)
                if crew is not None and _keeps(crew, people, limits):
                    return crew
    return None


def _cleared_first(pool: Sequence[Person], seats: Sequence[Need], sure: Sequence[Person], limits: Limits) -> Iterator[tuple[Person, ...]]:
    """Who is to be seated so that two cleared adults are there; those who live nearby first."""
    if limits.cleared is None:
        yield ()
        return
    cleared = limits.cleared
    missing = max(0, CLEARED_ADULTS - sum(person.id in cleared for person in sure))
    able = [p for p in pool if p.id in cleared and p not in sure and any(p.level(skill) >= level for skill, level in seats)]
    yield from combinations(sorted(able, key=lambda person: person.lodges)[:CLEARED_TRIED], missing)


def _seat_first(first: Sequence[Person], pool: Sequence[Person], seats: Sequence[Need], extra: Sequence[Person]) -> tuple[Seat, ...] | None:
    """All seats filled with `first` among the seated, and as few who lodge as there can be: augmenting unseats nobody."""
    holder: dict[int, Person] = {}
    if not all(_move_in(person, seats, holder, set()) for person in first):
        return None
    near = [person for person in pool if not person.lodges or person in first]
    for people in (near, pool):
        for seat in range(len(seats)):
            filled = seat in holder or _augment(seat, seats, people, holder, set())
            if not filled and people is pool:
                return None
    return _named(seats, holder, extra)


def _move_in(person: Person, seats: Sequence[Need], holder: dict[int, Person], seen: set[int]) -> bool:
    """An augmenting path from one person: a seat that is empty, or one whose holder finds another."""
    for seat, (skill, level) in enumerate(seats):
        if seat in seen or person.level(skill) < level:
            continue
        seen.add(seat)
        if seat not in holder or _move_in(holder[seat], seats, holder, seen):
            holder[seat] = person
            return True
    return False
