"""Addresses of the exports."""

from awna.kit.policies import ANYONE, guarded
from awna.kit.snapshots import data_file

from . import book_views as books
from . import log_views, views
from .programs import PROGRAMS
from .tables import FORMS

TABLES = data_file(lambda campaign: [{"kind": form} for form in FORMS], of_book=True)

urlpatterns = [
    guarded("verify.py", views.verifier, name="verifier", GET=ANYONE, snapshot=data_file()),
    guarded("verify.py.sha256", views.verifier_digest, name="verifier_digest", GET=ANYONE, snapshot=data_file()),
    guarded("checkcopy.py", views.copy_checker, name="checkcopy", GET=ANYONE, snapshot=data_file()),
    guarded("c/<slug:slug>/log/<path:path>", log_views.log_file, name="log_file", GET=ANYONE, snapshot=data_file(log_views.log_paths)),
    guarded("c/<slug:slug>/book.jsonl", views.book_dump, name="book_dump", GET=ANYONE, snapshot=data_file()),
    guarded("c/<slug:slug>/book/rows.<str:kind>", books.rows, name="book_rows", GET=ANYONE, snapshot=TABLES),
    guarded("c/<slug:slug>/book/entries.<str:kind>", books.entries, name="book_entries", GET=ANYONE, snapshot=TABLES),
    guarded("c/<slug:slug>/book/accounts.<str:kind>", books.accounts, name="book_account_list", GET=ANYONE, snapshot=TABLES),
    guarded(
        "c/<slug:slug>/book/for/<str:program>",
        books.book_for,
        name="book_for",
        GET=ANYONE,
        snapshot=data_file(lambda campaign: [{"program": program} for program in PROGRAMS], of_book=True),
    ),
]
