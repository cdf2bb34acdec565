"""Addresses of mail and notices, each with who may use it."""

from awna.kit.policies import ANYONE, SIGNED_IN, guarded, role
from awna.kit.snapshots import left_out

from . import notice_views, views
from .sight import ROLES, TESTERS

MAIL = "desk/<slug:slug>/mail/"
SEES, TESTS = role(*ROLES), role(*TESTERS)
OWN_LINK = left_out("opens with a link that one reader got by mail")

urlpatterns = [
    guarded(MAIL, views.mail_home, name="mail_home", GET=SEES),
    guarded(f"{MAIL}test/", views.test_mail, name="test_mail", GET=TESTS, POST=TESTS),
    guarded(f"{MAIL}all/", views.try_all_mail, name="try_all_mail", POST=TESTS),
    guarded(f"{MAIL}<uuid:mail>/now/", views.try_mail, name="try_mail", POST=SEES),
    guarded(f"{MAIL}<uuid:mail>/give-up/", views.give_mail_up, name="give_mail_up", POST=SEES),
    guarded(f"{MAIL}addresses/<int:address>/", views.revive_address, name="revive_address", POST=SEES),
    guarded("notices/", notice_views.notices, name="notices", GET=SIGNED_IN),
    guarded("notices/read/", notice_views.read_notices, name="read_notices", POST=SIGNED_IN),
    guarded("notices/choice/", notice_views.notice_choice, name="notice_choice", GET=SIGNED_IN, POST=SIGNED_IN),
    guarded("notices/<uuid:notice>/", notice_views.open_notice, name="open_notice", POST=SIGNED_IN),
    guarded("notices/stop/<str:token>/", notice_views.stop_notices, name="stop_notices", GET=ANYONE, POST=ANYONE, snapshot=OWN_LINK),
]
