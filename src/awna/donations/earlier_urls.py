"""Addresses of gifts on the desk: all of them, and those of before the book."""

from awna.kit.policies import guarded, role

from . import clause_views, gift_desk_views, valuation_views
from . import earlier_views as views

STEWARD, TREASURER = role("steward"), role("treasurer")

urlpatterns = [
    guarded("desk/<slug:slug>/gifts/<uuid:gift>/value/", valuation_views.value_gift, name="value_gift", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/gifts/<uuid:gift>/freeze/", gift_desk_views.freeze, name="freeze_gift", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/surplus/", clause_views.surplus, name="surplus", GET=STEWARD, POST=STEWARD),
    guarded("desk/<slug:slug>/gifts/", gift_desk_views.gifts_desk, name="gifts_desk", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/gifts/import/<uuid:found>/", views.gift_import, name="gift_import", GET=TREASURER, POST=TREASURER),
]  # fmt: skip
