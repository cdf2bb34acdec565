"""What the page of a campaign shows: the appeal, figures that add up, the goal by kind, what is next, what was promised, who decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.access.models import Crossing, CrossingReport
from awna.books.services import log_standing
from awna.campaigns.models import Goal
from awna.campaigns.services import latest_updates
from awna.consent.models import PolicyEpoch
from awna.core.amounts import currency_scale
from awna.donations.models import Gift, Pledge
from awna.donations.services import accounts_that_collect, closed_bodies
from awna.letters.models import OpenLetter, Organisation, Signature
from awna.parties.models import Campaign, Role
from awna.works.standing import standing_of

from . import words
from .figures import FIGURES, Money, Thing, Things, things_of
from .four import four_of
from .wall import STONES, wall_paths

MONEY = "money"


@dataclass(frozen=True)
class GoalRow:
    """One line of the goal by kind, in its own unit; a figure that nobody keeps is None and shown as such."""

    title: str
    kind: str
    unit: str
    goal: Decimal | None
    received: Decimal | None
    pledged: Decimal | None = None
    due_on: date | None = None
    href: str = ""

    @property
    def missing(self) -> Decimal | None:
        if self.goal is None or self.received is None:
            return None
        return max(Decimal(0), self.goal - self.received - (self.pledged or 0))

    @property
    def is_overdue(self) -> bool:
        return bool(self.due_on and self.due_on < timezone.localdate() and self.missing != 0)


def appeal_of(campaign: Campaign) -> dict[str, Any]:
    """The context of the page. At most twelve questions to the database with all that comes before it; two more where currencies are several."""
    row, language = _whole(campaign), translation.get_language()
    book = getattr(row, "book", None)
    things = things_of(book) if book else Things([], [], {})
    main = next((item for item in things.money if item.code == row.goal_currency), _nothing(row))
    pledged = 0 if book is None or book.sheltered else row.pledged  # in a sheltered book the sum would show single gifts
    standing = standing_of(row, in_stores=things.stock) if hasattr(row, "work_calendar") else None
    return {
        "campaign": row, "title": row.text("title", language), "summary": row.text("summary", language), "place": row.text("place_public", language),
        "wording": {kind: language if f"campaign.{kind}" in row.texts_in(language) else row.source_language for kind in ("title", "summary")},
        "machine": any(text.state != "reviewed" for text in row.texts_in(language).values()),
        "money": main, "four": four_of(row, book, things=things, pledged=None if row.pledged_elsewhere else row.pledged), "pledged": pledged,
        "sums": _sums(row, main, pledged), "gifts": row.gift_count, "stewards": row.steward_count, "required": row.required,
        "log": log_standing(book) if book else None,
        "wall": _wall(main, pledged, row.goal_minor), "stone": row.goal_minor // STONES,
        "goals": _goals(row, main, pledged, things.given), "updates": latest_updates(row, language=language),
        "standing": standing, "crossings": _closed(row), "letter": _letter(row),
        "collects": row.collects, "closed": closed_bodies(book) if book and not row.collects else [],
    }  # fmt: skip


def _whole(campaign: Campaign) -> Any:
    """The campaign with its owner, book, calendar and counts in one question to the database."""
    here = OuterRef("pk")
    stewards = Role.objects.filter(campaign=here, name="steward", ended_on=None)
    # A gift in an open batch is not counted before the batch closes: a counter that moves by one tells of one gift.
    gifts = Gift.objects.filter(book__campaign=here).exclude(entry_seq=None)
    pledges = Pledge.objects.with_due().filter(
        bank_account__book__campaign=here, bank_account__commodity__code=OuterRef("goal_currency"), state="pledged"
    )
    elsewhere = Pledge.objects.filter(bank_account__book__campaign=here, state="pledged").exclude(
        bank_account__commodity__code=OuterRef("goal_currency")
    )
    letters = OpenLetter.objects.filter(campaign=here).values("pk")[:1]
    signed, joined = (model.objects.counted().filter(letter=OuterRef("letter_pk")) for model in (Signature, Organisation))
    return (
        Campaign.objects.select_related("owner", "book", "work_calendar")
        .annotate(
            steward_count=_count(stewards, "campaign"), gift_count=_count(gifts, "book"), letter_pk=Subquery(letters),
            pledged_elsewhere=Exists(elsewhere), collects=Exists(accounts_that_collect().filter(book__campaign=here)),
            pledged=Coalesce(Subquery(pledges.order_by().values("bank_account__commodity").annotate(n=Sum("due_minor")).values("n")), 0),
            required=Subquery(PolicyEpoch.objects.filter(campaign=here).order_by("-number").values("required")[:1]),
            ruled_at=Subquery(PolicyEpoch.objects.filter(campaign=here).order_by("-number").values("created_at")[:1]),
        )
        .annotate(people=_count(signed, "letter"), organisations=_count(joined, "letter"))
        .get(pk=campaign.pk)
    )  # fmt: skip


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def _nothing(row: Campaign) -> Money:
    return Money(code=row.goal_currency, scale=currency_scale(row.goal_currency), **dict.fromkeys(FIGURES, 0))


def _letter(row: Any) -> dict[str, Any] | None:
    """The newest letter and how many signed it."""
    if row.letter_pk is None:
        return None
    href = reverse("letter", kwargs={"slug": row.slug, "letter": row.letter_pk})
    return {"href": href, "people": row.people, "organisations": row.organisations}


def _sums(row: Campaign, money: Money, pledged: int) -> list[dict[str, Any]]:
    """The table that adds up: first to what was received, then to the goal."""
    lines = [
        {
            "label": words.FIGURES[name], "minor": getattr(money, name), "state": name if name in ("spent", "committed", "in_hand") else "",
            "href": _entries(row, name, money.code),
        }
        for name in FIGURES[1:] if getattr(money, name) or name in ("spent", "committed", "in_hand")
    ]  # fmt: skip
    received = {"label": _("Received, %(code)s") % {"code": money.code}, "minor": money.received, "total": True,
                "href": _entries(row, "received", money.code)}  # fmt: skip
    if not row.goal_minor:
        return [*lines, received]
    missing = row.goal_minor - money.received - pledged
    waiting = {"label": _("Pledged, not yet received"), "minor": pledged, "state": "pledged"}
    if missing < 0:
        return [*lines, received, waiting]
    return [
        *lines, received, waiting,
        {"label": _("Still missing"), "minor": missing, "state": "missing"},
        {"label": _("Goal, %(code)s") % {"code": money.code}, "minor": row.goal_minor, "total": True},
    ]  # fmt: skip


def _entries(row: Campaign, figure: str, code: str) -> str:
    return reverse("figure", kwargs={"slug": row.slug, "figure": figure, "code": code})


def _wall(money: Money, pledged: int, goal: int) -> dict[str, str]:
    if goal <= 0:
        return {}
    amounts = {"spent": money.spent, "committed": money.committed, "in_hand": money.in_hand + money.under_way, "pledged": pledged}
    return wall_paths({state: Fraction(minor * STONES, goal) for state, minor in amounts.items()})


def _goals(row: Campaign, money: Money, pledged: int, given: list[Thing]) -> list[GoalRow]:
    """Money first, then each goal of goods and hours beside what the book has of it; what was given without a goal stands below."""
    scale = Decimal(10) ** -money.scale
    found = []
    if row.goal_minor:
        found.append(
            GoalRow(_("Money"), _("Money"), money.code, row.goal_minor * scale, money.received * scale, pledged * scale,
                    href=_entries(row, "received", money.code))
        )  # fmt: skip
    left = {thing.code: thing for thing in given}
    for goal in Goal.objects.filter(campaign=row).exclude(kind=MONEY).order_by("kind", "title"):
        thing = next((item for item in left.values() if _serves(goal, item)), None)
        counted = left.pop(thing.code).given * Decimal(10) ** -thing.scale if thing else Decimal(0)
        found.append(GoalRow(goal.title, goal.get_kind_display(), goal.unit, goal.quantity, counted, due_on=goal.due_on))
    for thing in left.values():
        found.append(GoalRow(thing.name, words.COMMODITY_KINDS[thing.kind], "", None, thing.given * Decimal(10) ** -thing.scale))
    return found


def _serves(goal: Goal, thing: Thing) -> bool:
    """All hours serve a goal of hours; goods serve the goal that bears their name or code."""
    if goal.kind == "hours" or thing.kind == "time":
        return goal.kind == "hours" and thing.kind == "time"
    names = {thing.code, thing.name, thing.name.partition(" (")[0]}
    return goal.title.casefold() in {name.casefold() for name in names}


def _closed(row: Campaign) -> list[tuple[Crossing, CrossingReport]]:
    """Crossings that today's report calls closed. A campaign at risk does not say."""
    if row.at_risk:
        return []
    reports = CrossingReport.objects.filter(crossing__campaign=row).known_at(timezone.now()).covering(timezone.localdate())
    last: Mapping[Crossing, CrossingReport] = {report.crossing: report for report in reports.select_related("crossing").in_order()}
    return [(crossing, report) for crossing, report in last.items() if report.status == "closed"]
