"""Addresses outside any language: health, language switch."""

from django.views.i18n import set_language

from . import views
from .policies import ANYONE, guarded

urlpatterns = [
    guarded("healthz", views.healthz, name="healthz", GET=ANYONE),
    guarded("readyz", views.readyz, name="readyz", GET=ANYONE),
    guarded("language/", set_language, name="set_language", POST=ANYONE),
]
