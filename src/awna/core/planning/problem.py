"""The model of a project: tasks and everything that they need, as plain frozen values on one integer axis of slots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

SLOTS_MAX = 20_000  # slots: the longest axis that is planned (27 years of half-days)
TASKS_MAX = 5_000
INTERPRETER = "interpreter"  # the skill that lets a crew with non-speakers work on a site

Window = tuple[int, int | None]  # [from, until) in slots; None = for ever
PrecedenceKind = Literal["FS", "SS", "FF", "SF"]
PRECEDENCE_KINDS: tuple[PrecedenceKind, ...] = ("FS", "SS", "FF", "SF")
LagUnit = Literal["work", "elapsed"]
CLEARED_ADULTS = 2  # people over 18 with a valid safeguarding clearance wherever work touches children


@dataclass(frozen=True)
class Method:
    """One way to do a task. Materials and money are taken whole at the start, machines and people for the duration.

    `duration` counts the working slots of the task's own site: a rest slot of the site (see `SiteHours`) stretches the
    task, keeps its machines and seats and needs nobody present. `optimistic` and `pessimistic` serve the simulation.
    What the method `gives` enters its stock at the finish (a rubble crusher, a block press).
    """

    duration: int
    name: str = "usual"
    skills: Mapping[str, int] = field(default_factory=dict)  # skill -> seats
    machines: Mapping[str, int] = field(default_factory=dict)  # resource -> units
    materials: Mapping[str, int] = field(default_factory=dict)  # stock -> quantity, in 1/scale units
    money: Mapping[str, int] = field(default_factory=dict)  # stock -> amount, in 1/scale units
    gives: Mapping[str, int] = field(default_factory=dict)  # stock -> quantity at the finish, in 1/scale units
    levels: Mapping[str, int] = field(default_factory=dict)  # skill -> lowest level of everybody who sits in such a seat; 1 if left out
    outdoor: bool = False  # rests in the slots that the heat table of its site closes
    optimistic: int | None = None  # slots; None = as long as `duration`
    pessimistic: int | None = None  # slots; None = as long as `duration`
    cost: int = 0  # whole units of the campaign's currency; compared, never taken from a stock
    carbon_kg: int = 0  # kg CO2e, A1-A5; below zero where wood stores more than the rest gives off
    imported_percent: int = 0  # 0..100: what part of its materials must pass a crossing
    imported_kg: int = 0  # the same in kilograms, where it is known

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
    handover_every: int = 0  # working slots of one segment, at whose end a seat may change hands; 0 = one crew to the end
    stay_min: int = 1  # working slots: the shortest stay of a person in a seat, unless the task itself is shorter
    child_contact: bool = False  # at least CLEARED_ADULTS cleared adults in every slot


@dataclass(frozen=True)
class Precedence:
    """`after` waits for `before`: FS finish to start, SS start to start, FF finish to finish, SF start to finish."""

    before: str
    after: str
    kind: PrecedenceKind = "FS"
    lag: int = 0  # at least so much between the two ends; negative = may overlap
    maximum: int | None = None  # at most so much between the two ends; None = no limit
    unit: LagUnit = "work"  # of lag and maximum: slots of the axis, or "elapsed" = hours of the clock (concrete cures at night)


@dataclass(frozen=True)
class Resource:
    """Machines, places or anything with a capacity that comes back. A dip is (from, until, capacity then)."""

    id: str
    capacity: int
    name: str = ""
    dips: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class RestRule:
    """At most `work` slots of work in any `within` slots of the axis that follow each other: 10 in 14, say."""

    work: int
    within: int


@dataclass(frozen=True)
class Person:
    id: str
    skills: frozenset[str]
    languages: frozenset[str] = frozenset()
    name: str = ""
    presence: tuple[Window, ...] = ()  # empty = always
    levels: Mapping[str, int] = field(default_factory=dict)  # skill -> 1 (knows it) and up; 1 if left out
    cleared: tuple[Window, ...] = ()  # when the safeguarding clearance is valid; empty = never
    adult: bool = True
    lodges: bool = True  # takes a bed of the site; False = lives nearby
    rest: tuple[RestRule, ...] = ()

    def level(self, skill: str) -> int:
        """0 = does not know the skill."""
        return self.levels.get(skill, 1) if skill in self.skills else 0


@dataclass(frozen=True)
class Delivery:
    """A dated arrival. With a crossing it comes in at the first open slot with room, never before `planned`."""

    quantity: int
    planned: int
    crossing: str = ""
    id: str = ""


@dataclass(frozen=True)
class Stock:
    """A material or a budget line: what is there at slot 0 and what comes. Quantities are whole numbers of 1/scale units.

    Deliveries and what methods give raise it, starts of tasks lower it; in one slot what comes is there before what goes.
    A budget line gives to its tasks in the order of the plan: by start, then by id (`plan.line_order`).
    """

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
class Season:
    """From the first day to the last, the slots of the day (0 = first) in which a site rests: Ramadan hours, a curfew."""

    first: date
    last: date
    closed: frozenset[int]


@dataclass(frozen=True)
class SiteHours:
    """When a site rests though the axis has a slot. Needs the project's calendar. `heat` rests outdoor methods only."""

    rest_weekdays: frozenset[int] = frozenset()  # 0 = Monday
    holidays: frozenset[date] = frozenset()
    seasons: tuple[Season, ...] = ()
    heat: Mapping[str, frozenset[int]] = field(default_factory=dict)  # month "1".."12" -> closed slots of the day


@dataclass(frozen=True)
class Site:
    """A place of work. Tasks may start only in its safe windows; crews need a bridge to its language ('' = none asked)."""

    id: str
    language: str = ""
    safe_windows: tuple[Window, ...] = ((0, None),)  # empty = never safe
    name: str = ""
    beds: int | None = None  # for people of its crews who lodge; None = not counted
    hours: SiteHours | None = None  # None = works in every slot of the axis


@dataclass(frozen=True)
class Calendar:
    """Slot <-> date and local time: slot 0 is the first slot of `origin`; rest days have no slots (0 = Monday).

    The axis is the union of the working times of all sites and crossings; where a site rests in a slot, its hours say so.
    Slots of a day start at `day_starts` and last `slot_minutes`, in the zone's own time, summer or winter.
    """

    origin: date
    slots_per_day: int = 2
    rest_weekdays: frozenset[int] = frozenset()
    zone: str = ""  # IANA name; empty = UTC
    day_starts: tuple[int, ...] = ()  # minutes after midnight, one per slot of the day; empty = evenly from 7:00 on
    slot_minutes: int = 240
    holidays: frozenset[date] = frozenset()  # days on which no site works: they have no slots

    def date_of(self, slot: int) -> date:
        days = max(slot, 0) // self.slots_per_day
        weeks, rest = divmod(days, 7 - len(self.rest_weekdays))
        day = self._working(self.origin)
        for _ in range(rest):
            day = self._working(day + timedelta(days=1))
        day = self._working(day + timedelta(weeks=weeks))
        for _ in range(days - self._days_before(day)):  # as many as holidays were passed over
            day = self._working(day + timedelta(days=1))
        return day

    def slot_of(self, day: date) -> int:
        """The first slot on that day or, on a rest day, of the next working day; 0 for days before the origin."""
        return self._days_before(self._working(day)) * self.slots_per_day

    def _days_before(self, day: date) -> int:
        """Working days from the origin until before a day."""
        weeks, days = divmod(max((day - self.origin).days, 0), 7)
        worked = weeks * (7 - len(self.rest_weekdays))
        worked += sum((self.origin + timedelta(days=n)).weekday() not in self.rest_weekdays for n in range(days))
        return worked - sum(self.origin <= one < day and one.weekday() not in self.rest_weekdays for one in self.holidays)

    def starts_at(self, slot: int) -> datetime:
        """When a slot begins, as an aware local time."""
        minutes = self.parts[slot % self.slots_per_day]
        return datetime.combine(self.date_of(slot), time(minutes // 60, minutes % 60), self.tz)

    def ends_at(self, slot: int) -> datetime:
        """When a slot ends; the end of slot -1 is the start of slot 0."""
        if slot < 0:
            return self.starts_at(0)
        moved = self.starts_at(slot).astimezone(UTC) + timedelta(minutes=self.slot_minutes)
        return moved.astimezone(self.tz)

    def slot_from(self, moment: datetime) -> int:
        """The first slot that does not begin before a moment."""
        local = moment.astimezone(self.tz)
        slot = self.slot_of(local.date())
        while self.starts_at(slot) < moment:
            slot += 1
        return slot

    @property
    def tz(self) -> tzinfo:
        return ZoneInfo(self.zone) if self.zone else UTC

    @property
    def parts(self) -> tuple[int, ...]:
        """When the slots of a day begin, in minutes after midnight."""
        return self.day_starts or tuple(7 * 60 + n * self.slot_minutes for n in range(self.slots_per_day))

    def _working(self, day: date) -> date:
        while day.weekday() in self.rest_weekdays or day in self.holidays:
            day += timedelta(days=1)
        return day


@dataclass(frozen=True)
class Milestone:
    """Reached when the last of its tasks is finished; `weight` says how much it counts beside the others."""

    id: str
    tasks: tuple[str, ...]
    weight: int = 1
    name: str = ""
    due: int | None = None  # slot by which it was promised; told, never enforced


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
    milestones: tuple[Milestone, ...] = ()

    def task(self, task_id: str) -> Task:
        return next(task for task in self.tasks if task.id == task_id)


def inside(slot: int, windows: tuple[Window, ...]) -> bool:
    """Whether a slot lies in one of the windows."""
    return any(start <= slot and (end is None or slot < end) for start, end in windows)
