"""Addresses of people and bodies."""

from awna.kit.policies import ANYONE, guarded

from . import views
from .legal.urls import urlpatterns as legal_patterns
from .people.urls import urlpatterns as people_patterns

urlpatterns = [
    *people_patterns,
    *legal_patterns,
    guarded("join/<str:token>/", views.accept_invitation, name="accept_invitation", GET=ANYONE, POST=ANYONE),
]
