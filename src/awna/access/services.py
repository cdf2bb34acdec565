"""The only writers of access: name a crossing, report on it and on sites, note what was asked to pass and what was decided."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.campaigns.models import Site
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .models import CONDITIONS, CONFIDENCES, DECISIONS, STATUSES, Crossing, CrossingReport, PassDecision, PassRequest, SiteReport

REPORTER_ROLES = ("steward", "site_lead", "coordinator", "storekeeper", "buyer")
SOURCE_CHARS_MAX = 200
ITEM_CHARS_MAX, NAME_CHARS_MAX, CODE_CHARS_MAX, UNIT_CHARS_MAX = 120, 120, 40, 12
INSPECTION_DAYS_MAX = 1_000
QUANTITY_MAX = Decimal("9999999999.99")


@transaction.atomic
def add_crossing(*, campaign: Campaign, code: str, name: str, author: Role, district: str = "") -> Crossing:
    """The crossing with that code; asked twice, it is the same crossing."""
    refuse_unless_role(author, *REPORTER_ROLES, campaign=campaign)
    problems = [
        Problem("access_text_length", "Write 1 to %(max)s characters; there are %(found)s.", {"max": most, "found": len(text)}, where)
        for where, text, most in (("code", code, CODE_CHARS_MAX), ("name", name, NAME_CHARS_MAX))
        if not 0 < len(text) <= most
    ]
    if problems:
        raise Refused(problems)
    given = {"name": name, "district": district[:NAME_CHARS_MAX]}
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
    problems = [*_unknown("status", status, STATUSES), *_said_problems(valid_from, valid_until, source, confidence, observed_on)]
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
    problems = [*_unknown("condition", condition, CONDITIONS), *_said_problems(valid_from, valid_until, source, confidence, observed_on)]
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
    problems = _not_ahead("asked_on", asked_on)
    if not 0 < len(item.strip()) <= ITEM_CHARS_MAX:
        problems.append(Problem("pass_item_missing", "Name the item in 1 to %(max)s characters.", {"max": ITEM_CHARS_MAX}, "item"))
    if quantity is not None and not 0 < quantity <= QUANTITY_MAX:
        problems.append(
            Problem("pass_quantity_wrong", "A quantity must be above zero and up to %(max)s.", {"max": QUANTITY_MAX}, "quantity")
        )
    if len(unit.strip()) > UNIT_CHARS_MAX:
        problems.append(Problem("pass_unit_long", "Write the unit in at most %(max)s characters.", {"max": UNIT_CHARS_MAX}, "unit"))
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
    problems = [*_unknown("outcome", outcome, DECISIONS), *_not_ahead("decided_on", decided_on)]
    if decided_on < pass_request.asked_on:
        problems.append(Problem("decided_before_asked", "It was decided on %(day)s, before it was asked on %(asked)s. Correct one of them.",
                                {"day": decided_on, "asked": pass_request.asked_on}, "decided_on"))  # fmt: skip
    if len(reason.strip()) > SOURCE_CHARS_MAX:
        problems.append(Problem("reason_too_long", "Write the reason in at most %(max)s characters.", {"max": SOURCE_CHARS_MAX}, "reason"))
    if inspection_days is not None and not 0 <= inspection_days <= INSPECTION_DAYS_MAX:
        text = "The days in inspection must lie between 0 and %(max)s. Leave the field empty when nobody knows."
        problems.append(Problem("inspection_days_wrong", text, {"max": INSPECTION_DAYS_MAX}, "inspection_days"))
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


UNKNOWN_CHOICES = {
    "status": ("crossing_status_unknown", "“%(asked)s” is not a state of a crossing. Choose open, closed or restricted."),
    "condition": ("site_condition_unknown", "“%(asked)s” is not a condition of a site. Choose one of: %(known)s."),
    "outcome": ("decision_unknown", "“%(asked)s” is not a decision. Choose one of: %(known)s."),
    "confidence": ("confidence_unknown", "“%(asked)s” is not a degree of confidence. Choose seen, confirmed or heard."),
}


def _unknown(where: str, asked: str, choices: list[tuple[str, Any]]) -> list[Problem]:
    code, text = UNKNOWN_CHOICES[where]
    return [] if asked in dict(choices) else [Problem(code, text, {"asked": asked, "known": ", ".join(dict(choices))}, where)]


def _not_ahead(where: str, day: date | None) -> list[Problem]:
    if day is None or day <= timezone.localdate():
        return []
    return [Problem("access_day_ahead", "%(day)s lies ahead. Give a day that has come.", {"day": day}, where)]


def _said_problems(valid_from: date, valid_until: date | None, source: str, confidence: str, observed_on: date | None) -> list[Problem]:
    problems = [*_unknown("confidence", confidence, CONFIDENCES), *_not_ahead("observed_on", observed_on)]
    if not 0 < len(source.strip()) <= SOURCE_CHARS_MAX:
        problems.append(
            Problem("report_needs_a_source", "Say who reported this, in 1 to %(max)s characters.", {"max": SOURCE_CHARS_MAX}, "source")
        )
    if valid_until is not None and valid_until < valid_from:
        problems.append(Problem("report_ends_before_it_starts", "The report would end on %(until)s, before it starts on %(start)s. Correct one of them.",
                                {"until": valid_until, "start": valid_from}, "valid_until"))  # fmt: skip
    return problems
