"""Addresses of this part of works, each with who may use it."""

from django.urls import URLPattern

from awna.kit.policies import guarded, role

from . import file_views, gate_views, views
from .gate_services import DROP_ROLES
from .services import SCHEDULE_ROLES

LEADS, STEWARDS = role(*SCHEDULE_ROLES), role(*DROP_ROLES)
SITE = role("site_lead", "steward", "storekeeper", "shift_lead", "coordinator")
AT = "desk/<slug:slug>/works/schedule/"

urlpatterns: list[URLPattern] = [
    guarded(AT, views.task_list, name="schedule", GET=SITE),
    guarded(f"{AT}add/", views.add_task, name="schedule_add", GET=LEADS, POST=LEADS),
    guarded(f"{AT}tasks/<uuid:pk>/", views.edit_task, name="schedule_task", GET=LEADS, POST=LEADS),
    guarded(f"{AT}tasks/<uuid:pk>/remove/", views.remove_task, name="schedule_remove", POST=LEADS),
    guarded(f"{AT}parts/", views.add_part, name="schedule_part_add", GET=LEADS, POST=LEADS),
    guarded(f"{AT}parts/<int:pk>/", views.edit_part, name="schedule_part", GET=LEADS, POST=LEADS),
    guarded(f"{AT}changes/", views.changes, name="schedule_changes", GET=LEADS),
    guarded(f"{AT}changes/<uuid:pk>/undo/", views.undo, name="schedule_undo", POST=LEADS),
    guarded(f"{AT}import/", file_views.upload, name="schedule_import", GET=LEADS, POST=LEADS),
    guarded(f"{AT}import/<uuid:pk>/", file_views.preview, name="schedule_preview", GET=LEADS, POST=LEADS),
    guarded(f"{AT}import/<uuid:pk>/reasons.csv", file_views.reasons, name="schedule_reasons", GET=LEADS),
    guarded(f"{AT}tasks.xml", file_views.mspdi, name="schedule_mspdi", GET=SITE),
    guarded(f"{AT}tasks.ics", file_views.ical, name="schedule_ical", GET=SITE),
    guarded("desk/<slug:slug>/works/hours/", gate_views.hours, name="site_hours", GET=SITE, POST=LEADS),
    guarded("desk/<slug:slug>/works/hours/start/", gate_views.start_calendar, name="calendar_start", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/hours/<int:pk>/end/", gate_views.end_rest, name="site_hours_end", POST=LEADS),
    guarded("desk/<slug:slug>/works/clearances/", gate_views.clearances, name="clearances", GET=SITE),
    guarded("desk/<slug:slug>/works/clearances/ask/", gate_views.ask, name="clearance_ask", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/clearances/<uuid:pk>/record/", gate_views.record, name="clearance_record", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/clearances/<uuid:pk>/expect/", gate_views.expect, name="clearance_expect", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/clearances/<uuid:pk>/drop/", gate_views.drop, name="clearance_drop", GET=STEWARDS, POST=STEWARDS),
    guarded(
        "desk/<slug:slug>/works/clearances/given/<uuid:pk>/withdraw/", gate_views.withdraw, name="clearance_withdraw", GET=LEADS, POST=LEADS
    ),
]
