"""The one queue of the stewards, one proposal with all that it binds, and a word on it, asked twice."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.consent.models import Decision, Proposal
from awna.consent.services import digest_to_sign, has_pin, is_of_older_policy, state_of
from awna.core.consent.quorum import word_code
from awna.core.digest import digest_of
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form

from .. import services, shown
from ..forms.answering import DecisionForm
from ..keys.signing import keyed_epoch, signed_from, signing_for, signing_of
from ..models import CarriedOut, Release
from ..services import questions
from ..services.spending import PROPOSER_ROLES, STEWARD


def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for the stewards, oldest first, and the first of it opened."""
    services.carry_out_all_ready(campaign=request.campaign)
    services.tell_stewards(campaign=request.campaign)
    return _page(request, None)


def decision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A release by its number."""
    release = get_object_or_404(Release.objects.select_related("proposal"), campaign=request.campaign, number=number)
    return question(request, slug, release.proposal_id)


def question(request: HttpRequest, slug: str, proposal: uuid.UUID) -> HttpResponse:
    """One proposal. A steward's word is asked twice: here, and on the page that says what it will do."""
    asked = (
        Proposal.objects.filter(campaign=request.campaign, pk=proposal, purpose__in=questions.TITLES).with_approvals()
        .select_related("epoch", "filed_by__user", "release", "campaign").prefetch_related("decisions__steward__user").first()
    )  # fmt: skip
    if asked is None:
        raise Http404
    if request.method != "POST":
        return _page(request, asked)
    form = DecisionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["confirmed"]:
        return _confirm(request, asked, form)
    if form.is_valid():
        try:
            _say(request, asked, form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            done = CarriedOut.objects.filter(proposal=asked).exists()
            messages.success(request, _("Enough stewards agreed; it is done.") if done else _("Your word is kept."))
            return redirect("decisions", slug=slug)
    if form.cleaned_data.get("confirmed"):
        return _confirm(request, asked, form, status=422)
    return _page(request, asked, form=form, status=422)


def _say(request: HttpRequest, proposal: Proposal, said: dict[str, Any]) -> None:
    steward = request.actor.role(STEWARD)
    services.decide(
        proposal=proposal, steward=steward, choice=said["choice"], reason=said["reason"], request_id=said["request_id"],
        in_public=said["in_public"], signed=signed_from(request.POST, steward=steward), pin=said["pin"],
    )  # fmt: skip


def _confirm(request: HttpRequest, proposal: Proposal, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    """The second page: what the word will do, the code to compare, and for a yes the key's signature."""
    steward, said = request.actor.role(STEWARD), form.cleaned_data
    (row,) = questions.rows_of([proposal], reader=steward)
    is_yes, is_no = said.get("choice") == Decision.APPROVE, said.get("choice") == Decision.DECLINE
    signing = signing_for(steward, proposal) if is_yes else _signing_of_no(steward, proposal) if is_no else None
    context = {
        "form": form, "row": row, "proposal": proposal, "said": said, "code": word_code(digest_to_sign(proposal)).split("-"),
        "digest": digest_to_sign(proposal), "payee": shown.payee_of(proposal), "signing": signing,
        "asks_pin": is_yes and (proposal.cool_down > 0 or has_pin(steward)), "address": _address(proposal),
    }  # fmt: skip
    return render(request, "approvals/confirm.html", context, status=status)


def _signing_of_no(steward: Any, proposal: Proposal) -> dict[str, Any] | None:
    """A no goes into the log as a memo of its own, signed like a yes. None where nothing of the proposal is in the log, or no keys are."""
    epoch = keyed_epoch(proposal.campaign)
    if epoch is None or not proposal.signs:
        return None
    keys = [one.key for one in epoch.keys.filter(key__steward=steward).select_related("key")]
    return signing_of(steward, about="declined", digest=digest_of(books.decline_payload(proposal=proposal, steward=steward)), keys=keys)


def _page(request: HttpRequest, proposal: Proposal | None, *, form: DecisionForm | None = None, status: int = 200) -> HttpResponse:
    reader = request.actor.role(*PROPOSER_ROLES)
    waiting = questions.waiting_for(campaign=request.campaign, reader=reader, since=questions.note_look(reader=reader))
    context: dict[str, Any] = {"waiting": waiting, "request_id": str(uuid.uuid4()), "title": _("Waiting for the stewards")}
    opened = proposal or (waiting[0].proposal if waiting else None)
    if opened is not None:
        context |= _everything_of(request, opened, reader) | {"form": form or DecisionForm(), "is_steward": request.actor.has_role(STEWARD)}
    return render(request, "approvals/queue.html", context, status=status)


def _everything_of(request: HttpRequest, proposal: Proposal, reader: Any) -> dict[str, Any]:
    book, release = request.campaign.book, getattr(proposal, "release", None)
    (row,) = questions.rows_of([proposal], reader=reader)
    parts, standing = shown.parts_shown(book, proposal), state_of(proposal)
    return {
        "opened": proposal, "row": row, "release": release, "parts": parts, "changes": shown.funds_shown(book, parts), "state": standing,
        "papers": shown.papers_shown(book, proposal), "bound": shown.bound_shown(proposal), "payee": shown.payee_of(proposal),
        "digest": digest_to_sign(proposal), "code": word_code(digest_to_sign(proposal)).split("-"), "gaps": range(max(0, standing.required - standing.approvals)),
        "quotes": shown.quotes_shown(proposal), "quotes_reason": proposal.content.get("quotes_reason", ""), "ties": shown.ties_shown(proposal),
        "compared": shown.changes_shown(release, release.replaces) if release and release.replaces else [], "address": _address(proposal),
        "replaced_by": release.replaced_by.order_by("number").last() if release else None,
        "may_free": bool(release and standing.state != "withdrawn"), "is_done": CarriedOut.objects.filter(proposal=proposal).exists(),
        "is_of_older_policy": is_of_older_policy(proposal),
    }  # fmt: skip


def _address(proposal: Proposal) -> str:
    release = getattr(proposal, "release", None)
    return release.get_absolute_url() if release is not None else questions.address_of(proposal)
