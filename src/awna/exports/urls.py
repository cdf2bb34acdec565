"""Addresses of the exports."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("verify.py", views.verifier, name="verifier", GET=ANYONE),
    guarded("c/<slug:slug>/book.jsonl", views.book_dump, name="book_dump", GET=ANYONE),
]
