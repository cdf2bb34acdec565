"""Loads the tasks of a campaign from our table, whole or not at all; people, stock and sites come from their own rooms."""

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
from .models import Dependency, Machine, Task, TaskMaterial, WorkCalendar

LOAD_ROLES = ("site_lead", "steward")
LATER = frozenset({"skill_nobody_has", "too_few_people_with_skill", "stock_never_suffices", "site_never_safe"})
NAMED_BELOW = frozenset({"name_unknown"})  # said in plainer words by `_unknown`


@transaction.atomic
def load_tasks(*, campaign: Campaign, data: bytes, filename: str, author: Role) -> list[Task]:
    """The tasks of a table. The same file again changes nothing; a task with issues or progress cannot be left out."""
    refuse_unless_role(author, *LOAD_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    try:
        known = stocks_for_tables(campaign)
        project = read_table(data, known_stocks=known)
    except Refused as refused:
        raise Refused(
            problem.at(f"{filename}: {problem.where}" if problem.where else filename) for problem in refused.problems
        ) from refused
    sites = {site.name: site for site in campaign.sites.all()}
    # Sites and stock stand in for their rooms here, so that names are known and circles are looked for.
    whole = replace(project, sites=tuple(core.Site(name) for name in sites), stocks=tuple(known))
    problems = [
        *_not_here(project),
        *_unknown(campaign, project, sites),
        *(p for p in validate(whole) if p.code not in LATER | NAMED_BELOW),
    ]
    problems += _left_out(campaign, project)
    if problems:
        raise Refused(problem.at(f"{filename}: {problem.where}" if problem.where else filename) for problem in problems)
    _write_calendar(campaign, project)
    for row in project.resources:
        values = {"name": row.name, "capacity": row.capacity, "dips": [list(dip) for dip in row.dips]}
        Machine.objects.update_or_create(campaign=campaign, code=row.id, defaults=values)
    tasks = {task.id: _write_task(campaign, task, place, sites) for place, task in enumerate(project.tasks)}
    campaign.tasks.exclude(code__in=tasks).delete()
    _write_needs(campaign, project, tasks)
    return list(tasks.values())


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


def _write_task(campaign: Campaign, task: core.Task, position: int, sites: dict[str, Site]) -> Task:
    quantity, _, unit = task.work.partition(" ")
    method = task.methods[0]
    values = {
        "name": task.name or task.id, "site": sites.get(task.site), "position": position, "duration": method.duration,
        "earliest": task.earliest, "start_windows": [list(window) for window in task.start_windows], "skills": dict(method.skills),
        "machines": dict(method.machines), "money": dict(method.money), "quantity": Decimal(quantity or "1"), "unit": unit,
    }  # fmt: skip
    written, _made = Task.objects.update_or_create(campaign=campaign, code=task.id, defaults=values)
    return written


def _write_needs(campaign: Campaign, project: core.Project, tasks: dict[str, Task]) -> None:
    items = {item.code: item for item in Item.objects.filter(campaign=campaign)}
    Dependency.objects.filter(after__campaign=campaign).delete()
    TaskMaterial.objects.filter(task__campaign=campaign).delete()
    lags: dict[tuple[str, str, str], int] = {}
    for edge in project.precedences:  # the same pair twice: the longer wait holds
        key = (edge.before, edge.after, edge.kind)
        lags[key] = max(edge.lag, lags.get(key, edge.lag))
    Dependency.objects.bulk_create(
        [Dependency(before=tasks[before], after=tasks[after], kind=kind, lag=lag) for (before, after, kind), lag in lags.items()]
    )
    TaskMaterial.objects.bulk_create(
        [
            TaskMaterial(task=tasks[task.id], item=items[code], quantity=quantity)
            for task in project.tasks
            for code, quantity in task.methods[0].materials.items()
        ]
    )
