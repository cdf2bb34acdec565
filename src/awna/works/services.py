"""The only writers of works: make, mend and adopt plans, issue materials to a task, record work done. Tables: `task_file`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from awna.access.models import Crossing, CrossingReport
from awna.access.services import report as report_crossing
from awna.books.models import Entry
from awna.books.services import Row, Spot, ensure_custody, post_entry, stock_by_place
from awna.core.planning import command
from awna.core.planning.formats.json_project import to_json
from awna.core.planning.problem import Project
from awna.core.planning.replan import Move, difference, settle
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role
from awna.supply.models import Item, Store

from .diary.holds import refuse_before_hold
from .gather import gather_project, present_slot
from .models import Issue, PlanRun, Progress, Task
from .schedule.gates import refuse_closed, refuse_uncleared

PLAN_ROLES = ("site_lead", "steward")
ISSUE_ROLES = ("site_lead", "storekeeper")
PROGRESS_ROLES = ("site_lead", "shift_lead")
PLAN_SCHEDULES = 2_000  # schedules: a few seconds for sixty tasks, and the same plan on every machine
WHY_CHARS_MAX = 300  # characters of the reason with which a plan is adopted


@dataclass(frozen=True)
class Mended:
    """What became of the plan after a report: a run to adopt, or the reasons why no plan is left."""

    report: CrossingReport
    run: PlanRun | None
    problems: tuple[Problem, ...] = ()


@transaction.atomic
def make_plan(
    *,
    campaign: Campaign,
    author: Role,
    request_id: str,
    schedules: int = PLAN_SCHEDULES,
    seed: int = 1,
    today: date | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> PlanRun:
    """Plan all open tasks anew; what started under the plan in force keeps its start. Nothing is in force until adopted."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = PlanRun.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    project, running = plan_question(campaign, today=today)
    planned = command.make_plan(project, schedules=schedules, seed=seed, report=progress)
    return keep_plan(campaign=campaign, project=project, running=running, planned=planned, seed=seed, author=author, request_id=request_id)


def plan_question(campaign: Campaign, *, today: date | None = None) -> tuple[Project, PlanRun | None]:
    """What is asked when all open tasks are planned anew, and the plan in force; what has begun keeps its start."""
    refuse_closed(campaign)
    now = present_slot(campaign, today or timezone.localdate())
    running = PlanRun.objects.adopted(campaign)
    begun = begun_tasks(campaign)
    pinned = {placement.task: placement.start for placement in running.plan.placements if placement.task in begun} if running else {}
    return gather_project(campaign, now=now, pinned=pinned), running


@transaction.atomic
def keep_plan(
    *, campaign: Campaign, project: Project, running: PlanRun | None, planned: command.Planned, author: Role, request_id: str,
    seed: int = 1, reason: str = "planned",
) -> PlanRun:  # fmt: skip
    """An answer of the planner, with what it moves of the plan that was in force when it was asked. It is in force once adopted."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    moved = difference(running.plan, planned.plan).moved if running else ()
    return _keep(
        PlanRun(
            campaign=campaign, reason=reason, based_on=running, finish=planned.plan.finish, lower_bound=planned.lower_bound,
            plan_json=to_json(planned.plan).decode(), seconds=planned.seconds, seed=seed, made_by=author, request_id=request_id,
            difference=[asdict(move) for move in moved],
        ),
        project,
    )  # fmt: skip


def repair_after_closing(
    *,
    crossing: Crossing,
    status: str,
    valid_from: date,
    valid_until: date | None,
    source: str,
    confidence: str,
    author: Role,
    request_id: str,
    today: date | None = None,
    observed_on: date | None = None,
) -> Mended:
    """Report on a crossing, then mend the plan in force in the same request. The report stays even when no plan is left."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=crossing.campaign)
    said = report_crossing(
        crossing=crossing, status=status, valid_from=valid_from, valid_until=valid_until, source=source, confidence=confidence,
        reported_by=author, request_id=request_id, observed_on=observed_on,
    )  # fmt: skip
    try:
        run = repair_plan(campaign=crossing.campaign, author=author, request_id=request_id, report=said, today=today)
    except Refused as refused:
        return Mended(said, None, tuple(refused.problems))
    return Mended(said, run)


@transaction.atomic
def repair_plan(
    *, campaign: Campaign, author: Role, request_id: str, report: CrossingReport | None = None, today: date | None = None
) -> PlanRun:
    """Mend the plan in force for the facts of now: started tasks stay, only what must move moves."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = PlanRun.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    refuse_closed(campaign)
    running = PlanRun.objects.adopted(campaign)
    if running is None:
        raise Refused(Problem("no_plan_in_force", "No plan has been adopted yet, so there is nothing to mend. Make a plan and adopt it."))
    now = present_slot(campaign, today or timezone.localdate())
    project = gather_project(campaign)
    plan, changed = settle(project, running.plan, now=now, begun=begun_tasks(campaign))
    return _keep(
        PlanRun(
            campaign=campaign, reason="crossing" if report else "facts", report=report, based_on=running, finish=plan.finish,
            plan_json=to_json(plan).decode(), difference=[asdict(move) for move in changed.moved], made_by=author,
            request_id=request_id,
        ),
        project,
    )  # fmt: skip


@transaction.atomic
def adopt_plan(*, run: PlanRun, author: Role, why: str = "") -> PlanRun:
    """Put a plan in force, with the reason that everyone may read. Refused when another one was adopted after this one was made."""
    refuse_unless_role(author, *PLAN_ROLES, campaign=run.campaign)
    Campaign.objects.select_for_update().get(pk=run.campaign_id)  # two people may adopt at once; the second must see the first
    run.refresh_from_db(fields=["adopted_at", "adopted_by"])
    if run.adopted_at:
        return run
    running = PlanRun.objects.adopted(run.campaign)
    if (running.pk if running else None) != run.based_on_id:
        raise Refused(
            Problem("plan_is_overtaken", "Another plan was adopted after this one was made. Look at that one, then plan or mend again.")
        )
    if len(why) > WHY_CHARS_MAX:
        raise Refused(Problem("why_too_long", "The reason may have %(max)s characters. Shorten it.", {"max": WHY_CHARS_MAX}, "why"))
    run.adopted_at, run.adopted_by, run.why = timezone.now(), author, why.strip()
    run.save(update_fields=["adopted_at", "adopted_by", "why"])
    return run


@transaction.atomic
def issue_materials(
    *, task: Task, item: Item, store: Store, quantity: int, issued_on: date, author: Role, request_id: str, second: Role | None = None
) -> Issue:
    """Hand material from a store to a task: stock → issued in the book, taken from the funds and batches that lie there."""
    refuse_unless_role(author, *ISSUE_ROLES, campaign=task.campaign)
    Task.objects.select_for_update().get(pk=task.pk)
    first = Issue.objects.filter(task=task, request_id=request_id).first()
    if first:
        return first
    refuse_before_hold(task)
    refuse_uncleared(task, issued_on)
    if item.campaign_id != task.campaign_id or store.campaign_id != task.campaign_id:
        raise Refused(Problem("not_of_this_campaign", "The item or the store belongs to another campaign. Choose one of this campaign."))
    if quantity <= 0:
        raise Refused(Problem("quantity_not_above_zero", "A quantity must be above zero. Correct it.", {}, "quantity"))
    entry = _post_issue(task, item, store, quantity, issued_on, author, second, request_id)
    return Issue.objects.create(
        task=task, item=item, store=store, quantity=quantity, entry=entry, issued_by=author, issued_on=issued_on, request_id=request_id
    )


@transaction.atomic
def record_progress(*, task: Task, quantity: Decimal, done_on: date, author: Role, request_id: str, note: str = "") -> Progress:
    """Note work done on a day, in the unit of the task; more than there is to do is refused."""
    refuse_unless_role(author, *PROGRESS_ROLES, campaign=task.campaign)
    locked = Task.objects.select_for_update().get(pk=task.pk)
    first = Progress.objects.filter(task=locked, request_id=request_id).first()
    if first:
        return first
    refuse_before_hold(locked)
    left = locked.quantity - locked.done
    if not 0 < quantity <= left:
        text = "%(quantity)s %(unit)s were reported; of %(whole)s there are %(left)s left to do. Correct the quantity."
        values = {"quantity": quantity, "unit": locked.unit, "whole": locked.quantity, "left": left}
        raise Refused(Problem("progress_not_within_task", text, values, "quantity"))
    if done_on > timezone.localdate():
        raise Refused(
            Problem("progress_in_the_future", "%(day)s lies ahead. Give the day on which the work was done.", {"day": done_on}, "done_on")
        )
    return Progress.objects.create(task=locked, quantity=quantity, done_on=done_on, note=note, recorded_by=author, request_id=request_id)


def begun_tasks(campaign: Campaign) -> frozenset[str]:
    """Tasks that have really begun: material was issued to them or work was done. A date that has passed is not enough."""
    seen = campaign.tasks.filter(Q(issues__isnull=False) | Q(progress__isnull=False))
    return frozenset(seen.values_list("code", flat=True))


def moves_of(run: PlanRun) -> list[Move]:
    """What a mended plan moved, in order of the old start."""
    return sorted((Move(**row) for row in run.difference), key=lambda move: (move.old_start, move.task))


def _keep(run: PlanRun, project: Project) -> PlanRun:
    run.project_json = to_json(project).decode()
    run.save(force_insert=True)
    return run


def _post_issue(
    task: Task, item: Item, store: Store, quantity: int, day: date, author: Role, second: Role | None, request_id: str
) -> Entry:
    """One entry whose rows take from the lots of the store in a fixed order until the quantity is reached."""
    book = task.campaign.book
    custody = ensure_custody(book=book, type="task", ref=f"task:{task.pk}", title=str(task))
    rows, left = [], quantity
    found = stock_by_place(book).filter(account__stage="stock", account__custody=store.custody, account__commodity=item.commodity)
    for lot in found.order_by("account__fund", "account__batch"):
        take = min(left, int(lot["net"]))
        spots = [
            Spot(stage, str(place.pk), str(lot["account__fund"]), str(item.commodity_id), batch=lot["account__batch"])
            for stage, place in (("stock", store.custody), ("issued", custody))
        ]
        rows.append(Row(spots[0], spots[1], take))
        left -= take
        if not left:
            break
    if left:
        text = "%(asked)s %(unit)s of %(item)s were asked for; in %(store)s lie %(there)s. Ask for less or move some there first."
        values = {"asked": quantity, "unit": item.unit, "item": item, "store": store, "there": quantity - left}
        raise Refused(Problem("issue_above_stock", text, values, "quantity"))
    return post_entry(
        book=book, kind="issue", rows=rows, author=author, second=second, effective_date=day, request_id=f"issue:{request_id}"
    )
