"""Who is still free while tasks are placed: bookings, absences, rest, beds and clearances as bits over slots, and the crews that they allow.

A seat of a task with segments may change hands: then the crew is a relay of blocks of whole segments, each at least as long as the
shortest stay, with as few changes as will do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from .model import Model, Way
from .plan import Seat
from .problem import CLEARED_ADULTS, Person
from .staffing import Limits, bridged, match_crew

RELAY_TRIES = 60  # crews that are looked for before a relay at one start is given up
Bits = int  # one bit per slot


class Roster:
    """The people of a project, slot by slot."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.away = [_spans(gaps) for gaps in model.absences]
        self.busy: list[Bits] = [0] * len(model.people)  # has a seat, also while its site rests
        self.toil: list[Bits] = [0] * len(model.people)  # really works; kept for those with rest rules
        self.unclear = [_spans(gaps) for gaps in model.uncleared]
        self.beds = [[beds] * model.horizon for beds in model.beds]
        self.index = {person.id: index for index, person in enumerate(model.people)}
        self.able = {
            need: [index for index, person in enumerate(model.people) if person.level(need[0]) >= need[1]]
            for need in {need for ways in model.ways for way in ways for need in zip(way.seats, way.levels, strict=True)}
        }

    def copy(self) -> "Roster":
        other = object.__new__(Roster)
        other.model, other.away, other.unclear, other.index, other.able = self.model, self.away, self.unclear, self.index, self.able
        other.busy, other.toil, other.beds = list(self.busy), list(self.toil), [list(beds) for beds in self.beds]
        return other

    def crew(self, task: int, way: Way, start: int, finish: int, prefer: Sequence[Seat] = ()) -> tuple[Seat, ...] | None:
        """People for a stay: those preferred if they can, one crew to the end, or a relay."""
        if prefer:
            same = _shifted(prefer, start, finish)
            if self._stands(task, way, start, finish, same):
                return tuple(same)
        return self._match(task, way, start, finish, {}) or self._relay(task, way, start, finish)

    def book(self, task: int, way: Way, start: int, finish: int, crew: Iterable[Seat]) -> None:
        """Takes the people of a crew for their stays, with the beds that they need."""
        lodging = self.model.lodging[task]
        for seat in crew:
            index = self.index[seat.person]
            low, high = _stay(seat, start, finish)
            self.busy[index] |= span(low, high)
            if self.model.people[index].rest:
                self.toil[index] |= self.worked(way, low, high)
            if lodging >= 0 and self.model.people[index].lodges:
                for slot in range(low, min(high, self.model.horizon)):
                    self.beds[lodging][slot] -= 1

    def worked(self, way: Way, start: int, finish: int) -> Bits:
        """The slots of a stay in which the site works."""
        return span(start, finish) & self.model.tables[way.table].bits if way.table else span(start, finish)

    def _match(self, task: int, way: Way, start: int, finish: int, more: Mapping[int, Bits]) -> tuple[Seat, ...] | None:
        """One crew for a stay; `more` = what people of a relay have worked in earlier blocks."""
        held, work = span(start, finish), self.worked(way, start, finish)
        free = [not busy & held and not away & work for busy, away in zip(self.busy, self.away, strict=True)]
        for index, person in enumerate(self.model.people):
            if free[index] and person.rest:
                free[index] = rested(person, self.toil[index] | more.get(index, 0), work)
        for need, seats in _needs(way.seats, way.levels):
            if sum(free[index] for index in self.able[need]) < seats:
                return None
        people = [person for person, is_free in zip(self.model.people, free, strict=True) if is_free]
        return match_crew(people, way.seats, self.model.languages[task], way.levels, self._limits(task, start, finish, work))

    def _limits(self, task: int, start: int, finish: int, work: Bits) -> Limits:
        lodging, cleared = self.model.lodging[task], None
        beds = min(self.beds[lodging][start:finish]) if lodging >= 0 and start < finish else None
        if self.model.project.tasks[task].child_contact and work:
            cleared = frozenset(p.id for p, unclear in zip(self.model.people, self.unclear, strict=True) if not unclear & work)
        return Limits(beds, cleared)

    def segments(self, task: int, way: Way, start: int) -> list[tuple[int, int, int]]:
        """The segments of a task as (first slot, end, slots of work); nothing where seats do not change hands."""
        every = self.model.project.tasks[task].handover_every
        if not every or way.duration <= every:
            return []
        table = self.model.tables[way.table]
        first = table.count[start]
        slots = table.slots[first : first + way.duration]
        parts = [slots[at : at + every] for at in range(0, way.duration, every)]
        return [(part[0], part[-1] + 1, len(part)) for part in parts]

    def _relay(self, task: int, way: Way, start: int, finish: int) -> tuple[Seat, ...] | None:
        """Crews that follow each other, the longest block first."""
        parts = self.segments(task, way, start)
        least, tries = min(self.model.project.tasks[task].stay_min, way.duration), RELAY_TRIES

        def cover(first: int, more: Mapping[int, Bits]) -> tuple[Seat, ...] | None:
            nonlocal tries
            if first == len(parts):
                return ()
            for last in range(len(parts) - (first == 0), first, -1):
                after = sum(work for _, _, work in parts[last:])
                if tries == 0 or sum(work for _, _, work in parts[first:last]) < least:
                    return None
                if 0 < after < least:
                    continue
                tries -= 1
                low, high = parts[first][0], parts[last - 1][1]
                block = self._match(task, way, low, high, more)
                if block is None:
                    continue
                work = self.worked(way, low, high)
                both = {**more, **{at: more.get(at, 0) | work for at in (self.index[seat.person] for seat in block)}}
                rest = cover(last, both)
                if rest is not None:
                    return (*(Seat(seat.skill, seat.person, low, high) for seat in block), *rest)
            return None

        return joined(cover(0, {})) if len(parts) > 1 else None

    def _stands(self, task: int, way: Way, start: int, finish: int, crew: Sequence[Seat]) -> bool:
        """Whether a given crew may have the seats: who is free, rested and able, and in every block enough, understood and cleared."""
        toil: dict[int, Bits] = defaultdict(int)
        for seat in crew:
            index, (low, high) = self.index[seat.person], _stay(seat, start, finish)
            person, work = self.model.people[index], self.worked(way, low, high)
            level = max((level for skill, level in zip(way.seats, way.levels, strict=True) if skill == seat.skill), default=1)
            if person.level(seat.skill) < level or self.busy[index] & span(low, high) or self.away[index] & work:
                return False
            toil[index] |= work
        if not all(rested(self.model.people[index], self.toil[index], work) for index, work in toil.items()):
            return False
        parts = self.segments(task, way, start)
        if any(seat.start is not None for seat in crew) and not self._in_segments(task, crew, parts):
            return False
        marks = sorted({mark for seat in crew for mark in _stay(seat, start, finish)})
        blocks = list(pairwise(marks)) or [(start, finish)]
        return all(self._block_stands(task, way, low, high, _there(crew, low, high, start, finish)) for low, high in blocks)

    def _block_stands(self, task: int, way: Way, start: int, finish: int, crew: Sequence[Seat]) -> bool:
        people = [self.model.people[self.index[seat.person]] for seat in crew]
        work = self.worked(way, start, finish)
        limits = self._limits(task, start, finish, work)
        if limits.beds is not None and sum(person.lodges for person in people) > limits.beds:
            return False
        if start < finish and not work:
            return True  # the site rests between two stays
        names = [person.id for person in people]
        skills = [seat.skill for seat in crew]
        enough = all(skills.count(skill) >= way.seats.count(skill) for skill in way.seats) and len(set(names)) == len(names)
        cleared = limits.cleared is None or len(limits.cleared.intersection(names)) >= CLEARED_ADULTS
        return enough and cleared and bridged(people, self.model.languages[task])

    def _in_segments(self, task: int, crew: Sequence[Seat], parts: Sequence[tuple[int, int, int]]) -> bool:
        """Whether everybody comes and goes between segments and stays long enough."""
        begins, ends = [low for low, _, _ in parts], [high for _, high, _ in parts]
        least = min(self.model.project.tasks[task].stay_min, sum(work for _, _, work in parts))
        for seat in crew:
            if seat.start not in begins or seat.finish not in ends:
                return False
            if sum(work for low, high, work in parts if seat.start <= low and high <= (seat.finish or 0)) < least:
                return False
        return True


def rested(person: Person, toil: Bits, work: Bits) -> bool:
    """Whether somebody who has worked in some slots may work in these too."""
    if not work:
        return True
    for rule in person.rest:
        low = max(0, (work & -work).bit_length() - rule.within)
        near = (toil | work) >> low
        window = (1 << rule.within) - 1
        if any((near >> at & window).bit_count() > rule.work for at in range(work.bit_length() - low)):
            return False
    return True


def joined(crew: tuple[Seat, ...] | None) -> tuple[Seat, ...] | None:
    """Stays of one person in one kind of seat that touch become one."""
    if crew is None:
        return None
    result: list[Seat] = []
    for seat in crew:
        at = next((n for n, o in enumerate(result) if (o.skill, o.person, o.finish) == (seat.skill, seat.person, seat.start)), -1)
        if at < 0 or seat.start is None:
            result.append(seat)
        else:
            result[at] = Seat(seat.skill, seat.person, result[at].start, seat.finish)
    return tuple(result)


def span(start: int, end: int) -> Bits:
    """Bits start .. end-1."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def _spans(spans: Iterable[tuple[int, int]]) -> Bits:
    bits = 0
    for start, end in spans:
        bits |= span(start, end)
    return bits


def _stay(seat: Seat, start: int, finish: int) -> tuple[int, int]:
    return start if seat.start is None else seat.start, finish if seat.finish is None else seat.finish


def _there(crew: Sequence[Seat], low: int, high: int, start: int, finish: int) -> list[Seat]:
    """Those of a crew who stay from `low` to `high`."""
    stays = [(seat, _stay(seat, start, finish)) for seat in crew]
    return [seat for seat, (begins, ends) in stays if begins <= low and high <= ends]


def _shifted(crew: Sequence[Seat], start: int, finish: int) -> list[Seat]:
    """A former crew at another start. Stays keep their length in slots: where a rest changes that, they will not fit the segments."""
    begins = [seat.start for seat in crew if seat.start is not None]
    if not begins or len(begins) < len(crew):
        return [Seat(seat.skill, seat.person) for seat in crew]
    by, last = start - min(begins), max(seat.finish or 0 for seat in crew)
    ends = [finish if seat.finish == last else (seat.finish or 0) + by for seat in crew]
    return [Seat(seat.skill, seat.person, (seat.start or 0) + by, end) for seat, end in zip(crew, ends, strict=True)]


@lru_cache(maxsize=4096)
def _needs(seats: tuple[str, ...], levels: tuple[int, ...]) -> tuple[tuple[tuple[str, int], int], ...]:
    needs = list(zip(seats, levels, strict=True))
    return tuple((need, needs.count(need)) for need in dict.fromkeys(needs))
