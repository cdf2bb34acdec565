"""The tasks as a schedule for other programs: with the dates of the plan in force, else those of the file that they came from."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from awna.core.planning.problem import Calendar
from awna.core.schedule import model as core
from awna.core.schedule.mspdi_writing import write_mspdi
from awna.core.standards.task_calendar import write_tasks
from awna.parties.models import Campaign

from ..models.plans import PlanRun
from ..models.tasks import Task, WorkCalendar
from .importing import schedule_of, taken_of
from .models import ScheduleChange, ScheduleFile, SiteRest, WorkPart
from .outside import measure_of
from .states import states_of, with_before

PRODUCT = "-//Awna//Works//EN"
USUAL = "awna"
Span = tuple[datetime, datetime]


def mspdi_bytes(campaign: Campaign) -> bytes:
    return write_mspdi(export_schedule(campaign))


def ical_bytes(campaign: Campaign, *, host: str) -> bytes:
    """Each task with dates as an event in the zone of this installation; names of tasks, no people."""
    return write_tasks(
        export_schedule(campaign),
        zone=ZoneInfo(settings.TIME_ZONE),
        changed=timezone.now().replace(microsecond=0),
        host=host,
        product=PRODUCT,
    )


def export_schedule(campaign: Campaign) -> core.Schedule:
    """Summaries, tasks, dates, relations and calendars. What a file said more exactly than slots can is given back as it was."""
    calendar = WorkCalendar.objects.filter(campaign=campaign).first()
    axis = calendar.as_core() if calendar else None
    run = PlanRun.objects.adopted(campaign)
    source = _Source.of(campaign)
    newer = run if run and not (source and source.applied_at and run.made_at < source.applied_at) else None
    spans = _spans(newer, axis) if newer and axis else {}
    tasks = list(campaign.tasks.select_related("part").prefetch_related("progress", with_before()))
    rests = list(SiteRest.objects.filter(campaign=campaign, ended_at=None).select_related("site"))
    rows = [_part(part, source) for part in WorkPart.objects.filter(campaign=campaign).select_related("parent")]
    rows += [_task(task, spans, source, axis, {rest.site_id for rest in rests}) for task in tasks]
    dates = [day for row in rows for day in (row.start, row.finish) if day]
    return core.Schedule(
        name=campaign.title, start=min(dates, default=None), finish=max(dates, default=None), calendar=USUAL if axis else "",
        minutes_per_day=axis.slots_per_day * axis.slot_minutes if axis else 480, tasks=tuple(rows), relations=tuple(_relations(tasks, axis, source)),
        calendars=tuple(_calendars(axis, rests)) if axis else (),
    )  # fmt: skip


class _Source:
    """The file that was taken in last, by code: what it said of tasks and links, and what that came to here."""

    def __init__(self, file: ScheduleFile, change: ScheduleChange) -> None:
        schedule = schedule_of(file)
        taken = taken_of(file, states_of(file.campaign))
        self.applied_at = change.made_at
        self.slot_s = measure_of(schedule, WorkCalendar.objects.get(campaign=file.campaign).as_core()).slot_s
        self.tasks = {taken.codes[task.id]: task for task in schedule.tasks if task.kind != "summary"}
        self.parts = {taken.codes[task.id]: task for task in schedule.tasks if task.kind == "summary"}
        self.durations = {code: state["duration"] for code, state in taken.wanted["tasks"].items() if state}
        self.waits = {(code, *wait): None for code, state in taken.wanted["tasks"].items() if state for wait in map(tuple, state["waits"])}
        self.relations = {(taken.codes.get(one.after, ""), taken.codes.get(one.before, ""), one.kind): one for one in schedule.relations}

    @classmethod
    def of(cls, campaign: Campaign) -> "_Source | None":
        change = (
            ScheduleChange.objects.filter(campaign=campaign, kind="imported", file__form="schedule", undone_by=None)
            .select_related("file")
            .order_by("-made_at")
            .first()
        )
        return cls(change.file, change) if change and change.file else None


def _spans(run: PlanRun, axis: Calendar) -> dict[str, Span]:
    """When each task of a plan begins and ends, as local wall time."""
    return {
        one.task: (axis.starts_at(one.start).replace(tzinfo=None), axis.ends_at(max(one.finish - 1, one.start)).replace(tzinfo=None))
        if one.finish > one.start
        else (axis.starts_at(one.start).replace(tzinfo=None),) * 2
        for one in run.plan.placements
    }


def _part(part: WorkPart, source: _Source | None) -> core.Task:
    said = source.parts.get(part.code) if source else None
    base = said or core.Task("")
    return replace(
        base, id=f"part {part.code}", name=part.name, code=part.code, parent=f"part {part.parent.code}" if part.parent else "", kind="summary",
        guid=part.guid, calendar="",
    )  # fmt: skip


def _task(task: Task, spans: dict[str, Span], source: _Source | None, axis: Calendar | None, resting: set[object]) -> core.Task:
    said = source.tasks.get(task.code) if source else None
    as_said = said is not None and source is not None and source.durations.get(task.code) == task.duration
    base = said or core.Task("", start=None)
    if not as_said:
        slot_s = axis.slot_minutes * 60 if axis else 4 * 3600
        base = replace(base, duration_s=task.duration * slot_s, elapsed=False, kind="milestone" if task.duration == 0 else "task")
    span = spans.get(task.code)
    if span:
        base = replace(
            base, start=span[0], finish=span[1], constraint="as_soon", constraint_date=None, actual_start=None, actual_finish=None
        )
    done = round(task.done_share * 100)
    return replace(
        base, id=task.code, name=task.name, code=task.code, parent=f"part {task.part.code}" if task.part else "",
        percent=done or base.percent, guid=task.guid or str(task.pk).upper(),
        calendar=f"site {task.site_id}" if task.site_id in resting else "",
    )  # fmt: skip


def _relations(tasks: list[Task], axis: Calendar | None, source: _Source | None) -> list[core.Relation]:
    """Links of tasks; where a file said a lag more exactly and it still stands, as the file said it."""
    slot_s = axis.slot_minutes * 60 if axis else 4 * 3600
    found = []
    for task in tasks:
        for row in task.dependencies.all():
            said = source.relations.get((task.code, row.before.code, row.kind)) if source else None
            if said and source and (task.code, row.before.code, row.kind, row.lag, row.lag_unit) in source.waits:
                found.append(replace(said, before=row.before.code, after=task.code))
            elif row.lag_unit == "elapsed":
                found.append(core.Relation(row.before.code, task.code, row.kind, row.lag * 3600, True))
            else:
                found.append(core.Relation(row.before.code, task.code, row.kind, row.lag * slot_s))
    return found


def _calendars(axis: Calendar, rests: list[SiteRest]) -> list[core.Calendar]:
    """The usual week, and one calendar for each site that rests by rules of its own."""
    day = tuple((start, start + axis.slot_minutes) for start in axis.parts)
    week = tuple(() if number in axis.rest_weekdays else day for number in range(7))
    common = [rest for rest in rests if rest.site_id is None]
    found = [_calendar(USUAL, "Usual", week, common, axis)]
    for site in {rest.site_id: rest.site for rest in rests if rest.site}.values():
        own = [rest for rest in rests if rest.site_id in (None, site.pk)]
        found.append(_calendar(f"site {site.pk}", site.name, week, own, axis))
    return found


def _calendar(name: str, title: str, week: tuple[core.Hours, ...], rests: list[SiteRest], axis: Calendar) -> core.Calendar:
    free = {number for rest in rests if rest.kind == "weekly" for number in rest.weekdays}
    exceptions = []
    for rest in rests:
        if rest.first_day and rest.last_day:
            left = tuple((start, start + axis.slot_minutes) for place, start in enumerate(axis.parts) if place not in rest.parts)
            exceptions.append(core.Except(rest.first_day, rest.last_day, () if rest.kind == "holiday" else left, str(rest)))
    rows = tuple(() if number in free else hours for number, hours in enumerate(week))
    return core.Calendar(name, title, rows, tuple(sorted(exceptions, key=lambda one: (one.first, one.last))))
