"""Addresses of people, roles and lost sign-ins, each with who may use it."""

from awna.kit.policies import ANYONE, SIGNED_IN, guarded, role

from . import lost_views, views
from .rules import COLLEAGUES, MANAGERS

MANAGER = role(*MANAGERS)
COLLEAGUE = role(*COLLEAGUES)
PEOPLE = "desk/<slug:slug>/people/"

urlpatterns = [
    guarded(PEOPLE, views.people, name="people", GET=MANAGER),
    guarded(f"{PEOPLE}log/", views.role_log, name="role_log", GET=MANAGER),
    guarded(f"{PEOPLE}invite/", views.invite_person, name="invite_person", GET=MANAGER, POST=MANAGER),
    guarded(f"{PEOPLE}invitations/<uuid:invitation>/", views.change_invitation, name="change_invitation", POST=MANAGER),
    guarded(f"{PEOPLE}asked/<uuid:ask>/", views.answer_ask, name="answer_ask", POST=MANAGER),
    guarded(f"{PEOPLE}lost/", lost_views.lost_people, name="lost_people", GET=COLLEAGUE),
    guarded(f"{PEOPLE}lost/<uuid:lost>/", lost_views.confirm_lost, name="confirm_lost", GET=COLLEAGUE, POST=COLLEAGUE),
    guarded(f"{PEOPLE}<uuid:person>/", views.person, name="person", GET=MANAGER, POST=MANAGER),
    guarded("my/sign-in/", lost_views.my_sign_in, name="my_sign_in", GET=SIGNED_IN, POST=SIGNED_IN),
    guarded("my/sign-in/lost-device/", lost_views.lost_device, name="lost_device", GET=SIGNED_IN, POST=SIGNED_IN),
    guarded("lost/", lost_views.ask_for_link, name="lost_ask", GET=ANYONE, POST=ANYONE),
    guarded("lost/<str:token>/", lost_views.lost_sign_in, name="lost_sign_in", GET=ANYONE, POST=ANYONE),
]
