"""Anyone tells what is wrong or could be better, without an account; one private page each; what was answered in public."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.crowd import Crowd, let_in
from awna.kit.forms import refused_to_form
from awna.kit.http import private

from .. import boxes, services
from ..forms import ReportForm, TellForm
from ..models import HARM, Voice

LISTED_MAX = 100
GATE = "voices"
"""All senders share one bucket beside that of their network."""


def voices(request: HttpRequest, slug: str) -> HttpResponse:
    """How many there are, how many wait and how many are late, as large as what was answered; then the answered ones that both sides agreed to show."""
    shown = Voice.objects.spoken().filter(campaign=request.campaign, published_at__isnull=False).order_by("-published_at")[:LISTED_MAX]
    context = {
        "title": _("Complaints and feedback"), "figures": services.public_figures(request.campaign), "shown": shown,
        "rules": services.rules_of(request.campaign), "keys": services.open_keys(request.campaign),
    }  # fmt: skip
    return render(request, "voices/voices.html", context)


def tell(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for everybody."""
    form = TellForm(request.POST or None, request.FILES or None, campaign=request.campaign, initial={"request_id": uuid.uuid4().hex})
    return told_or_form(
        request, form, lambda given: services.tell(campaign=request.campaign, language=language_of(), **given),
        title=_("Complaint or feedback"), submit=_("Send it"), template="voices/tell.html",
    )  # fmt: skip


def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a report that is sealed; where nobody could open it, it is not offered."""
    keys = services.open_keys(request.campaign)
    form = ReportForm(request.POST or None, request.FILES or None, keys=keys, initial={"request_id": uuid.uuid4().hex})
    return told_or_form(
        request, form, lambda given: services.report_harm(campaign=request.campaign, language=language_of(), **report_of(given)),
        title=_("Report harm to a person"), submit=_("Seal and send it"), template="voices/report.html", keys=keys,
    )  # fmt: skip


def voice(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The private page of one case: its number, what is promised, the answer."""
    found = services.find_voice(campaign=request.campaign, token=token)
    if found is None:
        raise Http404("This link opens no case.")
    if request.method == "POST":
        services.delete_voice(voice=found)
        return private(render(request, "voices/taken_back.html", {"title": _("Taken back")}))
    answer = found.answer
    if found.sealed_answer:
        answer = boxes.open_with_token(bytes(found.sealed_answer), token).decode()
    context = {"title": _("Your case %(code)s") % {"code": found.code}, "voice": found, "answer": answer, "is_sealed": found.kind == HARM,
               "address": request.build_absolute_uri()}  # fmt: skip
    return private(render(request, "voices/voice.html", context), has_form=True)


def told_or_form(
    request: HttpRequest, form: Any, act: Callable[[dict[str, Any]], services.Told], *, title: str, submit: str, template: str, desk: bool = False,
    **context: Any,
) -> HttpResponse:  # fmt: skip
    """Behind the gate: take it down and lead to its private page, or show the form with what is missing."""
    crowd: Crowd | None = None
    if form.is_bound and form.is_valid():
        if not desk and (crowd := let_in(request, f"@{GATE}")) is not None:
            form.add_error(None, crowd.text)
        else:
            try:
                told = act(form.cleaned_data)
            except Refused as refused:
                refused_to_form(form, refused)
            else:
                return private(redirect(told.path))
    status = 429 if crowd else 422 if form.is_bound and form.errors else 200
    context |= {"form": form, "title": title, "submit": submit, "crowd": crowd, "rules": services.rules_of(request.campaign),
                "back": reverse("desk_voices" if desk else "voices", kwargs={"slug": request.campaign.slug})}  # fmt: skip
    return render(request, template, context, status=status)


def report_of(given: dict[str, Any]) -> dict[str, Any]:
    """What the service wants of the form."""
    return {**given, "but": [key.pk for key in given["but"]]}


def language_of() -> str:
    return (get_language() or "en").split("-")[0]
