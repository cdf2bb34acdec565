"""Pages of files: upload a schedule, look at what it would change, apply it; and the tasks as files for other programs."""

import csv
import io
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.core.problems import Problem, Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer, form_page

from . import importing, leaving
from .forms import ApplyForm, FileForm
from .models import ScheduleFile
from .services import SCHEDULE_ROLES

ROWS_ON_A_PAGE = 100
PROBLEMS_SHOWN = 50
WORDS = {"added": gettext_lazy("new"), "changed": gettext_lazy("changes"), "removed": gettext_lazy("goes")}
STATES = {"added": "ok", "changed": "wait", "removed": "stop"}
FIELDS = {
    "name": gettext_lazy("name"), "duration": gettext_lazy("parts of a day"), "site": gettext_lazy("site"), "part": gettext_lazy("part of the work"),
    "earliest": gettext_lazy("earliest start"), "quantity": gettext_lazy("quantity"), "waits": gettext_lazy("waits for"),
}  # fmt: skip


def upload(request: HttpRequest, slug: str) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            file = importing.upload_schedule(
                campaign=request.campaign, data=data["file"].read(), filename=data["file"].name, author=request.actor.role(*SCHEDULE_ROLES),
                request_id=data["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("schedule_preview", slug, file.pk)
    intro = _("You see what would change before anything does. Rows that cannot come along are told with their reason.")
    back = reverse("schedule", args=[slug])
    return form_page(request, form=form, title=_("Take in a schedule"), submit=_("Read the file"), intro=intro, back=back, desk=True)


def preview(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What applying would do; POST applies it, whole or not at all."""
    file = get_object_or_404(ScheduleFile, campaign=request.campaign, pk=pk)
    file.campaign = request.campaign
    form = ApplyForm(request.POST or None, campaign=request.campaign)
    drop = request.GET.get("drop") == "1"
    if form.is_valid():
        data = form.cleaned_data
        try:
            importing.apply_file(
                file=file, author=request.actor.role(*SCHEDULE_ROLES), request_id=data["request_id"], drop_missing=data["drop_missing"],
                site=str(data["site"].pk) if data["site"] else None,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The tasks stand as the file says. Under “Changes” it can be taken back."))
            return redirect("schedule", slug)
    elif not form.is_bound:
        form.fields["drop_missing"].initial = drop
    look = importing.look_at(file, drop_missing=drop)
    page = Paginator(look.rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    names = {str(site.pk): site.name for site in request.campaign.sites.all()}
    context = {
        "look": look, "file": file, "form": form, "page": page, "rows": [_shown(row, names) for row in page], "drop": drop,
        "noticed": look.problems[:PROBLEMS_SHOWN], "noticed_more": max(0, len(look.problems) - PROBLEMS_SHOWN),
    }  # fmt: skip
    return render(request, "works/schedule/preview.html", context, status=422 if form.errors else 200)


def _shown(row: importing.Row, names: dict[str, str]) -> dict[str, Any]:
    fields = [(FIELDS[name], _value(name, old, names), _value(name, new, names)) for name, old, new in row.fields]
    return {"row": row, "word": WORDS[row.word], "state": STATES[row.word], "fields": fields}


def _value(name: str, value: Any, names: dict[str, str]) -> str:
    if name == "waits":
        return ", ".join(f"{before} {kind}{lag:+d}" if lag else f"{before} {kind}" for before, kind, lag, _unit in value) or "–"
    if name == "site":
        return names.get(value or "", "–")
    return "–" if value in (None, "") else str(value)


def reasons(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Every reason of the file as a table, to correct the rest by."""
    file = get_object_or_404(ScheduleFile, campaign=request.campaign, pk=pk)
    look = importing.look_at(file)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["row", "reason", "code"])
    writer.writerows(_cells(problem) for problem in (*look.blocking, *look.problems))
    return file_answer(out.getvalue().encode("utf-8-sig"), name="reasons.csv", media_type="text/csv; charset=utf-8")


def _cells(problem: Problem) -> list[str]:
    """No cell that a spreadsheet would take for a formula."""
    return [f"'{text}" if text[:1] in "=+-@" else text for text in (problem.where, problem_text(problem), problem.code)]


def mspdi(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(leaving.mspdi_bytes(request.campaign), name=f"{slug}-tasks.xml", media_type="application/xml")


def ical(request: HttpRequest, slug: str) -> HttpResponse:
    data = leaving.ical_bytes(request.campaign, host=request.get_host().partition(":")[0])
    return file_answer(data, name=f"{slug}-tasks.ics", media_type="text/calendar; charset=utf-8")
