"""Every address of the site, room by room; each room declares who may use it beside the address."""

from importlib import import_module
from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns

from .kit.policies import ANYONE, guarded_include
from .kit.snapshots import left_out

ROOM_URLS = [
    f"awna.{room}.urls"
    for room in (
        "parties",
        "donations",
        "letters",
        "voices",
        "approvals",
        "supply",
        "crews",
        "works",
        "access",
        "campaigns",
        "exports",
        "desk",
        "public",
    )
    if find_spec(f"awna.{room}") and find_spec(f"awna.{room}.urls")
]
urlpatterns = [
    *(pattern for room in ("kit",) for pattern in import_module(f"awna.{room}.urls").urlpatterns),
    *i18n_patterns(
        guarded_include("accounts/", "allauth.urls", GET=ANYONE, POST=ANYONE, snapshot=left_out("people sign in at the site itself")),
        *(pattern for module in ROOM_URLS for pattern in import_module(module).urlpatterns),
        prefix_default_language=False,
    ),
]
handler400 = "awna.kit.views.bad_request"
handler403 = "awna.kit.views.forbidden"
handler404 = "awna.kit.views.not_found"
handler500 = "awna.kit.views.server_error"
