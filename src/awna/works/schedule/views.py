"""Pages of the task list: the tree of parts and tasks, add and change, what changed and taking it back."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page
from awna.parties.models import Campaign

from ..models.tasks import Task, WorkCalendar
from . import services
from .forms import LinkFormSet, PartForm, TaskForm
from .gates import missing_on
from .models import ClearanceNeed, ScheduleChange, WorkPart
from .states import with_before

ROWS_ON_A_PAGE = 150
CHANGES_SHOWN = 50
DEPTH_SHOWN_MAX = 6


@dataclass
class Line:
    """A part or a task in the tree; `depth` from 0."""

    depth: int
    part: WorkPart | None = None
    task: Task | None = None
    days: Decimal = Decimal(0)
    waits: list[str] = field(default_factory=list)
    missing: list[ClearanceNeed] = field(default_factory=list)


def task_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The work breakdown with its tasks, what each waits for, and the clearances that are missing today."""
    campaign = request.campaign
    lines = tree_of(campaign)
    page = Paginator(lines, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "tasks": sum(1 for line in lines if line.task), "parts": sum(1 for line in lines if line.part),
        "links": sum(len(line.waits) for line in lines), "blocked": sum(1 for line in lines if line.missing),
        "may_edit": request.actor.has_role(*services.SCHEDULE_ROLES),
    }  # fmt: skip
    return render(request, "works/schedule/list.html", context)


def tree_of(campaign: Campaign) -> list[Line]:
    """Each part before what stands below it; tasks without a part come first."""
    parts: dict[Any, list[WorkPart]] = defaultdict(list)
    for part in WorkPart.objects.filter(campaign=campaign):
        parts[part.parent_id].append(part)
    tasks: dict[Any, list[Task]] = defaultdict(list)
    for task in campaign.tasks.select_related("site").prefetch_related(with_before()):
        tasks[task.part_id].append(task)
    calendar = WorkCalendar.objects.filter(campaign=campaign).first()
    slots = calendar.slots_per_day if calendar else 2
    missing = missing_on(campaign, timezone.localdate())
    lines = [_line(task, 0, slots, missing) for task in tasks[None]]
    waiting = [(part, 0) for part in reversed(parts[None])]
    while waiting:
        part, depth = waiting.pop()
        lines.append(Line(min(depth, DEPTH_SHOWN_MAX), part=part))
        lines += [_line(task, depth + 1, slots, missing) for task in tasks[part.pk]]
        waiting += [(one, depth + 1) for one in reversed(parts[part.pk])]
    return lines


def _line(task: Task, depth: int, slots: int, missing: dict[str, list[ClearanceNeed]]) -> Line:
    waits = [f"{row.before.code}{_link_words(row.kind, row.lag, row.lag_unit)}" for row in task.dependencies.all()]
    days = (Decimal(task.duration) / slots).quantize(Decimal("0.01")).normalize()
    return Line(min(depth, DEPTH_SHOWN_MAX), task=task, days=days, waits=waits, missing=missing.get(task.code, []))


def _link_words(kind: str, lag: int, unit: str) -> str:
    """As in the table of tasks: nothing for an ordinary link, else its kind and lag; hours of the clock end in h."""
    if kind == "FS" and lag == 0:
        return ""
    return f" {kind}{lag:+d}{'h' if unit == 'elapsed' else ''}" if lag else f" {kind}"


def add_task(request: HttpRequest, slug: str) -> HttpResponse:
    form = TaskForm(request.POST or None, campaign=request.campaign)
    links = LinkFormSet(request.POST or None, prefix="links")
    return _task_page(request, form, links, None)


def edit_task(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    task = get_object_or_404(Task.objects.select_related("part", "site"), campaign=request.campaign, pk=pk)
    slots = _slots_per_day(request.campaign)
    given = {
        "name": task.name, "part": task.part, "site": task.site, "quantity": task.quantity, "unit": task.unit,
        "days": (Decimal(task.duration) / slots).quantize(Decimal("0.01")).normalize(),
    }  # fmt: skip
    rows = [
        {"before": row.before.code, "kind": row.kind, "lag": row.lag, "lag_unit": row.lag_unit}
        for row in task.dependencies.select_related("before")
    ]
    form = TaskForm(request.POST or None, campaign=request.campaign, task=task, initial=given)
    return _task_page(request, form, LinkFormSet(request.POST or None, prefix="links", initial=rows), task)


def _task_page(request: HttpRequest, form: TaskForm, links: Any, task: Task | None) -> HttpResponse:
    """The form of a task with its links; what the service refuses stands beside its field."""
    campaign = request.campaign
    if request.method == "POST" and form.is_valid() and links.is_valid():
        try:
            author = request.actor.role(*services.SCHEDULE_ROLES)
            more = {"facts": _facts(form, links, campaign), "author": author, "request_id": form.cleaned_data["request_id"]}
            if task is None:
                services.add_task(campaign=campaign, code=form.cleaned_data["code"], **more)
            else:
                services.edit_task(task=task, **more)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded. The plan follows when you plan anew."))
            return redirect("schedule", campaign.slug)
    context = {
        "form": form, "links": links, "task": task, "codes": list(campaign.tasks.values_list("code", "name")),
        "title": _("Change “%(task)s”") % {"task": task} if task else _("Add a task"), "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    return render(
        request, "works/schedule/task.html", context, status=422 if form.errors or (links.errors and not links.is_valid()) else 200
    )


def _facts(form: TaskForm, links: Any, campaign: Campaign) -> services.TaskFacts:
    data = form.cleaned_data
    waits = [
        (row["before"].strip(), row["kind"], row["lag"] or 0, row["lag_unit"])
        for row in links.cleaned_data
        if row.get("before", "").strip()
    ]
    slots = int((data["days"] * _slots_per_day(campaign)).to_integral_value(ROUND_CEILING))
    return services.TaskFacts(
        data["name"], slots, data["site"], data["part"].code if data["part"] else "", data["quantity"], data["unit"], waits
    )


def _slots_per_day(campaign: Campaign) -> int:
    found = WorkCalendar.objects.filter(campaign=campaign).first()
    return found.slots_per_day if found else 2


def remove_task(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take a task out; the list of changes takes it back."""
    task = Task.objects.filter(campaign=request.campaign, pk=pk).first()
    if task is not None:
        try:
            services.remove_task(task=task, author=request.actor.role(*services.SCHEDULE_ROLES), request_id=_request_id(request))
        except Refused as refused:
            back = reverse("schedule_task", args=[slug, pk])
            return refused_page(request, refused, back=back, title=_("The task was not taken out"), desk=True)
        messages.success(request, _("The task is taken out. Under “Changes” it can be taken back."))
    return redirect("schedule", slug)


def add_part(request: HttpRequest, slug: str) -> HttpResponse:
    return _part_page(request, None)


def edit_part(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _part_page(request, get_object_or_404(WorkPart.objects.select_related("parent"), campaign=request.campaign, pk=pk))


def _part_page(request: HttpRequest, part: WorkPart | None) -> HttpResponse:
    campaign = request.campaign
    given = {"name": part.name, "parent": part.parent} if part else None
    form = PartForm(request.POST or None, campaign=campaign, part=part, initial=given)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.set_part(
                campaign=campaign, code=part.code if part else data["code"], name=data["name"], parent=data["parent"].code if data["parent"] else "",
                author=request.actor.role(*services.SCHEDULE_ROLES), request_id=data["request_id"], new=part is None,
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect("schedule", campaign.slug)
    title = _("Change “%(part)s”") % {"part": part} if part else _("Add a part of the work")
    return form_page(request, form=form, title=title, submit=_("Record"), back=reverse("schedule", args=[campaign.slug]), desk=True)


def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed in the tasks, newest first; each change can be taken back while nothing touched the same tasks since."""
    found = ScheduleChange.objects.filter(campaign=request.campaign).select_related("made_by__user", "file", "undoes")
    rows = [
        {
            "change": change, "codes": sorted({*change.after["tasks"], *change.after["parts"]}), "undone": change.undone,
            "count": len(change.after["tasks"]) + len(change.after["parts"]), "request_id": str(uuid.uuid4()),
        }
        for change in found.annotate(undone=_undone())[:CHANGES_SHOWN]
    ]  # fmt: skip
    return render(request, "works/schedule/changes.html", {"rows": rows})


def _undone() -> Any:
    return Exists(ScheduleChange.objects.filter(undoes=OuterRef("pk")))


def undo(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    change = get_object_or_404(ScheduleChange, campaign=request.campaign, pk=pk)
    try:
        services.undo_change(change=change, author=request.actor.role(*services.SCHEDULE_ROLES), request_id=_request_id(request))
    except Refused as refused:
        back = reverse("schedule_changes", args=[slug])
        return refused_page(request, refused, back=back, title=_("The change was not taken back"), desk=True)
    messages.success(request, _("Taken back."))
    return redirect("schedule_changes", slug)


def _request_id(request: HttpRequest) -> str:
    return request.POST.get("request_id", "")[:64] or str(uuid.uuid4())
