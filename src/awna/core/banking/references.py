"""Gift references (ISO 11649, `RF` and check digits before 12 random base-32 characters) and the EPC payment text.

EPC069-12: the quick response code text for a SEPA credit transfer.
"""

import re
from decimal import Decimal

from awna.core.problems import Problem, Refused

# Crockford's base 32: no I, L, O or U, so that a reference survives being read aloud or copied by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_CHARACTERS = 12
REFERENCE_CHARACTERS = 4 + BODY_CHARACTERS
RANDOM_BYTES_MIN = 8
QR_DIGITS = 27
EPC_NAME_CHARACTERS_MAX = 70
EPC_AMOUNT_MAX = Decimal("999999999.99")
EPC_BYTES_MAX = 331

# Banks cut lines and payers group: up to four spaces or marks may stand between two characters.
_GAP = r"[\s\-./:,;_+*]{0,4}"
_SPACED = re.compile(rf"(?=(R{_GAP}F(?:{_GAP}[0-9OIL]){{2}}(?:{_GAP}[0-9A-Z]){{12}}))")
_QR_SPACED = re.compile(r"(?<![0-9])((?:[0-9][\s\-./]{0,2}){26}[0-9])(?![0-9])")
_QR_CARRY = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_LOOKALIKES = str.maketrans("OIL", "011")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def new_reference(random: bytes) -> str:
    """`RF` + two check digits + 12 characters taken from at least 8 random bytes (60 bits are used)."""
    if len(random) < RANDOM_BYTES_MIN:
        raise ValueError("a reference needs 8 random bytes")
    number = int.from_bytes(random[:RANDOM_BYTES_MIN], "big")
    body = "".join(ALPHABET[number >> 5 * position & 31] for position in range(BODY_CHARACTERS))
    return f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def is_reference(text: str) -> bool:
    """True for a gift reference in its electronic form (no spaces, capitals)."""
    shape = len(text) == REFERENCE_CHARACTERS and text.startswith("RF") and text[2:4].isdigit()
    return shape and all(character in ALPHABET for character in text[4:]) and _mod97(text[4:] + text[:4]) == 1


def find_references(text: str) -> list[str]:
    """Every gift reference that a payer typed, however grouped; damaged ones fail the check and are left out."""
    if len(text) < REFERENCE_CHARACTERS:
        return []  # most fields of most lines
    upper = text.upper()
    compact = (re.sub(r"[^0-9A-Z]", "", found[1]) for found in _SPACED.finditer(upper))
    candidates = (item[:2] + item[2:].translate(_LOOKALIKES) for item in compact)
    return list(dict.fromkeys(item for item in candidates if is_reference(item)))


def is_qr_reference(text: str) -> bool:
    """A Swiss QR reference: 27 digits, the last of them the check of the others (modulo 10, recursive)."""
    if len(text) != QR_DIGITS or not text.isdecimal() or not text.isascii():
        return False
    carry = 0
    for digit in text[:-1]:
        carry = _QR_CARRY[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(text[-1])


def find_qr_references(text: str) -> list[str]:
    """Every Swiss QR reference in a text, grouped or not."""
    if len(text) < QR_DIGITS:
        return []
    found = (re.sub(r"[^0-9]", "", item[1]) for item in _QR_SPACED.finditer(text))
    return list(dict.fromkeys(item for item in found if is_qr_reference(item)))


def qr_reference(reference: str) -> str:
    """27 digits for a gift reference: the number that its 12 characters write in base 32, and the check digit."""
    number = 0
    for character in reference[4:]:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    digits = f"{number:0{QR_DIGITS - 1}d}"
    return next(digits + str(check) for check in range(10) if is_qr_reference(digits + str(check)))


def reference_of_qr(digits: str) -> str | None:
    """The gift reference that a QR reference of ours stands for; None for one that stands for none. 60 bits, so others hit ours by no accident."""
    if not is_qr_reference(digits):
        return None
    number, body = int(digits[:-1]), ""
    for _place in range(BODY_CHARACTERS):
        number, rest = divmod(number, len(ALPHABET))
        body = ALPHABET[rest] + body
    return None if number else f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def group_reference(reference: str) -> str:
    """`RF18 5390 0754 7034`: the printed form in groups of four."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def is_iban(text: str) -> bool:
    """Shape and check digits of an IBAN without spaces (ISO 13616)."""
    return _IBAN.fullmatch(text) is not None and _mod97(text[4:] + text[:4]) == 1


def epc_payload(*, name: str, iban: str, amount: Decimal, reference: str, currency: str = "EUR") -> str:
    """The text of the EPC code, version 002, in UTF-8; raises Refused for what such a code cannot say."""
    iban = "".join(iban.split()).upper()
    if currency != "EUR":
        raise Refused(
            Problem(
                "epc_only_euro",
                "A payment code holds euros only, not %(asked)s. Show the bank details as text.",
                {"asked": currency},
                "currency",
            )
        )
    if not is_iban(iban):
        raise Refused(Problem("iban_invalid", "“%(asked)s” is not a valid IBAN. Copy it from the bank again.", {"asked": iban}, "iban"))
    if not Decimal("0.01") <= amount <= EPC_AMOUNT_MAX or amount != amount.quantize(Decimal("0.01")):
        raise Refused(
            Problem(
                "epc_amount_out_of_range",
                "A payment code holds 0.01 to 999999999.99 euros, not %(asked)s.",
                {"asked": str(amount)},
                "amount",
            )
        )
    holder = " ".join(name.split())[:EPC_NAME_CHARACTERS_MAX].strip()
    if not holder:
        raise Refused(Problem("epc_without_name", "A payment code needs the name of the account's holder.", where="name"))
    payload = "\n".join(["BCD", "002", "1", "SCT", "", holder, iban, f"EUR{amount.quantize(Decimal('0.01'))}", "", reference])
    if len(payload.encode()) > EPC_BYTES_MAX:
        raise Refused(Problem("epc_too_long", "The holder's name is too long for a payment code. Shorten it.", where="name"))
    return payload


def _mod97(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text)) % 97
