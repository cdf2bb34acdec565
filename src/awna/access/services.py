"""The only writers of access: name a crossing, report on it and on sites, note what was asked to pass and what was decided."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from awna.campaigns.models import Site
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from . import rules
from .models import CONDITIONS, STATUSES, Crossing, CrossingReport, PassDecision, PassRequest, SiteReport

REPORTER_ROLES = ("steward", "site_lead", "coordinator", "storekeeper", "buyer")


@transaction.atomic
def add_crossing(*, campaign: Campaign, code: str, name: str, author: Role, district: str = "") -> Crossing:
    """The crossing with that code; asked twice, it is the same crossing."""
    refuse_unless_role(author, *REPORTER_ROLES, campaign=campaign)
    problems = [
        Problem("access_text_length", "Write 1 to %(max)s characters; there are %(found)s.", {"max": most, "found": len(text)}, where)
        for where, text, most in (("code", code, rules.CODE_CHARS_MAX), ("name", name, rules.NAME_CHARS_MAX))
        if not 0 < len(text) <= most
    ]
    if problems:
        raise Refused(problems)
    given = {"name": name, "district": district[: rules.NAME_CHARS_MAX]}
    crossing, _made = Crossing.objects.get_or_create(campaign=campaign, code=code, defaults=given)
    return crossing


@transaction.atomic
def report(
    *, crossing: Crossing, status: str, valid_from: date, valid_until: date | None = None, source: str, confidence: str,
    reported_by: Role, request_id: str, observed_on: date | None = None,
) -> CrossingReport:  # fmt: skip
    """Add what a source said about a crossing; the same request gives the first answer again. `observed_on`: when it looked; none = today."""
    refuse_unless_role(reported_by, *REPORTER_ROLES, campaign=crossing.campaign)
    said = {"status": status, "valid_from": valid_from, "valid_until": valid_until, "source": source.strip(), "confidence": confidence}
    # The crossing's row is locked so that two clicks on one button cannot both find no first answer.
    Crossing.objects.select_for_update().get(pk=crossing.pk)
    first = _first_answer(crossing.reports.filter(request_id=request_id).first(), {**said, **_seen(observed_on)})
    if first is not None:
        return first
    problems = [*rules.unknown("status", status, STATUSES), *rules.said_problems(valid_from, valid_until, source, confidence, observed_on)]
    if problems:
        raise Refused(problems)
    return CrossingReport.objects.create(crossing=crossing, reported_by=reported_by, request_id=request_id, **said, **_seen(observed_on))


@transaction.atomic
def report_condition(
    *, site: Site, condition: str, valid_from: date, valid_until: date | None = None, source: str, confidence: str,
    reported_by: Role, request_id: str, observed_on: date | None = None,
) -> SiteReport:  # fmt: skip
    """Add what a source said about a site: not safe, no power, flooded, or nothing in the way any more."""
    refuse_unless_role(reported_by, *REPORTER_ROLES, campaign=site.campaign)
    said = {
        "condition": condition,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "source": source.strip(),
        "confidence": confidence,
    }
    Site.objects.select_for_update().get(pk=site.pk)
    first = _first_answer(SiteReport.objects.filter(site=site, request_id=request_id).first(), {**said, **_seen(observed_on)})
    if first is not None:
        return first
    problems = [
        *rules.unknown("condition", condition, CONDITIONS),
        *rules.said_problems(valid_from, valid_until, source, confidence, observed_on),
    ]
    if problems:
        raise Refused(problems)
    return SiteReport.objects.create(site=site, reported_by=reported_by, request_id=request_id, **said, **_seen(observed_on))


@transaction.atomic
def ask_to_pass(
    *, crossing: Crossing, item: str, asked_on: date, author: Role, request_id: str, wanted_on: date | None = None,
    quantity: Decimal | None = None, unit: str = "",
) -> PassRequest:  # fmt: skip
    """Note that an item was asked to pass a crossing; the same request gives the first answer again."""
    refuse_unless_role(author, *REPORTER_ROLES, campaign=crossing.campaign)
    said = {"item": item.strip(), "quantity": quantity, "unit": unit.strip(), "asked_on": asked_on, "wanted_on": wanted_on}
    Crossing.objects.select_for_update().get(pk=crossing.pk)
    first = _first_answer(crossing.pass_requests.filter(request_id=request_id).first(), said)
    if first is not None:
        return first
    problems = rules.pass_problems(item.strip(), quantity, unit.strip(), asked_on)
    if problems:
        raise Refused(problems)
    return PassRequest.objects.create(crossing=crossing, recorded_by=author, request_id=request_id, **said)


@transaction.atomic
def record_decision(
    *, pass_request: PassRequest, outcome: str, decided_on: date, author: Role, request_id: str, reason: str = "",
    inspection_days: int | None = None,
) -> PassDecision:  # fmt: skip
    """Note what was answered to a request, or what happened to its load. An empty reason means: none was given."""
    refuse_unless_role(author, *REPORTER_ROLES, campaign=pass_request.crossing.campaign)
    said = {"outcome": outcome, "decided_on": decided_on, "reason": reason.strip(), "inspection_days": inspection_days}
    PassRequest.objects.select_for_update().get(pk=pass_request.pk)
    first = _first_answer(pass_request.decisions.filter(request_id=request_id).first(), said)
    if first is not None:
        return first
    problems = rules.decision_problems(pass_request.asked_on, outcome, decided_on, reason.strip(), inspection_days)
    if problems:
        raise Refused(problems)
    return PassDecision.objects.create(pass_request=pass_request, recorded_by=author, request_id=request_id, **said)


def _seen(observed_on: date | None) -> dict[str, date]:
    return {} if observed_on is None else {"observed_on": observed_on}


def _first_answer(first: Any, said: Mapping[str, Any]) -> Any:
    """What the same request made before; other content under the same request is refused."""
    if first is not None and any(getattr(first, name) != value for name, value in said.items()):
        raise Refused(Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again."))
    return first
