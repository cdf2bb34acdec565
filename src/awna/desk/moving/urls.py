"""Addresses of moving in. Which kind of file a person may bring in is asked once more inside."""

from awna.campaigns.models.roles import BUDGET_ROLES
from awna.kit.policies import guarded, role

from . import views
from .kinds import ALL_ROLES

MOVERS, BUDGETERS = role(*ALL_ROLES), role(*BUDGET_ROLES)
MOVING = "desk/<slug:slug>/moving/"

urlpatterns = [
    guarded(MOVING, views.home, name="moving_home", GET=MOVERS),
    guarded(f"{MOVING}in/<uuid:found>/", views.bring_in, name="bring_in", GET=MOVERS, POST=MOVERS),
    guarded(f"{MOVING}in/<uuid:found>/columns/", views.columns, name="bring_in_columns", GET=MOVERS, POST=MOVERS),
    guarded(f"{MOVING}in/<uuid:found>/refused.csv", views.refused_rows, name="bring_in_refused", GET=MOVERS),
    guarded(f"{MOVING}in/<uuid:found>/away/", views.put_away, name="bring_in_away", POST=MOVERS),
    guarded(f"{MOVING}in/<uuid:found>/back/", views.take_back, name="bring_in_back", GET=MOVERS, POST=MOVERS),
    guarded(f"{MOVING}bill/<uuid:file>/", views.bill, name="bring_in_bill", GET=BUDGETERS, POST=BUDGETERS),
    guarded(f"{MOVING}<slug:kind>/template.csv", views.template_csv, name="moving_template_csv", GET=MOVERS),
    guarded(f"{MOVING}<slug:kind>/template.xlsx", views.template_xlsx, name="moving_template_xlsx", GET=MOVERS),
    guarded(f"{MOVING}<slug:kind>/", views.kind_page, name="moving_kind", GET=MOVERS, POST=MOVERS),
]
