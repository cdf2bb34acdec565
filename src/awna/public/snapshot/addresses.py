"""Every address that a snapshot carries: walked from the site's own table of addresses, so that a new page joins by itself."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from awna.kit.policies import open_addresses
from awna.kit.snapshots import FILE, LEFT_OUT, TABLE, InSnapshot


@dataclass(frozen=True)
class Address:
    """One page or file: where it is at the site, where it lies in the snapshot, and what makes it."""

    url: str
    file: str
    name: str
    view: Callable[..., Any]
    values: dict[str, Any]
    language: str
    campaign: Any
    said: InSnapshot


def all_addresses(campaigns: Iterable[Any]) -> Iterator[Address]:
    """What nobody has declared is not carried; a house rule finds it."""
    campaigns = list(campaigns)
    for _route, pattern, said in open_addresses():
        if said is None or said.kind == LEFT_OUT:
            continue
        of_campaign = "slug" in pattern.pattern.converters
        for campaign in campaigns if of_campaign else [None]:
            for values in said.each(campaign) if said.each else [{}]:
                given = {"slug": campaign.slug, **values} if of_campaign else dict(values)
                for language in languages_of(said, campaign):
                    with translation.override(language):
                        url = reverse(pattern.name or "", kwargs=given)
                    yield Address(url, file_of(url), pattern.name or "", pattern.callback, given, language, campaign, said)


def languages_of(said: InSnapshot, campaign: Any) -> list[str]:
    if said.kind == FILE:
        return [settings.LANGUAGE_CODE]
    return [first_language(campaign)] if said.kind == TABLE else [code for code, _name in settings.LANGUAGES]


def first_language(campaign: Any) -> str:
    """The first of the campaign's languages that the site speaks."""
    known = {code for code, _name in settings.LANGUAGES}
    wanted = campaign.languages.split(",") if campaign is not None else []
    return next((code.strip() for code in wanted if code.strip() in known), settings.LANGUAGE_CODE)


def file_of(url: str) -> str:
    """The file that a plain web server gives at this address."""
    path = url.lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path
