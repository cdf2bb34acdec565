"""Addresses of the set-up: open to whoever knows the secret part, until a campaign stands."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("setup/<str:token>/", views.set_up, name="set_up", GET=ANYONE),
    guarded("setup/<str:token>/review/", views.set_up_review, name="set_up_review", GET=ANYONE, POST=ANYONE),
    guarded("setup/<str:token>/done/", views.set_up_done, name="set_up_done", GET=ANYONE),
    guarded("setup/<str:token>/<str:step>/", views.set_up_step, name="set_up_step", GET=ANYONE, POST=ANYONE),
]
