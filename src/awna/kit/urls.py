"""Addresses outside any language: health, language switch."""

from django.views.i18n import set_language

from . import views
from .policies import ANYONE, guarded
from .snapshots import left_out

OF_THE_SERVER = left_out("tells how the running server is")

urlpatterns = [
    guarded("healthz", views.healthz, name="healthz", GET=ANYONE, snapshot=OF_THE_SERVER),
    guarded("readyz", views.readyz, name="readyz", GET=ANYONE, snapshot=OF_THE_SERVER),
    guarded("language/", set_language, name="set_language", POST=ANYONE),
]
