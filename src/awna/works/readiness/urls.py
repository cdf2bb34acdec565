"""Address of the readiness board, with who may use it."""

from awna.kit.policies import guarded, role

from . import views

READERS = role("site_lead", "steward", "storekeeper", "shift_lead", "coordinator", "buyer")

urlpatterns = [guarded("desk/<slug:slug>/works/readiness/", views.readiness, name="readiness", GET=READERS)]
