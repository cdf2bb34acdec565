"""Dana and others whose gifts arrived at a section under rules that somebody reviewed: what tests of receipts start from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from awna.books import services as books
from awna.books.models import BankAccount
from awna.donations import services
from awna.donations.models import Gift
from awna.donations.receipt_packs import OWN_PACKS
from awna.parties.services import change_section
from tests.rooms.funded import Funded, make_funded

FACTS = {
    "purpose": "öffentliches Gesundheitswesen", "tax_office": "Nordstadt", "tax_number": "12/345/67890", "notice_dated": "3. Mai 2025",
    "notice_year": "2024", "machine_notice": "1. Juni 2025",
}  # fmt: skip


@dataclass
class Receiving:
    """A section of the country DE with an account; `gift` makes money arrive there."""

    funded: Funded
    account: BankAccount

    @property
    def treasurer(self) -> Any:
        return self.funded.world.north_treasurer

    def gift(
        self, minor: int = 13_050, *, name: str = "Dana", told: dict[str, str] | None = None, on: date | None = None, **more: Any
    ) -> Gift:
        number = Gift.objects.count()
        pledge = services.pledge_gift(bank_account=self.account, amount_minor=minor, request_id=f"gift {number}", name=name, **more)
        line = self.funded.bank_line(minor, reference=pledge.reference, account=self.account, on=on, counter_account="DE00 GIVER")
        (gift,) = services.claim_movements(movements=[line], author=self.treasurer).gifts
        if told is not None:
            services.tell_receipt_details(donor=gift.donor, details={"name": name, **told}, declares=True)
        return gift


def make_receiving(country: str = "DE", currency: str = "EUR") -> Receiving:
    funded = make_funded()
    section = funded.world.north
    section.country = country
    section.save(update_fields=["country"])
    account = books.open_bank_account(book=funded.book, section=section, holder=section.name, iban="XX00 2222", currency=currency)
    return Receiving(funded, account)


def review(folder: Path, *countries: str) -> str:
    """A folder of packs that somebody reviewed."""
    for country in countries:
        value = json.loads((OWN_PACKS / f"{country}.json").read_text(encoding="utf-8"))
        value.update(reviewed=True, reviewed_by="A. Counsel", reviewed_on="2026-11-01")
        (folder / f"{country}.json").write_text(json.dumps(value), encoding="utf-8")
    return str(folder)


def complete_section(receiving: Receiving, facts: dict[str, str] | None = None, **values: Any) -> None:
    """All that the rules ask of the issuer."""
    values = {"address": "Hafenweg 1, 20000 Nordstadt", "register_body": "Amtsgericht Nordstadt", **values}
    change_section(section=receiving.funded.world.north, author=receiving.treasurer, values=values, facts=facts or FACTS)


def texts_of(value: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
