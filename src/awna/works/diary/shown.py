"""What the diary shows: the notes of a day, what was used beside what was issued, and the tasks that a phone offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Prefetch, Sum

from awna.parties.models import Campaign

from ..models.plans import PlanRun
from ..models.tasks import Task
from ..models.work import Issue
from ..standing import tasks_so_far
from .models import DiaryEntry, MaterialUsed

AHEAD = timedelta(days=14)
TASKS_MOST = 60


@dataclass(frozen=True)
class Day:
    """The notes of one day, newest first, and their sums."""

    day: date
    entries: Sequence[DiaryEntry]

    @property
    def person_hours(self) -> Decimal:
        return sum(((entry.hours or 0) * (entry.people or 0) for entry in self.entries), Decimal(0))

    @property
    def problems(self) -> int:
        return sum(bool(entry.problem) for entry in self.entries)

    @property
    def weather(self) -> DiaryEntry | None:
        """The last one that names it."""
        return next((entry for entry in self.entries if entry.weather), None)


@dataclass(frozen=True)
class Use:
    """A material that the diary says was used on a task, beside what the store handed out for it."""

    task: Task
    item: object
    used: int
    issued: int

    @property
    def short(self) -> int:
        return max(0, self.used - self.issued)


def day_of(campaign: Campaign, day: date, *, site: str = "") -> Day:
    found = (
        DiaryEntry.objects.filter(campaign=campaign, day=day)
        .select_related("task", "site", "progress", "photo", "recorded_by", "shift__crew").defer("photo__data").prefetch_related(
            Prefetch("materials", MaterialUsed.objects.select_related("item"))
        )
    )  # fmt: skip
    return Day(day, list(found.filter(site__pk=site) if site else found))


def uses_of(campaign: Campaign) -> list[Use]:
    """Where more was used than the store handed out: somebody must look, nothing is booked by itself."""
    issued = {
        (row["task"], row["item"]): row["sum"]
        for row in Issue.objects.filter(task__campaign=campaign).order_by().values("task", "item").annotate(sum=Sum("quantity"))
    }
    rows = MaterialUsed.objects.filter(entry__campaign=campaign, entry__task__isnull=False).select_related("item", "entry__task")
    sums: dict[tuple[object, object], Use] = {}
    for row in rows:
        task = row.entry.task
        key = (task.pk, row.item_id)
        before = sums.get(key)
        sums[key] = Use(task, row.item, row.quantity + (before.used if before else 0), issued.get(key, 0))
    return [use for use in sums.values() if use.short]


def tasks_offered(campaign: Campaign, *, today: date) -> list[Task]:
    """Open tasks that began or begin soon by the plan in force, in its order; all open ones where there is no plan."""
    tasks = {code: task for code, task in tasks_so_far(campaign).items() if task.done < task.quantity}
    run = PlanRun.objects.adopted(campaign)
    if run is None or run.calendar is None:
        return list(tasks.values())[:TASKS_MOST]
    soon = [
        tasks[one.task]
        for one in sorted(run.plan.placements, key=lambda one: (one.start, one.task))
        if one.task in tasks and (tasks[one.task].done or run.calendar.date_of(one.start) <= today + AHEAD)
    ]
    return (soon or list(tasks.values()))[:TASKS_MOST]
