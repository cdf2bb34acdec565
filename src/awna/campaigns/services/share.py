"""Writers of what is handed on: short addresses of our own, facts and the contact for the press."""

import secrets
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Fact, PressContact, ShortLink
from .news import NEWS_ROLES

CODE_CHARS = 6
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0 o 1 i l: people read codes from paper."""


@transaction.atomic
def make_short_links(*, campaign: Campaign, author: Role) -> list[ShortLink]:
    """A short address of the campaign's page in each language; those that exist stay."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    links = []
    for code in dict(settings.LANGUAGES):
        with translation.override(code):
            path = reverse("campaign", kwargs={"slug": campaign.slug})
        link = ShortLink.objects.filter(campaign=campaign, path=path).first()
        links.append(link or ShortLink.objects.create(campaign=campaign, path=path, code=_new_code()))
    return links


@transaction.atomic
def state_fact(*, campaign: Campaign, text: str, language: str, dated_on: date, source: str, author: Role) -> Fact:
    """A sentence for the press with its date and source; said twice, it stands once."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    if not text.strip() or not source.strip():
        raise Refused(Problem("fact_without_source", "A fact needs its words and its source. Write both.", {}, "source"))
    fact, _made = Fact.objects.get_or_create(
        campaign=campaign, text=text.strip(), dated_on=dated_on, defaults={"language": language, "source": source.strip()}
    )
    return fact


@transaction.atomic
def set_press_contact(*, campaign: Campaign, office: str, email: str, author: Role) -> PressContact:
    """Which office answers the press, and its address. An office has an address of its own, so that no person's is published."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    contact, _made = PressContact.objects.update_or_create(campaign=campaign, defaults={"office": office.strip(), "email": email.strip()})
    return contact


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))
        if not ShortLink.objects.filter(code=code).exists():
            return code
