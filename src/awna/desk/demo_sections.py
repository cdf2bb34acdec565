"""What the demonstration's sections are registered as, their legal pages, and the first receipt of one."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation

from awna.donations import services as donations
from awna.donations.models import Gift
from awna.parties import services as parties
from awna.parties.legal.drafts import propose
from awna.parties.legal.models import REQUIRED
from awna.parties.legal.services import OPEN_BLANK, SHUT_BLANK, publish_legal_texts, source_of
from awna.parties.models import Campaign, Role, Section, Translation
from awna.parties.services import translate_text

# Country → territory, address, who registered it, number, permit; all invented.
REGISTERED = {
    "DE": ("Germany", "Hafenweg 1, 20000 Nordstadt", "Amtsgericht Nordstadt", "VR 4711", "S-2026-17"),
    "GB": ("England and Wales", "1 Mill Lane, Southtown", "Register of charities", "0000123", "C-88"),
    "US": ("State of Westland", "1 Main Street, Westland", "State register of charities", "WL-55", "WL-55-26"),
}
PERMIT_YEARS = 2
INVENTED = "to be filled in by a real body"


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


def open_to_gifts(story: Any) -> None:
    """Each section's register and permit, then legal pages from the proposals, so that gifts can be taken; no lawyer has read them, and they say so."""
    author, campaign = story.roles["Karim"], story.campaign
    register_sections(campaign, author=author, today=story.today)
    bodies: list[Section | None] = [None, *campaign.sections.order_by("name")]
    for body in bodies:
        texts = {kind: _filled(propose(campaign=campaign, section=body, kind=kind, origin=settings.AWNA_ORIGIN)) for kind in REQUIRED}
        for row in publish_legal_texts(campaign=campaign, section=body, texts=texts, language="en", author=author):
            with translation.override("ar"):
                arabic = _filled(propose(campaign=campaign, section=body, kind=row.kind, origin=settings.AWNA_ORIGIN))
            if arabic != row.text:
                source = source_of(row)
                translate_text(
                    campaign=campaign, source=source, language="ar", text=arabic, author=story.roles["Rami"], state=Translation.MACHINE
                )


def _filled(text: str) -> str:
    """Every blank as an invented one, which a real body would fill in."""
    parts = text.split(OPEN_BLANK)
    return parts[0] + "".join(f"({what}: {INVENTED}){rest}" for what, _shut, rest in (part.partition(SHUT_BLANK) for part in parts[1:]))
