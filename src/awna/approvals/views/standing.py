"""What one steward may do alone: stop everything for some days. And who has an interest in whom."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import Custody
from awna.consent import services as consent
from awna.consent.models import Interest, Pause
from awna.core.digest import digest_of
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import refused_page

from ..forms.answering import InterestForm, PauseForm
from ..keys.signing import PAUSE, keyed_epoch, signed_from, signing_of
from ..services.spending import PROPOSER_ROLES, STEWARD

OF_THE_POLICY = {"days_wrong", "too_soon_again"}
"""Refusals of a pause that another signature would not mend."""
DAYS_TO_AGREE = 30
PAUSE_DAYS_FIRST = 3
"""What the form starts with; the policy's own limit is checked when it is sent."""


def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop: written first, confirmed and signed on the second page. It never pays anything."""
    steward, book = request.actor.role(STEWARD), request.campaign.book
    alive = (
        Pause.objects.filter(campaign=request.campaign, ended_by=None, until__gte=timezone.localdate()).select_related("by__user").first()
    )
    fresh = {"request_id": str(uuid.uuid4()), "until": timezone.localdate() + timedelta(days=PAUSE_DAYS_FIRST)}
    form, signing, status, is_second = PauseForm(request.POST or None, initial=fresh), None, 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked, is_second = form.cleaned_data, True
            try:
                if request.POST.get("confirmed"):
                    books.pause(
                        book=book, steward=steward, until=asked["until"], reason=asked["reason"], request_id=asked["request_id"],
                        signed=signed_from(request.POST, steward=steward),
                    )  # fmt: skip
                    messages.success(request, _("Everything is stopped until %(day)s. No money is released.") % {"day": asked["until"]})
                    return redirect("decisions", slug=slug)
                status = 200
            except Refused as refused:
                refused_to_form(form, refused)
                # What the policy does not allow is changed on the first page; a signature is only given again.
                is_second = not set(refused.codes) & OF_THE_POLICY
            signing = _signing(request, steward, asked["until"]) if is_second else None
    context = {
        "form": form,
        "alive": alive,
        "signing": signing,
        "is_second": is_second,
        "title": _("Stop everything for some days"),
    }
    return render(request, "approvals/pause.html", context, status=status)


def _signing(request: HttpRequest, steward: Any, until: Any) -> dict[str, Any] | None:
    """What the key signs: the very memo that will be posted. None in a book by name."""
    epoch = keyed_epoch(request.campaign)
    if epoch is None:
        return None
    payload = books.pause_payload(book=request.campaign.book, steward=steward, until=until)
    keys = [one.key for one in epoch.keys.filter(key__steward=steward).select_related("key")]
    return signing_of(steward, about=PAUSE, digest=digest_of(payload), keys=keys)


def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the stewards to end the pause before its day."""
    try:
        proposal = books.propose_resume(
            book=request.campaign.book, filed_by=request.actor.role(STEWARD), expires_on=timezone.localdate() + timedelta(days=DAYS_TO_AGREE),
            request_id=request.POST.get("request_id", "")[:80],
        )  # fmt: skip
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("The stewards are asked to end the pause."))
    return redirect("question", slug=slug, proposal=proposal.pk)


def interests(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody's declared ties to payees; each person declares and ends their own."""
    role = request.actor.role(*PROPOSER_ROLES)
    act = request.POST.get("act", "")
    form = InterestForm(request.POST if act == "declare" else None, campaign=request.campaign)
    if act == "end":
        payee = get_object_or_404(Custody, book=request.campaign.book, pk=_uuid(request.POST.get("payee", "")))
        return _done(request, slug, lambda: _end(request, payee))
    if form.is_valid():
        asked = form.cleaned_data
        try:
            consent.declare_interest(role=role, custody_id=str(asked["payee"].pk), reason=asked["reason"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Your interest is declared. You cannot ask, agree, pay or receive for this payee."))
            return redirect("interests", slug=slug)
    standing = list(
        Interest.objects.filter(role__campaign=request.campaign, ended_at=None).select_related("role__user").order_by("said_at")
    )
    payees = {str(one.pk): one for one in Custody.objects.filter(book=request.campaign.book, pk__in=[one.custody for one in standing])}
    rows = [{"tie": one, "payee": payees.get(one.custody), "is_mine": one.role.user_id == request.user.pk} for one in standing]
    context = {"form": form, "rows": rows, "title": _("Interests in payees")}
    return render(request, "approvals/interests.html", context, status=422 if form.is_bound else 200)


def _end(request: HttpRequest, payee: Custody) -> None:
    for tie in Interest.objects.filter(
        role__campaign=request.campaign, role__user=request.user, custody=str(payee.pk), ended_at=None
    ).select_related("role"):
        consent.end_interest(role=tie.role, custody_id=tie.custody, reason=request.POST.get("reason", ""))


def _done(request: HttpRequest, slug: str, act: Any) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("The interest is over."))
    return redirect("interests", slug=slug)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
