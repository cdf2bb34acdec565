"""Where the works stand, for everyone: what comes next, what is missing for it, what was promised and what is forecast today. Weeks only."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from awna.books.models import Balance
from awna.books.services import stock_by_place
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign

from .models import PlanRun, Progress, Task

STEPS_SHOWN, BLOCKED_SHOWN = 3, 4
KEYS = {"money": _("Money"), "materials": _("Materials"), "crew": _("Crew")}
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Gap:
    """What is missing of one thing: `scale` decimals, in `unit`."""

    name: str
    amount: int
    scale: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Key:
    """One of the conditions of a task: there, or what is missing of it."""

    code: str
    gaps: tuple[Gap, ...] = ()

    @property
    def name(self) -> Any:
        return KEYS[self.code]


@dataclass(frozen=True)
class Step:
    """A task that is not done yet, with the Monday of the week in which the plan has it begin and end."""

    code: str
    name: str
    first: date
    last: date
    begun: bool
    keys: tuple[Key, ...]

    @property
    def missing(self) -> list[Key]:
        return [key for key in self.keys if key.gaps]


@dataclass(frozen=True)
class Slip:
    """One adopted plan after the first: why it was made and what it did to the last week. `weeks` above zero is later."""

    adopted_on: date
    reason: str
    crossing: str
    last: date
    weeks: int


@dataclass(frozen=True)
class Standing:
    """All of it. `promised` is the last week by the first plan that was adopted, `forecast` by the one in force.

    `open_steps` are all tasks that are not done, in the order of the plan.
    """

    promised: date
    forecast: date
    slips: tuple[Slip, ...]
    open_steps: tuple[Step, ...]
    done: int
    tasks: int

    @property
    def steps(self) -> tuple[Step, ...]:
        """What comes next."""
        return self.open_steps[:STEPS_SHOWN]

    @property
    def blocked(self) -> list[Step]:
        """The first ones after the next that miss something."""
        return [step for step in self.open_steps[STEPS_SHOWN:] if step.missing][:BLOCKED_SHOWN]

    @property
    def weeks_late(self) -> int:
        return (self.forecast - self.promised) // WEEK


def standing_of(campaign: Campaign, *, in_stores: Mapping[str, int] | None = None) -> Standing | None:
    """Two questions to the database, and some more where tasks have money of their own or `in_stores` is not known: see `stores_of`."""
    runs = _adopted(campaign)
    if not runs:
        return None
    calendar = campaign.work_calendar.as_core()
    finishes = [monday(calendar.date_of(max(0, run.finish - 1))) for run in runs]
    tasks = tasks_so_far(campaign)
    there = stores_of(campaign) if in_stores is None else dict(in_stores)
    return Standing(
        promised=finishes[0], forecast=finishes[-1], slips=tuple(_slips(campaign, runs, finishes)),
        open_steps=tuple(_steps(campaign, runs[-1], calendar, tasks, there)),
        done=sum(task.done >= task.quantity for task in tasks.values()), tasks=len(tasks),
    )  # fmt: skip


def stores_of(campaign: Campaign) -> dict[str, int]:
    """What lies in the stores, by code of the item."""
    found: dict[str, int] = defaultdict(int)
    for row in stock_by_place(campaign.book).filter(account__stage="stock"):
        found[row["account__commodity__code"]] += int(row["net"])
    return found


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _adopted(campaign: Campaign) -> list[Any]:
    """The plans that were ever in force, oldest first; only the last one brings its whole text along."""
    found = PlanRun.objects.filter(campaign=campaign, adopted_at__isnull=False)
    newest = Subquery(found.order_by("-adopted_at").values("pk")[:1])
    texts = {
        name: Case(When(pk=newest, then=F(column)), default=Value(""), output_field=TextField())
        for name, column in (("placed", "plan_json"), ("asked", "project_json"))
    }
    light = found.defer("plan_json", "project_json", "difference").select_related("report__crossing")
    return list(light.annotate(**texts).order_by("adopted_at"))


def tasks_so_far(campaign: Campaign) -> dict[str, Task]:
    """Tasks by code, each with what is done of it."""
    steps = Progress.objects.filter(task=OuterRef("pk")).order_by().values("task").annotate(sum=Sum("quantity"))
    rows = Task.objects.filter(campaign=campaign).annotate(done_sum=Coalesce(Subquery(steps.values("sum")), Decimal(0)))
    found = {}
    for row in rows:
        row.done = row.done_sum  # annotated
        found[row.code] = row
    return found


def _slips(campaign: Campaign, runs: list[Any], finishes: list[date]) -> Iterator[Slip]:
    """A campaign at risk does not say which crossing it was."""
    for run, before, after in zip(runs[1:], finishes, finishes[1:], strict=False):
        crossing = run.report.crossing.name if run.report and not campaign.at_risk else ""
        yield Slip(run.adopted_at.date(), run.get_reason_display(), crossing, after, (after - before) // WEEK)


def _steps(campaign: Campaign, run: Any, calendar: Calendar, tasks: dict[str, Task], in_stores: dict[str, int]) -> Iterator[Step]:
    """Open tasks in the order of the plan; what an earlier one takes is not there for a later one."""
    placements = sorted(json.loads(run.placed)["placements"], key=lambda item: (item["start"], item["task"]))
    project = json.loads(run.asked)
    asked = {item["id"]: item for item in project["tasks"]}
    stocks = {item["id"]: item for item in project.get("stocks", ())}
    wanted = {code for item in asked.values() for method in item["methods"] for code in method.get("money", {})}
    released = released_of(campaign) if wanted else {}
    for item in placements:
        task = tasks.get(item["task"])
        if task is None or task.done >= task.quantity or item["task"] not in asked:
            continue
        method = asked[item["task"]]["methods"][item.get("method", 0)]
        keys = (
            Key("money", tuple(short_of(method.get("money", {}), released, stocks))),
            Key("materials", tuple(short_of(method.get("materials", {}), in_stores, stocks))),
            Key("crew", tuple(_seats(method.get("skills", {}), item.get("crew", ())))),
        )
        first, last = calendar.date_of(item["start"]), calendar.date_of(max(item["start"], item["finish"] - 1))
        yield Step(task.code, str(task), monday(first), monday(last), task.done > 0, keys)


def short_of(needs: Mapping[str, int], left: dict[str, int], stocks: Mapping[str, Any]) -> Iterator[Gap]:
    """Takes what is there and names what is not."""
    for code, amount in sorted(needs.items()):
        there = left.get(code, 0)
        left[code] = max(0, there - amount)
        if there < amount:
            stock = stocks.get(code, {})
            decimals = len(str(stock.get("scale", 1))) - 1
            yield Gap(stock.get("name") or code, amount - there, decimals, stock.get("unit", ""))


def _seats(skills: Mapping[str, int], crew: Any) -> Iterator[Gap]:
    seated = Counter(seat["skill"] for seat in crew)
    yield from (Gap(skill, needed - seated[skill]) for skill, needed in sorted(skills.items()) if seated[skill] < needed)


def released_of(campaign: Campaign) -> dict[str, int]:
    """What is released for a budget line and not ordered yet, under the name that the planner gives it."""
    codes = {str(line.pk): line.code for line in campaign.budget_lines.all()}
    found: dict[str, int] = defaultdict(int)
    rows = Balance.objects.filter(book=campaign.book, account__stage="released").select_related("account__proposal")
    for row in rows:
        line = codes.get(str(row.account.proposal.content.get("budget_line", ""))) if row.account.proposal else None
        if line:
            found[f"money:{line}"] += row.credits - row.debits
    return found
