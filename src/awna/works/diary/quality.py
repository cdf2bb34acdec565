"""Writers beside the diary: what is looked at and measured, what is wrong, and what is to be built otherwise."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from awna.books.models import Commodity
from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.tasks import Task
from .models import ChangeOrder, Check, CheckResult, Defect
from .services import draw_photo, keep_drawn

LEADS = ("site_lead", "steward")
FINDERS = ("site_lead", "shift_lead", "steward", "coordinator", "storekeeper")
PROPOSAL_DAYS = 30  # days that stewards have to answer a change order


@transaction.atomic
def add_check(
    *, task: Task, kind: str, title: str, author: Role, request_id: str, at_least: Decimal | None = None, unit: str = ""
) -> Check:  # fmt: skip
    """Say what must be looked at or measured on a task, and whether the next work waits for it."""
    refuse_unless_role(author, *LEADS, campaign=task.campaign)
    Campaign.objects.select_for_update().get(pk=task.campaign_id)
    first = Check.objects.filter(campaign=task.campaign, request_id=request_id).first()
    if first is not None:
        return first
    problems = []
    if not title.strip():
        problems.append(Problem("check_needs_a_title", "Say in a few words what is looked at.", {}, "title"))
    if kind == Check.TEST and (at_least is None or not unit.strip()):
        problems.append(Problem("test_needs_a_limit", "A test needs the value that must be reached, and its unit.", {}, "at_least"))
    if problems:
        raise Refused(problems)
    return Check.objects.create(
        campaign=task.campaign, task=task, kind=kind, title=title.strip(), at_least=at_least if kind == Check.TEST else None,
        unit=unit.strip() if kind == Check.TEST else "", added_by=author, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def record_result(
    *, check: Check, inspector: str, checked_on: date, author: Role, request_id: str, passed: bool = False, value: Decimal | None = None,
    note: str = "",
) -> CheckResult:  # fmt: skip
    """Write down a finding. A test passes by its value alone; a hold point that is passed frees the work after it."""
    refuse_unless_role(author, *LEADS, campaign=check.campaign)
    Check.objects.select_for_update().get(pk=check.pk)
    first = check.results.filter(request_id=request_id).first()
    if first is not None:
        return first
    problems = []
    if not inspector.strip():
        problems.append(Problem("result_without_inspector", "Say which office or function looked at it.", {}, "inspector"))
    if checked_on > timezone.localdate():
        problems.append(
            Problem("result_in_the_future", "%(day)s lies ahead. Give the day of the finding.", {"day": checked_on}, "checked_on")
        )
    if check.kind == Check.TEST and value is None:
        problems.append(Problem("test_without_value", "A test needs the value that was measured.", {}, "value"))
    if problems:
        raise Refused(problems)
    if check.at_least is not None and value is not None:
        passed = value >= check.at_least
    return CheckResult.objects.create(
        check_of=check, passed=passed, value=value, inspector=inspector.strip(), checked_on=checked_on, note=note.strip(),
        recorded_by=author, request_id=request_id,
    )  # fmt: skip


def record_defect(
    *, campaign: Campaign, text: str, due_on: date, author: Role, request_id: str, task: Task | None = None, photo: bytes = b""
) -> Defect:
    """Write down what is wrong, and by when it is mended."""
    refuse_unless_role(author, *FINDERS, campaign=campaign)
    first = Defect.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    today, problems = timezone.localdate(), []
    if not text.strip():
        problems.append(Problem("defect_needs_words", "Say what is wrong and where.", {}, "text"))
    if due_on < today:
        problems.append(
            Problem("defect_due_in_the_past", "%(day)s has passed. Give a day by which it can be mended.", {"day": due_on}, "due_on")
        )
    if problems:
        raise Refused(problems)
    drawn = draw_photo(photo) if photo else None
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        first = Defect.objects.filter(campaign=campaign, request_id=request_id).first()
        return first or Defect.objects.create(
            campaign=campaign, task=task, text=text.strip(), photo=keep_drawn(campaign, drawn), found_on=today, due_on=due_on,
            found_by=author, request_id=request_id,
        )  # fmt: skip


@transaction.atomic
def close_defect(*, defect: Defect, how: str, author: Role) -> Defect:
    """It is mended, and how. Done twice, the first time stays."""
    refuse_unless_role(author, *LEADS, campaign=defect.campaign)
    row = Defect.objects.select_for_update().get(pk=defect.pk)
    if not how.strip():
        raise Refused(Problem("defect_mended_how", "Say in a few words how it was mended.", {}, "how"))
    if row.closed_on is None:
        row.closed_on, row.closed_by, row.closed_how = timezone.localdate(), author, how.strip()
        row.save(update_fields=["closed_on", "closed_by", "closed_how"])
    return row


@transaction.atomic
def order_change(
    *, task: Task, text: str, quantity: Decimal, author: Role, request_id: str, cost_minor: int = 0, commodity: Commodity | None = None
) -> ChangeOrder:
    """Ask for another quantity of a task. With a cost the stewards are asked and nothing changes before they agree; without, it holds at once."""
    refuse_unless_role(author, *LEADS, campaign=task.campaign)
    campaign = Campaign.objects.select_for_update().get(pk=task.campaign_id)
    first = ChangeOrder.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    task = Task.objects.select_for_update().get(pk=task.pk)
    _refuse_wrong_change(task, text, quantity, cost_minor, commodity)
    number = campaign.change_orders.count() + 1
    order = ChangeOrder.objects.create(
        campaign=campaign, number=number, task=task, text=text.strip(), quantity=quantity, cost_minor=cost_minor,
        commodity=commodity if cost_minor else None, asked_by=author, request_id=request_id,
    )  # fmt: skip
    if not cost_minor:
        return _apply(order)
    payload = {
        "change": {"number": number, "task": task.code, "from": str(task.quantity), "to": str(quantity), "unit": task.unit},
        "changes": [{"commodity": str(order.commodity_id), "minor": str(cost_minor)}],
    }
    order.proposal = consent.file_proposal(
        campaign=campaign, purpose=ChangeOrder.PURPOSE, payload=payload, filed_by=author,
        expires_on=timezone.localdate() + timedelta(days=PROPOSAL_DAYS), request_id=f"change:{order.pk}",
    )  # fmt: skip
    order.save(update_fields=["proposal"])
    return order


@transaction.atomic
def apply_change(*, proposal: Proposal) -> ChangeOrder:
    """The stewards agreed: the task has its new quantity. Money moves by a release of its own. Done twice, it is done once."""
    order = ChangeOrder.objects.select_for_update(of=("self",)).get(proposal=proposal)
    if not consent.is_approved(proposal):
        raise Refused(Problem("change_not_agreed", "Not enough stewards agreed to this change yet."))
    return order if order.applied_at else _apply(order)


@transaction.atomic
def drop_change(*, proposal: Proposal) -> ChangeOrder:
    """A steward declined: the order stays on record, and nothing is built otherwise."""
    order = ChangeOrder.objects.select_for_update(of=("self",)).get(proposal=proposal)
    if order.declined_at is None and order.applied_at is None:
        order.declined_at = timezone.now()
        order.save(update_fields=["declined_at"])
    return order


def _apply(order: ChangeOrder) -> ChangeOrder:
    Task.objects.filter(pk=order.task_id).update(quantity=order.quantity)
    order.applied_at = timezone.now()
    order.save(update_fields=["applied_at"])
    return order


def _refuse_wrong_change(task: Task, text: str, quantity: Decimal, cost_minor: int, commodity: Commodity | None) -> None:
    problems = []
    if not text.strip():
        problems.append(Problem("change_needs_a_reason", "Say what changes and why.", {}, "text"))
    if quantity < task.done or quantity <= 0:
        values = {"done": task.done, "unit": task.unit}
        problems.append(
            Problem("change_below_done", "%(done)s %(unit)s are done already. Give at least that, above zero.", values, "quantity")
        )
    if cost_minor and (commodity is None or commodity.kind != "money"):
        problems.append(Problem("change_cost_of_what", "A cost needs its currency.", {}, "currency"))
    if problems:
        raise Refused(problems)
