"""The free field :86: of MT940: German ?nn subfields, Dutch /NAME/ words, or plain text."""

import re
from dataclasses import replace

from .statement import Line

_GERMAN = re.compile(r"\d{3}([?<~>+])\d{2}", re.DOTALL)
_PURPOSE = {*range(20, 30), *range(60, 64)}
_SEPA_WORD = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT)\+")
_DUTCH = re.compile(
    r"/(TRTP|TRCD|EREF|KREF|MREF|PREF|MARF|CSID|IBAN|BIC|NAME|REMI|ISDT|ORDP|BENM|CNTP|ADDR|ULTC|ULTD|ULTB|PURP|RTRN|CREF)(?=/)"
)
_NOT_GIVEN = {"", "NOTPROVIDED", "NONREF", "NOT PROVIDED"}


def describe(line: Line, details: str) -> Line:
    """The line with the other side, reference and text that its :86: field holds."""
    joined = details.replace("\n", "")
    if (found := _GERMAN.match(joined)) is not None:
        return _german(line, joined, found[1])
    if joined.startswith("/") and _DUTCH.match(joined):
        return _dutch(line, joined)
    return replace(line, text=" ".join(details.split()) or line.text)


def _german(line: Line, details: str, separator: str) -> Line:
    parts = [(int(part[:2]), part[2:]) for part in details.split(separator)[1:] if part[:2].isdigit()]
    purpose = "".join(text for code, text in parts if code in _PURPOSE)
    words = _sepa_words(purpose)
    name = "".join(text for code, text in parts if code in (32, 33)).strip()
    account = next((text for code, text in parts if code == 31), "").strip()
    text = words.get("SVWZ", "" if len(words) > 1 else words.get("", purpose)) or next((t for code, t in parts if code == 0), "")
    reference = " ".join(words.get("EREF", "").split())
    return replace(
        line,
        counterparty=name,
        counter_account=words.get("IBAN", "").replace(" ", "") or account.replace(" ", ""),
        reference=line.reference if reference.upper() in _NOT_GIVEN else reference,
        text=" ".join(text.split()) or line.text,
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
    )
