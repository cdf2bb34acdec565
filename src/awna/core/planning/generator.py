"""Makes rich random projects and closures from a seed: the public material of tests and benches.

A project is possible by construction: every skill has people for the largest crew, stocks suffice in the end, crossings open
again, and links run forward. The same arguments give the same project on every machine.
"""

from dataclasses import dataclass
from random import Random

from .events import CrossingClosed
from .problem import (
    INTERPRETER,
    Crossing,
    Delivery,
    Method,
    Milestone,
    Person,
    Precedence,
    PrecedenceKind,
    Project,
    Resource,
    Site,
    Stock,
    Task,
)

TRADES = ("mason", "carpenter", "electrician", "plumber", "painter", "labourer")
MATERIALS = ("cement", "steel", "timber", "glass", "cable", "pipe")
LANGUAGES = ("ar", "en", "tr")
CROSSINGS = ("north", "south")
LAG_SHARE = 0.15  # of all links: of another kind than finish to start, or with a lag
CHOICE_SHARE = 0.15  # of all tasks: with a second, faster method that holds a machine
CREW_MAX = 5  # people in one crew


@dataclass(frozen=True)
class Size:
    """How big a project is."""

    tasks: int = 500
    people: int = 80
    deliveries: int = 60
    sites: int = 6
    links_per_task: float = 1.6


def rich_project(seed: int, *, size: Size = Size()) -> Project:
    """A campaign of several sites: trades, two crossings that close now and then, dated materials and money, languages, machines."""
    rng = Random(f"project {seed} {size}")
    people = tuple(_person(rng, number) for number in range(size.people))
    counts = {trade: sum(trade in person.skills for person in people) for trade in TRADES}
    horizon = max(20, size.tasks * 21 // max(size.people, 1))  # slots: about as long as the work itself asks for
    tasks = tuple(_task(rng, number, size, counts) for number in range(size.tasks))
    stocks = _stocks(rng, tasks, size.deliveries, horizon)
    return Project(
        tasks=tasks,
        precedences=_links(rng, tasks, size),
        resources=(
            Resource("mixer", 4, dips=tuple((at, at + 4, 3) for at in range(20, horizon, 40))),
            Resource("crane", 2),
            Resource("lorry", 6),
        ),
        people=people,
        stocks=stocks,
        crossings=tuple(_crossing(rng, name, horizon) for name in CROSSINGS),
        sites=tuple(Site(f"site{number}", rng.choice(LANGUAGES[:2]), name=f"Site {number}") for number in range(size.sites)),
        milestones=tuple(_milestone(tasks, f"site{number}", rng) for number in range(size.sites)),
    )


def closure(project: Project, *, seed: int, now: int, finish: int) -> CrossingClosed:
    """A crossing shut for a while somewhere in the rest of a running plan."""
    rng = Random(f"closure {seed}")
    start = now + rng.randrange(0, max(1, (finish - now) // 3))
    return CrossingClosed(rng.choice(project.crossings).id, start, start + rng.randrange(8, 30))


def _person(rng: Random, number: int) -> Person:
    trades = {TRADES[number % len(TRADES)]} | ({rng.choice(TRADES)} if rng.random() < 0.5 else set())
    speaks = {LANGUAGES[0]} if number % 4 else {LANGUAGES[1]}
    if number % 8 == 0:  # enough interpreters that every site has a bridge
        trades, speaks = trades | {INTERPRETER}, {"ar", "en"}
    away = rng.randrange(10, 60)
    windows = ((0, away), (away + rng.randrange(4, 16), None)) if rng.random() < 0.25 else ()
    return Person(f"P{number:03}", frozenset(trades), frozenset(speaks), f"Person {number}", windows)


def _task(rng: Random, number: int, size: Size, counts: dict[str, int]) -> Task:
    duration = 1 + min(int(rng.expovariate(1 / 4)), 15)
    skills: dict[str, int] = {}
    for _ in range(rng.choice((1, 2, 2))):
        trade = rng.choice(TRADES)
        most = min(CREW_MAX, max(1, counts[trade] // 4))
        if counts[trade]:
            skills[trade] = min(skills.get(trade, 0) + rng.randint(1, 3), most)
    materials = {name: rng.randint(1, 20) for name in rng.sample(MATERIALS, rng.choice((0, 1, 1, 2)))}
    machines = {"lorry": 1} if rng.random() < 0.15 else {}
    usual = Method(
        duration,
        skills=skills,
        machines=machines,
        materials=materials,
        money={"works": rng.randint(1, 50)},
        optimistic=max(1, round(duration * 0.8)),
        pessimistic=duration + rng.randint(0, 1 + duration),
        cost=rng.randint(1, 50) * 100,
        carbon_kg=sum(materials.values()) * 40,
        imported_percent=rng.choice((10, 30, 60, 90)),
    )
    methods: tuple[Method, ...] = (usual,)
    if rng.random() < CHOICE_SHARE and duration > 2:
        fast = max(1, duration * 2 // 3)
        tool = rng.choice(("mixer", "crane"))
        methods = (
            usual,
            Method(
                fast,
                "by machine",
                skills=skills,
                machines={**machines, tool: 1},
                materials=materials,
                money={"works": usual.money["works"] + 20},
                optimistic=max(1, fast - 1),
                pessimistic=fast * 2,
                cost=usual.cost + 1500,
                carbon_kg=usual.carbon_kg + 120,
                imported_percent=usual.imported_percent,
            ),
        )
    return Task(f"T{number:04}", methods, f"Task {number}", f"site{number % size.sites}")


def _links(rng: Random, tasks: tuple[Task, ...], size: Size) -> tuple[Precedence, ...]:
    """Forward links, most of them within a site and near each other."""
    links: dict[tuple[int, int], Precedence] = {}
    for after in range(1, len(tasks)):
        for _ in range(round(size.links_per_task * rng.uniform(0.5, 1.5))):
            near = after - size.sites * rng.randint(3, 15) if rng.random() < 0.95 else rng.randrange(after)
            if near < 0:
                continue
            kind: PrecedenceKind = "FS"
            lag = 0
            if rng.random() < LAG_SHARE:
                kind = rng.choice(("FS", "SS", "FF"))
                lag = rng.randint(0, 4)
            links.setdefault((near, after), Precedence(tasks[near].id, tasks[after].id, kind, lag))
    return tuple(links.values())


def _stocks(rng: Random, tasks: tuple[Task, ...], deliveries: int, horizon: int) -> tuple[Stock, ...]:
    """Each material with a third there and the rest in dated loads that together suffice for the hungriest methods."""
    names = (*MATERIALS, "works")
    need = {name: sum(max(method.draws.get(name, 0) for method in task.methods) for task in tasks) for name in names}
    used = [name for name in names if need[name]]
    stocks = []
    for place, name in enumerate(used):
        loads = max(1, deliveries // len(used) + (place < deliveries % len(used)))
        opening = need[name] // 3
        each = -(-(need[name] - opening) // loads)
        dated = []
        for load in range(loads):
            planned = max(0, round(horizon * 0.8 * load / loads) + rng.randint(-3, 3))
            crossing = "" if name == "works" else rng.choice(CROSSINGS)
            dated.append(Delivery(each, planned, crossing, f"{name}-{load}"))
        stocks.append(Stock(name, opening, tuple(dated), "USD" if name == "works" else "unit"))
    return tuple(stocks)


def _crossing(rng: Random, name: str, horizon: int) -> Crossing:
    """Open and closed by turns; open for good in the end."""
    windows, slot = [], rng.randrange(0, 6)
    while slot < horizon:
        end = slot + rng.randint(6, 24)
        windows.append((slot, end))
        slot = end + rng.randint(3, 15)
    return Crossing(name, name.title(), (*windows, (slot, None)), 2)


def _milestone(tasks: tuple[Task, ...], site: str, rng: Random) -> Milestone:
    return Milestone(f"open-{site}", tuple(task.id for task in tasks if task.site == site), rng.randint(1, 5), f"{site} opened")
