"""Payment codes of a pledge as inline SVG and on a PDF slip: EPC069-12 for euros, the Swiss QR-bill for accounts in CH and LI.

EPC069-12 v2.1 (European Payments Council): version 002, UTF-8, error correction M, at most version 13. Swiss Implementation Guidelines
QR-bill v2.3 (SIX): structured address, a QR reference with a QR-IBAN and a creditor reference (ISO 11649) with any other.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from awna.books.models import BankAccount
from awna.core.banking.references import epc_payload, group_reference, is_qr_reference, qr_reference
from awna.core.problems import Refused
from awna.kit.typeset import typeset

from .models import Creditor, Pledge

if TYPE_CHECKING:
    from qrbill import QRBill

QUIET_ZONE_MODULES = 4
EPC_VERSION_MAX = 13
SWISS_VERSION_MAX = 25
SWISS_CURRENCIES = ("CHF", "EUR")
SWISS_COUNTRIES = ("CH", "LI")
SWISS_NAME_CHARACTERS_MAX = 70
TEXT_CHARACTERS_MAX = 140
SWISS_AMOUNT_MAX = Decimal("999999999.99")
SWISS_LANGUAGES = ("en", "de", "fr", "it")
QR_IID = range(30000, 32000)
"""Bank numbers of QR-IBANs."""
CROSS_SHARE = Decimal(7) / Decimal(46)
"""The Swiss cross is 7 mm wide on a code of 46 mm."""


@dataclass(frozen=True)
class Code:
    """One payment code: its kind, what it is called, the text in it, its picture."""

    kind: str
    label: str
    payload: str
    svg: SafeString


def payment_codes(pledge: Pledge) -> list[Code]:
    """Every code that can hold this account and currency; the details stand beside them as text, and alone where there is none."""
    return [code for code in (epc_code(pledge), swiss_code(pledge)) if code]


def epc_code(pledge: Pledge) -> Code | None:
    account = pledge.bank_account
    try:
        text = epc_payload(
            name=plain_name(account.holder),
            iban=account.iban,
            currency=account.currency,
            reference=pledge.reference,
            amount=_amount(pledge),
        )
    except Refused:
        return None
    return _code("epc", _("For banks of the euro area"), text)


def account_codes(account: BankAccount, *, text: str) -> list[Code]:
    """Codes of an account alone, for whoever gives without telling us first: the payer types the amount, `text` says what for."""
    found, words = [], plain_name(text)[:TEXT_CHARACTERS_MAX]
    try:
        # The least amount stands in for none: the format leaves amount and reference open, our check of it does not.
        lines = epc_payload(
            name=plain_name(account.holder), iban=account.iban, currency=account.currency, reference="", amount=Decimal("0.01")
        )
    except Refused:
        pass
    else:
        fields = lines.split("\n")
        fields[7:] = ["", "", "", words]
        found.append(_code("epc", _("For banks of the euro area"), "\n".join(fields)))
    bill = None if is_qr_iban(account) else _bill(account, words=words)
    if bill is not None:
        found.append(_code("swiss", _("Swiss QR-bill"), bill.qr_data()))
    return [code for code in found if code]


def swiss_code(pledge: Pledge) -> Code | None:
    bill = swiss_bill(pledge)
    if bill is None:
        return None
    return _code("swiss", _("Swiss QR-bill"), bill.qr_data())


def swiss_bill(pledge: Pledge, *, language: str = "en") -> "QRBill | None":
    """The bill, or None where its format cannot hold this account: no Swiss number, another currency, no address of the holder."""
    amount = _amount(pledge)
    if amount > SWISS_AMOUNT_MAX:
        return None
    return _bill(pledge.bank_account, amount=amount, reference=payment_reference(pledge), language=language)


def _bill(
    account: BankAccount, *, amount: Decimal | None = None, reference: str | None = None, words: str = "", language: str = "en"
) -> "QRBill | None":
    if account.iban[:2] not in SWISS_COUNTRIES or account.currency not in SWISS_CURRENCIES:
        return None
    payee = Creditor.objects.filter(bank_account=account).first()
    if payee is None or not payee.post_code:
        return None
    from qrbill import QRBill  # takes a sixth of a second to load; few accounts need it

    try:
        return QRBill(
            account=account.iban, amount=amount, currency=account.currency, reference_number=reference, language=language,
            additional_information=words,
            creditor={
                "name": plain_name(account.holder)[:SWISS_NAME_CHARACTERS_MAX].strip(), "street": plain_name(payee.street),
                "house_num": plain_name(payee.building), "pcode": payee.post_code, "city": plain_name(payee.town), "country": payee.country,
            },
        )  # fmt: skip
    except ValueError:
        return None


def is_qr_iban(account: BankAccount) -> bool:
    """Numbers whose bank part lies in 30000 to 31999 take QR references alone."""
    iban = account.iban
    return iban[:2] in SWISS_COUNTRIES and iban[4:9].isdecimal() and int(iban[4:9]) in QR_IID


def payment_reference(pledge: Pledge) -> str:
    """What the payer types: our RF reference, or at a QR-IBAN the QR reference that stands for the same."""
    return qr_reference(pledge.reference) if is_qr_iban(pledge.bank_account) else pledge.reference


def payment_reference_grouped(pledge: Pledge) -> str:
    """As it is printed: RF in groups of four, a QR reference as two digits and groups of five."""
    text = payment_reference(pledge)
    return f"{text[:2]} " + " ".join(text[at : at + 5] for at in range(2, len(text), 5)) if is_qr_reference(text) else group_reference(text)


def payment_slip(pledge: Pledge) -> bytes:
    """One A4 page to print or to send: the details as text with the code, or with the Swiss payment part at its foot."""
    account, drawing = pledge.bank_account, ""
    language = (get_language() or "en")[:2]
    bill = swiss_bill(pledge, language=language if language in SWISS_LANGUAGES else "en")
    code = epc_code(pledge)
    if bill is not None:
        bill.font_family = "Noto Sans"  # the one that is embedded
        written = StringIO()
        bill.as_svg(written)
        drawing = written.getvalue()
    data: dict[str, Any] = {
        "title": _("Payment details"),
        "language": get_language() or "en",
        "rtl": get_language_bidi(),
        "day": pledge.pledged_at.date().isoformat(),
        "facts": [
            [_("Amount"), f"{_amount(pledge)} {account.currency}"], [_("Account holder"), account.holder], [_("IBAN"), account.iban],
            [_("Reference"), payment_reference_grouped(pledge)],
        ],
        "code": _drawing(code.svg) if code and not drawing else "",
        "part": drawing,
    }  # fmt: skip
    return typeset("donations/typeset/payment.typ", data)


def plain_name(text: str) -> str:
    """One line without controls and marks of direction: they would reach a bank's field unseen."""
    return " ".join(
        "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text if unicodedata.category(one) != "Cf").split()
    )


def _code(kind: str, label: str, payload: str) -> Code | None:
    """None for a text that is too long for the largest code of its standard."""
    code = segno.make(payload, error="m", boost_error=False, encoding="utf-8", micro=False)
    most = SWISS_VERSION_MAX if kind == "swiss" else EPC_VERSION_MAX
    return Code(kind, label, payload, _svg(code, cross=kind == "swiss")) if int(code.version) <= most else None


def _amount(pledge: Pledge) -> Decimal:
    return Decimal(pledge.amount_minor).scaleb(-pledge.currency.scale)


def _drawing(svg: str) -> str:
    """The inline picture as one that stands alone: with its namespace and the two colours that the page's sheet gives it."""
    alone = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return alone.replace('class="qr-p"', 'fill="#fff"').replace('class="qr-k"', 'fill="#000"')


def _svg(code: segno.QRCode, *, cross: bool = False) -> SafeString:
    size = len(code.matrix) + 2 * QUIET_ZONE_MODULES
    return format_html(
        '<svg class="qr" viewBox="-{quiet} -{quiet} {size} {size}" role="img" aria-label="{label}">'
        '<path class="qr-p" d="M-{quiet}-{quiet}h{size}v{size}h-{size}z"/><path class="qr-k" d="{path}"/>{cross}</svg>',
        quiet=QUIET_ZONE_MODULES, size=size, path=_runs(code), cross=_cross(len(code.matrix)) if cross else "",
        label=_("Payment code; the same details are written beside it"),
    )  # fmt: skip


def _cross(modules: int) -> SafeString:
    """A white cross on black with a white rim, in the middle of the code."""
    side = modules * CROSS_SHARE
    unit, start = side / 20, (modules - side) / 2

    def box(x: Decimal, y: Decimal, width: Decimal, height: Decimal) -> str:
        return f"M{start + x * unit:.3f} {start + y * unit:.3f}h{width * unit:.3f}v{height * unit:.3f}h-{width * unit:.3f}z"

    rim, black = box(*map(Decimal, (0, 0, 20, 20))), box(*map(Decimal, (1, 1, 18, 18)))
    upright, across = box(*map(Decimal, ("8.35", "4.5", "3.3", "11"))), box(*map(Decimal, ("4.5", "8.35", "11", "3.3")))
    return format_html('<path class="qr-p" d="{}"/><path class="qr-k" d="{}"/><path class="qr-p" d="{}{}"/>', rim, black, upright, across)


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
