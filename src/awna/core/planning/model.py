"""A project compiled to numbers for the schedulers: indices instead of names, levels per slot instead of dips."""

from dataclasses import dataclass

from .plan import Placement, Plan, Seat
from .problem import SLOTS_MAX, Person, PrecedenceKind, Project, Window
from .supply import arrivals


@dataclass(frozen=True)
class Way:
    """A method in numbers: duration, (resource, amount), (stock, quantity), one skill and lowest level per seat."""

    duration: int
    holds: tuple[tuple[int, int], ...]
    draws: tuple[tuple[int, int], ...]
    seats: tuple[str, ...]
    levels: tuple[int, ...] = ()
    gives: tuple[tuple[int, int], ...] = ()  # (stock, quantity) at the finish


@dataclass(frozen=True)
class Link:
    """One end of a precedence, seen from the other."""

    task: int
    kind: PrecedenceKind
    lag: int


@dataclass(frozen=True)
class Model:
    project: Project
    ids: tuple[str, ...]
    ways: tuple[tuple[Way, ...], ...]
    before: tuple[tuple[Link, ...], ...]  # per task: what it waits for
    after: tuple[tuple[Link, ...], ...]
    windows: tuple[tuple[Window, ...], ...]  # per task: allowed starts, in order
    languages: tuple[str, ...]  # per task: the language of its site
    capacity: tuple[tuple[int, ...], ...]  # per resource, per slot
    supply: tuple[tuple[tuple[int, int], ...], ...]  # per stock: (slot, quantity), opening at slot 0
    absences: tuple[tuple[tuple[int, int], ...], ...]  # per person: busy or away [from, until)
    horizon: int
    beyond: frozenset[str] = frozenset()  # what the project asks for that the compiled kernel does not do yet

    @property
    def people(self) -> tuple[Person, ...]:
        return self.project.people

    @property
    def size(self) -> int:
        return len(self.ids)


def compile_model(project: Project) -> Model:
    """The numbers of a valid project (see `validate`)."""
    tasks = {task.id: index for index, task in enumerate(project.tasks)}
    resources = {resource.id: index for index, resource in enumerate(project.resources)}
    stocks = {stock.id: index for index, stock in enumerate(project.stocks)}
    sites = {site.id: site for site in project.sites}
    supply = arrivals(project)
    horizon = _horizon(project, supply)
    before: list[list[Link]] = [[] for _ in tasks]
    after: list[list[Link]] = [[] for _ in tasks]
    for edge in project.precedences:
        before[tasks[edge.after]].append(Link(tasks[edge.before], edge.kind, edge.lag))
        after[tasks[edge.before]].append(Link(tasks[edge.after], edge.kind, edge.lag))
    return Model(
        project=project,
        ids=tuple(tasks),
        ways=tuple(
            tuple(
                Way(
                    method.duration,
                    tuple((resources[name], amount) for name, amount in method.machines.items() if amount),
                    tuple((stocks[name], amount) for name, amount in method.draws.items() if amount),
                    tuple(skill for skill, seats in sorted(method.skills.items()) for _ in range(seats)),
                    tuple(method.levels.get(skill, 1) for skill, seats in sorted(method.skills.items()) for _ in range(seats)),
                    tuple((stocks[name], amount) for name, amount in method.gives.items() if amount),
                )
                for method in task.methods
            )
            for task in project.tasks
        ),
        before=tuple(map(tuple, before)),
        after=tuple(map(tuple, after)),
        windows=tuple(
            _starts(task.earliest, task.start_windows, sites[task.site].safe_windows if task.site else ((0, None),), horizon)
            for task in project.tasks
        ),
        languages=tuple(sites[task.site].language if task.site else "" for task in project.tasks),
        capacity=tuple(_levels(resource.capacity, resource.dips, horizon) for resource in project.resources),
        supply=tuple(((0, stock.opening), *supply[stock.id]) for stock in project.stocks),
        absences=tuple(_absences(person.presence, horizon) for person in project.people),
        horizon=horizon,
        beyond=_beyond(project),
    )


def _beyond(project: Project) -> frozenset[str]:
    asked = {
        "handover": any(task.handover_every for task in project.tasks),
        "child contact": any(task.child_contact for task in project.tasks),
        "longest lags": any(edge.maximum is not None for edge in project.precedences),
        "lags in hours": any(edge.unit == "elapsed" for edge in project.precedences),
        "hours of sites": project.calendar is not None and any(site.hours for site in project.sites),
        "rest": any(person.rest for person in project.people),
        "beds": any(site.beds is not None for site in project.sites),
    }
    return frozenset(name for name, needed in asked.items() if needed)


def to_plan(model: Model, rows: list[tuple[int, int, tuple[Seat, ...]]]) -> Plan:
    """A plan from (start, method, crew) per task."""
    placements = []
    for task, (start, way, crew) in zip(model.project.tasks, rows, strict=True):
        method = task.methods[way]
        draws = {name: quantity for name, quantity in method.draws.items() if quantity}
        placements.append(Placement(task.id, start, start + method.duration, way, crew, draws))
    return Plan(tuple(placements))


def topological(model: Model) -> list[int]:
    """All tasks, each after what it waits for."""
    waiting = [len(links) for links in model.before]
    ready = [task for task in range(model.size) if not waiting[task]]
    for task in ready:
        for link in model.after[task]:
            waiting[link.task] -= 1
            if not waiting[link.task]:
                ready.append(link.task)
    return ready


def _horizon(project: Project, supply: dict[str, list[tuple[int, int]]]) -> int:
    """Late enough for every task one after another once the last window has opened."""
    ends = [task.earliest for task in project.tasks]
    ends += [slot for entries in supply.values() for slot, _ in entries]
    ends += [end for resource in project.resources for _, end, _ in resource.dips]
    windows = [task.start_windows for task in project.tasks] + [site.safe_windows for site in project.sites]
    windows += [person.presence for person in project.people]
    ends += [max(start, end or 0) for group in windows for start, end in group]
    work = sum(max(method.duration for method in task.methods) for task in project.tasks)
    work += sum(max(edge.lag, 0) for edge in project.precedences)
    return min(max(ends, default=0) + work + 1, SLOTS_MAX)


def _starts(earliest: int, own: tuple[Window, ...], site: tuple[Window, ...], horizon: int) -> tuple[Window, ...]:
    """Allowed starts: the task's windows within those of its site, from `earliest` on."""
    result: list[Window] = []
    for start, end in own or ((0, None),):
        for site_start, site_end in site:
            low = max(start, site_start, earliest, 0)
            high = min(horizon if end is None else end, horizon if site_end is None else site_end, horizon)
            if low < high:
                result.append((low, high))
    return tuple(sorted(result, key=lambda window: window[0]))


def _levels(capacity: int, dips: tuple[tuple[int, int, int], ...], horizon: int) -> tuple[int, ...]:
    levels = [capacity] * horizon
    for start, end, dip in dips:
        for slot in range(max(start, 0), min(end, horizon)):
            levels[slot] = min(levels[slot], dip)
    return tuple(levels)


def _absences(presence: tuple[Window, ...], horizon: int) -> tuple[tuple[int, int], ...]:
    """The gaps between presence windows, up to the horizon; touching windows join."""
    if not presence:
        return ()
    gaps, cursor = [], 0
    for start, end in sorted(presence, key=lambda window: window[0]):
        if start > cursor:
            gaps.append((cursor, start))
        cursor = max(cursor, horizon if end is None else end)
    if cursor < horizon:
        gaps.append((cursor, horizon))
    return tuple(gaps)
