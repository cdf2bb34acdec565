"""Addresses of payment providers."""

from awna.kit.policies import ANYONE, guarded, role

from . import views

TREASURER = role("treasurer")

urlpatterns = [
    guarded("hooks/<uuid:provider>/", views.webhook, name="provider_webhook", POST=ANYONE),
    guarded("desk/<slug:slug>/providers/", views.providers, name="providers", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/providers/<uuid:provider>/", views.provider, name="provider", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/providers/<uuid:provider>/report/", views.provider_report, name="provider_report", GET=TREASURER, POST=TREASURER),
    guarded(
        "desk/<slug:slug>/providers/<uuid:provider>/payout/<int:payout>/", views.provider_payout, name="provider_payout",
        GET=TREASURER, POST=TREASURER,
    ),
]  # fmt: skip
