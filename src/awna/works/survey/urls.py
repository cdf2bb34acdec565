"""Addresses of the damage, each with who may use it."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import data_file

from . import services, views

SEERS = role(*services.SEE_ROLES)
BRINGERS = role(*services.BRING_ROLES)
STEWARDS = role("steward")
DESK = "desk/<slug:slug>/damage/"

urlpatterns = [
    guarded("c/<slug:slug>/damage/", views.damage, name="damage", GET=ANYONE),
    guarded("c/<slug:slug>/damage.geojson", views.public_file, name="damage_file_public", GET=ANYONE, snapshot=data_file()),
    guarded(DESK, views.desk, name="damage_desk", GET=SEERS),
    guarded(f"{DESK}add/", views.add, name="damage_add", GET=SEERS, POST=SEERS),
    guarded(f"{DESK}buildings/<uuid:building>/", views.building, name="damage_building", GET=SEERS),
    guarded(f"{DESK}buildings/<uuid:building>/add/", views.add, name="damage_add_to", GET=SEERS, POST=SEERS),
    guarded(f"{DESK}bring/", views.bring, name="damage_bring", GET=BRINGERS, POST=BRINGERS),
    guarded(f"{DESK}files/<uuid:file>/", views.look, name="damage_file", GET=BRINGERS, POST=BRINGERS),
    guarded(f"{DESK}files/<uuid:file>/original", views.original, name="damage_original", GET=BRINGERS),
    guarded(f"{DESK}rows/<int:row>/", views.row, name="damage_row", GET=BRINGERS, POST=BRINGERS),
    guarded(f"{DESK}public/", views.rules, name="damage_rules", GET=STEWARDS, POST=STEWARDS),
    guarded(f"{DESK}form.xlsx", views.phone_form, name="damage_form", GET=SEERS),
    guarded(f"{DESK}damage.geojson", views.desk_file, name="damage_geojson", GET=SEERS),
]
