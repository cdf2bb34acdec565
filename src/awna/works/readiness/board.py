"""The readiness board: each task of the next weeks with its four keys, what is missing of one, and who can turn it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.access.models import SiteReport
from awna.core.planning.problem import Calendar
from awna.crews.services import people_for_planning
from awna.parties.models import ROLE_NAMES, Campaign, Role

from ..diary.holds import held_tasks
from ..models.plans import PlanRun
from ..models.tasks import Dependency, Task
from ..models.work import Issue
from ..schedule.gates import needs_of
from ..schedule.models import ClearanceNeed
from ..standing import KEYS, Gap, released_of, short_of, stores_of, tasks_so_far

WEEKS_SHOWN = 3
NAMES = KEYS | {"safe": gettext_lazy("Safe site")}
TURNERS = {
    "money": ("steward", "buyer"), "materials": ("storekeeper", "buyer"), "crew": ("coordinator",), "safe": ("site_lead", "steward"),
}  # fmt: skip
"""Who can turn a key, the one who is asked first in front."""
PAGES = {
    ("money", "steward"): "decisions", ("money", "buyer"): "orders", ("materials", "storekeeper"): "stores", ("materials", "buyer"): "orders",
    ("crew", "coordinator"): "crews_home",
}  # fmt: skip
"""The page on which a role turns a key; dangers name their own."""
UNSAFE = ("unsafe", "hazard", "no_way", "flooded")


@dataclass(frozen=True)
class Danger:
    """Why nobody may work there, and the page on which that is mended."""

    text: str
    page: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Mark:
    """One key of a task: turned, or what is missing and who turns it. `lacks` are things with amounts."""

    code: str
    lacks: Sequence[Gap] = ()
    says: Sequence[Danger] = ()

    @property
    def name(self) -> Any:
        return NAMES[self.code]

    @property
    def is_missing(self) -> bool:
        return bool(self.lacks or self.says)


@dataclass(frozen=True)
class Row:
    """A task on the board, in days. `waits` are tasks before it that are not done though it should begin by tomorrow."""

    task: Task
    first: date
    last: date
    marks: Sequence[Mark]
    waits: Sequence[str] = ()

    @property
    def missing(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.is_missing]

    @property
    def is_ready(self) -> bool:
        return not self.missing and not self.waits

    def concerns(self, roles: set[str]) -> bool:
        """One of these roles can turn a key that is missing."""
        return any(roles & set(TURNERS[mark.code]) for mark in self.missing)

    def is_due(self, day: date) -> bool:
        """Should run on that day, or should have begun before."""
        return self.first <= day


@dataclass(frozen=True)
class Board:
    """All rows, by start, and who holds the roles that turn keys; empty without a plan."""

    rows: Sequence[Row] = ()
    has_plan: bool = False
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def turners(self, code: str, *, with_names: bool) -> list[tuple[str, str]]:
        """Role in words and its people, the first to ask in front."""
        words = dict(ROLE_NAMES)
        return [(str(words[name]), ", ".join(self.people.get(name, ())) if with_names else "") for name in TURNERS[code]]


@dataclass
class _Facts:
    """What the keys are worked out from, read once for all tasks."""

    stocks: Mapping[str, Any]
    money: dict[str, int]
    stores: dict[str, int]
    issued: Mapping[str, Mapping[str, int]]
    windows: Mapping[str, Sequence[tuple[date, date]]]
    needs: Sequence[ClearanceNeed]
    reports: Mapping[Any, Sequence[SiteReport]]
    held: Mapping[str, Sequence[Any]]


def board_of(campaign: Campaign, *, today: date) -> Board:
    """The board of the plan in force: open tasks that began or begin within the next weeks."""
    run = PlanRun.objects.adopted(campaign)
    if run is None or run.calendar is None:
        return Board()
    project, tasks = json.loads(run.project_json), tasks_so_far(campaign)
    asked = {item["id"]: item for item in project["tasks"]}
    facts = _facts(campaign, project)
    rows = []
    # In the order of the plan and not only those shown: what an earlier task takes is not there for a later one.
    for item in sorted(json.loads(run.plan_json)["placements"], key=lambda item: (item["start"], item["task"])):
        task = tasks.get(item["task"])
        if task is None or task.done >= task.quantity or item["task"] not in asked:
            continue
        row = _row(task, item, asked[item["task"]]["methods"][item.get("method", 0)], run.calendar, facts, today)
        if task.done > 0 or row.first <= today + timedelta(weeks=WEEKS_SHOWN):
            rows.append(row)
    waits = _waits(campaign, tasks)
    due = today + timedelta(days=1)
    rows = [replace(row, waits=waits.get(row.task.pk, ())) if row.is_due(due) else row for row in rows]
    return Board(rows, has_plan=True, people=_people(campaign))


def _facts(campaign: Campaign, project: Mapping[str, Any]) -> _Facts:
    wanted = any(method.get("money") for item in project["tasks"] for method in item["methods"])
    issued: dict[str, dict[str, int]] = defaultdict(dict)
    handed_out = (
        Issue.objects.filter(task__campaign=campaign).order_by().values_list("task__code", "item__code").annotate(sum=Sum("quantity"))
    )
    for task, item, amount in handed_out:
        issued[task][item] = amount
    reports: dict[Any, list[SiteReport]] = defaultdict(list)
    for report in SiteReport.objects.filter(site__campaign=campaign).order_by("observed_on", "reported_at"):
        reports[report.site_id].append(report)
    return _Facts(
        stocks={item["id"]: item for item in project.get("stocks", ())}, money=released_of(campaign) if wanted else {},
        stores=stores_of(campaign), issued=issued,
        windows={person["code"]: person["windows"] for person in people_for_planning(campaign)},
        needs=list(needs_of(campaign)),
        reports=reports, held=held_tasks(campaign),
    )  # fmt: skip


def _row(task: Task, item: Mapping[str, Any], method: Mapping[str, Any], calendar: Calendar, facts: _Facts, today: date) -> Row:
    first = calendar.date_of(item["start"])
    last = calendar.date_of(max(item["start"], item["finish"] - 1))
    here = facts.issued.get(task.code, {})
    needs = {code: amount - here.get(code, 0) for code, amount in method.get("materials", {}).items() if amount > here.get(code, 0)}
    marks = (
        Mark("money", tuple(short_of(method.get("money", {}), facts.money, facts.stocks))),
        Mark("materials", tuple(short_of(needs, facts.stores, facts.stocks))),
        Mark("crew", tuple(_seats(method.get("skills", {}), item.get("crew", ()), max(first, today), max(last, today), facts))),
        Mark("safe", says=tuple(_dangers(task, max(first, today), facts))),
    )
    return Row(task, first, last, marks)


def _seats(skills: Mapping[str, int], crew: Any, first: date, last: date, facts: _Facts) -> Iterator[Gap]:
    """Seats that nobody has, or somebody who is not cleared or not there on all days; interpreters too, whom no task names."""
    seated, wanted = defaultdict(int), dict(skills)
    for seat in crew:
        seated[seat["skill"]] += _is_there(seat["person"], first, last, facts)
        wanted.setdefault(seat["skill"], 0)
    for skill in set(wanted) - set(skills):
        wanted[skill] = sum(seat["skill"] == skill for seat in crew)
    yield from (Gap(skill, needed - seated[skill]) for skill, needed in sorted(wanted.items()) if seated[skill] < needed)


def _is_there(person: str, first: date, last: date, facts: _Facts) -> bool:
    windows = facts.windows.get(person)
    return windows is not None and (not windows or any(begin <= first and last <= end for begin, end in windows))


def _dangers(task: Task, day: date, facts: _Facts) -> Iterator[Danger]:
    """Why nobody may work there on that day: a clearance that does not hold, a report on the site, a hold point."""
    for need in facts.needs:
        if (need.task_id == task.pk or (need.site_id and need.site_id == task.site_id)) and not any(
            one.valid_on(day) for one in need.clearances.all()
        ):
            yield Danger(_("%(kind)s: not cleared") % {"kind": need.get_kind_display()}, "clearances")
    spoken = [
        one for one in facts.reports.get(task.site_id, ()) if one.valid_from <= day and (one.valid_until is None or day <= one.valid_until)
    ]
    if spoken and spoken[-1].condition in UNSAFE:
        yield Danger(str(spoken[-1].get_condition_display()), "access_home")
    for check in facts.held.get(str(task.pk), ()):
        yield Danger(_("Hold point: %(what)s") % {"what": check.title}, "quality")


def _waits(campaign: Campaign, tasks: Mapping[str, Task]) -> dict[Any, list[str]]:
    """Key of a task → the tasks that must be done before it and are not."""
    opened = {task.pk: str(task) for task in tasks.values() if task.done < task.quantity}
    found: dict[Any, list[str]] = defaultdict(list)
    for before, after in Dependency.objects.filter(before__campaign=campaign, kind="FS").values_list("before", "after"):
        if before in opened:
            found[after].append(opened[before])
    return found


def _people(campaign: Campaign) -> dict[str, list[str]]:
    """Role → names of those who hold it."""
    names = {name for turners in TURNERS.values() for name in turners}
    found: dict[str, list[str]] = defaultdict(list)
    for role in (
        Role.objects.filter(campaign=campaign, ended_on=None, name__in=names).select_related("user").order_by("began_on", "user__name")
    ):
        found[role.name].append(str(role.user))
    return found
