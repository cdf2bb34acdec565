"""Loads the tasks of a campaign from our table, whole or not at all; people, stock and sites come from their own rooms."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from awna.campaigns.models import Site
from awna.core.planning import problem as core
from awna.core.planning.formats.table import read_table
from awna.core.planning.validate import validate
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role
from awna.supply.models import Item

from .gather import stocks_for_tables
from .models import Machine, ScheduleChange, ScheduleFile, Task, WorkCalendar
from .schedule.services import apply_states
from .schedule.states import State, States, new_state, states_of, touched

LOAD_ROLES = ("site_lead", "steward")
LATER = frozenset({"skill_nobody_has", "too_few_people_with_skill", "stock_never_suffices", "site_never_safe"})
NAMED_BELOW = frozenset({"name_unknown"})  # said in plainer words by `_unknown`


@transaction.atomic
def load_tasks(*, campaign: Campaign, data: bytes, filename: str, author: Role, request_id: str = "") -> list[Task]:
    """The tasks of a table. The same file again changes nothing; a task with issues or progress cannot be left out."""
    refuse_unless_role(author, *LOAD_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    try:
        project = read_table(data, known_stocks=stocks_for_tables(campaign))
    except Refused as refused:
        raise Refused(_at(filename, refused.problems)) from refused
    write_table(campaign=campaign, project=project, filename=filename, author=author, request_id=request_id or f"table:{uuid.uuid4()}")
    return list(campaign.tasks.all())


@transaction.atomic
def write_table(
    *, campaign: Campaign, project: core.Project, filename: str, author: Role, request_id: str, file: ScheduleFile | None = None
) -> ScheduleChange | None:
    """Calendar, machines and tasks of a table that was read; None where no task differs. Refused with every reason."""
    problems = table_problems(campaign, project)
    if problems:
        raise Refused(_at(filename, problems))
    _write_calendar(campaign, project)
    for row in project.resources:
        values = {"name": row.name, "capacity": row.capacity, "dips": [list(dip) for dip in row.dips]}
        Machine.objects.update_or_create(campaign=campaign, code=row.id, defaults=values)
    before = states_of(campaign)
    wanted = table_states(campaign, project, before)
    if not any(touched(before, wanted).values()) and file is None:
        return None
    return apply_states(campaign=campaign, wanted=wanted, author=author, request_id=request_id, file=file)


def table_problems(campaign: Campaign, project: core.Project) -> list[Problem]:
    """Why a table cannot be taken as it stands; empty when it can."""
    sites = {site.name: site for site in campaign.sites.all()}
    # Sites and stock stand in for their rooms here, so that names are known and circles are looked for.
    whole = replace(project, sites=tuple(core.Site(name) for name in sites), stocks=tuple(stocks_for_tables(campaign)))
    return [
        *_not_here(project),
        *_unknown(campaign, project, sites),
        *(p for p in validate(whole) if p.code not in LATER | NAMED_BELOW),
        *_left_out(campaign, project),
    ]


def _at(filename: str, problems: Iterable[Problem]) -> list[Problem]:
    return [problem.at(f"{filename}: {problem.where}" if problem.where else filename) for problem in problems]


def _not_here(project: core.Project) -> list[Problem]:
    """Rows that belong to other rooms, tasks that this room cannot keep yet, and a missing calendar."""
    problems = []
    if project.people or project.stocks or project.crossings or project.sites:
        text = (
            "People come from the crews, stock from the stores, crossings and sites from their own pages. Take those rows out of the table."
        )
        problems.append(Problem("rows_belong_elsewhere", text))
    if project.calendar is None:
        text = "The table does not say which day slot 0 is. Add a row of kind calendar with the first day in column earliest."
        problems.append(Problem("calendar_missing", text))
    for task in project.tasks:
        if len(task.methods) > 1:
            problems.append(
                Problem(
                    "task_has_several_methods", "A campaign's task has one method. Choose one and take the other rows out.", {}, task.id
                )
            )
    return problems


def _unknown(campaign: Campaign, project: core.Project, sites: dict[str, Site]) -> list[Problem]:
    machines = {row.id for row in project.resources}
    problems = [
        Problem("site_unknown", "There is no site “%(site)s”. Add it first, or correct the name.", {"site": task.site}, task.id)
        for task in project.tasks
        if task.site and task.site not in sites
    ]
    for task in project.tasks:
        for name in task.methods[0].machines:
            if name not in machines:
                text = "It needs the machine %(name)s, for which there is no row of kind machine. Add the row."
                problems.append(Problem("machine_unknown", text, {"name": name}, task.id))
    items = set(campaign.items.values_list("code", flat=True))
    lines = set(campaign.budget_lines.values_list("code", flat=True))
    for task in project.tasks:
        strange = [name for name in task.methods[0].materials if name not in items] + [n for n in task.methods[0].money if n not in lines]
        if strange:
            text = "Materials are items of the stores and money comes from budget lines; %(names)s is in the wrong column."
            problems.append(Problem("stock_in_wrong_column", text, {"names": ", ".join(strange)}, task.id))
    return problems


def _left_out(campaign: Campaign, project: core.Project) -> list[Problem]:
    gone = campaign.tasks.exclude(code__in=[task.id for task in project.tasks])
    text = "The task has work done or material issued, but the table leaves it out. Put it back."
    return [
        Problem("task_with_history_left_out", text, {}, task.code)
        for task in gone.prefetch_related("issues", "progress")
        if task.issues.all() or task.progress.all()
    ]


def _write_calendar(campaign: Campaign, project: core.Project) -> None:
    if project.calendar:
        rest = sorted(project.calendar.rest_weekdays)
        values = {"origin": project.calendar.origin, "slots_per_day": project.calendar.slots_per_day, "rest_days": rest}
        WorkCalendar.objects.update_or_create(campaign=campaign, defaults=values)


def table_states(campaign: Campaign, project: core.Project, before: States) -> States:
    """The tasks of a table as states; those that it leaves out go. Places in the work breakdown and foreign identities stay."""
    sites = {site.name: str(site.pk) for site in campaign.sites.all()}
    items = {item.code: str(item.pk) for item in Item.objects.filter(campaign=campaign)}
    lags: dict[str, dict[tuple[str, str], tuple[int, str]]] = defaultdict(dict)
    for edge in project.precedences:  # the same pair twice: the longer wait holds
        key = (edge.before, edge.kind)
        lags[edge.after][key] = max((edge.lag, edge.unit), lags[edge.after].get(key, (edge.lag, edge.unit)))
    rows: dict[str, State | None] = dict.fromkeys(before["tasks"])
    for place, task in enumerate(project.tasks):
        quantity, _, unit = task.work.partition(" ")
        method = task.methods[0]
        rows[task.id] = {
            **(before["tasks"].get(task.id) or new_state(name="", position=place)), "name": task.name or task.id, "site": sites.get(task.site),
            "position": place, "duration": method.duration, "earliest": task.earliest, "start_windows": [list(one) for one in task.start_windows],
            "skills": dict(method.skills), "machines": dict(method.machines), "money": dict(method.money),
            "quantity": f"{Decimal(quantity or '1'):.2f}", "unit": unit,
            "materials": sorted([items[code], amount] for code, amount in method.materials.items()),
            "waits": sorted([first, kind, lag, lag_unit] for (first, kind), (lag, lag_unit) in lags[task.id].items()),
        }  # fmt: skip
    return {"tasks": rows, "parts": {}}
