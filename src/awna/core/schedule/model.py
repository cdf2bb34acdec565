"""A schedule as every program has it: tasks in a tree, relations of four kinds, calendars, resources, assignments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ..problems import Problem, Refused

SCHEDULE_BYTES_MAX = 20 * 1024 * 1024
TASKS_MAX = 20_000
RELATIONS_MAX = 100_000
EXCEPTIONS_MAX = 5_000  # days and spans in one calendar
TEXT_CHARS_MAX = 4_000
RELATION_KINDS = ("FS", "SS", "FF", "SF")
TASK_KINDS = ("task", "summary", "milestone", "level_of_effort")
CONSTRAINTS = (
    "as_soon", "as_late", "must_start", "must_finish", "start_not_before", "start_not_after", "finish_not_before", "finish_not_after",
)  # fmt: skip
"""In the order of Microsoft Project's numbers 0 to 7."""
Hours = tuple[tuple[int, int], ...]
"""Working times of a day: minutes from midnight, from and to."""


@dataclass(frozen=True)
class Except:
    """Days that differ: from first to last, both counted, with these hours; none = no work."""

    first: date
    last: date
    hours: Hours = ()
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """`week` holds Monday to Sunday; None = as in the base calendar."""

    id: str
    name: str = ""
    week: tuple[Hours | None, ...] = (None,) * 7
    exceptions: tuple[Except, ...] = ()
    base: str = ""


@dataclass(frozen=True)
class Task:
    """One task. Dates are local wall time of the project; `code` is what people call it, `parent` the id of the summary above."""

    id: str
    name: str = ""
    code: str = ""
    parent: str = ""
    kind: str = "task"
    start: datetime | None = None
    finish: datetime | None = None
    duration_s: int = 0
    elapsed: bool = False
    """The duration runs through nights and rest days."""
    percent: int = 0
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    constraint: str = "as_soon"
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    calendar: str = ""
    active: bool = True
    note: str = ""
    guid: str = ""


@dataclass(frozen=True)
class Relation:
    """`after` waits for `before`. The lag is in seconds of work or, `elapsed`, of the clock; or in percent of the duration of `before`."""

    before: str
    after: str
    kind: str = "FS"
    lag_s: int = 0
    elapsed: bool = False
    lag_percent: int | None = None


@dataclass(frozen=True)
class Resource:
    """`kind` is work, material or cost; `most` how many units there are."""

    id: str
    name: str = ""
    kind: str = "work"
    most: Decimal = Decimal(1)
    calendar: str = ""


@dataclass(frozen=True)
class Assignment:
    task: str
    resource: str
    units: Decimal = Decimal(1)
    work_s: int = 0


@dataclass(frozen=True)
class Schedule:
    """What a file says. `held` are relations that cannot stand; `problems` name each bad row, `notes` are the loss report."""

    name: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    status: datetime | None = None
    """The data date: what lies before it has happened."""
    calendar: str = ""
    minutes_per_day: int = 480
    tasks: tuple[Task, ...] = ()
    relations: tuple[Relation, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    resources: tuple[Resource, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    held: tuple[Relation, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def activities(self) -> Iterator[Task]:
        """The tasks with work of their own."""
        return (task for task in self.tasks if task.kind != "summary")


def too_large(what: str, limit: object) -> Refused:
    text = "The schedule has more than %(limit)s %(what)s. Split it into parts."
    return Refused(Problem("schedule_too_large", text, {"limit": limit, "what": what}))


def damaged(reason: str, line: int | None = None) -> Refused:
    text = "The schedule cannot be read: %(reason)s. Save it again in its program, as Microsoft Project XML if you can."
    return Refused(Problem("schedule_damaged", text, {"reason": reason}, f"line {line}" if line else ""))
