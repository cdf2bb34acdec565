"""The people's half of the checker: skills and levels, presence, handover, rest, language, child contact, beds, double booking."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..problems import Problem
from .check_time import worked_slots
from .plan import Placement, Seat
from .problem import Method, Person, Project, Site, Task, Window


@dataclass(frozen=True)
class Stay:
    """A person in a seat of a task, with the slots in which she really works there."""

    task: str
    skill: str
    person: str
    start: int
    finish: int
    works: frozenset[int]


@dataclass(frozen=True)
class Crew:
    """A task as it is placed, the slots in which its site works, and who stays when."""

    task: Task
    method: Method
    site: Site | None
    placement: Placement
    worked: tuple[int, ...]
    stays: tuple[Stay, ...]

    def at(self, slot: int) -> list[Stay]:
        return [stay for stay in self.stays if stay.start <= slot < stay.finish]


def check_people(project: Project, placements: list[Placement], chosen: Mapping[str, Method]) -> Iterator[Problem]:
    """Everything that is wrong with the crews of a plan."""
    people = {person.id: person for person in project.people}
    sites = {site.id: site for site in project.sites}
    tasks = {task.id: task for task in project.tasks}
    crews = []
    for placement in placements:
        if any(seat.person not in people for seat in placement.crew):
            yield Problem("crew_is_not_distinct_people", "The crew names somebody twice or somebody unknown.", {}, placement.task)
            continue
        crews.append(_crew(project, tasks[placement.task], chosen[placement.task], sites, placement))
    for crew in crews:
        yield from _distinct(crew)
        yield from _skills(crew, people)
        yield from _filled(crew)
        yield from _handover(crew)
        yield from _bridge(crew, people)
        yield from _children(crew, people)
    yield from _double_bookings(crews)
    yield from _rest(crews, people)
    yield from _beds(crews, people, sites)


def _crew(project: Project, task: Task, method: Method, sites: Mapping[str, Site], placement: Placement) -> Crew:
    worked = tuple(worked_slots(project, task, method, placement))
    whole = frozenset(worked)
    stays = tuple(_stay(placement, seat, whole) for seat in placement.crew)
    return Crew(task, method, sites.get(task.site), placement, worked, stays)


def _stay(placement: Placement, seat: Seat, worked: frozenset[int]) -> Stay:
    start = placement.start if seat.start is None else seat.start
    finish = placement.finish if seat.finish is None else seat.finish
    if (start, finish) != (placement.start, placement.finish):
        worked = frozenset(slot for slot in worked if start <= slot < finish)
    return Stay(placement.task, seat.skill, seat.person, start, finish, worked)


def _within(slot: int, windows: tuple[Window, ...]) -> bool:
    return any(start <= slot and (end is None or slot < end) for start, end in windows)


def _distinct(crew: Crew) -> Iterator[Problem]:
    if len({stay.person for stay in crew.stays}) == len(crew.stays):
        return
    for first, second in itertools.combinations(crew.stays, 2):
        if first.person == second.person and ((first.start < second.finish and second.start < first.finish) or first == second):
            yield Problem("crew_is_not_distinct_people", "The crew names somebody twice or somebody unknown.", {}, crew.task.id)
            return


def _skills(crew: Crew, people: Mapping[str, Person]) -> Iterator[Problem]:
    for stay in crew.stays:
        person, wanted = people[stay.person], crew.method.levels.get(stay.skill, 1)
        if stay.skill not in person.skills:
            yield Problem(
                "person_lacks_skill",
                "%(person)s sits there as %(skill)s without that skill.",
                {"person": person.id, "skill": stay.skill},
                crew.task.id,
            )
        elif person.levels.get(stay.skill, 1) < wanted:
            yield Problem(
                "person_below_level",
                "%(person)s sits there as %(skill)s with level %(level)s; the task asks for %(wanted)s.",
                {"person": person.id, "skill": stay.skill, "level": person.levels.get(stay.skill, 1), "wanted": wanted},
                crew.task.id,
            )
        away = [slot for slot in sorted(stay.works) if not _within(slot, person.presence)] if person.presence else []
        if away:
            yield Problem("person_is_absent", "%(person)s is away in slot %(slot)s.", {"person": person.id, "slot": away[0]}, crew.task.id)


def _filled(crew: Crew) -> Iterator[Problem]:
    """In every slot of work each skill has its people; a task of no duration asks for them all the same."""
    moments = _moments(crew)
    for skill, seats in crew.method.skills.items():
        filled = min(sum(stay.skill == skill for stay in staying) for staying in moments)
        if filled < seats:
            yield Problem(
                "seat_is_empty",
                "The task needs %(seats)s of %(skill)s; the crew has %(filled)s.",
                {"seats": seats, "skill": skill, "filled": filled},
                crew.task.id,
            )


def _handover(crew: Crew) -> Iterator[Problem]:
    """Seats change hands only between segments, and nobody stays shorter than the task allows."""
    task, worked = crew.task, crew.worked
    if all((stay.start, stay.finish) == (crew.placement.start, crew.placement.finish) for stay in crew.stays):
        return
    begins = {worked[n] for n in range(0, len(worked), task.handover_every or max(len(worked), 1))}
    ends = {worked[n - 1] + 1 for n in range(task.handover_every, len(worked), task.handover_every)} if task.handover_every else set()
    for stay in crew.stays:
        whole = (stay.start, stay.finish) == (crew.placement.start, crew.placement.finish)
        first, last = min(stay.works, default=stay.start), max(stay.works, default=stay.finish - 1) + 1
        if not whole and (first not in begins or last not in {*ends, crew.placement.finish} or not stay.works):
            yield Problem(
                "handover_within_segment",
                "%(person)s comes or goes in the middle of a segment (slots %(start)s to %(finish)s).",
                {"person": stay.person, "start": stay.start, "finish": stay.finish},
                task.id,
            )
        if whole:
            continue
        together = [other for other in crew.stays if (other.person, other.skill) == (stay.person, stay.skill)]
        if sum(len(other.works) for other in _joined(stay, together)) < min(task.stay_min, len(worked)):
            yield Problem(
                "stay_too_short",
                "%(person)s stays less than %(least)s slots in a seat.",
                {"person": stay.person, "least": task.stay_min},
                task.id,
            )


def _joined(stay: Stay, others: list[Stay]) -> list[Stay]:
    """The stay with those of the same person that touch it."""
    chain, grew = [stay], True
    while grew:
        more = [o for o in others if o not in chain and any(o.finish == c.start or c.finish == o.start for c in chain)]
        chain, grew = chain + more, bool(more)
    return chain


def _bridge(crew: Crew, people: Mapping[str, Person]) -> Iterator[Problem]:
    """Each who does not speak the site's language shares one with an interpreter in the crew who does."""
    language = crew.site.language if crew.site else ""
    if not language:
        return
    lost = set()
    for staying in _moments(crew):
        there = [people[stay.person] for stay in staying]
        helpers = [person for person in there if "interpreter" in person.skills and language in person.languages]
        spoken = {tongue for person in helpers for tongue in person.languages}
        lost |= {person.id for person in there if language not in person.languages and not spoken & person.languages}
    for person in sorted(lost):
        yield Problem(
            "no_language_bridge",
            "%(person)s does not speak %(language)s and no interpreter of the crew shares a language with this person.",
            {"person": person, "language": language},
            crew.task.id,
        )


def _moments(crew: Crew) -> list[list[Stay]]:
    """The crews as they stand, slot by slot; where nobody comes or goes, or in no time, one says it all."""
    if all((stay.start, stay.finish) == (crew.placement.start, crew.placement.finish) for stay in crew.stays):
        return [list(crew.stays)]
    return [crew.at(slot) for slot in crew.worked] or [list(crew.stays)]


def _children(crew: Crew, people: Mapping[str, Person]) -> Iterator[Problem]:
    if not crew.task.child_contact:
        return
    for slot in crew.worked:
        cleared = {s.person for s in crew.at(slot) if people[s.person].adult and _within(slot, people[s.person].cleared)}
        if len(cleared) < 2:
            yield Problem(
                "children_without_two_cleared_adults",
                "In slot %(slot)s the crew near children has %(count)s adults with a valid clearance; there must be 2.",
                {"slot": slot, "count": len(cleared)},
                crew.task.id,
            )
            return


def _double_bookings(crews: list[Crew]) -> Iterator[Problem]:
    booked: dict[str, list[Stay]] = defaultdict(list)
    for crew in crews:
        for stay in crew.stays:
            if stay.finish > stay.start:
                booked[stay.person].append(stay)
    for person, stays in booked.items():
        stays.sort(key=lambda stay: stay.start)
        for first, second in itertools.pairwise(stays):
            if second.start < first.finish and first.task != second.task:
                yield Problem(
                    "person_is_booked_twice",
                    "%(person)s is also on %(other)s until slot %(until)s.",
                    {"person": person, "other": first.task, "until": first.finish},
                    second.task,
                )


def _rest(crews: list[Crew], people: Mapping[str, Person]) -> Iterator[Problem]:
    works: dict[str, set[int]] = defaultdict(set)
    for crew in crews if any(person.rest for person in people.values()) else []:
        for stay in crew.stays:
            works[stay.person] |= stay.works
    for person in people.values():
        for rule in person.rest:
            slots = sorted(works[person.id])
            for index, slot in enumerate(slots):
                last = index + rule.work
                if last < len(slots) and slots[last] < slot + rule.within:
                    yield Problem(
                        "person_without_rest",
                        "%(person)s works more than %(work)s of the %(within)s slots from slot %(slot)s on.",
                        {"person": person.id, "work": rule.work, "within": rule.within, "slot": slot},
                        person.id,
                    )
                    break


def _beds(crews: list[Crew], people: Mapping[str, Person], sites: Mapping[str, Site]) -> Iterator[Problem]:
    lodging: dict[tuple[str, int], set[str]] = defaultdict(set)
    for crew in crews:
        if crew.site is None or crew.site.beds is None:
            continue
        for stay in crew.stays:
            if people[stay.person].lodges:
                for slot in range(stay.start, stay.finish):
                    lodging[crew.site.id, slot].add(stay.person)
    full = Counter({key: len(names) for key, names in lodging.items()})
    for site in sites.values():
        over = sorted(slot for (name, slot), count in full.items() if name == site.id and site.beds is not None and count > site.beds)
        if over:
            yield Problem(
                "beds_exceeded",
                "In slot %(slot)s the site lodges %(count)s people; it has %(beds)s beds.",
                {"slot": over[0], "count": full[site.id, over[0]], "beds": site.beds},
                site.id,
            )
