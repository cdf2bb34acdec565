"""The only writers of closings: report and mend in one go, look for the ways on in a job, adopt one with a reason."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.access import history
from awna.access.models import Crossing, CrossingReport
from awna.core.problems import Problem, Refused
from awna.kit.jobs import enqueue, job_task
from awna.kit.sandbox import Limits, run_in_sandbox
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from .. import services as works
from ..gather import present_slot
from ..models import PlanRun
from .models import Closing, WayOn

SEARCH_SECONDS = 3.0  # of the ten within which the ways stand on the page: starting the process and reading take the rest
LIMITS = Limits(memory_mb=6144, cpu_s=60, wall_s=60)
WHY_CHARS_MIN = 3


@dataclass(frozen=True)
class Said:
    """What a site lead says about a crossing."""

    status: str
    valid_from: date
    valid_until: date | None
    source: str
    confidence: str
    observed_on: date | None = None


def close_crossing(*, crossing: Crossing, said: Said, author: Role, request_id: str, today: date | None = None) -> Closing:
    """Report on a crossing, mend the plan in force in the same request, and queue the search for the three ways on.

    The report is kept even where no plan is left; the closing then carries the reasons. Sent twice, it is one.
    """
    first = Closing.objects.filter(campaign=crossing.campaign, request_id=request_id).first()
    if first:
        return first
    mended = works.repair_after_closing(
        crossing=crossing, status=said.status, valid_from=said.valid_from, valid_until=said.valid_until, source=said.source,
        confidence=said.confidence, author=author, request_id=request_id, today=today, observed_on=said.observed_on,
    )  # fmt: skip
    return _keep(mended, author, request_id)


@transaction.atomic
def _keep(mended: works.Mended, author: Role, request_id: str) -> Closing:
    closing, made = Closing.objects.get_or_create(
        campaign=author.campaign, request_id=request_id,
        defaults={
            "report": mended.report, "repair": mended.run, "asked_by": author, "state": "waiting" if mended.run else "failed",
            "problems": [_plain(problem) for problem in mended.problems], "ended_at": None if mended.run else timezone.now(),
        },
    )  # fmt: skip
    if made and mended.run:
        enqueue(look_for_ways, closing=str(closing.pk))
    return closing


@job_task
def look_for_ways(closing: str) -> None:
    find_ways(closing=Closing.objects.select_related("campaign", "repair__based_on", "asked_by").get(pk=closing))


def find_ways(*, closing: Closing, seconds: float | None = SEARCH_SECONDS, tries: int | None = None) -> Closing:
    """Search in a process of its own and keep what was found. Run again, it changes nothing that is there."""
    if closing.is_over or closing.repair is None or closing.repair.based_on is None:
        return closing
    Closing.objects.filter(pk=closing.pk, state="waiting").update(state="running")
    today = timezone.localdate(closing.asked_at)
    payload = {
        "project": closing.repair.project_json, "plan": closing.repair.based_on.plan_json, "now": present_slot(closing.campaign, today),
        "begun": sorted(works.begun_tasks(closing.campaign)), "seconds": seconds, "tries": tries,
    }  # fmt: skip
    try:
        found = run_in_sandbox("awna.core.planning.ways:find_ways", payload, limits=LIMITS)
    except Refused as refused:
        return _failed(closing, refused)
    return _found(closing, found)


@transaction.atomic
def adopt_way(*, way: WayOn, author: Role, why: str) -> PlanRun:
    """Put one of the ways in force. The reason is public, and so is the office of who decided."""
    refuse_unless_role(author, *works.PLAN_ROLES, campaign=way.closing.campaign)
    locked = WayOn.objects.select_for_update(of=("self",)).select_related("closing__repair", "closing__report").get(pk=way.pk)
    if locked.adopted_as:
        return locked.adopted_as
    _refuse_without_reason(why)
    repair = locked.closing.repair
    assert repair is not None  # ways are found for a mended plan only
    run = PlanRun(
        campaign=repair.campaign, reason="crossing", report=locked.closing.report, based_on=repair.based_on, finish=locked.finish,
        project_json=repair.project_json, plan_json=locked.plan_json, difference=locked.moved, made_by=author,
        request_id=f"way:{locked.pk}:{uuid.uuid4()}",
    )  # fmt: skip
    run.save(force_insert=True)
    locked.adopted_as = works.adopt_plan(run=run, author=author, why=why)
    locked.save(update_fields=["adopted_as"])
    return locked.adopted_as


@transaction.atomic
def adopt_repair(*, closing: Closing, author: Role, why: str) -> PlanRun:
    """Put the mended plan in force as it is."""
    _refuse_without_reason(why)
    if closing.repair is None:
        raise Refused(Problem("no_plan_to_adopt", "No plan is left after this report, so there is none to adopt. Plan anew."))
    return works.adopt_plan(run=closing.repair, author=author, why=why)


def overtaken(report: CrossingReport) -> CrossingReport | None:
    """What was seen later than this report on some of its days and was known when it came in; None where it is the newest."""
    return history.overtaking(report, report.crossing.reports.filter(observed_on__gt=report.observed_on))


def _refuse_without_reason(why: str) -> None:
    if len(why.strip()) < WHY_CHARS_MIN:
        text = "Say in a sentence why this plan is taken: everyone will read it. No names, places or days."
        raise Refused(Problem("adopted_without_reason", text, {}, "why"))


@transaction.atomic
def _found(closing: Closing, found: list[dict[str, Any]]) -> Closing:
    locked = Closing.objects.select_for_update().get(pk=closing.pk)
    if not locked.is_over:
        for position, way in enumerate(found):
            WayOn.objects.create(
                closing=locked, position=position, name=way["name"], finish=way["finish"], tasks_moved=way["tasks_moved"],
                people_to_call=way["people_to_call"], cost=way["cost"], moved=way["moved"], plan_json=way["plan"],
            )  # fmt: skip
        locked.state, locked.ended_at = "done", timezone.now()
        locked.save(update_fields=["state", "ended_at"])
    return locked


@transaction.atomic
def _failed(closing: Closing, refused: Refused) -> Closing:
    locked = Closing.objects.select_for_update().get(pk=closing.pk)
    if not locked.is_over:
        locked.state, locked.ended_at, locked.problems = "failed", timezone.now(), [_plain(problem) for problem in refused.problems]
        locked.save(update_fields=["state", "ended_at", "problems"])
    return locked


def _plain(problem: Problem) -> dict[str, Any]:
    return asdict(problem) | {"params": {name: str(value) for name, value in problem.params.items()}}
