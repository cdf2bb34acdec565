"""Addresses of giving."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("c/<slug:slug>/give/", views.give, name="give", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/details/", views.give_details, name="give_details", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/check/", views.give_check, name="give_check", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/", views.give_done, name="give_done", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/<uuid:gift>.awna", views.gift_file, name="gift_file", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/<uuid:gift>.tlog-proof", views.gift_proof, name="gift_proof", GET=ANYONE),
]
