"""Addresses of access, each with who may use it."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import table_page

from . import table_views, views
from .services import REPORTER_ROLES

WRITERS = role(*REPORTER_ROLES)
READERS = role(*REPORTER_ROLES, "shift_lead")

urlpatterns = [
    guarded("c/<slug:slug>/crossings/", views.public_crossings, name="crossings", GET=ANYONE, snapshot=table_page()),
    guarded("desk/<slug:slug>/access/", views.access_home, name="access_home", GET=READERS),
    guarded("desk/<slug:slug>/access/crossings/add/", views.add_crossing, name="add_crossing", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/access/crossings/<uuid:pk>/", views.crossing, name="access_crossing", GET=READERS),
    guarded(
        "desk/<slug:slug>/access/crossings/<uuid:pk>/report/", views.report_crossing, name="report_crossing", GET=WRITERS, POST=WRITERS
    ),
    guarded("desk/<slug:slug>/access/crossings/<uuid:pk>/ask/", views.ask_to_pass, name="ask_to_pass", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/access/requests/<uuid:pk>/decide/", views.decide, name="decide_pass", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/access/sites/report/", views.report_condition, name="report_condition", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/access/import/", table_views.import_access, name="import_access", GET=WRITERS, POST=WRITERS),
    guarded(
        "desk/<slug:slug>/access/import/<uuid:pk>/", table_views.import_access_preview, name="import_access_preview",
        GET=WRITERS, POST=WRITERS,
    ),
    guarded("desk/<slug:slug>/access/import/<uuid:pk>/refused.csv", table_views.import_access_refused, name="import_access_refused", GET=WRITERS),
    guarded("desk/<slug:slug>/access/reports.csv", table_views.reports_csv, name="access_reports_csv", GET=READERS),
    guarded("desk/<slug:slug>/access/requests.csv", table_views.requests_csv, name="access_requests_csv", GET=READERS),
]  # fmt: skip
