"""Pages of a closing: the phone page with its big buttons, what moves with whom to call and the ways on, and what everyone may read of it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.access.models import CrossingReport
from awna.core.problems import Problem, Refused
from awna.crews.models import PEOPLE_ROLES
from awna.kit.forms import refused_to_form

from .. import pages as plan_pages
from ..services import PLAN_ROLES
from . import services, shown
from .forms import AS_MENDED, AdoptForm, ClosingForm
from .models import Closing, WayOn

LOOK_AGAIN_S = 2
CLOSINGS_SHOWN = 5
LINES_AT_ONCE = 8  # tasks or people that stand open on the page; more are folded


def close_crossing(request: HttpRequest, slug: str) -> HttpResponse:
    """Three big buttons: closed, restricted, open again. The report and a mended plan come of the same press."""
    form = ClosingForm(request.POST or None, campaign=request.campaign)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        crossing, request_id = asked.pop("crossing"), asked.pop("request_id")
        try:
            author = request.actor.role(*PLAN_ROLES)
            closing = services.close_crossing(crossing=crossing, said=services.Said(**asked), author=author, request_id=request_id)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("works_closing", slug, closing.pk)
    reports = CrossingReport.objects.filter(crossing__campaign=request.campaign).known_at(timezone.now()).covering(timezone.localdate())
    today = {report.crossing: report for report in reports.select_related("crossing").in_order()}
    crossings = [(crossing, today.get(crossing)) for crossing in form.fields["crossing"].queryset]
    if not form.is_bound and len(crossings) == 1:
        form.fields["crossing"].initial = crossings[0][0]
    context = {
        "form": form, "crossings": crossings,
        "before": Closing.objects.filter(campaign=request.campaign).select_related("report__crossing")[:CLOSINGS_SHOWN],
    }  # fmt: skip
    return render(request, "works/crossing/close.html", context, status=422 if form.is_bound else 200)


def closing(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What moves, whom to call, the ways on; POST adopts one. While the job runs the page looks again by itself."""
    found = get_object_or_404(
        Closing.objects.select_related("report__crossing", "repair__based_on", "campaign"), campaign=request.campaign, pk=pk
    )
    context = {"closing": found, "overtaken": services.overtaken(found.report), "problems": [Problem(**one) for one in found.problems]}
    if found.repair is None:
        return render(request, "works/crossing/closing.html", context)
    board = shown.Pages(request.campaign, found.repair.calendar)
    ways = shown.ways_of(found, board, shown.known_people(request.actor, request.campaign))
    in_force = next((way for way in ways if way.adopted), None)
    form = AdoptForm(request.POST or None, ways=[(way.key, way.name) for way in ways if not way.same_as])
    if form.is_valid() and _adopted(request, found, form):
        return redirect("works_closing", slug, found.pk)
    context |= {
        "mended": ways[0], "many": LINES_AT_ONCE, "ways": ways, "in_force": in_force, "form": form, "old_finish": plan_pages.finish_day(found.repair.based_on),
        "may_adopt": in_force is None and request.actor.has_role(*PLAN_ROLES),
        "knows_people": request.actor.has_role(*PEOPLE_ROLES),
    }  # fmt: skip
    response = render(request, "works/crossing/closing.html", context, status=422 if form.is_bound else 200)
    if found.is_watched and not form.is_bound:
        response["Refresh"] = str(LOOK_AGAIN_S)  # no address: one that differs in its fragment alone would not be loaded again
    return response


def _adopted(request: HttpRequest, found: Closing, form: AdoptForm) -> bool:
    author, why = request.actor.role(*PLAN_ROLES), form.cleaned_data["why"]
    try:
        if form.cleaned_data["way"] == AS_MENDED:
            services.adopt_repair(closing=found, author=author, why=why)
        else:
            services.adopt_way(way=WayOn.objects.get(closing=found, pk=form.cleaned_data["way"]), author=author, why=why)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    messages.success(request, _("This plan is in force, and everyone may read what moved and why."))
    return True


def plan_changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What moved, why, and which office decided: by week and district."""
    return render(request, "works/crossing/changes.html", {"changes": list(shown.public_changes(request.campaign))})
