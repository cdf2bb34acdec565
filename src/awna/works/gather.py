"""Reads the facts of a campaign into one project for the planner: crews, stock, arrivals, released money, crossings."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone

from awna.access.windows import Window as Days
from awna.books.models import Balance
from awna.books.services import stock_by_place
from awna.campaigns.models import BudgetLine
from awna.core.planning.problem import (
    Calendar,
    Crossing,
    Delivery,
    Method,
    Person,
    Precedence,
    Project,
    Resource,
    Stock,
    Task,
    Window,
)
from awna.core.problems import Problem, Refused
from awna.crews.services import people_for_planning
from awna.parties.models import Campaign
from awna.supply.models import Consignment, ConsignmentLine, Item
from awna.supply.services import still_under_way

from . import models
from .methods.figures import methods_in_tasks
from .schedule.gates import gates_of

MONEY = "money:"  # budget lines and items share the names of stocks


def gather_project(campaign: Campaign, *, now: int = 0, pinned: Mapping[str, int] | None = None) -> Project:
    """The campaign's tasks and everything that they need, as known now. No task starts before `now` but the pinned, at their slot."""
    calendar = calendar_of(campaign)
    pins = pinned or {}
    tasks = list(campaign.tasks.select_related("site").prefetch_related("materials__item", "issues"))
    ways = methods_in_tasks(campaign, slots_per_day=calendar.slots_per_day)
    dependencies = models.Dependency.objects.filter(after__campaign=campaign).select_related("before", "after")
    gates = gates_of(campaign, calendar)
    return Project(
        tasks=tuple(gates.through(_task(task, now, pins.get(task.code), ways.get(task.code))) for task in tasks),
        precedences=tuple(Precedence(row.before.code, row.after.code, row.kind, row.lag, unit=row.lag_unit) for row in dependencies),
        resources=tuple(Resource(row.code, row.capacity, row.name, tuple(map(tuple, row.dips))) for row in campaign.machines.all()),
        people=tuple(_people(campaign, calendar)),
        stocks=(*_goods(campaign, calendar), *_money(campaign, tasks)),
        crossings=tuple(Crossing(row.code, row.name, _open(row.open_windows(), calendar)) for row in campaign.crossings.all()),
        sites=gates.sites,
        calendar=calendar,
    )


def calendar_of(campaign: Campaign) -> Calendar:
    found = models.WorkCalendar.objects.filter(campaign=campaign).first()
    if found is None:
        text = "The campaign has no work calendar yet. Start one under “Working times”, or load a table of tasks: awna loadtasks."
        raise Refused(Problem("campaign_has_no_tasks", text))
    return found.as_core()


def present_slot(campaign: Campaign, today: date) -> int:
    """The first slot of today: what starts before it has started."""
    return calendar_of(campaign).slot_of(today)


def stocks_for_tables(campaign: Campaign) -> list[Stock]:
    """What the tasks of a table may take from: items by code, and budget lines by code in their currency."""
    items = [Stock(item.code, unit=item.unit, scale=10**item.commodity.scale) for item in campaign.items.select_related("commodity")]
    lines = [Stock(line.code, unit=line.currency, scale=100) for line in campaign.budget_lines.all()]
    return [*lines, *items]


def _task(task: models.Task, now: int, pinned: int | None, way: Method | None = None) -> Task:
    """A task in numbers; what was issued to it already is no longer taken from stock. `way`: how its element is built, with its figures."""
    issued: dict[int, int] = defaultdict(int)
    for issue in task.issues.all():
        issued[issue.item_id] += issue.quantity
    materials = {row.item.code: max(0, row.quantity - issued[row.item_id]) for row in task.materials.all()}
    money = {MONEY + code: amount for code, amount in task.money.items()}
    method = Method(task.duration, skills=task.skills, machines=task.machines, materials=materials, money=money)
    if way is not None:
        method = replace(
            method, name=way.name, cost=way.cost, carbon_kg=way.carbon_kg, imported_kg=way.imported_kg,
            optimistic=min(task.duration, way.optimistic or task.duration), pessimistic=max(task.duration, way.pessimistic or task.duration),
        )  # fmt: skip
    site = str(task.site_id or "")
    if pinned is not None:
        return Task(task.code, (method,), task.name, site, pinned, ((pinned, pinned + 1),))
    return Task(task.code, (method,), task.name, site, max(task.earliest, now), tuple((start, end) for start, end in task.start_windows))


def _people(campaign: Campaign, calendar: Calendar) -> list[Person]:
    """Cleared volunteers by their code: the planner needs no names."""
    people, today = [], timezone.localdate()
    for row in people_for_planning(campaign):
        # Who is here today may have worked before: what has begun is a fact and not to be judged again.
        days = [(min(first, calendar.origin) if first <= today else first, last) for first, last in row["windows"]]
        presence = tuple(window for first, last in days if (window := _slots(first, last, calendar)))
        if row["windows"] and not presence:
            presence = ((0, 0),)  # was here, is not any more
        people.append(Person(row["code"], frozenset(row["skills"]), frozenset(row["languages"]), presence=presence))
    return people


def _goods(campaign: Campaign, calendar: Calendar) -> list[Stock]:
    """Items: what lies in the stores now, and what is under way with its expected day and crossing."""
    there: dict[str, int] = defaultdict(int)
    for row in stock_by_place(campaign.book):
        if row["account__stage"] == "stock":
            there[str(row["account__commodity"])] += int(row["net"])
    coming: dict[int, list[Delivery]] = defaultdict(list)
    loads = ConsignmentLine.objects.filter(consignment__campaign=campaign).select_related("consignment__crossing", "item")
    for line in loads.order_by("consignment__number", "pk"):
        load: Consignment = line.consignment
        left = still_under_way(load, line.item)
        if left > 0:
            planned = calendar.slot_of(
                max(load.expected_on or load.shipped_on, timezone.localdate())
            )  # what is late comes today at the earliest
            coming[line.item_id].append(Delivery(left, planned, load.crossing.code if load.crossing else "", str(load.number)))
    items = Item.objects.filter(campaign=campaign).select_related("commodity")
    return [
        Stock(item.code, there[str(item.commodity_id)], tuple(coming[item.pk]), item.unit, item.name, 10**item.commodity.scale)
        for item in items
    ]


def _money(campaign: Campaign, tasks: list[models.Task]) -> list[Stock]:
    """The budget lines that tasks draw on: what is released for them and not yet committed to an order."""
    wanted = {code for task in tasks for code in task.money}
    released: dict[str, int] = defaultdict(int)
    if wanted:
        rows = Balance.objects.filter(book=campaign.book, account__stage="released").select_related("account__proposal")
        for row in rows:
            if row.account.proposal:
                released[str(json.loads(row.account.proposal.payload).get("budget_line", ""))] += row.credits - row.debits
    lines = BudgetLine.objects.filter(campaign=campaign, code__in=wanted)
    return [Stock(MONEY + line.code, released[str(line.pk)], (), line.currency, line.title, 100) for line in lines]


def _open(days: list[Days], calendar: Calendar) -> tuple[Window, ...]:
    return tuple(window for span in days if (window := _slots(span.start, span.until, calendar)))


def _slots(first: date, last: date | None, calendar: Calendar) -> Window | None:
    """Days, both included, as slots; None when they lie before slot 0."""
    if last is None:
        return calendar.slot_of(first), None
    end = calendar.slot_of(last + timedelta(days=1))
    return (calendar.slot_of(first), end) if end > 0 else None
