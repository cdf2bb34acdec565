"""Wage sheets: asked for as a release, filled by one lead, approved by another, paid by a treasurer before a witness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from awna.books.models import Custody, Document, Fund, Milestone
from awna.books.services import ensure_custody, store_document
from awna.campaigns.models import BudgetLine
from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.digest import canonical_json
from awna.core.ledger.rules import PAYEE, RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Labourer, WageRow, WageSheet
from ..wage_models import DAYS_MAX, WAGES_REF, wage_minor
from .papers import SIGNED_SHEET
from .workers import LEADS, is_on_list

APPROVERS = ("site_lead",)
SHEET_KIND = "wage_sheet"
HOURS_A_DAY_MAX = Decimal(12)
HOUR_MINOR_MAX = 10**9
DAYS_BACK_MAX = 62
"""Days after which work that nobody wrote down is a matter for the stewards, not for a sheet."""


@dataclass(frozen=True)
class HoursAsk:
    """So many hours of one worker on one day, at minor units for the hour."""

    labourer: Labourer
    day: date
    hours: Decimal
    rate_minor: int


def wages_payee(campaign: Campaign) -> Custody:
    """Whom releases for wages pay: nobody by name. Who was paid how much stands in the sheets, of which the book holds salted digests."""
    return ensure_custody(book=campaign.book, type=PAYEE, ref=WAGES_REF, title="Day labour")


@transaction.atomic
def ask_for_wages(
    *, campaign: Campaign, custody: Custody, fund: Fund, ceiling: int, text: str, budget_line: BudgetLine | None = None, expires_on: date,
    filed_by: Role, request_id: str,
) -> "Proposal":  # fmt: skip
    """A release for day wages; each payment under it needs the sheet and the photo of the signed list."""
    from ...services.asking import MilestoneAsk, propose_release

    account = getattr(custody, "bank_account", None)
    if account is None or account.book.campaign_id != campaign.pk:
        raise Refused(Problem("purse_unknown", "Wages are paid out of a cash box or an account of the campaign.", {}, "custody"))
    ask = MilestoneAsk(
        n="1", custody=custody, fund=fund, commodity=account.commodity, ceiling=ceiling, earliest=timezone.localdate(),
        evidence=(SHEET_KIND, SIGNED_SHEET),
    )  # fmt: skip
    return propose_release(
        campaign=campaign, payee=wages_payee(campaign), milestones=[ask], budget_line=budget_line, text=text, expires_on=expires_on,
        filed_by=filed_by, request_id=request_id,
    ).proposal  # fmt: skip


@transaction.atomic
def open_sheet(
    *, campaign: Campaign, milestone: Milestone, title: str, first_on: date, last_on: date, author: Role, request_id: str
) -> WageSheet:  # fmt: skip
    """An empty sheet of at most a week, under a milestone that the stewards released for wages."""
    refuse_unless_role(author, *LEADS, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = WageSheet.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return first
    problems = []
    if milestone.book_id != campaign.book.pk or milestone.payee.ref != WAGES_REF:
        problems.append(
            Problem(
                "milestone_not_for_wages",
                "The stewards released this money for something else. Choose a release for wages.",
                {},
                "milestone",
            )
        )
    if not title.strip():
        problems.append(Problem("sheet_without_title", "Say which work the sheet is for.", {}, "title"))
    today = timezone.localdate()
    if not first_on <= last_on < first_on + timedelta(days=DAYS_MAX):
        problems.append(
            Problem("sheet_days_wrong", "A sheet covers 1 to %(max)s days. Make another sheet for the rest.", {"max": DAYS_MAX}, "last_on")
        )
    elif last_on > today or first_on < today - timedelta(days=DAYS_BACK_MAX):
        problems.append(
            Problem(
                "sheet_day_out_of_range",
                "A sheet is for days that have come, at most %(max)s days back.",
                {"max": DAYS_BACK_MAX},
                "first_on",
            )
        )
    if problems:
        raise Refused(problems)
    return WageSheet.objects.create(
        campaign=campaign, number=WageSheet.objects.filter(campaign=campaign).count() + 1, milestone=milestone, title=title.strip(),
        first_on=first_on, last_on=last_on, prepared_by=author, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def write_hours(*, sheet: WageSheet, hours: Sequence[HoursAsk], author: Role) -> WageSheet:
    """Put these hours in place of those on the sheet, whole or not at all; sent twice it is the same sheet."""
    refuse_unless_role(author, *LEADS, campaign=sheet.campaign)
    sheet = locked(sheet)
    if sheet.state != WageSheet.OPEN:
        raise Refused(
            Problem("sheet_is_fixed", "This sheet is %(state)s; its hours stand. Drop it and make a new one.", {"state": sheet.state_word})
        )
    problems = _hours_problems(sheet, hours)
    if problems:
        raise Refused(problems)
    sheet.rows.all().delete()
    WageRow.objects.bulk_create(
        WageRow(sheet=sheet, labourer=ask.labourer, day=ask.day, hours=ask.hours, rate_minor=ask.rate_minor) for ask in hours
    )
    sheet.total_minor = sum(wage_minor(ask.hours, ask.rate_minor) for ask in hours)
    sheet.prepared_by = author
    sheet.save(update_fields=["total_minor", "prepared_by"])
    return sheet


@transaction.atomic
def approve_sheet(*, sheet: WageSheet, author: Role) -> WageSheet:
    """A site lead who wrote none of it and is not on it fixes the sheet: from now on the book knows it by its salted digest."""
    refuse_unless_role(author, *APPROVERS, campaign=sheet.campaign)
    Campaign.objects.select_for_update().get(pk=sheet.campaign_id)
    sheet = locked(sheet)
    if sheet.approved_by_id == author.pk and sheet.state != WageSheet.DROPPED:
        return sheet
    problems = _approval_problems(sheet, author)
    if problems:
        raise Refused(problems)
    sheet.document = _sheet_document(sheet)
    sheet.approved_by, sheet.approved_at = author, timezone.now()
    sheet.save(update_fields=["document", "approved_by", "approved_at"])
    return sheet


@transaction.atomic
def drop_sheet(*, sheet: WageSheet, why: str, author: Role) -> WageSheet:
    """An unpaid sheet that was wrong: it stays readable with the reason, and its days may stand on another."""
    refuse_unless_role(author, *LEADS, campaign=sheet.campaign)
    sheet = locked(sheet)
    if sheet.state == WageSheet.DROPPED:
        return sheet
    if sheet.state in (WageSheet.PAID, WageSheet.NOTED):
        raise Refused(Problem("sheet_is_paid", "This sheet is paid. The stewards can allow that the payment is taken back."))
    if not why.strip():
        raise Refused(Problem("drop_needs_a_reason", "Say why the sheet is dropped.", {}, "why"))
    sheet.rows.update(live=False)
    sheet.dropped_at, sheet.dropped_why = timezone.now(), why.strip()
    sheet.save(update_fields=["dropped_at", "dropped_why"])
    return sheet


def locked(sheet: WageSheet) -> WageSheet:
    WageSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    return WageSheet.objects.with_people().get(pk=sheet.pk)


def left_for(milestone: Milestone, *, without: WageSheet | None = None) -> int:
    """Minor units that are released there and that no approved, unpaid sheet counts on."""
    released = sum(account.balance.minor for account in milestone.accounts.filter(stage=RELEASED).select_related("balance"))
    spoken = WageSheet.objects.filter(milestone=milestone, dropped_at=None, entry=None).exclude(approved_by=None)
    if without is not None:
        spoken = spoken.exclude(pk=without.pk)
    return released - sum(spoken.values_list("total_minor", flat=True))


def _hours_problems(sheet: WageSheet, hours: Sequence[HoursAsk]) -> list[Problem]:
    problems = []
    days, seen = set(sheet.days), set[tuple[object, date]]()
    taken = _taken_days(sheet, hours)
    for ask in hours:
        where = {"code": ask.labourer.code, "day": ask.day}
        if ask.labourer.campaign_id != sheet.campaign_id or ask.day not in days:
            problems.append(Problem("row_not_of_this_sheet", "%(code)s on %(day)s does not belong on this sheet.", where))
        if (ask.labourer.pk, ask.day) in seen:
            problems.append(Problem("person_twice_on_a_day", "%(code)s stands twice on %(day)s. Add the hours into one line.", where))
        seen.add((ask.labourer.pk, ask.day))
        if number := taken.get((ask.labourer.pk, ask.day)):
            problems.append(Problem("person_on_another_sheet", "%(code)s stands on sheet %(number)s with %(day)s already. A day is paid once.",
                                    where | {"number": number}))  # fmt: skip
        if not 0 < ask.hours <= HOURS_A_DAY_MAX:
            problems.append(Problem("hours_out_of_range", "%(code)s on %(day)s: give more than 0 and at most %(max)s hours.",
                                    where | {"max": HOURS_A_DAY_MAX}))  # fmt: skip
        if not 0 < ask.rate_minor <= HOUR_MINOR_MAX:
            problems.append(Problem("rate_not_positive_for", "%(code)s has hours but no rate. Give what an hour is paid.", where))
    return problems


def _taken_days(sheet: WageSheet, hours: Sequence[HoursAsk]) -> Mapping[tuple[object, date], int]:
    """(Worker, day) → the number of another sheet on which they stand."""
    rows = WageRow.objects.filter(live=True, labourer__in={ask.labourer.pk for ask in hours}, day__range=(sheet.first_on, sheet.last_on))
    return {(one, day): number for one, day, number in rows.exclude(sheet=sheet).values_list("labourer", "day", "sheet__number")}


def _approval_problems(sheet: WageSheet, author: Role) -> list[Problem]:
    rows = list(sheet.rows.all())
    problems = []
    if sheet.state != WageSheet.OPEN:
        problems.append(
            Problem("sheet_is_fixed", "This sheet is %(state)s; its hours stand. Drop it and make a new one.", {"state": sheet.state_word})
        )
    if not rows:
        problems.append(Problem("sheet_is_empty", "Nobody has hours on this sheet. Write them down first."))
    if author.user_id == sheet.prepared_by.user_id:
        problems.append(Problem("approver_wrote_the_sheet", "You wrote these hours. Another site lead must approve them."))
    if is_on_list(author, [row.labourer for row in rows]):
        problems.append(
            Problem("approver_is_on_the_sheet", "You stand on this sheet yourself. A site lead who is not on it must approve it.")
        )
    left = left_for(sheet.milestone)
    if sheet.total_minor > left:
        money = sheet.milestone.commodity
        problems.append(Problem(
            "wages_exceed_release", "The sheet comes to %(code)s %(asked)s; %(left)s is released for wages and not spoken for. Ask the stewards for more, or drop hours.",
            {"code": money.code, "asked": format_minor(sheet.total_minor, money.scale), "left": format_minor(max(0, left), money.scale)}))  # fmt: skip
    return problems


def _sheet_document(sheet: WageSheet) -> Document:
    """Codes, days, hours and sums. Names stand on the paper and in the sealed list of workers, so that forgetting one leaves the digest true."""
    said = {
        "sheet": sheet.number, "id": str(sheet.pk), "currency": sheet.milestone.commodity.code, "total": str(sheet.total_minor),
        "rows": [[row.labourer.code, row.day.isoformat(), str(row.hours), str(row.rate_minor), str(row.minor)] for row in sheet.rows.all()],
    }  # fmt: skip
    return store_document(
        book=sheet.campaign.book,
        data=canonical_json(said),
        name=f"wage-sheet-{sheet.number}.json",
        media_type="application/json",
        kind=SHEET_KIND,
    )
