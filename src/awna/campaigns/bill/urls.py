"""Addresses of the bill of quantities, each with who may use it."""

from awna.kit.policies import guarded, role

from ..models.roles import BUDGET_ROLES
from . import views

READERS, WRITERS = role(*BUDGET_ROLES, "buyer", "storekeeper"), role(*BUDGET_ROLES)

urlpatterns = [
    guarded("desk/<slug:slug>/bill/", views.desk, name="bill_desk", GET=READERS, POST=WRITERS),
    guarded("desk/<slug:slug>/bill/bill.csv", views.export_csv, name="bill_csv", GET=READERS),
    guarded("desk/<slug:slug>/bill/bill.xlsx", views.export_xlsx, name="bill_xlsx", GET=READERS),
    guarded("desk/<slug:slug>/bill/<uuid:file>/", views.bill_file, name="bill_file", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/bill/<uuid:file>/columns/", views.columns, name="bill_columns", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/bill/<uuid:file>/rows/<int:row>/", views.row, name="bill_row", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/bill/<uuid:file>/drop/", views.drop, name="bill_drop", POST=WRITERS),
    guarded("desk/<slug:slug>/bill/<uuid:file>/held.csv", views.held_rows, name="bill_held", GET=WRITERS),
]
