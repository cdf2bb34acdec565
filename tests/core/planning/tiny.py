"""Tiny projects with every rule from a seed, and the best plan of one by trying everything: only the checker says what is allowed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from random import Random

from awna.core.planning.check import check_plan
from awna.core.planning.check_time import worked_slots
from awna.core.planning.plan import Placement, Plan, Seat
from awna.core.planning.problem import (
    INTERPRETER,
    Calendar,
    Delivery,
    Method,
    Person,
    Precedence,
    Project,
    Resource,
    RestRule,
    Site,
    SiteHours,
    Stock,
    Task,
)

SLOTS = 11  # after these no plan is looked for


def tiny_project(seed: int) -> Project:
    """Three tasks, four people, one site that rests on a day and in the heat; each rule about every other time."""
    rng = Random(f"tiny {seed}")
    some = lambda share: rng.random() < share  # noqa: E731 - a dozen times in a row: the name says more than a def
    tasks = tuple(_task(rng, name) for name in "ABC")
    people = (
        Person("P", frozenset({"mason"}), frozenset({"ar"}), cleared=((0, None),), levels={"mason": 2}, rest=_rest(rng)),
        Person("Q", frozenset({"mason"}), frozenset({"ar" if some(0.6) else "en"}), cleared=((0, 6),), lodges=some(0.5), rest=_rest(rng)),
        Person("R", frozenset({"smith", "mason"}), frozenset({"ar"}), presence=((rng.randrange(2), None),), cleared=((0, None),)),
        Person("S", frozenset({INTERPRETER, "smith"}), frozenset({"ar", "en"}), adult=some(0.5), cleared=((0, None),)),
    )
    return Project(
        tasks,
        tuple(_link(rng, before, after) for before, after in (("A", "B"), ("A", "C"), ("B", "C")) if some(0.6)),
        (Resource("crane", 1, dips=((2, 3, 0),)),),
        people,
        (Stock("sand", rng.randrange(3), (Delivery(4, rng.randrange(4)),)),),
        sites=(
            Site(
                "x",
                "ar" if some(0.6) else "",
                beds=2 if some(0.4) else None,
                hours=SiteHours(frozenset({6}), heat={"7": frozenset({1})}) if some(0.6) else None,
            ),
        ),
        calendar=Calendar(date(2026, 7, rng.randint(1, 9)), 2, frozenset({4}), "Africa/Cairo"),
    )


def _rest(rng: Random) -> tuple[RestRule, ...]:
    return (RestRule(rng.randint(2, 3), rng.randint(4, 5)),) if rng.random() < 0.5 else ()


def _task(rng: Random, name: str) -> Task:
    seats = rng.choice(({"mason": 1}, {"mason": 2}, {"smith": 1}, {"mason": 1, "smith": 1}))
    method = Method(
        rng.randint(1, 2),
        skills=seats,
        machines={"crane": 1} if rng.random() < 0.3 else {},
        materials={"sand": rng.randrange(3)},
        gives={"sand": rng.randrange(2)},
        levels={"mason": 2} if seats == {"mason": 1} and rng.random() < 0.3 else {},
        outdoor=rng.random() < 0.5,
    )
    every = rng.choice((0, 1))
    children = sum(seats.values()) == 2 and rng.random() < 0.4
    return Task(name, (method,), site="x", handover_every=every, stay_min=rng.randint(1, 2) if every else 1, child_contact=children)


def _link(rng: Random, before: str, after: str) -> Precedence:
    hours = rng.random() < 0.4
    lag = rng.choice((0, 24, 48)) if hours else rng.randrange(2)
    maximum = lag + (rng.choice((24, 72)) if hours else rng.randrange(4)) if rng.random() < 0.4 else None
    return Precedence(before, after, rng.choice(("FS", "FS", "SS", "FF", "SF")), lag, maximum, "elapsed" if hours else "work")


def best_finish(project: Project, *, below: int) -> int | None:
    """The least finish of any plan that ends before a slot; None when there is none."""
    best, finish = None, min(below - 1, SLOTS)
    while finish > 0 and _any_plan(project, (), finish):
        best, finish = finish, finish - 1
    return best


def _any_plan(project: Project, placed: tuple[Placement, ...], finish: int) -> bool:
    if len(placed) == len(project.tasks):
        return not check_plan(project, Plan(placed))
    known = project.tasks[: len(placed) + 1]
    names = {task.id for task in known}
    part = replace(
        project,
        tasks=known,
        precedences=tuple(edge for edge in project.precedences if {edge.before, edge.after} <= names),
        stocks=tuple(replace(stock, opening=99) for stock in project.stocks),  # what the others give is not known yet
    )
    empty = replace(part, people=(), tasks=tuple(replace(t, methods=tuple(replace(m, skills={}) for m in t.methods)) for t in known))
    bare = tuple(replace(p, crew=()) for p in placed)
    for placement in _places(project, known[-1], finish):
        if not _wrong(empty, (*bare, placement)):
            for crew in _crews(project, known[-1], placement):
                more = (*placed, replace(placement, crew=crew))
                if not check_plan(part, Plan(more)) and _any_plan(project, more, finish):
                    return True
    return False


def _wrong(project: Project, placed: tuple[Placement, ...]) -> bool:
    """What is wrong with the times alone."""
    return any(problem.code != "children_without_two_cleared_adults" for problem in check_plan(project, Plan(placed)))


def _places(project: Project, task: Task, finish: int) -> Iterator[Placement]:
    draws = {name: quantity for name, quantity in task.methods[0].draws.items() if quantity}
    for start in range(finish):
        for end in range(start + task.methods[0].duration, finish + 1):
            placement = Placement(task.id, start, end, draws=draws)
            if len(worked_slots(project, task, task.methods[0], placement)) == task.methods[0].duration:
                yield placement
                break


def _crews(project: Project, task: Task, placement: Placement) -> Iterator[tuple[Seat, ...]]:
    """Every way to fill the seats in every segment, with every number of interpreters beside."""
    worked = worked_slots(project, task, task.methods[0], placement)
    every = task.handover_every or len(worked)
    parts = [worked[at : at + every] for at in range(0, len(worked), every)]
    seats = [skill for skill, count in sorted(task.methods[0].skills.items()) for _ in range(count)]
    able = [[p.id for p in project.people if skill in p.skills] for skill in seats]
    beside = [None, *(p.id for p in project.people if INTERPRETER in p.skills)]
    choices = [crew for crew in product(*able, beside) if len({*crew} - {None}) == len([one for one in crew if one])]
    for chosen in product(choices, repeat=len(parts)):
        crew: list[Seat] = []
        for number, skill in enumerate([*seats, INTERPRETER]):
            crew += _stays(skill, [one[number] for one in chosen], parts, placement)
        yield tuple(crew)


def _stays(skill: str, sitting: list[str | None], parts: list[list[int]], placement: Placement) -> Iterator[Seat]:
    """The stays of those who follow each other in one seat; who sits on keeps the seat while the site rests."""
    if len(set(sitting)) == 1:
        if sitting[0]:
            yield Seat(skill, sitting[0])
        return
    at = 0
    while at < len(parts):
        end = at
        while end + 1 < len(parts) and sitting[end + 1] == sitting[at]:
            end += 1
        person = sitting[at]
        if person:
            yield Seat(skill, person, placement.start if at == 0 else parts[at][0], parts[end][-1] + 1)
        at = end + 1
