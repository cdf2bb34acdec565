"""Tables of reports and requests: bring one in by way of a preview, and take all out."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer

from . import tables
from .forms import TableForm
from .models import AccessImport
from .services import REPORTER_ROLES

CSV = "text/csv; charset=utf-8"
ROWS_SHOWN = 200


def import_access(request: HttpRequest, slug: str) -> HttpResponse:
    """The file; a post leads to its preview. Below: what came in before, and which columns are read."""
    form = TableForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = tables.look_at_table(
                campaign=request.campaign, data=file.read(), filename=file.name, author=request.actor.role(*REPORTER_ROLES)
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("import_access_preview", slug, found.pk)
    context = {
        "form": form, "title": _("Bring in a table of reports or requests"), "submit": _("Look at the rows"), "columns": tables.COLUMNS,
        "before": AccessImport.objects.filter(campaign=request.campaign, done_at__isnull=False)[:20],
    }  # fmt: skip
    return render(request, "access/import.html", context, status=422 if form.is_bound else 200)


def import_access_preview(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Every row with what becomes of it; a post takes the new ones. Afterwards: what is left to correct."""
    found = get_object_or_404(AccessImport, campaign=request.campaign, pk=pk)
    if request.method == "POST":
        tables.take_in(found=found, author=request.actor.role(*REPORTER_ROLES))
        return redirect("import_access_preview", slug, found.pk)
    rows = tables.judge(found)
    counts = {state: sum(row.state == state for row in rows) for state in (tables.NEW, tables.KNOWN, tables.REFUSED)}
    order = {tables.REFUSED: 0, tables.NEW: 1, tables.KNOWN: 2}
    shown = sorted(rows, key=lambda row: (order[row.state], row.number))[:ROWS_SHOWN]
    context = {"found": found, "rows": shown, "counts": counts, "more": len(rows) - len(shown)}
    return render(request, "access/preview.html", context)


def import_access_refused(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(AccessImport, campaign=request.campaign, pk=pk)
    return file_answer(tables.refused_as_csv(found), name="refused-rows.csv", media_type=CSV)


def reports_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(tables.reports_as_csv(request.campaign), name=f"{slug}-crossing-reports.csv", media_type=CSV)


def requests_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(tables.requests_as_csv(request.campaign), name=f"{slug}-requests-to-pass.csv", media_type=CSV)
