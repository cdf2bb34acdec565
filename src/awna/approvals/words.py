"""Kinds of payment, evidence and papers in the reader's language."""

from django.utils.translation import gettext_lazy as _

from .services.asking import ADVANCE, INSTALMENT, RETENTION, SHEET_KIND

EVIDENCE_KINDS = [
    ("invoice", _("Invoice")),
    ("delivery", _("Delivery note")),
    ("inspection", _("Inspection report")),
    ("guarantee", _("Guarantee")),
]
PAYMENT_KINDS = [
    (INSTALMENT, _("Instalment")), (ADVANCE, _("Advance, against a guarantee")), (RETENTION, _("Retention, after the defects period")),
]  # fmt: skip
PAPER_KINDS = [
    ("contract", _("Contract")), ("invoice", _("Invoice")), ("guarantee", _("Guarantee")), ("inspection", _("Inspection report")),
    ("document", _("Another paper")),
]  # fmt: skip
_WORDS = dict(EVIDENCE_KINDS) | dict(PAPER_KINDS) | {
    SHEET_KIND: _("The request itself, word for word"), "quote": _("Quote"), "wage_sheet": _("Wage sheet"),
    "signed_sheet": _("Photo of the signed list"), "receipt": _("Photo of the receipt"), "count_sheet": _("Photo of the sheet of a count"),
}  # fmt: skip
_PAYMENTS = dict(PAYMENT_KINDS)


def kind_word(kind: str) -> str:
    """A kind of evidence or paper in words; one that a campaign made up stands as it is."""
    return str(_WORDS.get(kind, kind))


def payment_word(kind: str) -> str:
    """A kind of payment in words."""
    return str(_PAYMENTS.get(kind, kind))
