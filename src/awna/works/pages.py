"""What the pages of works show: the public plan in weeks and districts, the whole plan for the desk, and their pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext

from awna.core.planning.replan import Move
from awna.parties.models import Campaign

from .bars import Axis, Stretch
from .models import PlanRun, Task
from .services import moves_of
from .standing import Key, Step, monday


@dataclass
class Line:
    """A task in a plan, in dates; for the public they are Mondays and `crew` is empty. `bar` is drawn by `picture`.

    `slack` is "critical", "near" or empty; `spare` says the days by which it may slip.
    """

    task: Task
    start: date
    finish: date
    state: str
    district: str
    crew: str = ""
    old_start: date | None = None
    old_finish: date | None = None
    crew_changed: bool = False
    missing: Sequence[Key] = ()
    slack: str = ""
    spare: str = ""
    bar: SafeString | str = ""


def public_lines(campaign: Campaign, run: PlanRun, *, steps: Sequence[Step] = ()) -> list[Line]:
    """Weeks and districts only: each date is the Monday of its week. `steps` tell what is missing for a task."""
    missing = {step.code: step.missing for step in steps}
    return [
        Line(
            line.task, monday(line.start), monday(line.finish), line.state, line.district,
            old_start=monday(line.old_start) if line.old_start else None, old_finish=monday(line.old_finish) if line.old_finish else None,
            missing=missing.get(line.task.code, []),
        )
        for line in desk_lines(campaign, run, crews=False)
    ]  # fmt: skip


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


def picture(lines: Sequence[Line], *, whole_weeks: bool = False) -> SafeString | str:
    """Draws each line's bar into it and gives the axis above them. `whole_weeks`: a last week counts to its Sunday."""
    if not lines:
        return ""
    more = timedelta(days=6 if whole_weeks else 0)
    stretches = [
        Stretch(line.start, line.finish + more, line.old_start, line.old_finish + more if line.old_finish else None, line.task.done_share, bool(line.missing),
                line.slack == "critical")
        for line in lines
    ]  # fmt: skip
    axis = Axis(stretches, today=timezone.localdate(), rtl=get_language_bidi())
    for line, stretch in zip(lines, stretches, strict=True):
        line.bar = axis.bar(stretch)
    return axis.head()


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
