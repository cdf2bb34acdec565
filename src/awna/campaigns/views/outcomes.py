"""The desk of outcomes: promise, say how it is measured, measure, forecast."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from .. import services
from ..forms import ForecastForm, IndicatorForm, MeasurementForm, PromiseForm
from ..models import Indicator, Outcome
from .acting import form_of_desk

DESK = "outcomes_desk"


def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Every promise with its indicators and what can be done."""
    rows = request.campaign.outcomes.prefetch_related("indicators__measurements", "forecasts")
    return render(request, "campaigns/outcomes_desk.html", {"title": _("Outcomes"), "outcomes": rows})


def promise(request: HttpRequest, slug: str) -> HttpResponse:
    form = PromiseForm(request.POST or None, campaign=request.campaign)
    return form_of_desk(request, form, lambda given: services.promise_outcome(campaign=request.campaign, author=_promiser(request), **given),
                 desk=DESK, title=_("Promise an outcome"), submit=_("Promise it"), intro=_("Everyone reads it, and it cannot be changed: missed ones stay as visible as kept ones."))  # fmt: skip


def indicator(request: HttpRequest, slug: str, outcome: UUID) -> HttpResponse:
    row = get_object_or_404(Outcome, pk=outcome, campaign=request.campaign)
    form = IndicatorForm(request.POST or None)
    return form_of_desk(request, form, lambda given: services.add_indicator(outcome=row, author=_promiser(request), **given),
                 desk=DESK, title=_("How “%(title)s” is measured") % {"title": row.title}, submit=_("Keep"))  # fmt: skip


def forecast(request: HttpRequest, slug: str, outcome: UUID) -> HttpResponse:
    row = get_object_or_404(Outcome, pk=outcome, campaign=request.campaign)
    form = ForecastForm(request.POST or None)
    return form_of_desk(request, form, lambda given: services.state_forecast(outcome=row, author=_promiser(request), **given),
                 desk=DESK, title=_("When is “%(title)s” expected?") % {"title": row.title}, submit=_("State it"))  # fmt: skip


def measure(request: HttpRequest, slug: str, indicator: UUID) -> HttpResponse:
    row = get_object_or_404(Indicator.objects.select_related("outcome__campaign"), pk=indicator, outcome__campaign=request.campaign)
    form = MeasurementForm(request.POST or None, campaign=request.campaign)
    return form_of_desk(request, form, lambda given: services.record_measurement(indicator=row, author=_promiser(request), **given),
                 desk=DESK, title=_("Measure “%(title)s”, in %(unit)s") % {"title": row.title, "unit": row.unit}, submit=_("Write it down"))  # fmt: skip


def _promiser(request: HttpRequest) -> Any:
    return request.actor.role(*services.OUTCOME_ROLES)
