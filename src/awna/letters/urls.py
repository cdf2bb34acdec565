"""Addresses of open letters: anyone may read, sign, confirm, hide and take back; the desk checks, counts paper and takes lists over."""

from collections.abc import Iterator
from typing import Any

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import Values, data_file, left_out, table_page, text_page

from . import views
from .models import Organisation
from .services import COUNTERS, WRITERS
from .views.reading import PAGE_ROWS

WRITER, COUNTER = role(*WRITERS), role(*COUNTERS)


def each_letter(campaign: Any) -> Iterator[Values]:
    yield from ({"letter": pk} for pk in campaign.letters.order_by("pk").values_list("pk", flat=True))


def each_page_of_organisations(campaign: Any) -> Iterator[Values]:
    for pk in campaign.letters.order_by("pk").values_list("pk", flat=True):
        pages = max(1, -(-Organisation.objects.shown().filter(letter=pk).count() // PAGE_ROWS))
        yield from ({"letter": pk, "page": page} for page in range(1, pages + 1))


urlpatterns = [
    guarded("c/<slug:slug>/letters/", views.letters, name="letters", GET=ANYONE),
    guarded("c/<slug:slug>/letters/<uuid:letter>/", views.letter, name="letter", GET=ANYONE, POST=ANYONE, snapshot=text_page(each_letter)),
    guarded("c/<slug:slug>/letters/<uuid:letter>/organisation/", views.sign_organisation, name="sign_organisation", GET=ANYONE, POST=ANYONE),
    guarded(
        "c/<slug:slug>/letters/<uuid:letter>/organisations/<int:page>/", views.organisations, name="letter_organisations", GET=ANYONE,
        snapshot=table_page(each_page_of_organisations),
    ),
    guarded("c/<slug:slug>/letters/<uuid:letter>/print/", views.printed, name="letter_print", GET=ANYONE, snapshot=text_page(each_letter)),
    guarded(
        "c/<slug:slug>/letters/<uuid:letter>/organisations.csv", views.organisations_csv, name="letter_csv", GET=ANYONE, snapshot=data_file(each_letter)
    ),
    guarded(
        "c/<slug:slug>/letters/<uuid:letter>/mailed/", views.letter_mailed, name="letter_mailed", GET=ANYONE, POST=ANYONE,
        snapshot=left_out("answers a form"),
    ),
    guarded("c/<slug:slug>/letters/<uuid:letter>/take-back/", views.ask_withdrawal, name="ask_withdrawal", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/letters/confirm/<str:token>/", views.confirm_signature, name="confirm_signature", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/letters/withdraw/<str:token>/", views.withdraw_signature, name="withdraw_signature", GET=ANYONE, POST=ANYONE),
    guarded("desk/<slug:slug>/letters/", views.desk_letters, name="desk_letters", GET=COUNTER),
    guarded("desk/<slug:slug>/letters/<uuid:letter>/", views.desk_letter, name="desk_letter", GET=COUNTER),
    guarded("desk/<slug:slug>/letters/<uuid:letter>/version/", views.new_version, name="new_version", GET=WRITER, POST=WRITER),
    guarded("desk/<slug:slug>/letters/<uuid:letter>/close/", views.close, name="close_letter", POST=WRITER),
    guarded("desk/<slug:slug>/letters/<uuid:letter>/sheets/new/", views.sheet, name="new_sheet", GET=COUNTER, POST=COUNTER),
    guarded("desk/<slug:slug>/letters/sheets/<int:sheet>/strike/", views.strike, name="strike_sheet", GET=COUNTER, POST=COUNTER),
    guarded("desk/<slug:slug>/letters/organisations/<uuid:organisation>/", views.check_authority, name="check_authority", GET=WRITER, POST=WRITER),
    guarded("desk/<slug:slug>/letters/<uuid:letter>/lists/new/", views.new_list, name="new_list", GET=WRITER, POST=WRITER),
    guarded("desk/<slug:slug>/letters/lists/<int:taken>/", views.review, name="review_list", GET=WRITER, POST=WRITER),
    guarded("desk/<slug:slug>/letters/lists/rows/<int:row>/", views.list_row, name="list_row", GET=WRITER, POST=WRITER),
]  # fmt: skip
