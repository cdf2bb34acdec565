"""Addresses of the exports."""

from awna.kit.policies import ANYONE, guarded

from . import book_views as books
from . import log_views, views

urlpatterns = [
    guarded("verify.py", views.verifier, name="verifier", GET=ANYONE),
    guarded("verify.py.sha256", views.verifier_digest, name="verifier_digest", GET=ANYONE),
    guarded("c/<slug:slug>/log/<path:path>", log_views.log_file, name="log_file", GET=ANYONE),
    guarded("c/<slug:slug>/book.jsonl", views.book_dump, name="book_dump", GET=ANYONE),
    guarded("c/<slug:slug>/book/rows.<str:kind>", books.rows, name="book_rows", GET=ANYONE),
    guarded("c/<slug:slug>/book/entries.<str:kind>", books.entries, name="book_entries", GET=ANYONE),
    guarded("c/<slug:slug>/book/accounts.<str:kind>", books.accounts, name="book_account_list", GET=ANYONE),
    guarded("c/<slug:slug>/book/for/<str:program>", books.book_for, name="book_for", GET=ANYONE),
]
