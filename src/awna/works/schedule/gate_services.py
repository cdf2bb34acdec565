"""The only writers of clearances and of hours in which a site rests. Nothing is deleted: it is withdrawn, dropped or ended."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.services import store_document
from awna.campaigns.models import Site
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.tasks import Task, WorkCalendar
from .gates import HOLIDAY_DAYS_MAX
from .models import Clearance, ClearanceNeed, SiteRest

CLEARANCE_ROLES = ("site_lead", "steward")
DROP_ROLES = ("steward",)
HOURS_ROLES = ("site_lead", "steward")
SLOTS_PER_DAY = 2


@transaction.atomic
def ask_clearance(
    *,
    campaign: Campaign,
    kind: str,
    author: Role,
    request_id: str,
    site: Site | None = None,
    task: Task | None = None,
    note: str = "",
    expected_on: date | None = None,
) -> ClearanceNeed:
    """Say that a site or a task must be cleared; from now on the planner starts nothing there without it."""
    refuse_unless_role(author, *CLEARANCE_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = ClearanceNeed.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    if (site is None) == (task is None):
        raise Refused(Problem("clearance_of_one_place", "Choose a site or a task, one of the two.", {}, "site"))
    if ClearanceNeed.objects.filter(campaign=campaign, kind=kind, site=site, task=task, dropped_at=None).exclude(kind="other").exists():
        raise Refused(Problem("clearance_asked_already", "This clearance is asked for already.", {}, "kind"))
    return ClearanceNeed.objects.create(
        campaign=campaign, kind=kind, site=site, task=task, note=note, expected_on=expected_on, asked_by=author, request_id=request_id
    )


@transaction.atomic
def expect_clearance(*, need: ClearanceNeed, expected_on: date | None, author: Role) -> ClearanceNeed:
    """Say when it is expected: the planner starts nothing there before that day. It stays missing until it is given."""
    refuse_unless_role(author, *CLEARANCE_ROLES, campaign=need.campaign)
    locked = ClearanceNeed.objects.select_for_update().get(pk=need.pk)
    locked.expected_on = expected_on
    locked.save(update_fields=["expected_on"])
    return locked


@transaction.atomic
def drop_need(*, need: ClearanceNeed, reason: str, author: Role) -> ClearanceNeed:
    """A steward says that the clearance is not needed after all, and why. The row stays."""
    refuse_unless_role(author, *DROP_ROLES, campaign=need.campaign)
    locked = ClearanceNeed.objects.select_for_update().get(pk=need.pk)
    if locked.dropped_at is None:
        if not reason.strip():
            raise Refused(Problem("reason_missing", "Say why this clearance is not needed.", {}, "reason"))
        locked.dropped_at, locked.dropped_by, locked.dropped_reason = timezone.now(), author, reason.strip()
        locked.save(update_fields=["dropped_at", "dropped_by", "dropped_reason"])
    return locked


@transaction.atomic
def record_clearance(
    *,
    need: ClearanceNeed,
    cleared_by: str,
    valid_from: date,
    author: Role,
    request_id: str,
    valid_until: date | None = None,
    paper: bytes = b"",
    paper_name: str = "",
    paper_type: str = "",
) -> Clearance:
    """Somebody with the right to do so has cleared it. The paper is kept sealed; its digest is what pages show."""
    refuse_unless_role(author, *CLEARANCE_ROLES, campaign=need.campaign)
    locked = ClearanceNeed.objects.select_for_update().get(pk=need.pk)
    first = Clearance.objects.filter(need=locked, request_id=request_id).first()
    if first:
        return first
    if locked.dropped_at is not None:
        raise Refused(Problem("clearance_not_needed", "This clearance is no longer asked for. Ask for it again first."))
    if valid_until is not None and valid_until < valid_from:
        raise Refused(
            Problem("clearance_ends_before_it_begins", "The last day lies before the first. Correct one of them.", {}, "valid_until")
        )
    document = (
        store_document(book=need.campaign.book, data=paper, name=paper_name, media_type=paper_type, kind="clearance") if paper else None
    )
    return Clearance.objects.create(
        need=locked, cleared_by=cleared_by, document=document, valid_from=valid_from, valid_until=valid_until, recorded_by=author,
        request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def withdraw_clearance(*, clearance: Clearance, withdrawn_on: date, reason: str, author: Role) -> Clearance:
    """From that day on it no longer counts; what began before it stays begun."""
    refuse_unless_role(author, *CLEARANCE_ROLES, campaign=clearance.need.campaign)
    locked = Clearance.objects.select_for_update().get(pk=clearance.pk)
    if locked.withdrawn_on is not None:
        return locked
    if not reason.strip():
        raise Refused(Problem("reason_missing", "Say why the clearance is withdrawn.", {}, "reason"))
    locked.withdrawn_on, locked.withdrawn_reason, locked.withdrawn_by = withdrawn_on, reason.strip(), author
    locked.save(update_fields=["withdrawn_on", "withdrawn_reason", "withdrawn_by"])
    return locked


@transaction.atomic
def start_calendar(*, campaign: Campaign, origin: date, rest_days: list[int], author: Role) -> WorkCalendar:
    """The axis of all plans: its first day, half-days, and the weekdays on which no site works. It is set once; sites rest by rules of their own."""
    refuse_unless_role(author, *HOURS_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    found = WorkCalendar.objects.filter(campaign=campaign).first()
    if found:
        return found
    if len(set(rest_days)) >= 7:
        raise Refused(Problem("rest_days_wrong", "Leave at least one day on which people work.", {}, "weekdays"))
    return WorkCalendar.objects.create(campaign=campaign, origin=origin, slots_per_day=SLOTS_PER_DAY, rest_days=sorted(set(rest_days)))


@transaction.atomic
def add_rest(
    *,
    campaign: Campaign,
    kind: str,
    author: Role,
    request_id: str,
    site: Site | None = None,
    name: str = "",
    weekdays: list[int] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    parts: list[int] | None = None,
) -> SiteRest:
    """A site, or every site, rests: weekdays, whole days, or parts of the day for a time."""
    refuse_unless_role(author, *HOURS_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = SiteRest.objects.filter(campaign=campaign, request_id=request_id).first()
    if first:
        return first
    calendar = WorkCalendar.objects.filter(campaign=campaign).first()
    problems = _rest_problems(kind, calendar, weekdays or [], first_day, last_day, parts or [])
    if problems:
        raise Refused(problems)
    return SiteRest.objects.create(
        campaign=campaign, site=site, kind=kind, name=name, weekdays=sorted(weekdays or []) if kind == "weekly" else [],
        first_day=None if kind == "weekly" else first_day, last_day=None if kind == "weekly" else last_day or first_day,
        parts=sorted(parts or []) if kind in ("ramadan", "curfew") else [], added_by=author, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def end_rest(*, rest: SiteRest, author: Role) -> SiteRest:
    """The rest no longer holds; the row stays."""
    refuse_unless_role(author, *HOURS_ROLES, campaign=rest.campaign)
    locked = SiteRest.objects.select_for_update().get(pk=rest.pk)
    if locked.ended_at is None:
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
    return locked


def _rest_problems(
    kind: str, calendar: WorkCalendar | None, weekdays: list[int], first_day: date | None, last_day: date | None, parts: list[int]
) -> list[Problem]:
    if calendar is None:
        text = "The campaign has no work calendar yet. Take in a schedule or add the first task."
        return [Problem("campaign_has_no_calendar", text)]
    worked = set(range(7)) - set(calendar.rest_days)
    if kind == "weekly":
        if not weekdays or worked <= set(weekdays):
            text = "Choose at least one rest day, and leave at least one day on which people work."
            return [Problem("rest_days_wrong", text, {}, "weekdays")]
        return []
    if first_day is None or (last_day is not None and last_day < first_day):
        return [Problem("rest_without_days", "Give the first and the last day, in this order.", {}, "first_day")]
    if ((last_day or first_day) - first_day).days >= HOLIDAY_DAYS_MAX:
        return [
            Problem("rest_too_long", "A rest lasts at most %(max)s days. Add another one after it.", {"max": HOLIDAY_DAYS_MAX}, "last_day")
        ]
    if kind in ("ramadan", "curfew") and not parts:
        return [Problem("rest_without_parts", "Choose the parts of the day in which nobody works.", {}, "parts")]
    return []
