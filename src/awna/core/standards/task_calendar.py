"""The tasks of a schedule as iCalendar: one event for each task with dates, in the project's time zone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..schedule.model import Schedule, Task
from .ical import CalendarEvent, write_calendar


def write_tasks(
    schedule: Schedule, *, zone: ZoneInfo, changed: datetime, host: str, product: str, sequences: Mapping[str, int] | None = None
) -> bytes:
    """The calendar. Summaries are left out; `sequences` hold how often each task has changed, by its id.

    The UID of a task is its code, or its id, at `host`: it stays the same when the schedule is imported again.
    """
    events = [
        _event(task, zone, changed, host, (sequences or {}).get(task.id, 0))
        for task in schedule.activities
        if task.active and (task.start or task.finish)
    ]
    return write_calendar(events, name=schedule.name, product=product)


def _event(task: Task, zone: ZoneInfo, changed: datetime, host: str, sequence: int) -> CalendarEvent:
    start = task.start or task.finish or changed
    finish = task.finish or start
    if finish < start:
        finish = start
    if finish == start:  # a milestone: programs hide events without length
        finish = start + timedelta(minutes=1)
    title = f"{task.code} {task.name}".strip() or task.id
    uid = f"{task.code or task.id}@{host}"
    return CalendarEvent(uid, title, start.replace(tzinfo=zone), finish.replace(tzinfo=zone), changed, sequence, task.note)
