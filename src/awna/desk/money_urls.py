"""Addresses of rates, of the stewards' other questions, of money that a section sends on, and of given goods that came."""

from django.views.generic import RedirectView

from awna.kit.policies import guarded, role

from . import goods_views, rate_views, remittance_views

TREASURER, KEEPER, STEWARD = role("treasurer"), role("treasurer", "steward"), role("steward")

urlpatterns = [
    guarded("desk/<slug:slug>/rates/", rate_views.rates_desk, name="rates_desk", GET=KEEPER, POST=TREASURER),
    # The questions moved into the one queue; the old address leads there.
    guarded("desk/<slug:slug>/questions/", RedirectView.as_view(pattern_name="decisions"), name="questions_desk", GET=STEWARD),
    guarded("desk/<slug:slug>/remittances/", remittance_views.remittances_desk, name="remittances_desk", GET=KEEPER),
    guarded("desk/<slug:slug>/offers/<uuid:offer>/came/", goods_views.goods_came, name="goods_came", GET=TREASURER, POST=TREASURER),
]  # fmt: skip
