"""The free field :86: of MT940: German ?nn subfields, Dutch /NAME/ words, or plain text."""

import re
from dataclasses import replace
from decimal import Decimal

from .statement import Line

MONEY_DIGITS_MAX = 18
_GERMAN = re.compile(r"\d{3}([?<~>+])\d{2}", re.DOTALL)
_PURPOSE = {*range(20, 30), *range(60, 64)}
_SEPA_WORD = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT)\+")
_DUTCH = re.compile(
    r"/(TRTP|TRCD|EREF|KREF|MREF|PREF|MARF|CSID|IBAN|BIC|NAME|REMI|ISDT|ORDP|BENM|CNTP|ADDR|ULTC|ULTD|ULTB|PURP|RTRN|CREF)(?=/)"
)
_NOT_GIVEN = {"", "NOTPROVIDED", "NONREF", "NOT PROVIDED"}
# German business codes of returned transfers and debits; only there does ?34 hold the reason.
_RETURNS = {"108", "109", "159", "181", "182", "183", "184"}
_MONEY = re.compile(r"([A-Z]{3})?\s*(\d+(?:[.,]\d*)?)\s*([A-Z]{3})?")
_SWIFT_MONEY = re.compile(r"/(OCMT|CHGS)/([A-Z]{3}\d+,?\d*)")
_STRUCTURED = re.compile(r"STRD/+(?:CUR|ISO)/+([^/]{1,35})")


def describe(line: Line, details: str) -> Line:
    """The line with the other side, reference and text that its :86: field holds."""
    return _with_money(_described(line, details), dict(reversed(_SWIFT_MONEY.findall(details))))


def _with_money(line: Line, found: dict[str, str]) -> Line:
    """The original amount and the charges, where their words hold one."""
    original, charges = (_money(found.get(name, ""), line.currency) for name in ("OCMT", "CHGS"))
    if original is not None:
        line = replace(line, instructed_amount=original[0], instructed_currency=original[1])
    return replace(line, charges=charges[0], charges_currency=charges[1]) if charges is not None else line


def _money(text: str, currency: str) -> tuple[Decimal, str] | None:
    found = _MONEY.match(text.strip())
    if found is None or len(found[2]) > MONEY_DIGITS_MAX:
        return None
    return Decimal(found[2].replace(",", ".").rstrip(".")), found[1] or found[3] or currency


def _described(line: Line, details: str) -> Line:
    joined = details.replace("\n", "")
    if (found := _GERMAN.match(joined)) is not None:
        return _german(line, joined, found[1])
    if joined.startswith("/") and _DUTCH.match(joined):
        return _dutch(line, joined)
    return replace(line, text=" ".join(details.split()) or line.text)


def _german(line: Line, details: str, separator: str) -> Line:
    parts = [(int(part[:2]), part[2:]) for part in details.split(separator)[1:] if re.match("[0-9]{2}", part)]
    purpose = "".join(text for code, text in parts if code in _PURPOSE)
    words = _sepa_words(purpose)
    name = "".join(text for code, text in parts if code in (32, 33)).strip()
    account = next((text for code, text in parts if code == 31), "").strip()
    text = words.get("SVWZ", "" if len(words) > 1 else words.get("", purpose)) or next((t for code, t in parts if code == 0), "")
    reference = " ".join(words.get("EREF", "").split())
    code = details[:3]
    returned = line.reversal or code in _RETURNS
    line = _with_money(line, {"OCMT": words.get("OAMT", ""), "CHGS": words.get("COAM", "")})
    return replace(
        line,
        counterparty=name,
        counter_account=words.get("IBAN", "").replace(" ", "") or account.replace(" ", ""),
        reference=line.reference if reference.upper() in _NOT_GIVEN else reference,
        text=" ".join(text.split()) or line.text,
        end_to_end_id="" if reference.upper() in _NOT_GIVEN else reference,
        mandate_id="".join(words.get("MREF", "").split()),
        ultimate_debtor=" ".join(words.get("ABWA", "").split()),
        ultimate_creditor=" ".join(words.get("ABWE", "").split()),
        counter_bank=words.get("BIC", "").strip() or next((part.strip() for key, part in parts if key == 30), ""),
        proprietary_code=code,
        return_reason=next((part.strip() for key, part in parts if key == 34), "") if returned else "",
        return_text=next((part.strip() for key, part in parts if key == 0), "") if returned else "",
    )


def _sepa_words(purpose: str) -> dict[str, str]:
    """`EREF+… SVWZ+…` by word; text before the first word under the empty key."""
    pieces = _SEPA_WORD.split(purpose)
    words = {"": pieces[0].strip()}
    for word, text in zip(pieces[1::2], pieces[2::2], strict=True):
        words.setdefault(word, text.strip())
    return words


def _dutch(line: Line, details: str) -> Line:
    pieces = _DUTCH.split(details)
    words: dict[str, str] = {}
    for word, text in zip(pieces[1::2], pieces[2::2], strict=True):
        words.setdefault(word, text.strip("/").strip())
    account, name = words.get("IBAN", ""), words.get("NAME", "")
    if "CNTP" in words:
        account, _, rest = words["CNTP"].partition("/")
        name = name or [*rest.split("/"), "", ""][1]
    text = words.get("REMI", "")
    reference = " ".join(words.get("EREF", "").split())
    return replace(
        line,
        counterparty=name,
        counter_account=account.replace(" ", ""),
        reference=line.reference if reference.upper() in _NOT_GIVEN else reference,
        text=" ".join(re.sub(r"^(USTD|STRD|UNST)/+", "", text).split()) or line.text,
        end_to_end_id="" if reference.upper() in _NOT_GIVEN else reference,
        mandate_id="".join((words.get("MARF") or words.get("MREF", "")).split()),
        creditor_reference=structured[1].strip() if (structured := _STRUCTURED.match(text)) else "",
        ultimate_debtor=words.get("ULTD") or words.get("ULTB", ""),
        ultimate_creditor=words.get("ULTC", ""),
        counter_bank=words.get("BIC", ""),
        proprietary_code=words.get("TRCD", ""),
        return_reason=words.get("RTRN", ""),
    )
