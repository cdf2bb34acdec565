"""The model of a project: tasks and everything that they need, as plain frozen values on one integer axis of slots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

SLOTS_MAX = 20_000  # slots: the longest axis that is planned (27 years of half-days)
TASKS_MAX = 5_000
INTERPRETER = "interpreter"  # the skill that lets a crew with non-speakers work on a site

Window = tuple[int, int | None]  # [from, until) in slots; None = for ever
PrecedenceKind = Literal["FS", "SS", "FF", "SF"]
PRECEDENCE_KINDS: tuple[PrecedenceKind, ...] = ("FS", "SS", "FF", "SF")


@dataclass(frozen=True)
class Method:
    """One way to do a task. Materials and money are taken whole at the start, machines and people for the duration."""

    duration: int
    name: str = "usual"
    skills: Mapping[str, int] = field(default_factory=dict)  # skill -> seats
    machines: Mapping[str, int] = field(default_factory=dict)  # resource -> units
    materials: Mapping[str, int] = field(default_factory=dict)  # stock -> quantity, in 1/scale units
    money: Mapping[str, int] = field(default_factory=dict)  # stock -> amount, in 1/scale units

    @property
    def draws(self) -> dict[str, int]:
        """What it takes from stocks at its start, materials and money together."""
        return {**self.materials, **self.money}


@dataclass(frozen=True)
class Task:
    id: str
    methods: tuple[Method, ...]
    name: str = ""
    site: str = ""
    earliest: int = 0
    start_windows: tuple[Window, ...] = ()  # allowed starts; empty = any
    work: str = ""  # how much there is to do, such as "120 m2"; progress is counted in it


@dataclass(frozen=True)
class Precedence:
    """`after` waits for `before`: FS finish to start, SS start to start, FF finish to finish, SF start to finish."""

    before: str
    after: str
    kind: PrecedenceKind = "FS"
    lag: int = 0  # slots; negative = may overlap


@dataclass(frozen=True)
class Resource:
    """Machines, places or anything with a capacity that comes back. A dip is (from, until, capacity then)."""

    id: str
    capacity: int
    name: str = ""
    dips: tuple[tuple[int, int, int], ...] = ()

    def capacity_at(self, slot: int) -> int:
        return min([self.capacity, *(capacity for start, end, capacity in self.dips if start <= slot < end)])


@dataclass(frozen=True)
class Person:
    id: str
    skills: frozenset[str]
    languages: frozenset[str] = frozenset()
    name: str = ""
    presence: tuple[Window, ...] = ()  # empty = always


@dataclass(frozen=True)
class Delivery:
    """A dated arrival. With a crossing it comes in at the first open slot with room, never before `planned`."""

    quantity: int
    planned: int
    crossing: str = ""
    id: str = ""


@dataclass(frozen=True)
class Stock:
    """A material or a budget line: what is there at slot 0 and what comes. Quantities are whole numbers of 1/scale units."""

    id: str
    opening: int = 0
    deliveries: tuple[Delivery, ...] = ()
    unit: str = ""
    name: str = ""
    scale: int = 1


@dataclass(frozen=True)
class Crossing:
    id: str
    name: str = ""
    open_windows: tuple[Window, ...] = ((0, None),)  # empty = shut for good
    loads_per_slot: int = 0  # 0 = no limit


@dataclass(frozen=True)
class Site:
    """A place of work. Tasks may start only in its safe windows; crews need a bridge to its language ('' = none asked)."""

    id: str
    language: str = ""
    safe_windows: tuple[Window, ...] = ((0, None),)  # empty = never safe
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """Slot <-> date: slot 0 is the first slot of `origin`; rest days have no slots (0 = Monday)."""

    origin: date
    slots_per_day: int = 2
    rest_weekdays: frozenset[int] = frozenset()

    def date_of(self, slot: int) -> date:
        day = self._working(self.origin)
        for _ in range(max(slot, 0) // self.slots_per_day):
            day = self._working(day + timedelta(days=1))
        return day

    def slot_of(self, day: date) -> int:
        """The first slot on that day or, on a rest day, of the next working day; 0 for days before the origin."""
        days = (self._working(day) - self.origin).days
        worked = sum((self.origin + timedelta(days=n)).weekday() not in self.rest_weekdays for n in range(max(days, 0)))
        return worked * self.slots_per_day

    def _working(self, day: date) -> date:
        while day.weekday() in self.rest_weekdays:
            day += timedelta(days=1)
        return day


@dataclass(frozen=True)
class Project:
    tasks: tuple[Task, ...]
    precedences: tuple[Precedence, ...] = ()
    resources: tuple[Resource, ...] = ()
    people: tuple[Person, ...] = ()
    stocks: tuple[Stock, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    sites: tuple[Site, ...] = ()
    calendar: Calendar | None = None

    def task(self, task_id: str) -> Task:
        return next(task for task in self.tasks if task.id == task_id)


def inside(slot: int, windows: tuple[Window, ...]) -> bool:
    """Whether a slot lies in one of the windows."""
    return any(start <= slot and (end is None or slot < end) for start, end in windows)
