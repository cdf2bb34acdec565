"""Pages of access: crossings and sites on the desk, the history of one crossing, reports, requests and decisions; and what everyone may read."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from . import history, services, shown
from .forms import AddCrossingForm, ConditionForm, DecisionForm, PassForm, ReportForm
from .models import Crossing, CrossingReport, PassRequest, SiteReport

REQUESTS_A_PAGE = 12
REPORTS_SHOWN = 12
CONDITIONS_SHOWN = 30


def access_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Each crossing as known today, what stands in the way at the sites, and where to report."""
    today = timezone.localdate()
    reports = CrossingReport.objects.filter(crossing__campaign=request.campaign).known_at(timezone.now()).covering(today)
    speaks = {report.crossing_id: report for report in reports.in_order()}
    at_sites = list(SiteReport.objects.filter(site__campaign=request.campaign).select_related("site"))
    context = {
        "crossings": [(crossing, speaks.get(crossing.pk)) for crossing in request.campaign.crossings.all()],
        "conditions": shown.conditions_today(at_sites, today), "site_reports": at_sites[::-1][:CONDITIONS_SHOWN],
        "may_write": request.actor.has_role(*services.REPORTER_ROLES), "has_sites": request.campaign.sites.exists(),
        "actor_leads": request.actor.has_role("site_lead", "steward"),
    }  # fmt: skip
    return render(request, "access/home.html", context)


def crossing(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The opening history of a crossing, base rates and waits, every report and every request."""
    found, today = _crossing(request, pk), timezone.localdate()
    reports = list(found.reports.in_order())
    requests = list(found.pass_requests.prefetch_related("decisions"))
    asked = shown.asked_of(requests)
    page = Paginator(requests, REQUESTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "crossing": found, "opening": shown.opening_of(found, reports, today), "reports": shown.told(reports)[:REPORTS_SHOWN],
        "reports_more": max(0, len(reports) - REPORTS_SHOWN), "page": page, "whole": history.record(asked, today=today) if asked else None,
        "records": history.records(asked, today=today), "may_write": request.actor.has_role(*services.REPORTER_ROLES),
        "speaks": found.report_for(today),
    }  # fmt: skip
    return render(request, "access/crossing.html", context)


def add_crossing(request: HttpRequest, slug: str) -> HttpResponse:
    form = AddCrossingForm(request.POST or None)
    title = _("Name a crossing")
    intro = _("A way in that somebody else may close: a border post, a bridge, a road block.")
    return _write(request, form, _caller(services.add_crossing, campaign=request.campaign), title=title, submit=_("Name it"), intro=intro)


def report_crossing(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A report alone; who leads the works reports on the page that mends the plan too."""
    found = _crossing(request, pk)
    act = _caller(services.report, who="reported_by", crossing=found)
    title = _("Report on %(crossing)s") % {"crossing": found}
    return _write(request, ReportForm(request.POST or None), act, title=title, submit=_("Report"), back=_page_of(found))


def report_condition(request: HttpRequest, slug: str) -> HttpResponse:
    """How it is at a site."""
    form = ConditionForm(request.POST or None, campaign=request.campaign)
    intro = _("Each report stands beside the others. “Nothing stands in the way” ends what was seen before it.")
    act = _caller(services.report_condition, who="reported_by")
    return _write(request, form, act, title=_("Report on a site"), submit=_("Report"), intro=intro)


def ask_to_pass(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    found = _crossing(request, pk)
    act = _caller(services.ask_to_pass, crossing=found)
    title = _("A request to pass %(crossing)s") % {"crossing": found}
    return _write(request, PassForm(request.POST or None), act, title=title, submit=_("Record"), back=_page_of(found))


def decide(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What was answered to a request, or what happened to its load."""
    asked = get_object_or_404(PassRequest.objects.select_related("crossing__campaign"), crossing__campaign=request.campaign, pk=pk)
    act = _caller(services.record_decision, pass_request=asked)
    title = _("The decision on “%(item)s”") % {"item": asked.item}
    form = DecisionForm(request.POST or None)
    return _write(request, form, act, title=title, submit=_("Record"), back=_page_of(asked.crossing) + "#requests")


def public_crossings(request: HttpRequest, slug: str) -> HttpResponse:
    """What does no harm: finished weeks, districts, rounded shares of many cases."""
    context = {
        "crossings": shown.public_crossings(request.campaign), "delay": shown.PUBLIC_DELAY_DAYS, "least": shown.PUBLIC_CASES_MIN,
    }  # fmt: skip
    return render(request, "access/public.html", context)


def _crossing(request: HttpRequest, pk: uuid.UUID) -> Crossing:
    return get_object_or_404(Crossing.objects.select_related("campaign"), campaign=request.campaign, pk=pk)


def _page_of(found: Crossing) -> str:
    return reverse("access_crossing", args=[found.campaign.slug, found.pk])


def _caller(service: Any, *, who: str = "author", **given: Any) -> Callable[[Any, dict[str, Any]], Any]:
    """Calls a service with what the page knows and what the form says."""
    return lambda role, said: service(**given, **{who: role}, **said)


def _write(
    request: HttpRequest, form: forms.Form, act: Callable[[Any, dict[str, Any]], Any], *, title: str, submit: str, intro: str = "",
    back: str = "",
) -> HttpResponse:  # fmt: skip
    back = back or reverse("access_home", args=[request.campaign.slug])
    if form.is_valid():
        try:
            act(request.actor.role(*services.REPORTER_ROLES), form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect(back)
    return form_page(request, form=form, title=title, submit=submit, intro=intro, back=back, desk=True)
