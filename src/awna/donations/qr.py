"""The payment code of a pledge as inline SVG: EPC069-12, for euro accounts with an IBAN alone."""

from decimal import Decimal

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from awna.core.banking.references import epc_payload
from awna.core.problems import Refused

from .models import Pledge

QUIET_ZONE_MODULES = 4


def payment_code(pledge: Pledge) -> SafeString | None:
    """The code, or None where its format cannot hold this account or currency; the details stand beside it as text."""
    account = pledge.bank_account
    try:
        text = epc_payload(
            name=account.holder, iban=account.iban, currency=account.currency, reference=pledge.reference,
            amount=Decimal(pledge.amount_minor).scaleb(-account.commodity.scale),
        )  # fmt: skip
    except Refused:
        return None
    return _svg(segno.make(text, error="m", encoding="utf-8", micro=False))


def _svg(code: segno.QRCode) -> SafeString:
    size = len(code.matrix) + 2 * QUIET_ZONE_MODULES
    return format_html(
        '<svg class="qr" viewBox="-{quiet} -{quiet} {size} {size}" role="img" aria-label="{label}">'
        '<path class="qr-p" d="M-{quiet}-{quiet}h{size}v{size}h-{size}z"/><path class="qr-k" d="{path}"/></svg>',
        quiet=QUIET_ZONE_MODULES, size=size, path=_runs(code), label=_("Payment code; the same details are written beside it"),
    )  # fmt: skip


def _runs(code: segno.QRCode) -> str:
    """Each run of dark modules in a row as one rectangle."""
    parts = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return "".join(parts)
