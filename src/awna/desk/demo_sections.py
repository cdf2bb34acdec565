"""What the demonstration's sections are registered as, and the first receipt of one."""

from datetime import date

from awna.donations import services as donations
from awna.donations.models import Gift
from awna.parties import services as parties
from awna.parties.models import Campaign, Role

# Country → territory, address, who registered it, number, permit; all invented.
REGISTERED = {
    "DE": ("Germany", "Hafenweg 1, 20000 Nordstadt", "Amtsgericht Nordstadt", "VR 4711", "S-2026-17"),
    "GB": ("England and Wales", "1 Mill Lane, Southtown", "Register of charities", "0000123", "C-88"),
    "US": ("State of Westland", "1 Main Street, Westland", "State register of charities", "WL-55", "WL-55-26"),
}
PERMIT_YEARS = 2


def register_sections(campaign: Campaign, *, author: Role, today: date) -> None:
    """Each section's register and permit, with the history that every change leaves."""
    for section in campaign.sections.order_by("name"):
        territory, address, body, number, permit = REGISTERED[section.country]
        parties.change_section(
            section=section, author=author,
            values={
                "territory": territory, "address": address, "register_body": body, "registration": number, "permit_number": permit,
                "permit_from": date(today.year, 1, 1), "permit_until": date(today.year + PERMIT_YEARS, 12, 31),
            },
        )  # fmt: skip


def issue_first_receipt(campaign: Campaign, *, author: Role) -> None:
    """Nobody reviewed the rules of the section's country, so it is a plain confirmation."""
    gift = Gift.objects.filter(donor__campaign=campaign, donor__section=author.section).order_by("received_on", "entry_seq").first()
    if gift is not None:
        donations.issue_receipt(gift=gift, author=author)
