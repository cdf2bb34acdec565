"""Pages of moving in: what can come, a file, its columns, every row with what becomes of it, and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from awna.books.models import BankAccount
from awna.campaigns.bill.taking_back import take_bill_back
from awna.campaigns.models import BillFile, BringIn
from awna.campaigns.models.roles import BUDGET_ROLES
from awna.campaigns.moving import services
from awna.campaigns.moving.columns import text_of
from awna.campaigns.moving.kinds import KNOWN, NEW, REFUSED, Column, Kind
from awna.campaigns.moving.models import DONE, DRAFT, UNDONE
from awna.core.ledger.rules import BANK
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, refused_page
from awna.parties.models import Role

from . import papers
from .forms import ColumnsForm, FileForm, TakeForm
from .kinds import BUDGET, BUDGET_COLUMNS, BUDGET_TITLE, BUDGET_WHAT, kind_named, kind_of, kinds_for
from .listing import bring_ins_for, listed_for

ROWS_A_PAGE = 100
SAMPLE_ROWS = 8
SAMPLE_COLUMNS = 12
CELLS_SHOWN = 4
BAR_UNITS = 100
LONG_ROWS = 1_000
"""From so many rows on the page says that it takes a while."""


def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be brought in by this person, with a template of each, and all that was brought in."""
    kinds = [{"it": kind, "count": kind.counted(request.campaign) if kind.counted else 0} for kind in kinds_for(request.actor)]
    budget = {"title": BUDGET_TITLE, "what": BUDGET_WHAT, "count": request.campaign.budget_lines.count()} if request.actor.has_role(*BUDGET_ROLES) else None  # fmt: skip
    steps = [
        {"value": 1, "label": _("Choose your file or our template")},
        {"value": 2, "label": _("Say which column holds what")},
        {"value": 3, "label": _("See what becomes of each row")},
        {"value": 4, "label": _("Take it in, or take it back")},
    ]
    context = {
        "title": _("Bring in what you have"),
        "steps": steps,
        "kinds": kinds,
        "budget": budget,
        "listed": listed_for(request.actor, request.campaign),
    }
    return render(request, "desk/moving/home.html", context)


def kind_page(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """One kind: a file to choose, and what its columns hold; a post keeps the file and leads to its rows."""
    one = _kind(request, kind)
    form = FileForm(request.POST or None, request.FILES or None, kind=one, accounts=_accounts(request))
    if form.is_valid():
        file, account = form.cleaned_data["file"], form.cleaned_data.get("account")
        try:
            kept = services.keep_file(
                campaign=request.campaign, kind=one, data=file.read(), name=file.name, author=_author(request, one, account),
                decimal=form.cleaned_data.get("decimal", ""), account=str(account.pk) if account else "",
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("bring_in" if kept.mapping else "bring_in_columns", slug=slug, found=kept.pk)
    context = {
        "title": _("Bring in: %(what)s") % {"what": one.title}, "kind": one, "form": form, "submit": _("Look at the rows"),
        "no_account": one.of_account and not _accounts(request).exists(),
    }  # fmt: skip
    return render(request, "desk/moving/kind.html", context, status=422 if form.errors else 200)


def template_csv(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """An empty table of this kind, with each column explained and an example."""
    columns, notes, _title = _template_of(request, kind)
    return file_answer(papers.template_csv(columns, notes=notes), name=f"{kind}-template.csv", media_type=papers.CSV)


def template_xlsx(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The same as a workbook."""
    columns, notes, title = _template_of(request, kind)
    data = papers.template_xlsx(columns, title=str(title), notes=notes)
    return file_answer(data, name=f"{kind}-template.xlsx", media_type=papers.XLSX)


def columns(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """Which column of the file holds what: as suggested or as the last time, put right by the person."""
    kept = _found(request, found, DRAFT)
    kind, rows = kind_of(kept), services.rows_of(kept)
    asked = _asked_row(request)
    hint = services.suggestion_of(kept, kind, head_row=asked)
    said = kept.mapping["columns"] if kept.mapping and asked in (None, kept.head_row) else hint.columns
    first = {"head_row": asked or (kept.head_row if kept.mapping else hint.head_row)} | {
        f"column_{name}": head for name, head in said.items()
    }
    chosen = kept.options.get("sheet", kept.sheets[0])
    looks = "look" in request.POST
    form = ColumnsForm(None if looks else request.POST or None, kind=kind, rows=rows, sheets=kept.sheets, chosen=chosen, initial=first)
    other = request.POST.get("sheet", chosen)
    try:
        if request.method == "POST" and other != chosen:
            services.choose_sheet(found=kept, kind=kind, sheet=other, author=_author_of(request, kept))
            return redirect("bring_in_columns", slug=slug, found=kept.pk)
        if form.is_valid():
            services.map_columns(
                found=kept, kind=kind, head_row=form.cleaned_data["head_row"], columns=form.columns(), author=_author_of(request, kept)
            )
            return redirect("bring_in", slug=slug, found=kept.pk)
    except Refused as refused:
        refused_to_form(form, refused)
    sample = [{"number": number, "cells": [text_of(cell) for cell in cells[:SAMPLE_COLUMNS]]} for number, cells in rows[:SAMPLE_ROWS]]
    context = {"title": _("What the columns are"), "file": kept, "kind": kind, "form": form, "hint": hint, "sample": sample}
    return render(request, "desk/moving/columns.html", context, status=422 if form.is_bound and form.errors else 200)


def bring_in(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """A dry run: each row with what would become of it; a post takes the rows in. Of a file that came in: what became of it."""
    kept = _found(request, found)
    kind, author = kind_of(kept), _author_of(request, kept)
    if kept.state == DRAFT and kept.mapping is None:
        return redirect("bring_in_columns", slug=slug, found=kept.pk)
    try:
        seen = services.preview(kept, kind, author)
    except Refused as refused:
        context = {"title": kept.name, "file": kept, "kind": kind, "problems": refused.problems, "form": TakeForm(None, refused=0)}
        return render(request, "desk/moving/preview.html", context)
    form = TakeForm(request.POST if request.method == "POST" else None, refused=seen.count(REFUSED) if kept.state == DRAFT else 0)
    if form.is_valid():
        try:
            done = services.take_in(found=kept, kind=kind, author=author, leave_refused=form.cleaned_data.get("leave_refused", False))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, ngettext("%(n)s row came in.", "%(n)s rows came in.", done.new) % {"n": done.new})
            return redirect("bring_in", slug=slug, found=kept.pk)
    page = Paginator(seen.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": kept.name, "file": kept, "kind": kind, "form": form, "page": page, "refused": seen.count(REFUSED), "new": seen.count(NEW),
        "figures": _figures(kept, seen), "bar": _bar(kept, seen), "is_long": len(seen.rows) > LONG_ROWS, "is_draft": kept.state == DRAFT,
        "may_undo": kept.state == DONE and kept.new, "is_undone": kept.state == UNDONE,
        "rows": [
            {"it": row, "word": _word(row.state), "cells": [text for text in row.cells.values() if text and text != row.label][:CELLS_SHOWN]}
            for row in page.object_list
        ],
    }  # fmt: skip
    return render(request, "desk/moving/preview.html", context, status=422 if form.errors else 200)


def refused_rows(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """The refused rows with their reasons, as a file to correct and bring in again."""
    kept = _found(request, found)
    kind = kind_of(kept)
    seen = services.preview(kept, kind, _author_of(request, kept))
    data = papers.refused_csv(seen.refused, kind.columns)
    return file_answer(data, name=f"refused-{kept.kind}-{kept.digest[:8]}.csv", media_type=papers.CSV)


def put_away(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    kept = _found(request, found)
    try:
        services.put_away(found=kept, kind=kind_of(kept), author=_author_of(request, kept))
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("The file is put away. What came in stays."))
    return redirect("moving_home", slug=slug)


def take_back(request: HttpRequest, slug: str, found: UUID) -> HttpResponse:
    """Asks once more, then takes a file back as if it had not come."""
    kept = _found(request, found)
    problems = None
    if request.method == "POST":
        try:
            services.take_back(found=kept, kind=kind_of(kept), author=_author_of(request, kept))
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("The file is taken back. What it brought is gone."))
            return redirect("moving_home", slug=slug)
    context = {"title": _("Take this file back"), "name": kept.name, "what": kind_of(kept).title, "count": kept.new, "problems": problems}
    return render(request, "desk/moving/take_back.html", context, status=409 if problems else 200)


def bill(request: HttpRequest, slug: str, file: UUID) -> HttpResponse:
    """A bill among the files that came in: where it is looked at, and a post that takes it back."""
    kept = get_object_or_404(BillFile.objects.select_related("campaign", "brought_by__user"), pk=file, campaign=request.campaign)
    if kept.applied_at is None and kept.state == "draft":
        return redirect("bill_file", slug=slug, file=kept.pk)
    problems = None
    if request.method == "POST":
        try:
            take_bill_back(file=kept, author=request.actor.role(*BUDGET_ROLES))
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("The bill stands as it stood before this file."))
            return redirect("moving_home", slug=slug)
    context = {"title": _("Take this bill back"), "name": kept.name, "what": BUDGET_TITLE, "count": len(kept.before), "problems": problems,
               "bill": kept, "is_undone": kept.state == "undone"}  # fmt: skip
    return render(request, "desk/moving/take_back.html", context, status=409 if problems else 200)


def _template_of(request: HttpRequest, name: str) -> tuple[tuple[Column, ...], bool, Any]:
    """Columns, whether notes may stand in the table (the reader of bills knows none), and a title."""
    if name == BUDGET and request.actor.has_role(*BUDGET_ROLES):
        return BUDGET_COLUMNS, False, BUDGET_TITLE
    kind = _kind(request, name)
    return kind.columns, True, kind.title


def _kind(request: HttpRequest, name: str) -> Kind:
    try:
        kind = kind_named(name)
    except KeyError:
        raise Http404 from None
    if not request.actor.has_role(*kind.roles):
        raise PermissionDenied
    return kind


def _found(request: HttpRequest, found: UUID, *states: str) -> BringIn:
    files = bring_ins_for(request.actor, request.campaign)
    kept: BringIn = get_object_or_404(files.filter(state__in=states) if states else files, pk=found)
    return kept


def _author(request: HttpRequest, kind: Kind, account: BankAccount | None = None) -> Role:
    """The role in which this person brings such a file in; for an account that of its own body."""
    roles: list[Role] = [role for role in request.actor.roles if role.name in kind.roles]
    return next((role for role in roles if account is None or role.section_id == account.section_id), roles[0])


def _author_of(request: HttpRequest, kept: BringIn) -> Role:
    """The role of the section that the file belongs to."""
    roles: list[Role] = [role for role in request.actor.roles if role.name in kind_of(kept).roles]
    return next((role for role in roles if role.section_id == kept.brought_by.section_id), roles[0])


def _accounts(request: HttpRequest) -> Any:
    """Bank accounts of the very bodies whose money this person keeps."""
    bodies = [role.section_id for role in request.actor.roles if role.name == "treasurer"]
    found = BankAccount.objects.filter(book__campaign=request.campaign, custody__type=BANK)
    mine = found.filter(section__in=[body for body in bodies if body])
    return (mine | found.filter(section=None) if None in bodies else mine).order_by("holder")


def _asked_row(request: HttpRequest) -> int | None:
    text = request.POST.get("head_row", "") if "look" in request.POST else ""
    return int(text) if text.isdecimal() and len(text) < 8 else None


def _word(state: str) -> str:
    return {
        NEW: pgettext("row of a file", "new"), KNOWN: pgettext("row of a file", "there already"), REFUSED: pgettext("row of a file", "refused"),
    }[state]  # fmt: skip


def _counts(kept: BringIn, seen: services.Preview) -> tuple[int, int, int]:
    if kept.state == DRAFT:
        return seen.count(NEW), seen.count(KNOWN), seen.count(REFUSED)
    return kept.new, kept.known, kept.refused


def _figures(kept: BringIn, seen: services.Preview) -> list[dict[str, Any]]:
    new, known, refused = _counts(kept, seen)
    return [
        {"label": _("New"), "value": new}, {"label": _("There already"), "value": known},
        {"label": _("Refused"), "value": refused, "mark": "pw" if refused else ""},
    ]  # fmt: skip


def _bar(kept: BringIn, seen: services.Preview) -> list[dict[str, Any]]:
    """The rows as one course of stones: (class, from, width) of BAR_UNITS."""
    counts = _counts(kept, seen)
    whole, at, parts = sum(counts) or 1, 0, []
    for count, style in zip(counts, ("w1", "w3", "w4"), strict=True):
        width = round(BAR_UNITS * count / whole)
        parts.append({"style": style, "x": at, "width": max(0, min(width, BAR_UNITS - at))})
        at += width
    return [part for part in parts if part["width"]]
