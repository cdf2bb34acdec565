"""Addresses of direct debit."""

from awna.kit.policies import guarded, role

from . import views

KEEPER = role(*views.KEEPERS)
TREASURER = role("treasurer")

urlpatterns = [
    guarded("desk/<slug:slug>/debits/", views.debits, name="debits", GET=KEEPER),
    guarded("desk/<slug:slug>/debits/account/<uuid:account>/", views.creditor, name="creditor", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/debits/mandate/", views.new_mandate, name="new_mandate", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/debits/mandate/<uuid:mandate>/", views.mandate, name="mandate", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/debits/run/", views.new_run, name="new_debit_run", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/debits/run/<uuid:run>/", views.debit_run, name="debit_run", GET=KEEPER, POST=KEEPER),
    guarded("desk/<slug:slug>/debits/run/<uuid:run>/file/", views.debit_file, name="debit_file", POST=TREASURER),
]
