"""Addresses of the public face; all of them are open to anyone, the way of a gift to whoever holds its link."""

from awna.kit.policies import ANYONE, guarded
from awna.kit.snapshots import data_file, left_out, table_page

from . import book_report_views as reports
from . import book_views as books
from . import copy_views, news_urls, views
from .snapshot.listed import each_figure, each_page, page_instead

urlpatterns = [
    guarded("", views.front, name="front", GET=ANYONE),
    guarded("c/<slug:slug>/", views.campaign, name="campaign", GET=ANYONE),
    guarded("c/<slug:slug>/book/", books.book, name="book", GET=ANYONE),
    guarded(
        "c/<slug:slug>/book/entry/<int:seq>/",
        books.entry,
        name="book_entry",
        GET=ANYONE,
        snapshot=left_out("an entry stands on its page of one hundred", instead=page_instead),
    ),
    guarded(
        "c/<slug:slug>/book/entry/<int:seq>/leaf.json",
        books.leaf,
        name="book_leaf",
        GET=ANYONE,
        snapshot=left_out("leaves stand in the bundles of the log"),
    ),
    guarded(
        "c/<slug:slug>/book/entry/<int:seq>/entry.tlog-proof",
        books.proof,
        name="book_proof",
        GET=ANYONE,
        snapshot=left_out("a proof is made from the tiles of the log"),
    ),
    guarded("c/<slug:slug>/book/accounts/", reports.accounts, name="book_accounts", GET=ANYONE),
    guarded("c/<slug:slug>/book/funds/", reports.funds, name="book_funds", GET=ANYONE),
    guarded("c/<slug:slug>/book/budget/", reports.budget, name="book_budget", GET=ANYONE),
    guarded("c/<slug:slug>/book/activities/", reports.activities, name="book_activities", GET=ANYONE),
    guarded("c/<slug:slug>/book/goods/", reports.goods, name="book_goods", GET=ANYONE),
    guarded("c/<slug:slug>/book/balances/", reports.balances, name="book_balances", GET=ANYONE),
    guarded("c/<slug:slug>/book/files/", reports.files, name="book_files", GET=ANYONE),
    guarded("c/<slug:slug>/book/<str:page>.csv", books.book_csv, name="book_csv", GET=ANYONE, snapshot=data_file(each_page)),
    guarded("c/<slug:slug>/book/<str:page>.json", books.book_json, name="book_json", GET=ANYONE, snapshot=data_file(each_page)),
    guarded("c/<slug:slug>/book/<str:page>/", books.book_page, name="book_page", GET=ANYONE, snapshot=table_page(each_page)),
    guarded("c/<slug:slug>/money/<str:figure>/<str:code>/", books.figure, name="figure", GET=ANYONE, snapshot=table_page(each_figure)),
    *news_urls.urlpatterns,
    guarded("snapshot/", copy_views.about, name="snapshot", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/", views.trace, name="trace", GET=ANYONE),
]
