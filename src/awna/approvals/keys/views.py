"""A steward's own keys: what she has and lacks, adding a passkey or a paper key, dropping one before the founding, her PINs."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.consent import services as consent
from awna.consent.models import StewardKey
from awna.core.consent.policy import PASSKEY
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page
from awna.parties.models import Role

from . import enrolling
from .forms import PinForm
from .reading import STEWARD, holders_of
from .signing import keyed_epoch, rp_id, signed_from, signing_of, to_url
from .words import cool_down_of

PASSKEY_STATE, PAPER_NONCE = "new_passkey", "new_paper_key"
NAME_CHARACTERS_MAX = 60
REFUSED_STATUS = 422


def my_keys(request: HttpRequest, slug: str) -> HttpResponse:
    """What this steward holds and what is missing."""
    return render(request, "approvals/keys/mine.html", _mine(request))


def add_passkey(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a passkey on this device, with its person verified."""
    me = _me(request)
    problems: list[Any] = []
    if request.method == "POST":
        form = {name: request.POST.get(name, "") for name in ("credential_id", "client", "attestation")}
        form["label"] = request.POST.get("label", "").strip()[:NAME_CHARACTERS_MAX]
        try:
            state = request.session.pop(PASSKEY_STATE, None)
            key = enrolling.take_passkey(steward=me, state=state, form=form, request_id=request.POST.get("request_id", ""))
        except Refused as refused:
            problems = list(refused.problems)
        else:
            messages.success(request, _("The passkey “%(name)s” is kept.") % {"name": key.label or key.kind})
            # At the founding every key signs anyway.
            is_founded = consent.current_epoch(request.campaign) is not None
            return redirect("prove_key", slug=slug, key=key.pk) if is_founded else redirect("my_keys", slug=slug)
    state = enrolling.new_passkey_state(me)
    request.session[PASSKEY_STATE] = state
    known = StewardKey.objects.filter(steward__user=me.user_id, kind=PASSKEY).values_list("credential_id", flat=True)
    context = {
        "challenge": state["challenge"], "rp": rp_id(), "user_id": to_url(me.pk.bytes), "known": json.dumps(list(known)), "problems": problems,
        "request_id": str(uuid.uuid4()), "label": request.POST.get("label", ""),
    }  # fmt: skip
    return render(request, "approvals/keys/passkey.html", context, status=REFUSED_STATUS if problems else 200)


def add_paper_key(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the paper key in this browser, or take up one that awna-paper made elsewhere."""
    me = _me(request)
    problems: list[Any] = []
    if request.method == "POST":
        try:
            enrolling.take_paper_key(
                steward=me, nonce=request.session.get(PAPER_NONCE, ""), public=request.POST.get("public", ""),
                answer=request.POST.get("answer", ""), request_id=request.POST.get("request_id", ""),
            )  # fmt: skip
        except Refused as refused:
            problems = list(refused.problems)
        else:
            request.session.pop(PAPER_NONCE, None)
            messages.success(request, _("The paper key is kept: its public half here, its seed on your paper alone."))
            return redirect("my_keys", slug=slug)
    # The same random value until a key is taken: whoever walks to an offline computer and back finds it still good.
    nonce = request.session.setdefault(PAPER_NONCE, enrolling.new_paper_nonce())
    context = {
        **enrolling.shown_request(me, nonce), "problems": problems, "request_id": str(uuid.uuid4()),
        "typed": {name: request.POST.get(name, "") for name in ("public", "answer")} if problems else {},
    }  # fmt: skip
    return render(request, "approvals/keys/paper.html", context, status=REFUSED_STATUS if problems else 200)


def prove_key(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """A key made after the founding signs once before a policy can name it."""
    me = _me(request)
    found = get_object_or_404(StewardKey, pk=key, steward=me)
    problems: list[Any] = []
    if request.method == "POST":
        try:
            signed = signed_from(request.POST, steward=me)
            if signed is None:
                raise Refused(Problem("nothing_signed", "Nothing was signed. Press the button that signs with your key."))
            consent.prove_key(key=found, signed=signed)
        except Refused as refused:
            problems = list(refused.problems)
        else:
            messages.success(request, _("The key has shown that it signs. A policy can name it now."))
            return redirect("my_keys", slug=slug)
    signing = signing_of(me, about=consent.PROVE, digest=consent.proof_digest(found), keys=[found]) | {"is_demo": False}
    context = {"key": found, "signing": signing, "problems": problems}
    return render(request, "approvals/keys/prove.html", context, status=REFUSED_STATUS if problems else 200)


def drop_key(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Take back a key that no policy names."""
    found = get_object_or_404(StewardKey, pk=key, steward__user=request.user, campaign=request.campaign)
    try:
        consent.drop_unfounded_key(key=found, author=_me(request))
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("The key is taken back. It never counted."))
    return redirect("my_keys", slug=slug)


def pins(request: HttpRequest, slug: str) -> HttpResponse:
    """Set both PINs, where the policy has a cool-down."""
    form = PinForm(request.POST or None)
    if form.is_valid():
        try:
            consent.set_pin(
                steward=_me(request), pin=form.cleaned_data["pin"], duress_pin=form.cleaned_data["duress_pin"],
                cool_down=cool_down_of(keyed_epoch(request.campaign)),
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Your PINs are set. You are asked for one whenever you approve."))
            return redirect("my_keys", slug=slug)
    return form_page(request, form=form, title=_("Your PINs"), submit=_("Set both"), desk=True, aside="approvals/keys/_pins_aside.html")


def _mine(request: HttpRequest) -> dict[str, Any]:
    me = _me(request)
    epoch = keyed_epoch(request.campaign)
    (holder,) = holders_of(request.campaign, [me], epoch=epoch)
    last = consent.current_epoch(request.campaign)
    unproven = {shown.key.pk for shown in holder.keys if last is not None and not shown.counts and not consent.is_proven(shown.key)}
    return {
        "holder": holder,
        "unproven": unproven,
        "epoch": epoch,
        "by_name": last is not None and not last.keyed,
        "cool_down": cool_down_of(epoch),
    }


def _me(request: HttpRequest) -> Role:
    found: Role = request.actor.role(STEWARD)
    return found
