"""The only writers of direct debit: who debits, mandates, plans, runs and their files, returns."""

import re

from django.db import transaction

from awna.books.models import BankAccount
from awna.core.problems import Problem, Refused

from .models import NOTICE_DAYS, Creditor

NOTICE_DAYS_MAX = 30
_COUNTRY = re.compile(r"[A-Z]{2}")
_CREDITOR_ID = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")


@transaction.atomic
def set_creditor(
    *, bank_account: BankAccount, town: str, country: str, street: str = "", building: str = "", post_code: str = "", creditor_id: str = "",
    notice_days: int = NOTICE_DAYS,
) -> Creditor:  # fmt: skip
    """Write down the address of an account's holder in fields and, where it may debit, its creditor id."""
    country, creditor_id = country.strip().upper(), "".join(creditor_id.split()).upper()
    problems = []
    if not town.strip() or _COUNTRY.fullmatch(country) is None:
        problems.append(
            Problem("address_without_town", "An address needs its town and the two letters of its country. Add them.", {}, "town")
        )
    if creditor_id and not is_creditor_id(creditor_id):
        problems.append(Problem("creditor_id_invalid", "“%(asked)s” is no creditor identifier: its check digits differ. Copy it from the bank's letter.",
                                {"asked": creditor_id}, "creditor_id"))  # fmt: skip
    if not 1 <= notice_days <= NOTICE_DAYS_MAX:
        problems.append(Problem("notice_out_of_range", "Debits are announced 1 to %(most)s days before. Type another number.",
                                {"most": NOTICE_DAYS_MAX}, "notice_days"))  # fmt: skip
    if problems:
        raise Refused(problems)
    values = {
        "town": town.strip(), "country": country, "street": street.strip(), "building": building.strip(), "post_code": post_code.strip(),
        "creditor_id": creditor_id, "notice_days": notice_days,
    }  # fmt: skip
    return Creditor.objects.update_or_create(bank_account=bank_account, defaults=values)[0]


def is_creditor_id(text: str) -> bool:
    """Check digits of a SEPA creditor identifier: as of an IBAN, without the business code in places 5 to 7 (EPC262-08)."""
    if _CREDITOR_ID.fullmatch(text) is None:
        return False
    rearranged = text[7:] + text[:4]
    return int("".join(str(int(one, 36)) for one in rearranged)) % 97 == 1
