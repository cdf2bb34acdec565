"""The desk of a lead of safeguarding: her key, the sealed reports that it opens, words for the reporter. Nobody else gets in."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, refused_page
from awna.parties.models import Role

from .. import services
from ..forms import CloseForm, KeyForm, SealedAnswerForm
from ..models import LEAD, LeadKey, Voice


def sealed_reports(request: HttpRequest, slug: str) -> HttpResponse:
    """My key, and the reports that it opens; add a key."""
    form = KeyForm(request.POST or None)
    if form.is_valid():
        try:
            services.add_lead_key(role=_lead(request), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("From now on reports are sealed for this key. Keep its other half in two places."))
            return redirect("sealed_reports", slug=slug)
    context = {
        "title": _("Sealed reports"), "form": form, "reports": Voice.objects.for_lead(request.actor).filter(campaign=request.campaign),
        "mine": _lead(request).lead_keys.all(), "others": services.open_keys(request.campaign).exclude(role=_lead(request)),
    }  # fmt: skip
    return render(request, "voices/sealed.html", context, status=422 if form.is_bound and form.errors else 200)


def end_key(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Reports are not sealed for this key any more."""
    row = get_object_or_404(LeadKey, pk=key, campaign=request.campaign)
    try:
        services.end_lead_key(key=row, author=_lead(request))
    except Refused as refused:
        return refused_page(request, refused, back=reverse("sealed_reports", kwargs={"slug": slug}), desk=True)
    messages.success(request, _("No report is sealed for this key any more. Keep the other half for those that were."))
    return redirect("sealed_reports", slug=slug)


def sealed_file(request: HttpRequest, slug: str, voice: UUID) -> HttpResponse:
    """The box, to be opened elsewhere."""
    found = _report(request, voice)
    if not found.sealed:
        return refused_page(
            request, Refused([]), back=reverse("sealed_reports", kwargs={"slug": slug}), title=_("It was deleted"), desk=True, status=410
        )
    answer = file_answer(bytes(found.sealed), name=f"{found.code}.age", media_type="application/octet-stream")
    answer["Cache-Control"] = "private, no-store"
    return answer


def answer_report(request: HttpRequest, slug: str, voice: UUID) -> HttpResponse:
    """Words for the reporter."""
    found = _report(request, voice)
    form = SealedAnswerForm(request.POST or None)
    if form.is_valid():
        try:
            services.answer_sealed(voice=found, author=_lead(request), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Sealed for the reporter's private link."))
            return redirect("sealed_reports", slug=slug)
    intro = _("Only the private link opens them. A later answer takes the place of the one before.")
    return form_page(
        request, form=form, title=_("Answer %(code)s") % {"code": found.code}, submit=_("Seal the answer"), intro=intro, desk=True,
        back=reverse("sealed_reports", kwargs={"slug": slug}),
    )  # fmt: skip


def close_report(request: HttpRequest, slug: str, voice: UUID) -> HttpResponse:
    """Say when the box is deleted here."""
    found = _report(request, voice)
    keep = timedelta(days=services.rules_of(request.campaign).keep_days)
    form = CloseForm(request.POST or None, initial={"delete_on": found.delete_on or timezone.localdate() + keep})
    if form.is_valid():
        try:
            services.close_sealed(voice=found, author=_lead(request), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The day is set."))
            return redirect("sealed_reports", slug=slug)
    intro = _("Fetch the file first. The law of your country may ask you to keep it on your side, and for how long.")
    return form_page(
        request, form=form, title=_("Delete %(code)s here") % {"code": found.code}, submit=_("Set the day"), intro=intro, desk=True,
        back=reverse("sealed_reports", kwargs={"slug": slug}),
    )  # fmt: skip


def _report(request: HttpRequest, voice: UUID) -> Voice:
    return get_object_or_404(Voice.objects.for_lead(request.actor), pk=voice, campaign=request.campaign)


def _lead(request: HttpRequest) -> Role:
    role: Role = request.actor.role(LEAD)
    return role
