"""Addresses of offers of goods."""

from awna.kit.policies import ANYONE, guarded, role

from . import offer_views as views

TREASURER = role("treasurer")

urlpatterns = [
    guarded("c/<slug:slug>/give/goods/", views.offer, name="offer_goods", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/offer/<str:token>/", views.offer_status, name="offer", GET=ANYONE),
    guarded("desk/<slug:slug>/offers/", views.offers_desk, name="offers_desk", GET=TREASURER),
    guarded("desk/<slug:slug>/offers/<uuid:offer>/", views.answer, name="answer_offer", GET=TREASURER, POST=TREASURER),
]
