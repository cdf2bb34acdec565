"""Pages of works: the public plan, the site lead's desk, a plan with its before and after, issue and progress."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from . import pages, services
from .forms import IssueForm, ProgressForm
from .models import PlanRun, Task
from .planner import views as planner
from .planner.forms import SECONDS, WhyForm
from .planner.page import plan_context, run_context
from .planner.services import SECONDS_USUAL
from .standing import standing_of

RUNS_SHOWN = 10
LINES_ON_A_PAGE = 100
MOVES_SHOWN = 30  # of the tasks that moved, on the public plan


def plan(request: HttpRequest, slug: str, page: int = 1) -> HttpResponse:
    """The plan in force for everyone: weeks and district, nothing finer; what is missing; what was promised."""
    run, standing = PlanRun.objects.adopted(request.campaign), None
    lines: list[pages.Line] = []
    if run:
        standing = standing_of(request.campaign)
        lines = pages.public_lines(request.campaign, run, steps=standing.open_steps if standing else ())
    axis = pages.picture(lines, whole_weeks=True)
    parts = Paginator(lines, LINES_ON_A_PAGE)
    if not 1 <= page <= parts.num_pages:
        raise Http404("The plan has no such page.")
    moves = [line for line in lines if line.old_start and line.old_start != line.start]
    context = {
        "run": run, "standing": standing, "axis": axis, "part": parts.page(page), "districts": len({line.district for line in lines}),
        "moved_count": sum(line.old_start is not None for line in lines), "moves": moves[:MOVES_SHOWN], "moved_weeks": len(moves),
    }  # fmt: skip
    return render(request, "works/plan.html", context)


def plan_pages(campaign: Any) -> Iterator[dict[str, int]]:
    """The pages of a plan after the first, as parameters of their address."""
    yield from ({"page": page} for page in range(2, -(-campaign.tasks.count() // LINES_ON_A_PAGE) + 1))


def works_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole plan for the site, with what is critical, who and what is asked for, and how sure the days are; POST plans anew."""
    if request.method == "POST":
        try:
            return planner.start_planning(request, slug)
        except Refused as refused:
            return refused_page(request, refused, back=reverse("works_desk", args=[slug]), title=_("No plan was made"), desk=True)
    run = PlanRun.objects.adopted(request.campaign)
    runs = PlanRun.objects.filter(campaign=request.campaign).select_related("report__crossing")
    context = {
        **(plan_context(request.campaign, run) if run else {"tasks": request.campaign.tasks.count()}), "run": run,
        "runs": runs.defer("plan_json", "project_json", "difference")[:RUNS_SHOWN],
        "jobs": planner.jobs_seen_by(request).filter(state__in=["waiting", "running"]).defer("points", "result"),
        "may_plan": request.actor.has_role(*services.PLAN_ROLES), "request_id": str(uuid.uuid4()), "simulate_id": str(uuid.uuid4()),
        "seconds": SECONDS, "usual": SECONDS_USUAL,
    }  # fmt: skip
    return render(request, "works/desk.html", context)


def plan_run(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One answer of the planner with its before and after; POST adopts it, with a reason if one is given."""
    found = PlanRun.objects.select_related("report__crossing", "based_on", "adopted_by")
    run = get_object_or_404(found, campaign=request.campaign, pk=pk)
    if request.method == "POST":
        try:
            services.adopt_plan(run=run, author=request.actor.role(*services.PLAN_ROLES), why=request.POST.get("why", ""))
        except Refused as refused:
            return refused_page(request, refused, back=reverse("works_desk", args=[slug]), title=_("The plan was not adopted"), desk=True)
        messages.success(request, _("This plan is in force."))
        return redirect("works_desk", slug)
    context = {
        **run_context(request.campaign, run), "form": WhyForm(is_wanted=False),
        "may_adopt": request.actor.has_role(*services.PLAN_ROLES) and run.adopted_at is None,
    }  # fmt: skip
    return render(request, "works/run.html", context)


def issue(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Hand material from a store to a task."""
    task = get_object_or_404(Task, campaign=request.campaign, pk=pk)
    form = IssueForm(request.POST or None, campaign=request.campaign)
    return _write(request, form, task, services.issue_materials, services.ISSUE_ROLES, title=_("Issue material to “%(task)s”"), intro="")


def progress(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Note work done."""
    task = get_object_or_404(Task, campaign=request.campaign, pk=pk)
    form = ProgressForm(request.POST or None)
    intro = _("Done so far: %(done)s of %(whole)s %(unit)s.") % {"done": task.done, "whole": task.quantity, "unit": task.unit}
    return _write(request, form, task, services.record_progress, services.PROGRESS_ROLES, title=_("Work done on “%(task)s”"), intro=intro)


def _write(request: HttpRequest, form: Any, task: Task, service: Any, roles: tuple[str, ...], *, title: str, intro: str) -> HttpResponse:
    """A form about one task: its service is asked, what it refuses stands beside the field."""
    back = reverse("works_desk", args=[request.campaign.slug])
    if form.is_valid():
        try:
            service(task=task, author=request.actor.role(*roles), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect(back)
    return form_page(request, form=form, title=title % {"task": task}, submit=_("Record"), intro=intro, back=back, desk=True)
