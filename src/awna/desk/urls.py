"""Addresses of the desk."""

from awna.kit.policies import ANYONE, SIGNED_IN, guarded, role
from awna.parties.models import ROLE_NAMES
from awna.parties.services import TRANSLATORS

from . import (
    bank_batch_views,
    bank_csv_views,
    bank_file_views,
    bank_interim_views,
    bank_split_views,
    bank_views,
    doctor_views,
    log_views,
    translation_views,
    views,
)
from .mail.urls import urlpatterns as mail_patterns
from .money_urls import urlpatterns as money_patterns
from .moving.urls import urlpatterns as moving_patterns
from .setup.urls import urlpatterns as setup_patterns

ANY_ROLE = role(*dict(ROLE_NAMES))
TREASURER = role("treasurer")
TREASURER_OR_STEWARD = role("treasurer", "steward")
TRANSLATOR = role(*TRANSLATORS)

urlpatterns = [
    *money_patterns,
    *mail_patterns,
    *setup_patterns,
    *moving_patterns,
    guarded("c/<slug:slug>/cosigned", log_views.cosigned, name="log_cosigned", POST=ANYONE),
    guarded("desk/", views.campaigns, name="desk", GET=SIGNED_IN),
    guarded("desk/<slug:slug>/", views.home, name="desk_home", GET=ANY_ROLE),
    guarded("desk/<slug:slug>/health/", doctor_views.health, name="health", GET=TREASURER_OR_STEWARD),
    guarded("desk/<slug:slug>/heads/", doctor_views.heads, name="heads", GET=TREASURER_OR_STEWARD),
    guarded("desk/<slug:slug>/import/", bank_file_views.import_statement, name="import_statement", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/import/done/", bank_file_views.import_report, name="import_report", GET=TREASURER),
    guarded("desk/<slug:slug>/bank/files/", bank_file_views.bank_files, name="bank_files", GET=TREASURER_OR_STEWARD, POST=TREASURER_OR_STEWARD),
    guarded("desk/<slug:slug>/bank/files/<uuid:file>/columns/", bank_csv_views.bank_columns, name="bank_columns", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/bank/interim/", bank_interim_views.bank_interim, name="bank_interim", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/bank/batch/", bank_batch_views.bank_batch, name="bank_batch", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/bank/<uuid:movement>/split/", bank_split_views.bank_split, name="bank_split", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/bank/undo/", bank_batch_views.bank_undo, name="bank_undo", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/bank/", bank_views.bank_lines, name="bank_lines", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/translations/", translation_views.translations, name="translations", GET=TRANSLATOR),
    guarded(
        "desk/<slug:slug>/translations/<str:language>/", translation_views.translation_list, name="translation_list",
        GET=TRANSLATOR, POST=TRANSLATOR,
    ),
    guarded("desk/<slug:slug>/translations/<str:language>.po", translation_views.translation_po, name="translation_po", GET=TRANSLATOR),
    guarded(
        "desk/<slug:slug>/translations/<str:language>/<str:subject>/", translation_views.translate, name="translate",
        GET=TRANSLATOR, POST=TRANSLATOR,
    ),
    guarded(
        "desk/<slug:slug>/translations/<str:language>/<str:subject>/review/", translation_views.review_translation,
        name="review_translation", POST=TRANSLATOR,
    ),
]  # fmt: skip
