"""The policy in force, changing it, suspending a key, and recovering with paper keys when too few keys remain."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.consent import services as consent
from awna.consent.models import EpochKey, PolicyEpoch, Proposal, StewardKey
from awna.core.consent import measures
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page
from awna.parties.models import Role

from .forms import CHANGE_OPEN_DAYS, ChangeForm, SuspendForm, initial_of
from .founding_views import commodity_ids
from .reading import STEWARD, alive_pause, alive_suspensions, holders_of, policy_entries, steward_roles
from .signing import SUSPEND, keyed_epoch, signed_from, signing_of
from .words import RECOVERY_DAYS, rules_of, tell_policy

POLICY = "policy"
STEWARDS_ADVISED = 3
"""With two, one lost steward leaves the other alone: her paper key by itself could then put a new policy in force."""


def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """What is in force in plain words and as entry, what waits, what stands still."""
    campaign = request.campaign
    epoch = consent.current_epoch(campaign)
    if epoch is None:
        return redirect("founding", slug=slug)
    epochs = list(PolicyEpoch.objects.filter(campaign=campaign).order_by("-number"))
    entries = policy_entries(campaign.book)
    roles = _stewards_of(epoch)
    rules = rules_of(epoch)
    context = {
        "epoch": epoch, "entry": entries.get(epoch.number), "epochs": [(one, entries.get(one.number)) for one in epochs],
        "holders": holders_of(campaign, roles, epoch=epoch, only_counting=True), "waiting": _waiting(campaign, epoch),
        "lines": tell_policy(epoch.required, len(roles), rules, names={str(role.pk): str(role.user) for role in roles}),
        "suspensions": alive_suspensions(campaign), "pause": alive_pause(campaign), "request_id": str(uuid.uuid4()),
        "is_few": len(roles) < STEWARDS_ADVISED, "recovery_days": rules.get("recovery_wait", RECOVERY_DAYS), "change_days": rules.get("change_wait", 0),
    }  # fmt: skip
    return render(request, "approvals/keys/policy.html", context)


def change_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a new policy before the stewards. `?drop=` names a lost key; `?recover=1` asks the paper keys."""
    campaign, epoch = request.campaign, consent.current_epoch(request.campaign)
    if epoch is None:
        return redirect("founding", slug=slug)
    by_paper = request.GET.get("recover") == "1"
    form = _change_form(request, epoch)
    if form.is_valid():
        said = form.cleaned_data
        try:
            proposal = books.propose_policy(
                book=campaign.book, stewards=list(said["people"]), required=said["required"], rules=form.rules(commodity_ids(form)), drop=list(said["drop"]),
                add=list(said["add"]), by_paper=by_paper, filed_by=_me(request), expires_on=said["expires_on"], request_id=said["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(
                request, _("The new policy waits for the stewards. Nothing changes until enough of them have signed and the wait is over.")
            )
            return redirect("question", slug=slug, proposal=proposal.pk)
    few = (
        " " + _("There are fewer than three of you, so one paper key alone is enough. Name at least three stewards.")
        if (by_paper and len(_stewards_of(epoch)) < STEWARDS_ADVISED)
        else ""
    )
    title = _("Recover with the paper keys") if by_paper else _("Propose a change of the policy")
    intro = (
        _("For when too few keys remain: the paper keys of all stewards but one can put this policy in force, after a public wait. Until then everybody can object.")
        if by_paper else _("The stewards of the policy in force decide, with the keys that it names.")
    )  # fmt: skip
    return form_page(request, form=form, title=title, submit=_("Put this before the stewards"), intro=intro + few, desk=True)


def renew(request: HttpRequest, slug: str, proposal: uuid.UUID) -> HttpResponse:
    """Put an approved policy in force once its wait is over."""
    found = get_object_or_404(Proposal, pk=proposal, campaign=request.campaign, purpose=POLICY)
    try:
        books.renew_policy(proposal=found, author=_me(request))
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("The new policy is in force."))
    return redirect("policy", slug=slug)


def suspend_key(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Any one steward stops a key for some days: first for how long and why, then her signature on exactly that."""
    found = get_object_or_404(StewardKey.objects.select_related("steward__user"), pk=key, campaign=request.campaign)
    me, form = _me(request), SuspendForm(request.POST or None)
    if not form.is_valid():
        title = _("Suspend a key of %(name)s") % {"name": found.steward.user}
        return form_page(request, form=form, title=title, submit=_("Continue"), desk=True, intro=_(
            "The key stops counting at once, for everybody to see. After at most seven days it counts again, unless the stewards have replaced it."))  # fmt: skip
    until = timezone.localdate() + timedelta(days=form.cleaned_data["days"])
    problems: list[Problem] = []
    try:
        signed = signed_from(request.POST, steward=me)
        if signed is not None or (keyed_epoch(request.campaign) is None and request.POST.get("confirmed")):
            books.suspend_key(
                book=request.campaign.book, key=found, steward=me, until=until, reason=form.cleaned_data["reason"], signed=signed,
                request_id=request.POST.get("request_id", ""),
            )  # fmt: skip
            messages.success(request, _("The key is suspended."))
            return redirect("policy", slug=slug)
    except Refused as refused:
        problems = list(refused.problems)
    asked = measures.Suspension(found.fingerprint, str(me.pk), timezone.localdate().isoformat(), until.isoformat())
    digest = digest_of(measures.suspend_payload(asked, book=str(request.campaign.book.pk)))
    mine = StewardKey.objects.filter(steward=me, epochs__epoch=consent.current_epoch(request.campaign))
    context = {
        "key": found, "until": until, "said": form.cleaned_data, "problems": problems, "request_id": str(uuid.uuid4()),
        "signing": signing_of(me, about=SUSPEND, digest=digest, keys=mine) if keyed_epoch(request.campaign) else None,
    }  # fmt: skip
    return render(request, "approvals/keys/suspend.html", context, status=422 if problems else 200)


def _change_form(request: HttpRequest, epoch: PolicyEpoch) -> ChangeForm:
    campaign = request.campaign
    counting = StewardKey.objects.filter(epochs__epoch=epoch).select_related("steward__user").order_by("steward__user__name", "made_at")
    roles = steward_roles(campaign)
    named = {role.pk for role in _stewards_of(epoch)}
    # A key that an earlier policy named was taken out for a reason: it is offered, and not ticked.
    earlier = EpochKey.objects.filter(key=OuterRef("pk"))
    fresh = (
        StewardKey.objects.filter(campaign=campaign, steward__in=roles).exclude(epochs__epoch=epoch).select_related("steward__user")
        .annotate(was_named=Exists(earlier))
    )  # fmt: skip
    initial = initial_of(epoch.required, rules_of(epoch)) | {
        "people": [role.pk for role in roles if role.pk in named] or [role.pk for role in roles], "drop": request.GET.getlist("drop"),
        "add": [key.pk for key in fresh if not key.was_named], "request_id": str(uuid.uuid4()),
        "expires_on": timezone.localdate() + timedelta(days=max(CHANGE_OPEN_DAYS, rules_of(epoch).get("change_wait", 0) + CHANGE_OPEN_DAYS)),
    }  # fmt: skip
    return ChangeForm(request.POST or None, initial=initial, stewards=roles, dropped=counting, added=fresh)


def _stewards_of(epoch: PolicyEpoch) -> list[Role]:
    """Those whom the policy names; in a book by name of old, the stewards of today."""
    named = [one.steward for one in epoch.stewards.select_related("steward__user", "steward__campaign").order_by("steward__user__name")]
    return named or steward_roles(epoch.campaign)


def _waiting(campaign: Any, epoch: PolicyEpoch) -> list[dict[str, Any]]:
    """Policies that were proposed under this one: what they say, how many signed, from which day they can be put in force."""
    found = (
        Proposal.objects.filter(campaign=campaign, purpose=POLICY, epoch=epoch, withdrawn_at=None)
        .select_related("filed_by__user")
        .order_by("filed_at")
    )
    done = set(PolicyEpoch.objects.filter(campaign=campaign).exclude(proposal=None).values_list("proposal_id", flat=True))
    rows = []
    for proposal in found:
        payload = dict(proposal.content.get("payload") or {})
        if proposal.pk not in done and payload:
            state = consent.state_of(proposal)
            rows.append({
                "proposal": proposal, "state": state, "k": payload["k"], "n": len(payload["stewards"]), "keys": len(payload.get("keys", ())),
                "by_paper": payload.get("by") == "paper", "is_ready": state.state == "ready",
            })  # fmt: skip
    return rows


def _me(request: HttpRequest) -> Role:
    found: Role = request.actor.role(STEWARD)
    return found
