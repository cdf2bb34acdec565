"""The file of a run: pain.008.001.08 with structured addresses, checked against its schema before anybody sees it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sepaxml import SepaDD
from sepaxml.validation import ValidationError
from text_unidecode import unidecode

from awna.core.problems import Problem, Refused

SCHEMA = "pain.008.001.08"
NAME_CHARACTERS_MAX = 70
TEXT_CHARACTERS_MAX = 140
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


@dataclass(frozen=True)
class Payee:
    """Who debits; the account and its holder are those of the book."""

    name: str
    iban: str
    creditor_id: str
    address: dict[str, str]


@dataclass(frozen=True)
class Line:
    """One debit; `amount` in cents, `sequence` FRST, RCUR, FNAL or OOFF."""

    name: str
    iban: str
    town: str
    country: str
    amount: int
    mandate: str
    signed_on: date
    end_to_end_id: str
    sequence: str
    text: str


def write_file(*, payee: Payee, lines: Sequence[Line], collect_on: date) -> bytes:
    """The bytes for the bank. Refused when the schema refuses them."""
    address = {name: sepa_text(text) for name, text in payee.address.items() if text}
    paper = SepaDD(
        {
            "name": sepa_text(payee.name)[:NAME_CHARACTERS_MAX], "IBAN": payee.iban, "batch": True, "creditor_id": payee.creditor_id,
            "currency": "EUR", "instrument": "CORE", "address": address,
        },
        schema=SCHEMA,
    )  # fmt: skip
    for line in lines:
        paper.add_payment(
            {
                "name": sepa_text(line.name)[:NAME_CHARACTERS_MAX], "IBAN": line.iban, "amount": line.amount, "type": line.sequence,
                "collection_date": collect_on, "mandate_id": line.mandate, "mandate_date": line.signed_on,
                "description": sepa_text(line.text)[:TEXT_CHARACTERS_MAX], "endtoend_id": line.end_to_end_id,
                "address": {"town": sepa_text(line.town), "country": line.country} if line.town else {},
            }
        )  # fmt: skip
    try:
        return bytes(paper.export(validate=True))
    except ValidationError as error:
        raise Refused(Problem(
            "debit_file_invalid", "The file does not pass the schema %(schema)s. Check names, addresses and account numbers of this run.",
            {"schema": SCHEMA})) from error  # fmt: skip


def sepa_text(text: str) -> str:
    """In the characters that every SEPA bank takes; other scripts are spelt in Latin letters."""
    return " ".join(_OUTSIDE.sub(" ", unidecode(text)).split())
