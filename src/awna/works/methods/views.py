"""Pages of the ways to build: compared for everyone, with files, trials and the question to the stewards for the desk."""

import csv
import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.books.services import safe_cell
from awna.core.problems import Problem, Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer, form_page, refused_page

from . import files, services
from .figures import Known, known_elements
from .forms import MethodFileForm, TakeFileForm
from .models import MethodFile
from .shown import shown, standing

ROWS_SHOWN = 300
FILES_SHOWN = 10


def options_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The elements that can be built in several ways."""
    found = [shown(known) for known in known_elements(request.campaign)]
    return render(request, "works/methods/list.html", {"elements": found, "base": "kit/base.html", "link": "options"})


def options(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The ways to build one element, for everyone. No day of any plan is told here."""
    known = _known(request, code)
    return render(request, "works/methods/options.html", {"shown": shown(known), "element": known.element, "base": "kit/base.html"})


def element_codes(campaign: Any) -> Iterator[dict[str, str]]:
    """The elements of a campaign, as parameters of their address."""
    yield from ({"code": code} for code in campaign.build_elements.values_list("code", flat=True))


def methods_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The same list for the desk, with the files that came in."""
    context = {
        "elements": [shown(known) for known in known_elements(request.campaign)], "base": "kit/desk_base.html", "link": "options_desk",
        "files": MethodFile.objects.filter(campaign=request.campaign).order_by("-made_at")[:FILES_SHOWN], "is_desk": True,
        "may_load": request.actor.has_role(*files.LOAD_ROLES),
    }  # fmt: skip
    return render(request, "works/methods/list.html", context)


def options_desk(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One element for the desk: try the ways in the plan, ask the stewards for one, see what became of it."""
    known = _known(request, code)
    if request.method == "POST":
        return _act(request, known)
    context = {
        "shown": shown(known), "element": known.element, "base": "kit/desk_base.html", "is_desk": True, "request_id": str(uuid.uuid4()),
        "may_ask": request.actor.has_role(*services.ASK_ROLES), **standing(request.campaign, known),
    }  # fmt: skip
    return render(request, "works/methods/options.html", context)


def _act(request: HttpRequest, known: Known) -> HttpResponse:
    """`act` says which: plan with each way, or ask for one."""
    back, author = reverse("options_desk", args=[request.campaign.slug, known.element.code]), request.actor.role(*services.ASK_ROLES)
    try:
        if request.POST.get("act") == "try":
            services.try_methods(element=known.element, author=author)
            messages.success(request, _("The plan was worked out with each way. Nothing is in force by it."))
            return redirect(back)
        method = next((one for one in known.methods if str(one.pk) == request.POST.get("method")), None)
        if method is None:
            raise Refused(Problem("method_not_chosen", "Choose one of the ways to build."))
        choice = services.ask_for_method(
            method=method, author=author, request_id=request.POST.get("request_id", "")[:80] or str(uuid.uuid4())
        )
    except Refused as refused:
        return refused_page(request, refused, back=back, title=_("The stewards were not asked"), desk=True)
    messages.success(request, _("The stewards are asked."))
    return redirect("question", slug=request.campaign.slug, proposal=choice.proposal_id)


def method_file_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A file of factors, ways or one declaration: read, kept, and shown before anything is taken in."""
    form = MethodFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            found = files.look_at_file(
                campaign=request.campaign, data=upload.read(files.FILE_BYTES_MAX + 1), name=upload.name, sort=form.cleaned_data["sort"],
                author=request.actor.role(*files.LOAD_ROLES), given=form.given,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("method_file", slug, found.pk)
    intro = _("The figures are your own: none come with this site. Each needs its source and year.")
    return form_page(
        request, form=form, title=_("Bring in factors and ways to build"), submit=_("Look at the rows"), intro=intro,
        back=reverse("methods_desk", args=[slug]), desk=True,
    )  # fmt: skip


def method_file(request: HttpRequest, slug: str, found: uuid.UUID) -> HttpResponse:
    """Every row with what becomes of it; POST takes them in."""
    kept = get_object_or_404(MethodFile.objects.select_related("campaign"), campaign=request.campaign, pk=found)
    seen = files.preview(kept)
    refused_count = seen.count(files.REFUSED)
    form = TakeFileForm(request.POST if request.method == "POST" else None, found=kept, refused=refused_count)
    if request.method == "POST" and form.is_valid():
        try:
            files.take_file_in(
                found=kept, author=request.actor.role(*files.LOAD_ROLES), leave_refused=form.cleaned_data.get("leave_refused", False)
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The rows were taken in."))
            return redirect("methods_desk", slug)
    ordered = sorted(seen.rows, key=lambda row: row.state != files.REFUSED)
    context = {
        "found": kept, "rows": ordered[:ROWS_SHOWN], "all": len(seen.rows), "refused": refused_count, "form": form,
        "new": seen.count(files.NEW, files.CHANGED), "declaration": seen.declaration,
    }  # fmt: skip
    return render(request, "works/methods/file.html", context, status=422 if form.errors else 200)


def method_file_refused(request: HttpRequest, slug: str, found: uuid.UUID) -> HttpResponse:
    """The refused rows as a file to correct, each with its reason; a cell that looks like a formula is marked as text."""
    kept = get_object_or_404(MethodFile, campaign=request.campaign, pk=found)
    value, out = json.loads(kept.content), io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*value.get("columns", []), "row", "reason"])
    reasons: dict[str, list[str]] = {}
    for row in files.preview(kept).rows:
        if row.problem is not None:
            reasons.setdefault(row.problem.where.partition(",")[0], []).append(problem_text(row.problem))
    for one in value.get("refused", []):
        why = " ".join(reasons.get(f"row {one['row']}", []))
        writer.writerow([*map(safe_cell, one["cells"]), one["row"], safe_cell(why)])
    return file_answer(("\ufeff" + out.getvalue()).encode(), name=f"refused-{kept.pk}.csv", media_type="text/csv; charset=utf-8")


def _known(request: HttpRequest, code: str) -> Known:
    found = known_elements(request.campaign, code=code)
    if not found:
        raise Http404("There is no such element.")
    return found[0]
