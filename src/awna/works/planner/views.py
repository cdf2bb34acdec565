"""Pages of the planner: a long computation with its progress, what-if copies, the simulation, milestones."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.core.planning.replan import Move
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page
from awna.kit.jobs import is_busy

from ..models.plans import PlanRun
from ..models.tasks import Task
from ..services import PLAN_ROLES
from . import services
from .changes import words_of
from .charts import descent
from .compare import compared, moved_lines
from .forms import ChangesForm, MilestoneForm, SearchForm, WhatIfForm, WhyForm
from .models import PlanJob, PlanMilestone, WhatIf

REFRESH_S = 2  # seconds after which the page of a running job loads itself again


def jobs_seen_by(request: HttpRequest) -> Any:
    """The jobs of the campaign but those of other people's copies."""
    return PlanJob.objects.filter(Q(what_if=None) | Q(what_if__in=WhatIf.objects.seen_by(request.actor.user)), campaign=request.campaign)


def start_planning(request: HttpRequest, slug: str) -> HttpResponse:
    """POST of the works desk: plan anew, by the worker."""
    form = SearchForm(request.POST)
    seconds = form.cleaned_data["seconds"] if form.is_valid() else services.SECONDS_USUAL
    author, asked = request.actor.role(*PLAN_ROLES), request.POST.get("request_id") or str(uuid.uuid4())
    job = services.start_planning(campaign=request.campaign, author=author, seconds=seconds, request_id=asked)
    return redirect("plan_job", slug, job.pk)


def plan_job(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """How far a computation is; POST stops it with the best plan so far. The page loads itself again until it is over."""
    job = get_object_or_404(jobs_seen_by(request).select_related("what_if", "run"), pk=pk)
    if request.method == "POST":
        services.stop_job(job=job, author=request.actor.role(*PLAN_ROLES))
        return redirect("plan_job", slug, pk)
    is_still = "still" in request.GET
    best = (
        [job.campaign.work_calendar.as_core().date_of(max(0, int(slot) - 1)) if slot else None for slot in job.best[1:]] if job.best else []
    )
    context = {
        "job": job, "is_still": is_still, "curve": descent(job.points, until=job.run_for_s) if job.points else "",
        "problems": [Problem(row["code"], row["text"], row["params"]) for row in job.problems],
        "finish": best[0] if best else None, "bound": best[1] if best else None,
        "is_best": bool(job.best and job.best[1] <= job.best[2]),
        "no_worker": job.is_left_waiting and not is_busy(),
    }  # fmt: skip
    response = render(request, "works/planner/job.html", context)
    if not job.is_over and not is_still:
        response["Refresh"] = str(REFRESH_S)
    return response


def simulate(request: HttpRequest, slug: str) -> HttpResponse:
    """POST: simulate the plan in force, by the worker."""
    run = PlanRun.objects.adopted(request.campaign)
    if run is None:
        return redirect("works_desk", slug)
    asked = request.POST.get("request_id") or str(uuid.uuid4())
    job = services.start_simulation(run=run, author=request.actor.role(*PLAN_ROLES), request_id=asked)
    return redirect("plan_job", slug, job.pk)


def what_ifs(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own copies, and those that others shared."""
    found = WhatIf.objects.filter(campaign=request.campaign).seen_by(request.actor.user).select_related("owner__user", "based_on")
    return render(request, "works/planner/what_ifs.html", {"copies": found, "has_plan": PlanRun.objects.adopted(request.campaign)})


def new_what_if(request: HttpRequest, slug: str) -> HttpResponse:
    """A named copy with its first changes."""
    back, run = reverse("what_ifs", args=[slug]), PlanRun.objects.adopted(request.campaign)
    if run is None:
        return redirect("what_ifs", slug)
    form = WhatIfForm(request.POST or None, campaign=request.campaign, run=run)
    if form.is_valid():
        author, values = request.actor.role(*PLAN_ROLES), form.cleaned_data
        try:
            copy = services.make_what_if(
                campaign=request.campaign, name=values["name"], changes=form.changes, author=author, request_id=values["request_id"]
            )
            job = services.start_what_if(what_if=copy, author=author, request_id=f"first:{copy.pk}")
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("plan_job", slug, job.pk)
    intro = _("A copy of the plan in force. Nobody else sees it until you share or adopt it, and nothing changes on site.")
    return form_page(request, form=form, title=_("What if?"), submit=_("Copy and work it out"), intro=intro, back=back, desk=True)


def change_what_if(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Add changes to a copy of one's own."""
    copy = _copy(request, pk)
    form = ChangesForm(request.POST or None, campaign=request.campaign, run=copy.based_on)
    back = reverse("what_if", args=[slug, pk])
    if form.is_valid():
        author = request.actor.role(*PLAN_ROLES)
        try:
            services.change_what_if(what_if=copy, changes=[*copy.changes, *form.changes], author=author)
            job = services.start_what_if(what_if=_copy(request, pk), author=author, request_id=form.cleaned_data["request_id"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("plan_job", slug, job.pk)
    title = _("Change more in “%(name)s”") % {"name": copy}
    return form_page(request, form=form, title=title, submit=_("Add and work it out"), back=back, desk=True)


def what_if(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One copy: what it changes, before and after; POST works it out again, drops a change, shares, forgets or adopts it."""
    copy = _copy(request, pk)
    form = WhyForm(request.POST if request.POST.get("act") == "adopt" else None)
    if request.method == "POST":
        back = reverse("what_if", args=[slug, pk])
        try:
            answer = _act(request, copy, form)
        except Refused as refused:
            return refused_page(request, refused, back=back, title=_("Nothing was changed"), desk=True)
        if answer is not None:
            return answer
    tasks = {task.code: task for task in request.campaign.tasks.all()}
    names = {code: str(task) for code, task in tasks.items()} | {one.code: one.name for one in request.campaign.crossings.all()}
    calendar = request.campaign.work_calendar.as_core()
    running = PlanRun.objects.adopted(request.campaign)
    best = "anew" if "anew" in copy.plans else "mended"
    context = {
        "copy": copy, "mine": copy.owner.user_id == request.actor.user.pk, "changes": [words_of(change, names) for change in copy.changes],
        "rows": compared(copy.plans, calendar), "moved": {
            which: moved_lines([Move(*row) for row in copy.plans[which]["moves"]], tasks, calendar)
            for which in ("mended", "anew") if which in copy.plans
        },
        "best": best, "form": form, "overtaken": running is None or running.pk != copy.based_on_id,
        "job": copy.jobs.first(), "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    return render(request, "works/planner/what_if.html", context, status=422 if form.is_bound else 200)


def _act(request: HttpRequest, copy: WhatIf, form: WhyForm) -> HttpResponse | None:
    """What was pressed; None = the form came back with problems."""
    author, slug = request.actor.role(*PLAN_ROLES), request.campaign.slug
    match request.POST.get("act"):
        case "work":
            job = services.start_what_if(what_if=copy, author=author, request_id=request.POST.get("request_id") or str(uuid.uuid4()))
            return redirect("plan_job", slug, job.pk)
        case "drop":
            number = request.POST.get("number", "")
            kept = [change for index, change in enumerate(copy.changes) if str(index) != number]
            services.change_what_if(what_if=copy, changes=kept, author=author)
        case "share":
            services.share_what_if(what_if=copy, author=author)
            messages.success(request, _("Everyone who works on the plan sees this copy now."))
        case "forget":
            services.forget_what_if(what_if=copy, author=author)
            messages.success(request, _("The copy is deleted."))
            return redirect("what_ifs", slug)
        case "adopt":
            if not form.is_valid():
                return None
            services.adopt_what_if(what_if=copy, which=request.POST.get("which", ""), author=author, why=form.cleaned_data["why"])
            messages.success(request, _("This plan is in force."))
            return redirect("works_desk", slug)
    return redirect("what_if", slug, copy.pk)


def milestones(request: HttpRequest, slug: str) -> HttpResponse:
    """The days that people wait for; POST names one or forgets one."""
    form = MilestoneForm(request.POST if "name" in request.POST else None, campaign=request.campaign)
    author = request.actor.role(*PLAN_ROLES)
    if request.method == "POST" and "forget" in request.POST:
        found = get_object_or_404(PlanMilestone, campaign=request.campaign, pk=request.POST["forget"])
        services.forget_milestone(milestone=found, author=author)
        return redirect("plan_milestones", slug)
    if form.is_valid():
        try:
            services.name_milestone(campaign=request.campaign, author=author, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded. Simulate the plan again to see its days."))
            return redirect("plan_milestones", slug)
    rows = PlanMilestone.objects.filter(campaign=request.campaign).prefetch_related("tasks")
    context = {"form": form, "rows": rows, "has_tasks": Task.objects.filter(campaign=request.campaign).exists()}
    return render(request, "works/planner/milestones.html", context, status=422 if form.is_bound else 200)


def _copy(request: HttpRequest, pk: uuid.UUID) -> WhatIf:
    """A copy that this person may see; for anybody else there is none."""
    seen = WhatIf.objects.filter(campaign=request.campaign).seen_by(request.actor.user)
    return get_object_or_404(seen.select_related("owner__user", "based_on", "campaign"), pk=pk)
