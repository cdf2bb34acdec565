"""Addresses of giving."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("c/<slug:slug>/give/", views.give, name="give", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/details/", views.give_details, name="give_details", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/check/", views.give_check, name="give_check", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/", views.give_done, name="give_done", GET=ANYONE),
]
