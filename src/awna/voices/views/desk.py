"""The desk of the people in charge: what waits, one case with its answer, what came on paper, what the campaign promises."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.kit.sealed import open_bytes
from awna.parties.models import ROLE_NAMES, Role, User

from .. import services
from ..forms import AnswerForm, BarForm, ReportForm, RulesForm, TellForm
from ..models import ANSWERERS, Voice, VoicePhoto
from .telling import language_of, report_of, told_or_form

LISTED_MAX = 200


def desk_voices(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person may answer: late ones first, then those that wait, then answered ones."""
    mine = Voice.objects.for_actor(request.actor).filter(campaign=request.campaign)
    context = {
        "title": _("Complaints and feedback"), "waiting": mine.waiting().order_by("due_on")[:LISTED_MAX],
        "answered": mine.exclude(answered_at=None).order_by("-answered_at")[:LISTED_MAX], "figures": services.public_figures(request.campaign),
        "rules": services.rules_of(request.campaign), "may_rule": request.actor.has_role("steward"),
        "may_answer": request.actor.has_role(*ANSWERERS), "keys": services.open_keys(request.campaign),
    }  # fmt: skip
    return render(request, "voices/desk.html", context)


def desk_voice(request: HttpRequest, slug: str, voice: UUID) -> HttpResponse:
    """One case and the form for its answer."""
    found = _voice(request, voice)
    form = AnswerForm(request.POST or None, voice=found, initial={"public_text": found.text})
    if form.is_valid():
        try:
            services.answer_voice(voice=found, author=_author(request), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Answered. The asker reads it by the private link."))
            return redirect("desk_voices", slug=slug)
    names = dict(ROLE_NAMES)
    context = {
        "title": _("Case %(code)s") % {"code": found.code}, "voice": found, "form": form, "photos": found.photos.all(), "closed": found.answered_at,
        "about": [names[name] for name in found.about.split(",") if name], "barred": found.barred.select_related("user"), "people": _people(request),
    }  # fmt: skip
    return render(request, "voices/desk_voice.html", context, status=422 if form.is_bound and form.errors else 200)


def bar(request: HttpRequest, slug: str, voice: UUID) -> HttpResponse:
    """Take a colleague off a case that is about her."""
    found = _voice(request, voice)
    form = BarForm(request.POST or None, people=_people(request))
    if form.is_valid():
        try:
            services.bar_person(voice=found, author=_author(request), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("This person does not read the case any more."))
            return redirect("desk_voice", slug=slug, voice=found.pk)
    intro = _("Whoever a case is about does not read it, whatever the office. Nobody is told.")
    return form_page(
        request, form=form, title=_("Who must not read case %(code)s") % {"code": found.code}, submit=_("Take off this case"), intro=intro, desk=True,
        back=reverse("desk_voice", kwargs={"slug": slug, "voice": found.pk}),
    )  # fmt: skip


def desk_photo(request: HttpRequest, slug: str, voice: UUID, photo: int) -> HttpResponse:
    """One photo of a case, for those who may read it."""
    row = get_object_or_404(VoicePhoto, pk=photo, voice=_voice(request, voice))
    answer = HttpResponse(open_bytes(bytes(row.data), place="voices.photo"), content_type=row.media_type)
    answer["Cache-Control"] = "private, no-store"
    return answer


def enter_voice(request: HttpRequest, slug: str) -> HttpResponse:
    """Type in what came on paper, by telephone or in person; number and link are handed to the asker."""
    form = TellForm(
        request.POST or None, request.FILES or None, campaign=request.campaign, typed=True, initial={"request_id": uuid.uuid4().hex}
    )
    return told_or_form(
        request, form, lambda given: services.tell(campaign=request.campaign, language=language_of(), typed_by=_typist(request), **given),
        title=_("Type in a complaint or feedback"), submit=_("Take it down"), template="voices/enter.html", desk=True,
    )  # fmt: skip


def enter_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Type in a report about harm: it is sealed as soon as it is sent."""
    keys = services.open_keys(request.campaign)
    form = ReportForm(request.POST or None, request.FILES or None, keys=keys, typed=True, initial={"request_id": uuid.uuid4().hex})
    return told_or_form(
        request, form, lambda given: services.report_harm(campaign=request.campaign, language=language_of(), typed_by=_typist(request), **report_of(given)),
        title=_("Type in a report about harm"), submit=_("Seal it"), template="voices/enter.html", desk=True, keys=keys, is_report=True,
    )  # fmt: skip


def voice_rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Within how many days answers come, and when personal parts go."""
    rules = services.rules_of(request.campaign)
    form = RulesForm(request.POST or None, initial={"answer_days": rules.answer_days, "keep_days": rules.keep_days})
    if form.is_valid():
        try:
            services.set_rules(campaign=request.campaign, author=request.actor.role("steward"), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept. It holds for cases from now on."))
            return redirect("desk_voices", slug=slug)
    return form_page(
        request,
        form=form,
        title=_("What the campaign promises"),
        submit=_("Keep it"),
        desk=True,
        back=reverse("desk_voices", kwargs={"slug": slug}),
    )


def _voice(request: HttpRequest, voice: UUID) -> Voice:
    return get_object_or_404(Voice.objects.for_actor(request.actor).select_related("campaign", "section", "answered_by__user"), pk=voice)


def _author(request: HttpRequest) -> Role:
    role: Role = request.actor.role(*ANSWERERS)
    return role


def _typist(request: HttpRequest) -> Role:
    role: Role = request.actor.role(*services.TYPISTS, "safeguarding")
    return role


def _people(request: HttpRequest) -> Any:
    """Colleagues in charge, but for oneself."""
    held = Role.objects.filter(campaign=request.campaign, name__in=ANSWERERS, ended_on=None)
    return User.objects.filter(pk__in=held.values("user")).exclude(pk=request.user.pk).order_by("name")
