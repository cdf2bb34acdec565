"""Addresses of the desk."""

from awna.kit.policies import ANYONE, SIGNED_IN, guarded, role
from awna.parties.models import ROLE_NAMES

from . import bank_views, log_views, views

ANY_ROLE = role(*dict(ROLE_NAMES))
TREASURER = role("treasurer")

urlpatterns = [
    guarded("setup/<str:token>/", views.set_up, name="set_up", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/cosigned", log_views.cosigned, name="log_cosigned", POST=ANYONE),
    guarded("desk/", views.campaigns, name="desk", GET=SIGNED_IN),
    guarded("desk/<slug:slug>/", views.home, name="desk_home", GET=ANY_ROLE),
    guarded("desk/<slug:slug>/import/", views.import_statement, name="import_statement", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/import/done/", views.import_report, name="import_report", GET=TREASURER),
    guarded("desk/<slug:slug>/bank/", bank_views.bank_lines, name="bank_lines", GET=TREASURER, POST=TREASURER),
]
