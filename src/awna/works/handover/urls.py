"""Addresses of commissioning and hand-over, each with who may use it."""

from awna.kit.policies import guarded, role

from . import views

READERS = role("site_lead", "steward", "storekeeper", "coordinator", "shift_lead")
LEADS = role("site_lead", "steward")
KEEPERS = role("site_lead", "steward", "storekeeper")
HANDOVER = "desk/<slug:slug>/works/handover/"

urlpatterns = [
    guarded(HANDOVER, views.handover, name="handover", GET=READERS),
    guarded(f"{HANDOVER}list/<slug:code>/", views.record_finding, name="commissioning", GET=LEADS, POST=LEADS),
    guarded(f"{HANDOVER}assets/", views.add_asset, name="add_asset", GET=KEEPERS, POST=KEEPERS),
    guarded(f"{HANDOVER}papers/", views.add_paper, name="add_handover_paper", GET=KEEPERS, POST=KEEPERS),
    guarded(f"{HANDOVER}papers/<int:paper>.file", views.paper, name="handover_paper", GET=READERS),
    guarded(f"{HANDOVER}pack.pdf", views.pack_pdf, name="handover_pdf", GET=READERS),
    guarded(f"{HANDOVER}pack.zip", views.pack_zip, name="handover_zip", GET=READERS),
]
