"""Before and after: what a changed plan costs and wins, as rows of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from awna.core.planning.plan import Plan
from awna.core.planning.problem import Calendar
from awna.core.planning.replan import Move
from awna.core.planning.replan_options import people_to_call

from ..models.plans import PlanRun
from ..models.tasks import Task

MOVES_SHOWN = 60


@dataclass(frozen=True)
class Side:
    """One plan in the table: `late` days later than before, below zero earlier."""

    which: str  # "before", "mended" or "anew"
    finish: date
    late: int
    moved: int
    people: int
    person_days: str
    cost: int

    @property
    def earlier(self) -> int:
        return -self.late


@dataclass(frozen=True)
class Moved:
    """A task that stands elsewhere or has other people."""

    name: str
    old_start: date
    old_finish: date
    start: date
    finish: date
    crew_changed: bool

    @property
    def days_moved(self) -> bool:
        return (self.old_start, self.old_finish) != (self.start, self.finish)


def compared(plans: Mapping[str, Any], calendar: Calendar) -> list[Side]:
    """The plan in force first."""
    if "before" not in plans:
        return []
    old = _last(calendar, plans["before"]["finish"])
    return [
        Side(
            which, last := _last(calendar, plans[which]["finish"]), later_days(old, last), len(plans[which]["moves"]), plans[which]["people"],
            _days(plans[which]["person_slots"], calendar), plans[which]["cost"],
        )
        for which in ("before", "mended", "anew") if which in plans
    ]  # fmt: skip


def beside(run: PlanRun, moves: Sequence[Move], calendar: Calendar) -> list[Side]:
    """A plan beside the one that it was made from."""
    old = run.based_on
    assert old is not None  # the caller asked
    before, after = _last(calendar, old.finish), _last(calendar, run.finish)
    which = "mended" if run.reason in {"crossing", "facts"} else "anew"
    return [
        Side("before", before, 0, 0, 0, _days(person_slots(old.plan), calendar), 0),
        Side(
            which, after, later_days(before, after), len(moves), people_to_call(old.plan, run.plan), _days(person_slots(run.plan), calendar), 0,
        ),
    ]  # fmt: skip


def person_slots(plan: Plan) -> int:
    return sum(
        (placement.finish if seat.finish is None else seat.finish) - (placement.start if seat.start is None else seat.start)
        for placement in plan.placements
        for seat in placement.crew
    )


def _days(slots: int, calendar: Calendar) -> str:
    return f"{slots / calendar.slots_per_day:.1f}".removesuffix(".0")


def moved_lines(moves: Sequence[Move], tasks: Mapping[str, Task], calendar: Calendar) -> list[Moved]:
    """By the old start; tasks taken out since are left out."""
    rows = sorted((move for move in moves if move.task in tasks), key=lambda move: (move.old_start, move.task))
    return [
        Moved(
            str(tasks[move.task]), calendar.date_of(move.old_start), _last(calendar, move.old_finish), calendar.date_of(move.new_start),
            _last(calendar, move.new_finish), move.crew_changed,
        )
        for move in rows[:MOVES_SHOWN]
    ]  # fmt: skip


def later_days(old: date, new: date) -> int:
    """Days by which something ends later; below zero is earlier."""
    return (new - old) // timedelta(days=1)


def _last(calendar: Calendar, finish: int) -> date:
    return calendar.date_of(max(0, finish - 1))
