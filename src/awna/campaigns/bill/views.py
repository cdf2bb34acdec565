"""Pages of the bill: its lines with what is open, a file on its way in, its columns, one row to correct, and files out."""

import csv
import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.books.services import safe_cell
from awna.core.bill.lines import BillLine, Rate
from awna.core.bill.plain import ReadBill
from awna.core.bill.writing import write_csv, write_xlsx
from awna.core.problems import Problem, Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer, refused_page
from awna.parties.models import Role

from ..models.roles import BUDGET_ROLES
from . import services
from .difference import Change
from .forms import ApplyForm, BillFileForm, ColumnsForm, RowForm, initial_columns
from .models import BillFile
from .standing import monies, rates_of, standings

ROWS_A_PAGE = 100
HELD_SHOWN = 60
NOTES_SHOWN = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines with what is open on each, the files that wait; a post brings a file in."""
    form = BillFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            kept = services.keep_bill(
                campaign=request.campaign,
                data=form.cleaned_data["file"].read(),
                name=form.cleaned_data["file"].name,
                author=_author(request),
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("bill_file" if kept.mapping else "bill_columns", slug=slug, file=kept.pk)
    found = standings(request.campaign)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    sums: dict[str, int] = {}
    for one in found:
        if one.line.is_counted:
            for currency, minor in one.line.amounts.items():
                sums[currency] = sums.get(currency, 0) + minor
    context = {
        "title": _("Bill of quantities"), "form": form, "page": page, "sums": monies(sums), "count": sum(one.line.is_counted for one in found),
        "rows": [{"it": one, "line": one.line, "budget": monies(one.budget or one.line.amounts), "open": monies(one.open), "depth": min(one.depth, 6), "rates": rates_of(one.line)} for one in page.object_list],
        "may_write": request.actor.has_role(*BUDGET_ROLES), "waiting": request.campaign.bill_files.filter(state="draft").only("pk", "name", "brought_at", "applied_at"),
    }  # fmt: skip
    return render(request, "campaigns/bill.html", context, status=422 if form.errors else 200)


def columns(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """What the columns of a file are: suggested, corrected, kept for the next time."""
    kept = _file(request, file)
    if not kept.sheets or not any(sheet["rows"] for sheet in kept.sheets):
        empty = Refused(Problem("bill_file_empty", "The file is empty. Choose the file again."))
        return refused_page(request, empty, back=reverse("bill_desk", args=[slug]), desk=True)
    sheets = [sheet for sheet in kept.sheets if sheet["rows"]]
    form = ColumnsForm(request.POST or None, sheets=sheets, initial=initial_columns(kept.mapping, sheets, request.campaign.goal_currency))
    if "look" not in request.POST and form.is_valid() and form.mapping is not None:
        try:
            services.map_bill(file=kept, mapping=form.mapping, author=_author(request), save_as=form.cleaned_data["save_as"])
        except Refused as refused:
            _on_columns(form, refused)
        else:
            return redirect("bill_file", slug=slug, file=kept.pk)
    context = {"title": _("What the columns are"), "file": kept, "form": form, "sample": form.sheet_data["rows"][:8]}
    return render(
        request, "campaigns/bill_columns.html", context, status=422 if form.is_bound and form.errors and "look" not in request.POST else 200
    )


def bill_file(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """What was read of a file and what it would change; a post applies exactly that."""
    kept = _file(request, file, states=("draft", "applied"))
    bill = services.bill_of(kept)
    if bill is None:
        return redirect("bill_columns", slug=slug, file=kept.pk)
    found = services.difference_of(kept)
    gone = found.of("gone")
    form = ApplyForm(request.POST or None, gone=len(gone), initial={"seen": found.seen})
    if kept.state == "draft" and form.is_valid():
        try:
            services.apply_bill(
                file=kept, seen=form.cleaned_data["seen"], take_out=form.cleaned_data.get("take_out", False), author=_author(request)
            )
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(None, problem_text(problem))
        else:
            messages.success(request, _("The bill holds these lines now."))
            return redirect("bill_file" if bill.held else "bill_desk", slug=slug, **({"file": kept.pk} if bill.held else {}))
    page = Paginator(found.of("new", "changed", "gone"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": kept.name, "file": kept, "bill": bill, "found": found, "form": form, "page": page, "gone": gone,
        "changes": [{"it": change, "fields": _fields(change), "amounts": _amounts(change)} for change in page.object_list],
        "before": monies(found.before), "after": monies(found.after), "staying": monies(found.staying()),
        "counts": {state: len(found.of(state)) for state in ("new", "changed", "same", "gone")}, "held": bill.held[:HELD_SHOWN],
        "held_more": max(0, len(bill.held) - HELD_SHOWN), "notes": bill.notes[:NOTES_SHOWN], "notes_more": max(0, len(bill.notes) - NOTES_SHOWN),
        "agreeing": sum(total.agrees for total in bill.totals), "sums": monies(bill.sums()),
    }  # fmt: skip
    return render(request, "campaigns/bill_file.html", context, status=422 if form.errors else 200)


def row(request: HttpRequest, slug: str, file: UUID, row: int) -> HttpResponse:
    """One row of the file with its reasons: other cells, or left out."""
    kept = _file(request, file)
    bill = services.bill_of(kept)
    held = next((one for one in bill.held if one.row == row), None) if bill else None
    if bill is None or held is None:
        return redirect("bill_file", slug=slug, file=kept.pk)
    form = RowForm(request.POST or None, mapping=bill.mapping, cells=held.cells)
    if form.is_valid():
        try:
            services.correct_bill(file=kept, row=row, cells=None if "leave" in request.POST else form.cells(), author=_author(request))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            again = next((one for one in _bill(kept).held if one.row == row), None)
            if again is None:
                messages.success(request, _("Row %(row)s is settled.") % {"row": row})
                return redirect(reverse("bill_file", args=[slug, kept.pk]) + "#held")
            return redirect("bill_row", slug=slug, file=kept.pk, row=row)
    context = {"title": _("Row %(row)s of the file") % {"row": row}, "file": kept, "held": held, "form": form}
    return render(request, "campaigns/bill_row.html", context)


def drop(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    try:
        services.drop_bill(file=_file(request, file), author=_author(request))
    except Refused as refused:
        return refused_page(request, refused, back=reverse("bill_desk", args=[slug]), desk=True)
    messages.success(request, _("The file is put away. The lines of the bill stay as they are."))
    return redirect("bill_desk", slug=slug)


def held_rows(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """The rows that are no lines yet, with their reasons, as a file to correct."""
    bill = services.bill_of(_file(request, file))
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [column.head or column.field for column in bill.mapping.columns] if bill else []
    writer.writerow([*(safe_cell(head) for head in heads), "row", "reason"])
    for one in bill.held if bill else ():
        said = safe_cell(" ".join(problem_text(problem) for problem in one.problems))
        writer.writerow([*(safe_cell(one.cells.get(head, "")) for head in heads), one.row, said])
    return file_answer(("\ufeff" + out.getvalue()).encode(), name="held-rows.csv", media_type="text/csv; charset=utf-8")


def export_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(write_csv(_lines(request)), name=f"bill-{slug}.csv", media_type="text/csv; charset=utf-8")


def export_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    return file_answer(write_xlsx(_lines(request), title=_("Bill of quantities")), name=f"bill-{slug}.xlsx", media_type=XLSX)


def _lines(request: HttpRequest) -> list[BillLine]:
    lines = request.campaign.budget_lines.select_related("parent").order_by("position")
    return [
        BillLine(
            line.position, line.code, line.title, line.unit, line.quantity,
            () if line.kind == "heading" else tuple(Rate(currency, rate) for currency, rate in rates_of(line)), line.parent.code if line.parent else "", line.kind,
        )
        for line in lines
    ]  # fmt: skip


def _bill(kept: BillFile) -> ReadBill:
    kept.refresh_from_db()
    found = services.bill_of(kept)
    assert found is not None  # a corrected row belongs to a file that was read
    return found


def _fields(change: Change) -> list[dict[str, Any]]:
    words = {
        "title": _("Description"), "unit": _("Unit"), "quantity": _("Quantity"), "rate": _("Rate"), "currency": _("Currency"),
        "more_rates": _("Further rates"), "parent": _("Line above"), "kind": _("Kind"),
    }  # fmt: skip
    return [{"word": words[name], "before": _said(before), "after": _said(after)} for name, before, after in change.fields]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{currency} {rate}" for currency, rate, _minor in value) or "–"
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").lstrip("-").isdigit() else text or "–"


def _amounts(change: Change) -> list[dict[str, Any]]:
    if change.read is not None:
        return monies(change.read.amounts())
    return monies(change.line.amounts) if change.line is not None else []


def _on_columns(form: ColumnsForm, refused: Refused) -> None:
    for problem in refused.problems:
        form.add_error(problem.where if problem.where in ("sheet", "currency", "units") else None, problem_text(problem))


def _file(request: HttpRequest, file: UUID, *, states: tuple[str, ...] = ("draft",)) -> BillFile:
    return get_object_or_404(BillFile.objects.select_related("campaign"), pk=file, campaign=request.campaign, state__in=states)


def _author(request: HttpRequest) -> Role:
    found: Role = request.actor.role(*BUDGET_ROLES)
    return found
