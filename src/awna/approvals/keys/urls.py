"""Addresses of the stewards' keys, the founding and the policy."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import data_file, left_out
from awna.parties.models import ROLE_NAMES

from . import answer_views, founding_views, policy_views, public_views, views
from .reading import STEWARD

STEWARDS, AT_DESK = role(STEWARD), role(*dict(ROLE_NAMES))

urlpatterns = [
    guarded("desk/<slug:slug>/keys/", views.my_keys, name="my_keys", GET=STEWARDS),
    guarded("desk/<slug:slug>/keys/passkey/", views.add_passkey, name="add_passkey", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/paper/", views.add_paper_key, name="add_paper_key", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/<uuid:key>/drop/", views.drop_key, name="drop_key", POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/<uuid:key>/prove/", views.prove_key, name="prove_key", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/<uuid:key>/suspend/", policy_views.suspend_key, name="suspend_key", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/pins/", views.pins, name="key_pins", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/keys/sheet/", founding_views.sheet, name="key_sheet", GET=STEWARDS),
    guarded("desk/<slug:slug>/founding/", founding_views.founding, name="founding", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/founding/policy/", founding_views.founding_policy, name="founding_policy", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/policy/", policy_views.policy, name="policy", GET=STEWARDS),
    guarded("desk/<slug:slug>/policy/change/", policy_views.change_policy, name="change_policy", GET=STEWARDS, POST=STEWARDS),
    guarded("desk/<slug:slug>/policy/<uuid:proposal>/renew/", policy_views.renew, name="renew_policy", POST=STEWARDS),
    guarded("desk/<slug:slug>/answer/", answer_views.paper_answer, name="paper_answer", GET=AT_DESK, POST=AT_DESK),
    guarded(
        "paper.py", answer_views.paper_tool, name="paper_tool", GET=ANYONE, snapshot=left_out("the program comes with every installation")
    ),
    guarded("c/<slug:slug>/keys/", public_views.key_holders, name="key_holders", GET=ANYONE),
    guarded("c/<slug:slug>/keys/stewards.txt", public_views.stewards_file, name="stewards_file", GET=ANYONE, snapshot=data_file()),
]
