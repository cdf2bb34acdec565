"""The only writers of ways to build: try them in the plan, ask the stewards for one, put what they agreed to into the tasks."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.digest import digest_of
from awna.core.planning import command
from awna.core.planning.methods import AXES
from awna.core.planning.options import plan_each
from awna.core.planning.problem import Method, Project
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..gather import calendar_of
from ..models.plans import PlanRun
from ..models.tasks import TaskMaterial
from ..services import begun_tasks, plan_question
from .figures import Known, known_elements, materials_of, methods_in_tasks, task_methods
from .models import BuildElement, BuildMethod, ElementTask, MethodChoice, MethodTrial

ASK_ROLES = ("site_lead", "steward")
TRIAL_SCHEDULES = 60  # schedules for each way: a second for sixty tasks
ASK_DAYS = 30  # days that the stewards have
PROBLEM_CHARS_MAX = 500


def known_element(campaign: Campaign, code: str) -> Known:
    found = known_elements(campaign, code=code)
    if not found:
        raise Refused(Problem("element_unknown", "There is no element “%(code)s”. Add a row of kind element.", {"code": code}))
    return found[0]


@transaction.atomic
def try_methods(*, element: BuildElement, author: Role, today: date | None = None, schedules: int = TRIAL_SCHEDULES) -> list[MethodTrial]:
    """Plan the whole campaign with each way in turn and keep when it ends. Nothing is in force by it."""
    refuse_unless_role(author, *ASK_ROLES, campaign=element.campaign)
    campaign = Campaign.objects.select_for_update().get(pk=element.campaign_id)
    known, calendar = known_element(campaign, element.code), calendar_of(campaign)
    (project, _running), kept = plan_question(campaign, today=today), begun_tasks(campaign)
    trials = []
    for method in known.methods:
        values: dict[str, Any] = {"finish": None, "finish_on": None, "problem": "", "made_by": author, "made_at": timezone.now()}
        try:
            ways = {method.code: _in_project(known, method, project, kept, calendar.slots_per_day)}
            finish = plan_each(project, ways, lambda one: command.make_plan(one, schedules=schedules).plan)[method.code].finish
            values |= {"finish": finish, "finish_on": calendar.date_of(max(0, finish - 1))}
        except Refused as refused:
            values["problem"] = " ".join(str(problem) for problem in refused.problems)[:PROBLEM_CHARS_MAX]
        trials.append(MethodTrial.objects.update_or_create(method=method, defaults=values)[0])
    return trials


def _in_project(known: Known, method: BuildMethod, project: Project, kept: frozenset[str], slots_per_day: int) -> dict[str, Method]:
    """Task → the way with the materials that the stores would have to give; what has begun stays as it is."""
    table, own = (
        task_methods(known, method, slots_per_day=slots_per_day),
        {line.ingredient.code for one in known.methods for line in one.lines.all()},
    )
    now = {task.id: task.methods[0] for task in project.tasks}
    found = {}
    for part in known.parts:
        code = part.task.code
        if code in table and code in now and code not in kept:
            others = {name: amount for name, amount in now[code].materials.items() if name not in own}
            mine = {ingredient.code: amount for ingredient, amount in materials_of(known, method, part).items()}
            found[code] = replace(table[code], materials=others | mine, money=now[code].money)
    return found


@transaction.atomic
def ask_for_method(*, method: BuildMethod, author: Role, request_id: str, expires_on: date | None = None) -> MethodChoice:
    """Ask the stewards to build in this way; what they sign names every figure. The same request gives the first answer again."""
    element = method.element
    refuse_unless_role(author, *ASK_ROLES, campaign=element.campaign)
    campaign = Campaign.objects.select_for_update().get(pk=element.campaign_id)
    first = MethodChoice.objects.filter(proposal__campaign=campaign, proposal__request_id=request_id).first()
    if first:
        return first
    known = known_element(campaign, element.code)
    problems = _asking_problems(known, method)
    if problems:
        raise Refused(problems)
    proposal = consent.file_proposal(
        campaign=campaign, purpose=MethodChoice.PURPOSE, payload=_payload(known, method), filed_by=author, request_id=request_id,
        expires_on=expires_on or timezone.localdate() + timedelta(days=ASK_DAYS),
    )  # fmt: skip
    return MethodChoice.objects.create(method=method, proposal=proposal)


@transaction.atomic
def put_choice_in_force(*, proposal: Proposal) -> MethodChoice:
    """The stewards agreed: the element's tasks that have not begun are rewritten. Asked twice, it is done once."""
    choice = MethodChoice.objects.select_for_update(of=("self",)).select_related("method__element__campaign").get(proposal=proposal)
    if choice.in_force_at:
        return choice
    if not consent.is_approved(proposal):
        raise Refused(Problem("method_not_agreed", "Not enough stewards agreed on this way to build yet."))
    campaign = choice.method.element.campaign
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    known = known_element(campaign, choice.method.element.code)
    if proposal.content["method"]["definition"] != definition_of(known, choice.method):
        text = "The figures of “%(method)s” were changed after the stewards were asked. Ask again with the new ones."
        raise Refused(Problem("method_changed_since", text, {"method": choice.method}))
    choice.tasks = rewrite_tasks(known, choice.method)
    choice.in_force_at = timezone.now()
    choice.save(update_fields=["tasks", "in_force_at"])
    return choice


def rewrite_tasks(known: Known, method: BuildMethod) -> list[str]:
    """Duration, crew, machines and materials of the tasks that have not begun; the next plan uses them. Gives their codes."""
    campaign = known.element.campaign
    kept, table = begun_tasks(campaign), task_methods(known, method, slots_per_day=calendar_of(campaign).slots_per_day)
    own = next(one for one in known.methods if one.pk == method.pk)
    items = {line.ingredient.item_id for one in known.methods for line in one.lines.all() if line.ingredient.item_id}
    done = []
    for part in known.parts:
        if part.task.code in kept:
            continue
        told, task = table[part.task.code], part.task
        task.duration, task.skills, task.machines = told.duration, dict(told.skills), dict(told.machines)
        task.save(update_fields=["duration", "skills", "machines"])
        task.materials.filter(item__in=items).delete()
        TaskMaterial.objects.bulk_create(
            TaskMaterial(task=task, item=ingredient.item, quantity=quantity)
            for ingredient, quantity in materials_of(known, own, part).items()
            if ingredient.item is not None and quantity > 0
        )
        ElementTask.objects.filter(pk=part.pk).update(method=method)
        done.append(task.code)
    return done


def apply_choices(*, campaign: Campaign) -> None:
    """After the tasks were loaded anew: what the stewards chose is written into them again. Called by whoever loads tasks."""
    for known in known_elements(campaign):
        for method in known.methods:
            if any(part.method_id == method.pk for part in known.parts):
                rewrite_tasks(known, method)


def _asking_problems(known: Known, method: BuildMethod) -> list[Problem]:
    problems = []
    if known.current is not None and known.current.pk == method.pk:
        problems.append(Problem("method_stands_already", "The plan stands on “%(method)s” already.", {"method": method}))
    if not known.parts:
        problems.append(
            Problem("element_without_tasks", "No task builds this element, so there is nothing to change. Name its tasks first.")
        )
    if known.parts and {part.task.code for part in known.parts} <= begun_tasks(known.element.campaign):
        problems.append(Problem("element_has_begun", "Every task of this element has begun. What has begun keeps its way."))
    waiting = MethodChoice.objects.filter(method__element=known.element, in_force_at=None, proposal__withdrawn_at=None)
    waiting = waiting.filter(proposal__expires_on__gte=timezone.localdate()).exclude(proposal__decisions__choice="decline")
    if waiting.exists():
        text = "The stewards are asked about this element already. Wait for their answer, or take that proposal back."
        problems.append(Problem("method_asked_already", text))
    return problems


def _payload(known: Known, method: BuildMethod) -> dict[str, Any]:
    """All that a steward agrees to: element, way, what it replaces, each figure, and the digest of all that stands behind them."""
    before = known.current
    return {
        "method": {
            "element": known.element.name, "name": method.name, "before": before.name if before else "",
            "figures": _figures(known, method), "figures_before": _figures(known, before) if before else [],
            "definition": definition_of(known, method),
        },
        "about": [str(known.element.pk), str(method.pk)],
    }  # fmt: skip


def _figures(known: Known, method: BuildMethod) -> list[list[str]]:
    found = known.of(method)
    if found is None:
        return []
    return [
        [axis, *(f"{round(value, 1).normalize():f}" for value in (one.value.low, one.value.likely, one.value.high)), one.unit, "; ".join(one.missing)]
        for axis in AXES
        if (one := found.figures[axis])
    ]  # fmt: skip


def definition_of(known: Known, method: BuildMethod) -> str:
    """The digest of a way and of every factor behind its figures."""
    found = known.of(method)
    told = {
        "figures": _figures(known, method), "skills": method.skills, "machines": method.machines, "tasks": [part.task.code for part in known.parts],
        "parts": [repr(part) for figure in found.figures.values() for part in figure.parts] if found else [], "quantity": str(known.element.quantity.normalize()),
    }  # fmt: skip
    return digest_of(told)


# -- what a plan comes to -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """The likely figures of the tasks in a plan whose way to build is known: `tasks` of `all_tasks`. Money in whole units, mass in kg."""

    cost: int
    carbon_kg: int
    imported_kg: int
    tasks: int
    all_tasks: int
    ways: tuple[str, ...]


def totals_of(run: PlanRun) -> Totals | None:
    """What a plan comes to, by the figures that were in force when it was made; None where none were known then."""
    told = json.loads(run.project_json)["tasks"]
    tasks = {task["id"]: task["methods"] for task in told}
    methods = [tasks[one.task][one.method] for one in run.plan.placements if one.task in tasks]
    known = [one for one in methods if any(one.get(name) for name in ("cost", "carbon_kg", "imported_kg"))]
    if not known:
        return _totals_by_tasks(run, len(methods))
    ways = tuple(dict.fromkeys(one["name"] for one in known))
    cost, carbon, imported = (sum(int(one.get(name) or 0) for one in known) for name in ("cost", "carbon_kg", "imported_kg"))
    return Totals(cost, carbon, imported, len(known), len(methods), ways)


def _totals_by_tasks(run: PlanRun, all_tasks: int) -> Totals | None:
    """For a plan of before the elements were described: the ways that their tasks were written for, if no choice came between."""
    chosen = MethodChoice.objects.filter(method__element__campaign=run.campaign_id, in_force_at__isnull=False)
    if chosen.filter(in_force_at__lte=run.made_at).exists() or not run.campaign.build_elements.exists():
        return None
    table: dict[str, Any] = {}
    for known in known_elements(run.campaign):
        if known.element.now_id:
            now = next(one for one in known.methods if one.pk == known.element.now_id)
            table |= task_methods(known, now, slots_per_day=calendar_of(run.campaign).slots_per_day)
    if not table:
        return None
    rows = table.values()
    ways = tuple(dict.fromkeys(one.name for one in rows))
    return Totals(
        sum(one.cost for one in rows), sum(one.carbon_kg for one in rows), sum(one.imported_kg for one in rows), len(table), all_tasks, ways
    )


__all__ = [
    "ASK_ROLES", "Totals", "apply_choices", "ask_for_method", "known_element", "methods_in_tasks", "put_choice_in_force", "rewrite_tasks",
    "totals_of", "try_methods",
]  # fmt: skip
