"""Addresses of a closing, each with who may use it."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import table_page

from . import views

LEADS = role("site_lead", "steward")
SITE = role("site_lead", "steward", "storekeeper", "shift_lead", "coordinator")

urlpatterns = [
    guarded("c/<slug:slug>/plan/changes/", views.plan_changes, name="plan_changes", GET=ANYONE, snapshot=table_page()),
    guarded("desk/<slug:slug>/works/crossing/", views.close_crossing, name="works_crossing", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/closings/<uuid:pk>/", views.closing, name="works_closing", GET=SITE, POST=LEADS),
]
