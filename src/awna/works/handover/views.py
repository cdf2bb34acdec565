"""Pages of commissioning and hand-over: the list with its findings, assets, papers, and the pack as PDF and as folder."""

import base64
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page, refused_page

from . import pack, services
from .checklist import CODES, EDITION, GROUPS, REVIEWED
from .forms import AssetForm, FindingForm, PaperForm
from .models import FAILED, HandoverPaper


def handover(request: HttpRequest, slug: str) -> HttpResponse:
    """What must work before the first patient, what is known of each line, and the pack for those who run the building."""
    findings = services.findings_of(request.campaign)
    groups = [
        (group, [(item, findings.get(item.code)) for item in group.items], sum(services.is_settled(findings.get(one.code)) for one in group.items))
        for group in GROUPS
    ]  # fmt: skip
    context = {
        "groups": groups, "settled": sum(done for _group, _items, done in groups), "count": len(CODES), "edition": EDITION, "reviewed": REVIEWED,
        "failed": sum(row.result == FAILED for row in findings.values()),
        "assets": request.campaign.assets.all(), "papers": pack.named_papers(request.campaign),
        "open_defects": request.campaign.defects.filter(closed_on=None).count(),
        "may_lead": request.actor.has_role(*services.LEADS), "may_keep": request.actor.has_role(*services.LEADS, "storekeeper"),
        "owner_language": request.campaign.site_language,
    }  # fmt: skip
    return render(request, "works/handover/handover.html", context)


def record_finding(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    if code not in CODES:
        raise Http404("The list has no such line.")
    form = FindingForm(request.POST or None, request.FILES or None)
    return _write(
        request, form, services.record_commissioning, title=_("A finding of the commissioning list"), intro=str(CODES[code].text), code=code
    )


def add_asset(request: HttpRequest, slug: str) -> HttpResponse:
    return _write(request, AssetForm(request.POST or None), services.add_asset, title=_("A thing that stays in the building"))


def add_paper(request: HttpRequest, slug: str) -> HttpResponse:
    form = PaperForm(request.POST or None, request.FILES or None, campaign=request.campaign)
    return _write(request, form, services.add_paper, title=_("A paper for those who run the building"))


def paper(request: HttpRequest, slug: str, paper: int) -> HttpResponse:
    """One paper, as a file to save and never shown by the browser."""
    row = get_object_or_404(HandoverPaper.objects.select_related("document"), campaign=request.campaign, pk=paper)
    ending = pack.ENDINGS.get(row.document.media_type, "bin")
    return file_answer(base64.b64decode(row.document.content), name=f"{row.kind}-{row.pk}.{ending}", media_type=row.document.media_type)


def pack_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    return _pack(request, pack.pack_pdf, "pdf", "application/pdf")


def pack_zip(request: HttpRequest, slug: str) -> HttpResponse:
    return _pack(request, pack.pack_zip, "zip", "application/zip")


def _pack(request: HttpRequest, make: Any, ending: str, media_type: str) -> HttpResponse:
    """In the owner's language, or in the one that is asked for."""
    language = request.GET.get("language") or request.campaign.site_language
    try:
        data = make(campaign=request.campaign, language=language)
    except Refused as refused:
        return refused_page(request, refused, back=reverse("handover", args=[request.campaign.slug]), desk=True)
    return file_answer(data, name=f"{request.campaign.slug}-handover.{ending}", media_type=media_type)


def _write(request: HttpRequest, form: Any, service: Any, *, title: str, intro: str = "", **more: Any) -> HttpResponse:
    """A form about the pack: its service is asked, what it refuses stands beside the field."""
    back = reverse("handover", args=[request.campaign.slug])
    if form.is_valid():
        try:
            service(campaign=request.campaign, author=request.actor.role(*services.LEADS, "storekeeper"), **more, **form.asked())
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect(back)
    return form_page(request, form=form, title=title, submit=_("Record"), intro=intro, back=back, desk=True)
