"""Addresses of the crews."""

from awna.kit.policies import guarded, role

from . import views

PEOPLE = role("coordinator", "site_lead", "shift_lead")
REGISTRARS = role("coordinator", "site_lead")
SHIFT_LEAD = role("shift_lead")
VOLUNTEER = role("volunteer")
RECORDERS = role("coordinator", "site_lead", "shift_lead", "volunteer")

urlpatterns = [
    guarded("desk/<slug:slug>/crews/", views.crews_home, name="crews_home", GET=PEOPLE),
    guarded("desk/<slug:slug>/crews/volunteers/add/", views.add_volunteer, name="add_volunteer", GET=REGISTRARS, POST=REGISTRARS),
    guarded("desk/<slug:slug>/crews/volunteers/<uuid:volunteer_id>/vetting/", views.vet_volunteer, name="vet_volunteer",
            GET=REGISTRARS, POST=REGISTRARS),
    guarded("desk/<slug:slug>/crews/form/", views.form_crew, name="form_crew", GET=REGISTRARS, POST=REGISTRARS),
    guarded("desk/<slug:slug>/crews/<uuid:crew_id>/shift/", views.plan_shift, name="plan_shift", GET=PEOPLE, POST=PEOPLE),
    guarded("desk/<slug:slug>/crews/shifts/", views.my_shifts, name="my_shifts", GET=VOLUNTEER),
    guarded("desk/<slug:slug>/crews/shifts/<uuid:shift_id>/hours/", views.record_hours, name="record_hours", GET=RECORDERS, POST=RECORDERS),
    guarded("desk/<slug:slug>/crews/hours/<uuid:hours_id>/approve/", views.approve_hours, name="approve_hours", POST=SHIFT_LEAD),
]  # fmt: skip
