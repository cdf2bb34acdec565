"""Addresses of the stewards' desk."""

from awna.kit.policies import guarded, role

from . import views
from .services import PROPOSER_ROLES

READERS = PROPOSERS = role(*PROPOSER_ROLES)
STEWARD = role("steward")

urlpatterns = [
    guarded("desk/<slug:slug>/approvals/", views.queue, name="decisions", GET=READERS),
    guarded("desk/<slug:slug>/approvals/new/", views.propose, name="propose_release", GET=PROPOSERS, POST=PROPOSERS),
    guarded("desk/<slug:slug>/approvals/<int:number>/", views.decision, name="decision", GET=READERS, POST=STEWARD),
]
