"""What the pages of works show: the public plan in weeks and districts, the whole plan for the desk, and their charts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, gettext

from awna.core.planning.replan import Move
from awna.parties.models import Campaign

from .gantt import Bar, draw
from .models import PlanRun, Task
from .services import moves_of

MONTH_TICKS = 12  # labels on the time axis at most


@dataclass(frozen=True)
class Line:
    """A task in a plan, in dates; for the public they are Mondays and `crew` is empty."""

    task: Task
    start: date
    finish: date
    state: str
    district: str
    crew: str = ""
    old_start: date | None = None
    old_finish: date | None = None
    crew_changed: bool = False


def public_lines(campaign: Campaign, run: PlanRun) -> list[Line]:
    """Weeks and districts only: each date is the Monday of its week."""
    return [
        Line(line.task, _monday(line.start), _monday(line.finish), line.state, line.district)
        for line in desk_lines(campaign, run, crews=False)
    ]


def whole_weeks(lines: Sequence[Line]) -> list[Line]:
    """Lines whose last week counts to its Sunday, so that a bar fills the weeks that the table names."""
    return [replace(line, finish=line.finish + timedelta(days=6)) for line in lines]


def desk_lines(campaign: Campaign, run: PlanRun, *, crews: bool = True) -> list[Line]:
    """All tasks of a plan by start; a mended plan carries where they stood before."""
    tasks = {task.code: task for task in campaign.tasks.select_related("site").prefetch_related("progress")}
    moved = {move.task: move for move in moves_of(run)}
    found = sorted(
        run.plan.placements, key=lambda placement: (placement.start, tasks[placement.task].position if placement.task in tasks else 0)
    )
    lines = []
    for placement in found:
        task = tasks.get(placement.task)
        if task is None:
            continue  # taken out of the table since
        move: Move | None = moved.get(placement.task)
        lines.append(
            Line(
                task, _first_day(run, placement.start), _last_day(run, placement.start, placement.finish), _state(task),
                task.site.place_public if task.site else campaign.place_public,
                ", ".join(seat.person for seat in placement.crew) if crews else "",
                _first_day(run, move.old_start) if move else None,
                _last_day(run, move.old_start, move.old_finish) if move else None,
                bool(move and move.crew_changed),
            )
        )  # fmt: skip
    return lines


def chart(lines: Sequence[Line], *, title: str) -> SafeString:
    """The bar chart of the lines, one unit = one day; the table beside it says the same."""
    if not lines:
        return mark_safe("")
    origin = min(min(line.start, line.old_start or line.start) for line in lines)
    finish = max(max(line.finish, line.old_finish or line.finish) for line in lines) + timedelta(days=1)

    def at(day: date) -> float:
        return float((day - origin).days)

    bars = [
        Bar(
            str(line.task), at(line.start), at(line.finish) + 1,
            at(line.old_start) if line.old_start else None, at(line.old_finish) + 1 if line.old_finish else None, line.task.done_share,
        )
        for line in lines
    ]  # fmt: skip
    ticks = [(at(day), date_format(day, "M Y")) for day in _months(origin, finish)]
    # The chart is markup of our own with every text escaped.
    return mark_safe(draw(bars, title=title, ticks=ticks, today=at(timezone.localdate()), rtl=get_language_bidi()))  # noqa: S308


def finish_day(run: PlanRun) -> date:
    return _last_day(run, 0, run.finish)


def _first_day(run: PlanRun, slot: int) -> date:
    assert run.calendar is not None  # tasks are loaded with a calendar only
    return run.calendar.date_of(slot)


def _last_day(run: PlanRun, start: int, finish: int) -> date:
    """The day of the last slot worked; that of the start for a task that takes no time."""
    return _first_day(run, max(start, finish - 1))


def _state(task: Task) -> str:
    if task.done >= task.quantity:
        return gettext("done")
    return gettext("under way") if task.done else gettext("planned")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(first: date, last: date) -> list[date]:
    """First days of months within the span, the first day itself, and not too many."""
    days = [first]
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day < last:
        days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return days[:: max(1, -(-len(days) // MONTH_TICKS))]
