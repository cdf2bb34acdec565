"""The smallest set of conditions that cannot hold together: which windows, absences, closures or limits leave a task no place."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .problem import Project, Resource

CAUSE_SECONDS = 4.0  # seconds that the search for causes may take

Relax = Callable[[Project], Project]
Feasible = Callable[[Project], bool]


@dataclass(frozen=True)
class Condition:
    """One thing that could be otherwise, in words, and the project without it."""

    text: str
    relax: Relax


class _TimeIsUp(Exception):
    pass


def smallest_causes(project: Project, feasible: Feasible, *, seconds: float = CAUSE_SECONDS) -> list[str]:
    """Conditions of which each is needed for the trouble, in words; empty when none of them is, or when time ran out.

    `feasible` tells whether a plan is found. QuickXplain (Junker 2004): halves the conditions instead of lifting them one by one.
    """
    conditions = list(_conditions(project))
    end = time.monotonic() + seconds

    def possible(held: Sequence[Condition]) -> bool:
        if time.monotonic() > end:
            raise _TimeIsUp
        loose = project
        for condition in conditions:
            if condition not in held:
                loose = condition.relax(loose)
        return feasible(loose)

    try:
        if not conditions or not possible([]):
            return []
        return [condition.text for condition in _explain([], False, conditions, possible)]
    except _TimeIsUp:
        return []


def _explain(held: list[Condition], grew: bool, rest: list[Condition], possible: Callable[[Sequence[Condition]], bool]) -> list[Condition]:
    if grew and not possible(held):
        return []
    if len(rest) == 1:
        return rest
    first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    from_second = _explain([*held, *first], True, second, possible)
    from_first = _explain([*held, *from_second], bool(from_second), first, possible)
    return [*from_first, *from_second]


def _conditions(project: Project) -> Iterator[Condition]:
    for task in project.tasks:
        if task.start_windows:
            yield Condition(f"the windows of task {task.id}", _of_task(task.id, start_windows=()))
        if task.child_contact:
            yield Condition(f"the two cleared adults of task {task.id}", _of_task(task.id, child_contact=False))
    for site in project.sites:
        if site.safe_windows != ((0, None),):
            yield Condition(f"when site {site.id} is cleared", _of_site(site.id, safe_windows=((0, None),)))
        if site.language:
            yield Condition(f"the language of site {site.id}", _of_site(site.id, language=""))
        if site.beds is not None:
            yield Condition(f"the beds of site {site.id}", _of_site(site.id, beds=None))
        if site.hours is not None:
            yield Condition(f"the working hours of site {site.id}", _of_site(site.id, hours=None))
    for person in project.people:
        if person.presence:
            yield Condition(f"when {person.id} is there", _of_person(person.id, presence=()))
        if person.rest:
            yield Condition(f"the rest of {person.id}", _of_person(person.id, rest=()))
    for crossing in project.crossings:
        if crossing.open_windows != ((0, None),) or crossing.loads_per_slot:
            yield Condition(f"when crossing {crossing.id} is open", _open_crossing(crossing.id))
    for stock in project.stocks:
        if any(delivery.planned for delivery in stock.deliveries):
            yield Condition(f"when {stock.id} is to arrive", _at_once(stock.id))
    for resource in project.resources:
        if resource.dips:
            yield Condition(f"when {resource.id} is away", _no_dips(resource))
    for number, edge in enumerate(project.precedences):
        if edge.maximum is not None:
            yield Condition(f"that {edge.after} comes soon after {edge.before}", _no_maximum(number))


def _of_task(name: str, **values: Any) -> Relax:
    return lambda project: replace(project, tasks=tuple(replace(t, **values) if t.id == name else t for t in project.tasks))


def _of_site(name: str, **values: Any) -> Relax:
    return lambda project: replace(project, sites=tuple(replace(s, **values) if s.id == name else s for s in project.sites))


def _of_person(name: str, **values: Any) -> Relax:
    return lambda project: replace(project, people=tuple(replace(p, **values) if p.id == name else p for p in project.people))


def _open_crossing(name: str) -> Relax:
    return lambda project: replace(
        project,
        crossings=tuple(replace(c, open_windows=((0, None),), loads_per_slot=0) if c.id == name else c for c in project.crossings),
    )


def _at_once(name: str) -> Relax:
    return lambda project: replace(
        project,
        stocks=tuple(
            replace(s, deliveries=tuple(replace(d, planned=0) for d in s.deliveries)) if s.id == name else s for s in project.stocks
        ),
    )


def _no_dips(resource: Resource) -> Relax:
    return lambda project: replace(project, resources=tuple(replace(r, dips=()) if r.id == resource.id else r for r in project.resources))


def _no_maximum(number: int) -> Relax:
    return lambda project: replace(
        project, precedences=tuple(replace(e, maximum=None) if n == number else e for n, e in enumerate(project.precedences))
    )
