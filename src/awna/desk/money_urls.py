"""Addresses of rates, of the stewards' other questions and of money that a section sends on."""

from awna.kit.policies import guarded, role

from . import rate_views, remittance_views

TREASURER, KEEPER, STEWARD = role("treasurer"), role("treasurer", "steward"), role("steward")

urlpatterns = [
    guarded("desk/<slug:slug>/rates/", rate_views.rates_desk, name="rates_desk", GET=KEEPER, POST=TREASURER),
    guarded("desk/<slug:slug>/questions/", rate_views.questions_desk, name="questions_desk", GET=STEWARD, POST=STEWARD),
    guarded("desk/<slug:slug>/remittances/", remittance_views.remittances_desk, name="remittances_desk", GET=KEEPER),
]  # fmt: skip
