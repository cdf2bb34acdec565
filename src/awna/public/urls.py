"""Addresses of the public face; all of them are open to anyone, the way of a gift to whoever holds its link."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("", views.front, name="front", GET=ANYONE),
    guarded("c/<slug:slug>/", views.campaign, name="campaign", GET=ANYONE),
    guarded("c/<slug:slug>/book/", views.book, name="book", GET=ANYONE),
    guarded("c/<slug:slug>/book/<str:page>.csv", views.book_csv, name="book_csv", GET=ANYONE),
    guarded("c/<slug:slug>/book/<str:page>.json", views.book_json, name="book_json", GET=ANYONE),
    guarded("c/<slug:slug>/book/<str:page>/", views.book_page, name="book_page", GET=ANYONE),
    guarded("c/<slug:slug>/money/<str:figure>/<str:code>/", views.figure, name="figure", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/", views.trace, name="trace", GET=ANYONE),
]
