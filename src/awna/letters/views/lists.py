"""Taking over a list that somebody made: paste it, look at every row, take it over."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from .. import services
from ..countries import country_name
from ..forms import ListForm, RowForm, SplitForm
from ..models import ListImport, ListRow, OpenLetter

ROWS_ON_PAGE = 200
FIELD_WORDS = {
    "name_original": gettext_lazy("Name"), "name_english": gettext_lazy("Name in English"), "abbreviation": gettext_lazy("Short form"),
    "country": gettext_lazy("Country"), "place": gettext_lazy("Place"), "role": gettext_lazy("Office"), "person": gettext_lazy("Person"),
}  # fmt: skip
WHY = {
    "page_number": gettext_lazy("page number"), "running_heading": gettext_lazy("heading"), "country_heading": gettext_lazy("country of the rows below"),
    "table_head": gettext_lazy("head of the table"), "before_the_list": gettext_lazy("outside of the list"), "dropped": gettext_lazy("dropped by hand"),
}  # fmt: skip


def new_list(request: HttpRequest, slug: str, letter: UUID) -> HttpResponse:
    """Paste a list."""
    row = get_object_or_404(OpenLetter, pk=letter, campaign=request.campaign)
    form = ListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("text", "listed_by", "listed_on")}
        try:
            taken = services.take_list(letter=row, author=request.actor.role(*services.WRITERS), **said)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("review_list", slug=slug, taken=taken.pk)
    intro = _("Nothing is published yet: you look at every row first. Names of people are not taken over.")
    return form_page(request, form=form, title=_("Take over a list"), submit=_("Read it"), intro=intro, desk=True, multipart=True)


def review(request: HttpRequest, slug: str, taken: int) -> HttpResponse:
    """Every row with what is in doubt marked; and what stands in no row."""
    found = get_object_or_404(ListImport, pk=taken, letter__campaign=request.campaign)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "keep_sure":
                services.keep_sure_rows(taken=found, author=request.actor.role(*services.WRITERS))
                return redirect("review_list", slug=slug, taken=found.pk)
            new = services.confirm_list(taken=found, author=request.actor.role(*services.WRITERS))
        except Refused as refused:
            return refused_page(request, refused, back=request.path, desk=True)
        messages.success(
            request,
            _("%(count)s organisations stand on the page now, as listed by %(source)s.") % {"count": new, "source": found.listed_by},
        )
        return redirect("desk_letter", slug=slug, letter=found.letter_id)
    views = services.row_views(found.rows.all())
    rows = [_told(view) for view in views if view.row.state != ListRow.LEFT]
    context = {
        "taken": found, "title": _("Review the list"), "rows": rows[:ROWS_ON_PAGE], "hidden": max(0, len(rows) - ROWS_ON_PAGE),
        "left": [(view, WHY.get(view.why, view.why)) for view in views if view.row.state == ListRow.LEFT],
        "unchecked": sum(view.row.state == ListRow.OPEN for view in views), "doubted": sum(row["mark"] != "sure" for row in rows),
        "sure": sum(row["mark"] == "sure" and not row["checked"] for row in rows),
    }  # fmt: skip
    return render(request, "letters/review.html", context)


def list_row(request: HttpRequest, slug: str, row: int) -> HttpResponse:
    """One row: its text beside the fields; or one of the acts keep, drop, join, split."""
    found = get_object_or_404(ListRow.objects.select_related("taken_from"), pk=row, taken_from__letter__campaign=request.campaign)
    view, author = services.row_views([found])[0], request.actor.role(*services.WRITERS)
    act = request.POST.get("act", "change") if request.method == "POST" else ""
    form = RowForm(request.POST if act == "change" else None, initial={name: text for name, (text, _mark) in view.cells.items()})
    split = SplitForm(request.POST if act == "split" else None)
    if act:
        try:
            if _acted(act, found, form, split, author):
                return redirect(f"{_review(found)}#row-{found.pk}")
        except Refused as refused:
            if act not in ("change", "split"):
                return refused_page(request, refused, back=_review(found), desk=True)
            refused_to_form(form if act == "change" else split, refused)
    context = {"view": view, "form": form, "split": split, "row": found, "back": _review(found), "title": _("One row of the list")}
    return render(request, "letters/row.html", context, status=422 if form.errors or split.errors else 200)


def _acted(act: str, row: ListRow, form: forms.Form, split: forms.Form, author: Any) -> bool:
    """Do what was asked; false where a form has to be corrected."""
    if act == "change":
        if form.is_valid():
            services.change_row(row=row, fields=form.cleaned_data, author=author)
        return form.is_valid()
    if act == "split":
        if split.is_valid():
            services.split_row(row=row, before=split.cleaned_data["before"], author=author)
        return split.is_valid()
    acts = {"keep": services.keep_row, "drop": services.drop_row, "join": services.join_rows}
    if act in acts:
        acts[act](row=row, author=author)
    return True


def _told(view: services.RowView) -> dict[str, Any]:
    """A row as the page says it: its filled fields, each with the word for its mark."""
    cells = [
        {
            "label": FIELD_WORDS[name],
            "text": country_name(text, translation.get_language() or "en") if name == "country" else text,
            "mark": mark,
        }
        for name, (text, mark) in view.cells.items()
        if text or mark != "sure"
    ]
    return {"view": view, "row": view.row, "cells": cells, "mark": view.mark, "checked": view.row.state == ListRow.CHECKED}


def _review(row: ListRow) -> str:
    return reverse("review_list", kwargs={"slug": row.taken_from.letter.campaign.slug, "taken": row.taken_from_id})
