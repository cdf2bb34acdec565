"""Pages of the site diary: the day from a phone, checks and findings, defects, change orders."""

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from . import quality as writing
from . import services, shown
from .forms import ChangeForm, CheckForm, DefectForm, DiaryForm, MendedForm, ResultForm
from .models import Check, Defect, SitePhoto

DAYS_SHOWN = 7


def diary(request: HttpRequest, slug: str) -> HttpResponse:
    """The day on the site. POST notes one thing: from a form, or kept on a phone and sent when there is a network."""
    may_write = request.actor.has_role(*services.DIARY_ROLES)
    tasks = shown.tasks_offered(request.campaign, today=timezone.localdate()) if may_write else []
    sites = list(request.campaign.sites.all())
    about = {"campaign": request.campaign, "actor": request.actor, "tasks": tasks, "sites": sites}
    form = DiaryForm(request.POST or None, request.FILES or None, **about) if may_write else None
    kept = _keep(request, form) if form is not None and request.method == "POST" else None
    if form is not None and _is_phone(request):
        return _phone_answer(form, kept)
    if kept is not None:
        messages.success(
            request, _("The note stands in the diary.") if kept.is_new else _("This note stands in the diary already: it counts once.")
        )
        return redirect("diary", slug)
    day = parse_date_or_today(request.GET.get("day", ""))
    bare = "bare" in request.GET  # what a phone keeps for days without network: the form, and nothing that was noted
    site = request.GET.get("site", "") if _is_uuid(request.GET.get("site", "")) else ""
    context = {
        "form": form, "may_write": may_write, "bare": bare, "chosen": site, "sites": sites,
        "day": None if bare else shown.day_of(request.campaign, day, site=site), "days": _days(day),
    }  # fmt: skip
    return render(request, "works/diary/day.html", context, status=422 if form and form.errors else 200)


def worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The service worker of the diary; its place in the address is how far it reaches."""
    program = Path(str(finders.find("works/diary-sw.js"))).read_bytes()
    return HttpResponse(program, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def photo(request: HttpRequest, slug: str, photo: uuid.UUID) -> HttpResponse:
    """One photo for the desk."""
    row = get_object_or_404(SitePhoto, campaign=request.campaign, pk=photo)
    return HttpResponse(bytes(row.data), content_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


def quality(request: HttpRequest, slug: str) -> HttpResponse:
    """Checks and hold points, defects and change orders: what is open stands first."""
    checks = list(Check.objects.filter(campaign=request.campaign).select_related("task").prefetch_related("results"))
    defects = Defect.objects.filter(campaign=request.campaign).select_related("task", "photo").defer("photo__data")
    context = {
        "checks": sorted(checks, key=lambda check: (check.is_passed, check.task.position)),
        "defects": sorted(defects, key=lambda row: (row.closed_on is not None, row.due_on)),
        "uses": shown.uses_of(request.campaign),
        "changes": request.campaign.change_orders.select_related("task", "commodity", "proposal").order_by("-number"),
        "may_lead": request.actor.has_role(*writing.LEADS), "may_decide": request.actor.has_role("steward"),
    }  # fmt: skip
    return render(request, "works/diary/quality.html", context)


def add_check(request: HttpRequest, slug: str) -> HttpResponse:
    form = CheckForm(request.POST or None, campaign=request.campaign)
    if form.is_valid() and _done(form, writing.add_check, author=request.actor.role(*writing.LEADS), **form.cleaned_data):
        return _back(request, _("The check is written down."))
    return _form(request, form, _("A check, hold point or test"), _("Add"))


def record_result(request: HttpRequest, slug: str, check: int) -> HttpResponse:
    row = get_object_or_404(Check.objects.select_related("task"), campaign=request.campaign, pk=check)
    form = ResultForm(request.POST or None, check=row)
    if form.is_valid() and _done(form, writing.record_result, check=row, author=request.actor.role(*writing.LEADS), **form.cleaned_data):
        return _back(request, _("The finding is written down."))
    intro = _("“%(check)s” on “%(task)s”. A finding is never changed: a later one counts instead.") % {"check": row, "task": row.task}
    return _form(request, form, _("Write down a finding"), _("Record"), intro=intro)


def record_defect(request: HttpRequest, slug: str) -> HttpResponse:
    form = DefectForm(request.POST or None, request.FILES or None, campaign=request.campaign)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        asked["photo"] = asked["photo"].read() if asked["photo"] else b""
        author = request.actor.role(*writing.FINDERS)
        if _done(form, writing.record_defect, campaign=request.campaign, author=author, **asked):
            return _back(request, _("The defect is written down."))
    return _form(request, form, _("Report a defect"), _("Report"))


def close_defect(request: HttpRequest, slug: str, defect: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Defect, campaign=request.campaign, pk=defect)
    form = MendedForm(request.POST or None)
    if form.is_valid() and _done(form, writing.close_defect, defect=row, author=request.actor.role(*writing.LEADS), **form.cleaned_data):
        return _back(request, _("The defect is closed."))
    return _form(request, form, _("A defect is mended"), _("Close it"), intro=row.text)


def order_change(request: HttpRequest, slug: str) -> HttpResponse:
    form = ChangeForm(request.POST or None, campaign=request.campaign)
    if form.is_valid() and _done(form, writing.order_change, author=request.actor.role(*writing.LEADS), **form.asked()):
        asked = bool(form.cleaned_data["cost"])
        return _back(
            request, _("The stewards are asked; nothing changes before they agree.") if asked else _("The change holds from now on.")
        )
    return _form(request, form, _("Order a change"), _("Order"), intro=_("Money is released apart from this, by a release of its own."))


def parse_date_or_today(text: str) -> date:
    try:
        return parse_date(text) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


def _is_phone(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Accept", "") == "application/json"


def _keep(request: HttpRequest, form: DiaryForm) -> services.Kept | None:
    if not form.is_valid():
        return None
    asked = dict(form.cleaned_data)
    request_id, file = asked.pop("request_id"), asked.pop("photo")
    ask = services.DayAsk(photo=file.read() if file else b"", **asked)
    try:
        return services.record_day(
            campaign=request.campaign, ask=ask, author=request.actor.role(*services.DIARY_ROLES), request_id=request_id
        )
    except Refused as refused:
        refused_to_form(form, refused)
        return None


def _phone_answer(form: DiaryForm, kept: services.Kept | None) -> JsonResponse:
    """What became of one kept note: accepted, counted before, or refused with the reasons."""
    if kept is not None:
        return JsonResponse({"state": "accepted" if kept.is_new else "duplicate"})
    reasons = [str(text) for texts in form.errors.values() for text in texts]
    return JsonResponse({"state": "refused", "reasons": reasons}, status=422)


def _days(day: date) -> list[date]:
    """The week up to today, or around the day that is looked at."""
    last = max(min(timezone.localdate(), day + timedelta(days=DAYS_SHOWN - 1)), day)
    return [last - timedelta(days=ago) for ago in range(DAYS_SHOWN)]


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _done(form: Any, service: Any, **wanted: Any) -> bool:
    """Call the service; what it refuses stands on the form."""
    try:
        service(**wanted)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def _back(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("quality", request.campaign.slug)


def _form(request: HttpRequest, form: Any, title: str, submit: str, *, intro: str = "") -> HttpResponse:
    back = reverse("quality", args=[request.campaign.slug])
    return form_page(request, form=form, title=title, submit=submit, intro=intro, back=back, desk=True)
