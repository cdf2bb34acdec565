"""Addresses of people and bodies."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("join/<str:token>/", views.accept_invitation, name="accept_invitation", GET=ANYONE, POST=ANYONE),
]
