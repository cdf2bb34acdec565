"""What can happen to a running plan, each as a change of its project."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..problems import Problem, Refused
from .problem import Crossing, Project, Site, Window


@dataclass(frozen=True)
class CrossingClosed:
    """Shut in [start, until); until None = nobody knows when it opens, it is planned as shut for good."""

    crossing: str
    start: int
    until: int | None = None


@dataclass(frozen=True)
class CrossingOpened:
    crossing: str
    start: int
    until: int | None = None


@dataclass(frozen=True)
class DeliveryMoved:
    """A delivery comes at another slot; None = it was turned back and does not come."""

    stock: str
    delivery: str  # the id of the delivery
    planned: int | None


@dataclass(frozen=True)
class TaskSlipped:
    """A task takes `extra` slots more than planned, by every method."""

    task: str
    extra: int


@dataclass(frozen=True)
class PersonAbsent:
    person: str
    start: int
    until: int | None = None


@dataclass(frozen=True)
class SiteUnsafe:
    site: str
    start: int
    until: int | None = None


Event = CrossingClosed | CrossingOpened | DeliveryMoved | TaskSlipped | PersonAbsent | SiteUnsafe


def apply_event(project: Project, event: Event) -> Project:
    """The project as it is after the event; refuses an event that names something unknown."""
    match event:
        case CrossingClosed(name, start, until):
            _known(name, (crossing.id for crossing in project.crossings), "crossing")
            return replace(project, crossings=tuple(_shut(c, start, until) if c.id == name else c for c in project.crossings))
        case CrossingOpened(name, start, until):
            _known(name, (crossing.id for crossing in project.crossings), "crossing")
            return replace(
                project,
                crossings=tuple(
                    replace(c, open_windows=_merged((*c.open_windows, (start, until)))) if c.id == name else c for c in project.crossings
                ),
            )
        case DeliveryMoved(stock, delivery, planned):
            return _moved(project, stock, delivery, planned)
        case TaskSlipped(name, extra):
            _known(name, (task.id for task in project.tasks), "task")
            longer = (
                replace(task, methods=tuple(replace(method, duration=max(0, method.duration + extra)) for method in task.methods))
                if task.id == name
                else task
                for task in project.tasks
            )
            return replace(project, tasks=tuple(longer))
        case PersonAbsent(name, start, until):
            _known(name, (person.id for person in project.people), "person")
            away = (
                replace(p, presence=_without(p.presence or ((0, None),), start, until) or ((0, 0),)) if p.id == name else p
                for p in project.people
            )
            return replace(project, people=tuple(away))
        case SiteUnsafe(name, start, until):
            _known(name, (site.id for site in project.sites), "site")
            return replace(project, sites=tuple(_unsafe(site, start, until) if site.id == name else site for site in project.sites))


def _moved(project: Project, stock: str, delivery: str, planned: int | None) -> Project:
    _known(stock, (one.id for one in project.stocks), "stock")
    _known(delivery, (d.id for one in project.stocks if one.id == stock for d in one.deliveries), "delivery")
    stocks = []
    for one in project.stocks:
        if one.id == stock:
            kept = (
                d if d.id != delivery else replace(d, planned=planned or 0)
                for d in one.deliveries
                if d.id != delivery or planned is not None
            )
            one = replace(one, deliveries=tuple(kept))
        stocks.append(one)
    return replace(project, stocks=tuple(stocks))


def _known(name: str, names: Iterable[str], what: str) -> None:
    if name not in set(names):
        text = "The event names the %(what)s %(name)s, which the project does not have. Correct the name."
        raise Refused(Problem("event_names_unknown", text, {"what": what, "name": name}))


def _shut(crossing: Crossing, start: int, until: int | None) -> Crossing:
    return replace(crossing, open_windows=_without(crossing.open_windows, start, until))


def _unsafe(site: Site, start: int, until: int | None) -> Site:
    return replace(site, safe_windows=_without(site.safe_windows, start, until))


def _without(windows: tuple[Window, ...], start: int, until: int | None) -> tuple[Window, ...]:
    """The windows less [start, until)."""
    result: list[Window] = []
    for low, high in windows:
        before = start if high is None else min(high, start)
        if low < before:
            result.append((low, before))
        if until is not None and (high is None or until < high):
            result.append((max(low, until), high))
    return tuple(result)


def _merged(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    result: list[Window] = []
    for low, high in sorted(windows, key=lambda window: window[0]):
        if result and (result[-1][1] is None or low <= (result[-1][1] or 0)):
            last_low, last_high = result[-1]
            result[-1] = (last_low, None if last_high is None or high is None else max(last_high, high))
        else:
            result.append((low, high))
    return tuple(result)
