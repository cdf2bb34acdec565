"""The coordinator's and the shift lead's pages: volunteers, crews, shifts, hours."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form

from . import services
from .forms import CrewForm, HoursForm, ShiftForm, VettingForm, VolunteerForm
from .models import Crew, Hours, Shift, Volunteer


def crews_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is there, who works with whom, and which hours wait."""
    here = {"actor": request.actor}
    context = {
        "people": Volunteer.objects.for_actor(**here).filter(campaign=request.campaign).with_details(),
        "crews": Crew.objects.for_actor(**here).filter(campaign=request.campaign).prefetch_related("members", "shifts"),
        "waiting": Hours.objects.for_actor(**here).filter(shift__crew__campaign=request.campaign).waiting()
        .select_related("shift__crew", "volunteer", "recorded_by__user"),
        "may_register": request.actor.has_role(*services.REGISTRARS),
        "may_approve": request.actor.has_role(*services.APPROVERS),
    }  # fmt: skip
    return render(request, "crews/home.html", context)


def add_volunteer(request: HttpRequest, slug: str) -> HttpResponse:
    form = VolunteerForm(request.POST or None)
    role = request.actor.role(*services.REGISTRARS)
    if form.is_valid() and _done(form, services.register_volunteer, campaign=request.campaign, author=role, **form.cleaned_data):
        return redirect("crews_home", slug=slug)
    return _form(request, form, _("Register a volunteer"), _("Register"))


def vet_volunteer(request: HttpRequest, slug: str, volunteer_id: Any) -> HttpResponse:
    volunteer = get_object_or_404(Volunteer.objects.for_actor(request.actor), pk=volunteer_id, campaign=request.campaign)
    form = VettingForm(request.POST or None)
    role = request.actor.role(*services.REGISTRARS)
    if form.is_valid() and _done(form, services.record_vetting, volunteer=volunteer, author=role, **form.cleaned_data):
        return redirect("crews_home", slug=slug)
    return _form(request, form, _("Record the vetting of %(who)s") % {"who": volunteer}, _("Record"))


def form_crew(request: HttpRequest, slug: str) -> HttpResponse:
    people = Volunteer.objects.for_actor(request.actor).filter(campaign=request.campaign)
    form = CrewForm(request.POST or None, people=people)
    role = request.actor.role(*services.REGISTRARS)
    if form.is_valid() and _done(form, services.form_crew, campaign=request.campaign, author=role, **form.cleaned_data):
        return redirect("crews_home", slug=slug)
    return _form(request, form, _("Form a crew"), _("Form the crew"))


def plan_shift(request: HttpRequest, slug: str, crew_id: Any) -> HttpResponse:
    crew = get_object_or_404(Crew.objects.for_actor(request.actor), pk=crew_id, campaign=request.campaign)
    form = ShiftForm(request.POST or None, initial={"works_on": crew.from_on})
    role = request.actor.role(*services.PLANNERS)
    if form.is_valid() and _done(form, services.plan_shift, crew=crew, author=role, **form.cleaned_data):
        return redirect("crews_home", slug=slug)
    return _form(request, form, _("Plan a shift of %(crew)s") % {"crew": crew}, _("Plan"))


def record_hours(request: HttpRequest, slug: str, shift_id: Any) -> HttpResponse:
    """Who leads records for every member, a volunteer for themselves."""
    if request.actor.has_role(*services.PLANNERS):
        shift = get_object_or_404(Shift.objects.for_actor(request.actor), pk=shift_id, crew__campaign=request.campaign)
        people, role = shift.crew.members.all(), request.actor.role(*services.PLANNERS)
    else:
        own = {"crew__members__user": request.user, "crew__campaign": request.campaign}
        shift = get_object_or_404(Shift.objects.filter(**own), pk=shift_id)
        people, role = shift.crew.members.filter(user=request.user), request.actor.role("volunteer")
    form = HoursForm(request.POST or None, people=people)
    if form.is_valid() and _done(form, services.record_hours, shift=shift, author=role, **form.cleaned_data):
        return redirect("crews_home" if request.actor.has_role(*services.PLANNERS) else "my_shifts", slug=slug)
    return _form(request, form, _("Record hours: %(shift)s") % {"shift": shift}, _("Record"))


def my_shifts(request: HttpRequest, slug: str) -> HttpResponse:
    """A volunteer's own shifts and hours."""
    shifts = Shift.objects.filter(crew__members__user=request.user, crew__campaign=request.campaign)
    hours = Hours.objects.filter(volunteer__user=request.user, shift__crew__campaign=request.campaign).select_related("shift", "volunteer")
    return render(request, "crews/my_shifts.html", {"shifts": shifts, "hours": hours})


def approve_hours(request: HttpRequest, slug: str, hours_id: Any) -> HttpResponse:
    hours = get_object_or_404(Hours.objects.for_actor(request.actor), pk=hours_id, shift__crew__campaign=request.campaign)
    try:
        services.approve_hours(hours=hours, approver=request.actor.role(*services.APPROVERS))
    except Refused as refused:
        return render(request, "kit/refused.html", {"problems": refused.problems}, status=400)
    messages.success(request, _("The hours of %(code)s stand in the book.") % {"code": hours.volunteer.code})
    return redirect("crews_home", slug=slug)


def _done(form: Any, service: Any, **wanted: Any) -> bool:
    """Call the service; what it refuses stands on the form."""
    try:
        service(**wanted)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    return True


def _form(request: HttpRequest, form: Any, title: str, submit: str) -> HttpResponse:
    back = reverse("crews_home", kwargs={"slug": request.campaign.slug}) if request.actor.has_role(*services.PLANNERS) else ""
    return render(request, "kit/desk_form.html", {"form": form, "title": title, "submit": submit, "back": back})
