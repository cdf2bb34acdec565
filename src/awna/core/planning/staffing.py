"""Who sits where: matches free people to the seats of a crew and sees to the bridge to the language of the site."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from .plan import Seat
from .problem import INTERPRETER, Person

Need = tuple[str, int]  # a skill and the lowest level that will do


def match_crew(free: Sequence[Person], seats: Sequence[str], language: str, levels: Sequence[int] = ()) -> tuple[Seat, ...] | None:
    """A crew for all seats out of the free people, or None. People with few skills go first: they keep the others free.

    Each person who does not speak the language of the site shares a language with an interpreter of the crew
    who does. The interpreter may sit in a seat or come in addition.
    """
    people = sorted(free, key=lambda person: (len(person.skills), person.id))
    needs = list(zip(seats, levels or (1,) * len(seats), strict=True))
    for helpers in _bridges(people, language):
        usable = [person for person in people if _understood(person, language, helpers)]
        crew = _crew_with(usable, needs, helpers)
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


def _crew_with(people: Sequence[Person], seats: Sequence[Need], helpers: Sequence[Person]) -> tuple[Seat, ...] | None:
    """Seat the helpers first where they fit (augmenting keeps them seated); those without a seat come in addition."""
    holder: dict[int, Person] = {}
    extra = [helper for helper in helpers if not _seat_person(helper, seats, holder)]
    others = [person for person in people if person not in extra]
    for seat in range(len(seats)):
        if seat not in holder and not _augment(seat, seats, others, holder, set()):
            return _crew_beside(people, seats, helpers) if helpers and not extra else None
    return tuple([Seat(seats[seat][0], holder[seat].id) for seat in sorted(holder)] + [Seat(INTERPRETER, person.id) for person in extra])


def _crew_beside(people: Sequence[Person], seats: Sequence[Need], helpers: Sequence[Person]) -> tuple[Seat, ...] | None:
    """All helpers in addition to the seats."""
    holder: dict[int, Person] = {}
    others = [person for person in people if person not in helpers]
    if not all(_augment(seat, seats, others, holder, set()) for seat in range(len(seats))):
        return None
    return tuple([Seat(seats[seat][0], holder[seat].id) for seat in sorted(holder)] + [Seat(INTERPRETER, person.id) for person in helpers])


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
