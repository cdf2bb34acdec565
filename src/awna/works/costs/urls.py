"""Addresses of costs: budget against actual and forecast, and which task belongs to which line."""

from awna.kit.policies import guarded, role

from . import views
from .services import COST_ROLES

READERS, WRITERS = role(*COST_ROLES, "buyer", "storekeeper"), role(*COST_ROLES)

urlpatterns = [
    guarded("desk/<slug:slug>/costs/", views.costs, name="costs", GET=READERS),
    guarded("desk/<slug:slug>/costs/costs.csv", views.costs_csv, name="costs_csv", GET=READERS),
    guarded("desk/<slug:slug>/costs/tasks/", views.task_lines, name="task_lines", GET=WRITERS, POST=WRITERS),
]
