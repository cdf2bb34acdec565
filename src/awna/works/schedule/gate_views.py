"""Pages of what holds work back: when sites rest, and which clearances are asked for, given, ending and withdrawn."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from ..models.tasks import WorkCalendar
from . import gate_services as services
from .forms import CalendarForm, ClearanceForm, DropForm, ExpectForm, NeedForm, RestForm, WithdrawForm, part_choices
from .gates import needs_of
from .models import Clearance, ClearanceNeed, SiteRest
from .rest_picture import picture_of

SOON = timedelta(days=14)


def hours(request: HttpRequest, slug: str) -> HttpResponse:
    """When each site works, as a picture of the next weeks, and the rules behind it."""
    campaign = request.campaign
    may_edit = request.actor.has_role(*services.HOURS_ROLES)
    form = RestForm(request.POST or None, campaign=campaign) if may_edit else None
    if form is not None and form.is_valid():
        try:
            services.add_rest(campaign=campaign, author=request.actor.role(*services.HOURS_ROLES), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded. The plan follows when you plan anew."))
            return redirect("site_hours", slug)
    calendar = WorkCalendar.objects.filter(campaign=campaign).first()
    rests = list(SiteRest.objects.filter(campaign=campaign, ended_at=None).select_related("site"))
    sites = list(campaign.sites.all())
    context = {
        "form": form, "calendar": calendar, "rests": [_rest_row(rest, dict(part_choices(campaign))) for rest in rests],
        "pictures": [(site, picture_of(calendar.as_core(), [one for one in rests if one.site_id in (None, site.pk)])) for site in sites] if calendar else [],
        "parts": part_choices(campaign), "week": [str(RestForm.base_fields["weekdays"].choices[day][1]) for day in calendar.rest_days] if calendar else [],
    }  # fmt: skip
    return render(request, "works/schedule/hours.html", context, status=422 if form is not None and form.errors else 200)


def start_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The first day and the week of a campaign that has no calendar yet."""
    form, back = CalendarForm(request.POST or None), reverse("site_hours", args=[slug])
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.start_calendar(
                campaign=request.campaign,
                origin=data["origin"],
                rest_days=data["weekdays"],
                author=request.actor.role(*services.HOURS_ROLES),
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect(back)
    return form_page(request, form=form, title=_("Start the calendar"), submit=_("Record"), back=back, desk=True)


def _rest_row(rest: SiteRest, parts: dict[int, str]) -> dict[str, Any]:
    days = [str(RestForm.base_fields["weekdays"].choices[day][1]) for day in rest.weekdays]
    return {"rest": rest, "days": days, "parts": [parts.get(place, "?") for place in rest.parts]}


def end_rest(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    rest = get_object_or_404(SiteRest, campaign=request.campaign, pk=pk)
    services.end_rest(rest=rest, author=request.actor.role(*services.HOURS_ROLES))
    messages.success(request, _("It no longer holds."))
    return redirect("site_hours", slug)


def clearances(request: HttpRequest, slug: str) -> HttpResponse:
    """Every clearance that is asked for with its state today: missing, given, ending soon, withdrawn."""
    campaign, today = request.campaign, timezone.localdate()
    needs = ClearanceNeed.objects.filter(campaign=campaign).select_related("site", "task", "dropped_by")
    rows = [_need_row(need, today) for need in needs.filter(dropped_at=None).prefetch_related("clearances__document")]
    rows.sort(key=lambda row: ("stop", "wait", "ok").index(row["state"]))
    asked = {need.site_id for need in needs_of(campaign)}
    context = {
        "rows": rows, "missing": sum(row["state"] == "stop" for row in rows), "dropped": needs.exclude(dropped_at=None),
        "unasked": [site for site in campaign.sites.all() if site.pk not in asked], "may_edit": request.actor.has_role(*services.CLEARANCE_ROLES),
        "may_drop": request.actor.has_role(*services.DROP_ROLES),
    }  # fmt: skip
    return render(request, "works/schedule/clearances.html", context)


def _need_row(need: ClearanceNeed, today: Any) -> dict[str, Any]:
    given = list(need.clearances.all())
    valid = [one for one in given if one.valid_on(today)]
    ends = [one.valid_until for one in valid]
    last = max((end for end in ends if end), default=None) if valid and None not in ends else None
    state = "stop" if not valid else "wait" if last and last - today <= SOON else "ok"
    words = {"stop": _("missing"), "wait": _("ends soon"), "ok": _("cleared")}
    return {"need": need, "state": state, "word": words[state], "given": given, "valid": valid, "last": last}


def ask(request: HttpRequest, slug: str) -> HttpResponse:
    form = NeedForm(request.POST or None, campaign=request.campaign)
    return _write(
        request, form, _("Ask for a clearance"), _("Ask for it"), _("From now on no task starts there before it is given."),
        lambda data: services.ask_clearance(campaign=request.campaign, author=request.actor.role(*services.CLEARANCE_ROLES), **data),
    )  # fmt: skip


def record(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    need = get_object_or_404(ClearanceNeed.objects.select_related("site", "task"), campaign=request.campaign, pk=pk)
    form = ClearanceForm(request.POST or None, request.FILES or None)

    def write(data: dict[str, Any]) -> object:
        paper = data.pop("paper")
        file = {"paper": paper.read(), "paper_name": paper.name, "paper_type": paper.content_type or ""} if paper else {}
        return services.record_clearance(need=need, author=request.actor.role(*services.CLEARANCE_ROLES), **data, **file)

    title = _("Record the clearance “%(need)s”") % {"need": need}
    return _write(request, form, title, _("Record"), "", write)


def expect(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    need = get_object_or_404(ClearanceNeed.objects.select_related("site", "task"), campaign=request.campaign, pk=pk)
    form = ExpectForm(request.POST or None, initial={"expected_on": need.expected_on})
    title = _("When “%(need)s” is expected") % {"need": need}
    return _write(
        request, form, title, _("Record"), "",
        lambda data: services.expect_clearance(
            need=need, expected_on=data["expected_on"], author=request.actor.role(*services.CLEARANCE_ROLES)
        ),
    )  # fmt: skip


def withdraw(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Clearance.objects.select_related("need__site", "need__task"), need__campaign=request.campaign, pk=pk)
    intro = _("What began before that day stays begun. Tasks that have not begun wait until it is given again.")

    def write(data: dict[str, Any]) -> object:
        author = request.actor.role(*services.CLEARANCE_ROLES)
        return services.withdraw_clearance(clearance=found, withdrawn_on=data["withdrawn_on"], reason=data["reason"], author=author)

    title = _("Withdraw the clearance “%(need)s”") % {"need": found.need}
    return _write(request, WithdrawForm(request.POST or None), title, _("Withdraw"), intro, write)


def drop(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    need = get_object_or_404(ClearanceNeed.objects.select_related("site", "task"), campaign=request.campaign, pk=pk)
    intro = _("Only a steward may say this. The row stays with the reason.")
    title = _("“%(need)s” is not needed") % {"need": need}
    return _write(
        request, DropForm(request.POST or None), title, _("Drop it"), intro,
        lambda data: services.drop_need(need=need, reason=data["reason"], author=request.actor.role(*services.DROP_ROLES)),
    )  # fmt: skip


def _write(request: HttpRequest, form: Any, title: str, submit: str, intro: str, write: Callable[[dict[str, Any]], object]) -> HttpResponse:
    """A form of this part: its service is asked, what it refuses stands beside the field."""
    back = reverse("clearances", args=[request.campaign.slug])
    if form.is_valid():
        try:
            write(dict(form.cleaned_data))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded. The plan follows when you plan anew."))
            return redirect(back)
    return form_page(request, form=form, title=title, submit=submit, intro=intro, back=back, desk=True)
