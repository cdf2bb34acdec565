"""The stewards' queue, one release with what it changes, the confirmation step, and asking for a release."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books.models import Commodity
from awna.books.services import balance_of
from awna.consent.services import is_approved
from awna.core.amounts import parse_minor
from awna.core.ledger.rules import FREE, RELEASED
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from . import services
from .forms import DecisionForm, ReleaseForm
from .models import Release


def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for the stewards, the next to expire first, and the first of it opened."""
    waiting = list(Release.objects.waiting(request.campaign))
    return _page(request, waiting, waiting[0] if waiting else None)


def decision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One release. A steward's word is asked twice: here, and on the page that says what it will do."""
    release = get_object_or_404(Release.objects.with_papers(), campaign=request.campaign, number=number)
    if request.method != "POST":
        return _page(request, list(Release.objects.waiting(request.campaign)), release)
    form = DecisionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["confirmed"]:
        return render(request, "approvals/confirm.html", {"form": form, "release": release, "said": form.cleaned_data, **_figures(release)})
    if form.is_valid():
        try:
            services.decide_release(
                proposal=release.proposal, steward=request.actor.role(services.STEWARD), choice=form.cleaned_data["choice"],
                reason=form.cleaned_data["reason"], request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(
                request,
                _("The release has its signatures; the money is released.") if is_approved(release.proposal) else _("Your word is kept."),
            )
            return redirect("decisions", slug=slug)
    return _page(request, list(Release.objects.waiting(request.campaign)), release, form=form, status=422)


def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the stewards for money, in one milestone."""
    form = ReleaseForm(request.POST or None, campaign=request.campaign, initial={"request_id": str(uuid.uuid4())})
    if form.is_valid():
        try:
            release = _propose(request, form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Release %(number)s waits for the stewards; the money is held.") % {"number": release.number})
            return redirect("decision", slug=slug, number=release.number)
    return form_page(request, form=form, title=_("Ask for a release"), submit=_("Ask the stewards"), desk=True)


def _propose(request: HttpRequest, asked: dict[str, Any]) -> Release:
    commodity = _currency(asked["custody"])
    ask = services.MilestoneAsk(
        n="1", custody=asked["custody"], fund=asked["fund"], commodity=commodity, ceiling=_minor(asked["amount"], commodity.scale),
        earliest=asked["earliest"], evidence=tuple(asked["evidence"]),
    )  # fmt: skip
    return services.propose_release(
        campaign=request.campaign, payee=asked["payee"], milestones=[ask], budget_line=asked["budget_line"], text=asked["text"],
        expires_on=asked["expires_on"], filed_by=request.actor.role(*services.PROPOSER_ROLES), request_id=asked["request_id"],
    )  # fmt: skip


def _currency(custody: Any) -> Commodity:
    account = getattr(custody, "bank_account", None)
    if account is not None:
        return account.commodity
    held = Commodity.objects.filter(kind="money", accounts__custody=custody).distinct()
    if len(held) != 1:
        raise Refused(
            Problem("purse_has_no_one_currency", "This purse holds no money, or several currencies. Choose a bank account.", {}, "custody")
        )
    return held[0]


def _minor(text: str, scale: int) -> int:
    try:
        return parse_minor(text, scale)
    except Refused as refused:
        raise Refused(problem.at("amount") for problem in refused.problems) from refused


def _page(
    request: HttpRequest, waiting: list[Release], release: Release | None, *, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"waiting": [(row, _asked(row)) for row in waiting], "release": release, "request_id": str(uuid.uuid4())}
    if release is not None:
        context |= _figures(release)
        context["form"] = form or DecisionForm()
        context["mine"] = _my_word(request, release)
    return render(request, "approvals/queue.html", context, status=status)


def _asked(release: Release) -> list[dict[str, Any]]:
    """What a release asks, currency by currency."""
    sums: dict[Commodity, int] = {}
    for hold in services.holds_of(release.proposal):
        sums[hold.commodity] = sums.get(hold.commodity, 0) + hold.amount
    return [{"code": commodity.code, "scale": commodity.scale, "minor": minor} for commodity, minor in sums.items()]


def _figures(release: Release) -> dict[str, Any]:
    """Milestones, and for each fund what is free without and with this release."""
    book, holds = release.campaign.book, services.holds_of(release.proposal)
    milestones, funds = [], {}
    for hold in holds:
        milestone, released = hold.credit_account.milestone, services.milestone_balance(book, hold, RELEASED)
        milestones.append(
            {"milestone": milestone, "minor": hold.amount, "scale": hold.commodity.scale, "code": hold.commodity.code, "released": released}
        )
        place = (hold.credit_account.custody, hold.credit_fund, hold.commodity)
        funds[place] = funds.get(place, 0) + hold.amount
    changes = []
    for (custody, fund, commodity), asked in funds.items():
        free = balance_of(book, stage=FREE, custody=custody, fund=fund, commodity=commodity)
        changes.append(
            {"fund": fund, "code": commodity.code, "scale": commodity.scale, "before": free + asked, "asked": -asked, "after": free}
        )
    decisions = release.proposal.decisions.order_by("decided_at")
    required = release.proposal.epoch.required
    return {
        "milestones": milestones, "changes": changes, "asked": _asked(release), "decisions": decisions, "required": required,
        "approved": release.signed >= required, "missing": range(max(0, required - release.signed)),
    }  # fmt: skip


def _my_word(request: HttpRequest, release: Release) -> Any:
    """This person's own final word, if it was said."""
    return release.proposal.decisions.filter(steward__user=request.user).exclude(choice="ask").first()
