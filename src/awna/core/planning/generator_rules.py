"""Random projects that ask for every rule of the model at once: hours of sites, handover, rest, beds, children, levels, all kinds of lags.

They are made from the rich projects of `generator`. Most of them can be planned; one that cannot must end with a reason.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from .generator import MATERIALS, Size, rich_project
from .problem import Calendar, Method, Person, Precedence, Project, RestRule, Season, Site, SiteHours, Task

ZONES = ("", "Europe/Berlin", "Africa/Cairo", "Asia/Amman", "America/New_York")
REST_RULES = (RestRule(10, 14), RestRule(6, 8), RestRule(4, 6))
HANDOVER_SHARE = 0.3  # of all tasks
CHILD_SHARE = 0.1
LEVEL_SHARE = 0.15
OUTDOOR_SHARE = 0.3
GIVING_SHARE = 0.15
SOON_SHARE = 0.1  # of all links: with a maximum
HOURS_SHARE = 0.15  # of all links: told by the clock
PARTS = 2  # slots of a day
COMMON = Size()


def full_project(seed: int, *, size: Size = COMMON) -> Project:
    """A rich project with every rule on top. The same arguments give the same project on every machine."""
    rng = Random(f"rules {seed} {size}")
    project = rich_project(seed, size=size)
    people = tuple(_person(rng, person) for person in project.people)
    calendar = _calendar(rng)
    return replace(
        project,
        tasks=tuple(_task(rng, task, people) for task in project.tasks),
        precedences=tuple(_link(rng, edge) for edge in project.precedences),
        people=people,
        sites=tuple(_site(rng, site, project, calendar.origin) for site in project.sites),
        calendar=calendar,
    )


def _calendar(rng: Random) -> Calendar:
    origin = date(2026, rng.randint(1, 12), rng.randint(1, 28))
    holidays = frozenset(origin + timedelta(days=rng.randrange(60)) for _ in range(rng.randrange(3)))
    return Calendar(origin, PARTS, frozenset(rng.sample(range(7), rng.randrange(3))), rng.choice(ZONES), holidays=holidays)


def _person(rng: Random, person: Person) -> Person:
    return replace(
        person,
        levels={skill: rng.randint(1, 3) for skill in sorted(person.skills)},
        cleared=()
        if rng.random() < 0.4
        else ((0, None),)
        if rng.random() < 0.6
        else ((0, rng.randint(20, 80)), (rng.randint(90, 120), None)),
        adult=rng.random() < 0.9,
        lodges=rng.random() < 0.7,
        rest=(rng.choice(REST_RULES),) if rng.random() < 0.4 else (),
    )


def _site(rng: Random, site: Site, project: Project, origin: date) -> Site:
    crews = [sum(m.skills.values()) for t in project.tasks if t.site == site.id for m in t.methods]
    beds = max(crews, default=0) + 1 + rng.randrange(8) if rng.random() < 0.6 else None
    hours = None
    if rng.random() < 0.6:
        first = origin + timedelta(days=rng.randrange(40))
        closed = frozenset({rng.randrange(PARTS)})
        hours = SiteHours(
            rest_weekdays=frozenset({rng.randrange(7)}) if rng.random() < 0.5 else frozenset(),
            holidays=frozenset(origin + timedelta(days=rng.randrange(50)) for _ in range(rng.randrange(3))),
            seasons=(Season(first, first + timedelta(days=rng.randrange(20)), closed),) if rng.random() < 0.4 else (),
            heat={str(month): frozenset({PARTS - 1}) for month in rng.sample(range(1, 13), rng.randrange(4))},
        )
    return replace(site, beds=beds, hours=hours)


def _task(rng: Random, task: Task, people: tuple[Person, ...]) -> Task:
    seats = min(sum(method.skills.values()) for method in task.methods)
    children = rng.random() < CHILD_SHARE and seats >= 2
    every = rng.choice((1, 2, 3, 5)) if rng.random() < HANDOVER_SHARE else 0
    outdoor, levels = rng.random() < OUTDOOR_SHARE, _levels(rng, task, people)
    gives = {rng.choice(MATERIALS): rng.randint(1, 5)} if rng.random() < GIVING_SHARE else {}
    used = set(task.methods[0].materials)
    methods = tuple(_method(method, outdoor, levels, {k: v for k, v in gives.items() if k in used}) for method in task.methods)
    return replace(task, methods=methods, handover_every=every, stay_min=rng.randint(1, 4) if every else 1, child_contact=children)


def _method(method: Method, outdoor: bool, levels: Mapping[str, int], gives: Mapping[str, int]) -> Method:
    return replace(method, outdoor=outdoor, levels={k: v for k, v in levels.items() if k in method.skills}, gives=gives)


def _levels(rng: Random, task: Task, people: tuple[Person, ...]) -> dict[str, int]:
    """Now and then one skill at a higher level, where twice as many people have it as the task has seats."""
    if rng.random() >= LEVEL_SHARE or not task.methods[0].skills:
        return {}
    skill = rng.choice(sorted(task.methods[0].skills))
    level = rng.choice((2, 3))
    able = sum(person.level(skill) >= level for person in people)
    return {skill: level} if able >= 2 * max(method.skills.get(skill, 0) for method in task.methods) else {}


def _link(rng: Random, edge: Precedence) -> Precedence:
    lag, unit, maximum = edge.lag, edge.unit, edge.maximum
    if rng.random() < HOURS_SHARE:
        lag, unit = rng.choice((12, 24, 48, 72)), "elapsed"
    if rng.random() < SOON_SHARE:
        maximum = lag + rng.choice((72, 120, 240) if unit == "elapsed" else (2, 5, 12))
    return replace(edge, lag=lag, unit=unit, maximum=maximum)
