"""Public pages of a campaign. Anyone may read them; nothing here writes."""

from fractions import Fraction
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.access.models import Crossing, CrossingReport
from awna.books.models import Book
from awna.books.services import log_standing
from awna.campaigns.models import Goal
from awna.campaigns.services import latest_updates
from awna.consent.models import PolicyEpoch
from awna.core.amounts import currency_scale
from awna.donations.models import Donor, Gift, Pledge
from awna.kit.http import private
from awna.letters.services import count_signatures
from awna.parties.models import Campaign, Role

from . import words
from .figures import FIGURES, Money, money_of
from .journey import journey_of
from .proof import proof_of
from .wall import STONES, wall_paths


def front(request: HttpRequest) -> HttpResponse:
    """The only campaign at once, else the list."""
    campaigns = list(Campaign.objects.order_by("title"))
    if len(campaigns) == 1:
        return redirect("campaign", slug=campaigns[0].slug)
    return render(request, "public/front.html", {"title": _("Campaigns"), "campaigns": campaigns})


def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """What is so far: figures that add up, each linked to its entries."""
    row, language = _whole(request.campaign), translation.get_language()
    book = getattr(row, "book", None)
    texts = row.texts_in(language)
    money = money_of(book) if book else []
    main = next((item for item in money if item.code == row.goal_currency), _nothing(row))
    pledged = _pledged(book, main.code) if book else 0
    letter = row.letters.first()
    context = {
        "title": row.text("title", language), "summary": row.text("summary", language),
        "machine": any(text.state != "reviewed" for text in texts.values()),
        "money": main, "others": [item for item in money if item.code != main.code], "pledged": pledged,
        "missing": max(0, row.goal_minor - main.received - pledged), "sums": _sums(slug, main, pledged, row.goal_minor),
        "campaign": row, "gifts": row.gift_count, "stewards": row.steward_count, "required": row.required,
        "log": log_standing(book) if book else None,
        "wall": _wall(main, pledged, row.goal_minor), "stone": row.goal_minor // STONES,
        "goals": list(Goal.objects.filter(campaign=row).order_by("kind", "title")),
        "updates": latest_updates(row, language=language), "crossings": _closed(row),
        "letter": letter, "signatures": count_signatures(letter) if letter else None,
    }  # fmt: skip
    return render(request, "public/campaign.html", context)


def _whole(row: Campaign) -> Any:
    """The campaign with its owner, book and counts in one question to the database."""
    stewards = Role.objects.filter(campaign=OuterRef("pk"), name="steward", ended_on=None).values("campaign").annotate(n=Count("pk"))
    # A gift in an open batch is not counted before the batch closes: a counter that moves by one tells of one gift.
    gifts = Gift.objects.filter(book__campaign=OuterRef("pk")).exclude(entry_seq=None).order_by().values("book").annotate(n=Count("pk"))
    return (
        Campaign.objects.select_related("owner", "book")
        .annotate(
            steward_count=Coalesce(Subquery(stewards.values("n")), 0), gift_count=Coalesce(Subquery(gifts.values("n")), 0),
            required=Subquery(PolicyEpoch.objects.filter(campaign=OuterRef("pk")).order_by("-number").values("required")[:1]),
        )
        .get(pk=row.pk)
    )  # fmt: skip


def _nothing(row: Campaign) -> Money:
    return Money(code=row.goal_currency, scale=currency_scale(row.goal_currency), **dict.fromkeys(FIGURES, 0))


def _pledged(book: Book, code: str) -> int:
    """What was promised and has not come; nothing in a sheltered book, where the sum would show single gifts."""
    if book.sheltered:
        return 0
    found = Pledge.objects.open_in(book).filter(bank_account__commodity__code=code)
    return int(found.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _sums(slug: str, money: Money, pledged: int, goal: int) -> list[dict[str, Any]]:
    """The table that adds up: first to what was received, then to the goal."""
    lines = [
        {
            "label": words.FIGURES[name], "minor": getattr(money, name), "state": name if name in ("spent", "committed", "in_hand") else "",
            "href": reverse("figure", kwargs={"slug": slug, "figure": name, "code": money.code}),
        }
        for name in FIGURES[1:] if getattr(money, name) or name in ("spent", "committed", "in_hand")
    ]  # fmt: skip
    received = {"label": _("Received, %(code)s") % {"code": money.code}, "minor": money.received, "total": True,
                "href": reverse("figure", kwargs={"slug": slug, "figure": "received", "code": money.code})}  # fmt: skip
    if not goal:
        return [*lines, received]
    missing = goal - money.received - pledged
    return [
        *lines, received,
        {"label": _("Pledged, not yet received"), "minor": pledged, "state": "pledged"},
        {"label": _("Still missing") if missing >= 0 else _("More than the goal"), "minor": abs(missing), "state": "missing"},
        {"label": _("Goal, %(code)s") % {"code": money.code}, "minor": goal, "total": True},
    ] if missing >= 0 else [*lines, received, {"label": _("Pledged, not yet received"), "minor": pledged, "state": "pledged"}]  # fmt: skip


def _wall(money: Money, pledged: int, goal: int) -> dict[str, str]:
    if goal <= 0:
        return {}
    amounts = {"spent": money.spent, "committed": money.committed, "in_hand": money.in_hand + money.under_way, "pledged": pledged}
    return wall_paths({state: Fraction(minor * STONES, goal) for state, minor in amounts.items()})


def _closed(row: Campaign) -> list[tuple[Crossing, Any]]:
    """Crossings that today's report calls closed. A campaign at risk does not say."""
    if row.at_risk:
        return []
    reports = CrossingReport.objects.filter(crossing__campaign=row).known_at(timezone.now()).covering(timezone.localdate())
    last = {report.crossing: report for report in reports.select_related("crossing").order_by("reported_at", "pk")}
    return [(crossing, report) for crossing, report in last.items() if report.status == "closed"]


def trace(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The private page of one donor: the way of what was given."""
    donor = Donor.objects.by_token(token)
    if donor is None or donor.campaign_id != request.campaign.pk:
        raise Http404("This link opens no gift.")
    journeys = [journey_of(gift) for gift in donor.gifts.select_related("book__campaign", "commodity", "pledge").order_by("entry_seq")]
    shown = [
        {
            "journey": item,
            "steps": [
                (step, words.KINDS.get(step.kind, step.kind), words.STAGES_OF_WAY.get(step.stage, step.stage)) for step in item.steps
            ],
            "parts": [(part, words.STAGES_OF_WAY.get(part.stage, part.stage)) for part in item.parts],
            "not_yet": [words.KINDS[kind] for kind in item.not_yet],
            "proof": proof_of(item.gift),
        }
        for item in journeys
    ]
    waiting = list(donor.pledges.filter(state="pledged").select_related("bank_account__commodity"))
    context = {
        "title": _("The way of your gift"), "gifts": shown, "waiting": waiting, "has_proof": any(item["proof"] for item in shown),
    }  # fmt: skip
    return private(render(request, "public/trace.html", context))
