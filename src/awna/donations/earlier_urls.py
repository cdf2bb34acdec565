"""Addresses that bring in gifts of before the book."""

from awna.kit.policies import guarded, role

from . import earlier_views as views

TREASURER = role("treasurer")

urlpatterns = [
    guarded("desk/<slug:slug>/gifts/import/", views.import_gifts, name="import_gifts", GET=TREASURER, POST=TREASURER),
    guarded(
        "desk/<slug:slug>/gifts/import/<uuid:found>/", views.import_gifts_preview, name="import_gifts_preview", GET=TREASURER, POST=TREASURER
    ),
    guarded("desk/<slug:slug>/gifts/import/<uuid:found>/refused.csv", views.import_gifts_refused, name="import_gifts_refused", GET=TREASURER),
]  # fmt: skip
