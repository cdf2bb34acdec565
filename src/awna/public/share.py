"""What is handed on of a campaign: cards and posters for typst, the badge, facts for machines (schema.org), codes to photograph."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from awna.campaigns.models import Event, ShortLink
from awna.core.amounts import currency_scale, group_minor
from awna.donations.services import is_collecting
from awna.kit.made import made_once
from awna.kit.typeset import PDF, PNG, typeset
from awna.parties.models import Campaign

from .figures import money_of
from .four import four_of, told
from .wall import STONES

TYPESET = Path(__file__).resolve().parent / "typeset"
TITLE_SIZES = ((28, 64), (56, 52), (90, 42))
TITLE_SIZE_LEAST = 34
SUMMARY_CHARS_MAX = 240
CODE_BORDER = 4
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
ISOLATE, END_ISOLATE = "\u2066", "\u2069"


@dataclass(frozen=True)
class Progress:
    """How far the money is, in the campaign's currency: minor units and words."""

    received_minor: int
    goal_minor: int
    currency: str

    @property
    def per_cent(self) -> int:
        return min(100, self.received_minor * 100 // self.goal_minor) if self.goal_minor > 0 else 0

    @property
    def stones(self) -> int:
        return min(STONES, self.received_minor * STONES // self.goal_minor) if self.goal_minor > 0 else 0

    @property
    def received(self) -> str:
        return _amount(self.received_minor, self.currency)

    @property
    def goal(self) -> str:
        return _amount(self.goal_minor, self.currency) if self.goal_minor > 0 else ""

    @property
    def of_goal(self) -> str:
        """`received of USD 40 000 · 21 Nov 2026`."""
        day = date_format(timezone.localdate(), "j M Y")
        words = _("received of %(goal)s") % {"goal": self.goal} if self.goal else _("received")
        return f"{words} · {day}"


def progress_of(campaign: Campaign) -> Progress:
    book = getattr(campaign, "book", None)
    money = next((item for item in money_of(book) if item.code == campaign.goal_currency), None) if book else None
    return Progress(money.received if money else 0, campaign.goal_minor, campaign.goal_currency)


def short_address(campaign: Campaign) -> str:
    """The shortest address of the campaign's page in the language of now."""
    path = reverse("campaign", kwargs={"slug": campaign.slug})
    link = ShortLink.objects.filter(campaign=campaign, path=path).first()
    return settings.AWNA_ORIGIN + (link.get_absolute_url() if link else path)


def code_svg(address: str) -> str:
    """A code to photograph, as a file of its own: black on white with its quiet zone."""
    inline = _code(address).svg_inline(border=CODE_BORDER, scale=8, light="#fff")
    return inline.replace("<svg ", f'<svg xmlns="{SVG_NAMESPACE}" ', 1)


def code_png(address: str) -> bytes:
    return base64.b64decode(_code(address).png_data_uri(border=CODE_BORDER, scale=12).partition(",")[2])


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)


def card_png(campaign: Campaign) -> bytes:
    """1200 by 630 pixels, in the language of now."""
    return _set(campaign, "card", PNG, _told(campaign))


def poster_pdf(campaign: Campaign) -> bytes:
    """One A4 page, in the language of now."""
    address = short_address(campaign)
    more = {
        "qr": code_svg(address), "call": _("Read, sign, give.") if _collects(campaign) else _("Read and sign."), "promise": _("Open books: every amount has its entry, every gift its way."),
        "as_of": _("As of %(day)s. The page has the figures of today.") % {"day": date_format(timezone.localdate(), "j M Y")},
    }  # fmt: skip
    return _set(campaign, "poster", PDF, _told(campaign) | more)


def badge_svg(campaign: Campaign) -> str:
    """Title, bar and the four figures as a picture that any page may show."""
    progress, rtl = progress_of(campaign), translation.get_language_bidi()
    more = told(four_of(campaign, getattr(campaign, "book", None)), but_received=True, brief=True)
    side, width = (348, 336) if rtl else (12, 336)
    done = width * progress.per_cent // 100
    return str(format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="92" viewBox="0 0 360 92" role="img" aria-label="{label}" lang="{lang}">'
        '<rect width="359" height="91" x=".5" y=".5" rx="4" fill="#fff" stroke="#1d1d1b"/>'
        '<g font-family="system-ui,sans-serif" fill="#1d1d1b" direction="{dir}"><text x="{side}" y="22" font-size="16" font-weight="700">{title}</text>'
        '<text x="{side}" y="62" font-size="14">{figures}</text><text x="{side}" y="81" font-size="12">{more}</text></g>'
        '<rect x="12" y="31" width="{width}" height="14" rx="2" fill="none" stroke="#1d5c3f"/>'
        '<rect x="{start}" y="31" width="{done}" height="14" rx="2" fill="#1d5c3f"/></svg>',
        label=f"{campaign.title_here}: {', '.join([f'{progress.received} {progress.of_goal}', *more])}", more=cut(" · ".join(more), 56), lang=translation.get_language(), dir="rtl" if rtl else "ltr",
        side=side, title=cut(campaign.title_here, 38), figures=cut(_of(progress), 52), width=width, done=done,
        start=12 + width - done if rtl else 12,
    ))  # fmt: skip


def facts_of_campaign(campaign: Campaign, *, image: str = "") -> SafeString:
    """The campaign as schema.org data: a block that no browser runs, so the policy of the page lets it stand."""
    language, owner = translation.get_language(), getattr(campaign, "owner", None)
    page = settings.AWNA_ORIGIN + reverse("campaign", kwargs={"slug": campaign.slug})
    body = {"@type": "Organization", "name": owner.name} if owner else None
    return _block({
        "@type": "Project", "@id": page, "url": page, "name": campaign.title_here, "description": campaign.text("summary", language),
        "inLanguage": language, "foundingDate": campaign.created_at.date().isoformat(), "areaServed": campaign.text("place_public", language),
        "parentOrganization": body, "image": image, "potentialAction": body and _collects(campaign) and {"@type": "DonateAction", "target": page, "recipient": body},
    })  # fmt: skip


def facts_of_event(event: Event) -> SafeString:
    """An event as schema.org data; its place is the public one."""
    state = "EventCancelled" if event.cancelled_at else "EventScheduled"
    return _block({
        "@type": "Event", "name": event.title, "startDate": event.starts_there.isoformat(), "endDate": event.ends_there.isoformat(),
        "eventStatus": f"https://schema.org/{state}", "url": settings.AWNA_ORIGIN + event.get_absolute_url(),
        "description": event.text, "inLanguage": event.language, "maximumAttendeeCapacity": event.seats,
        "location": event.place_public and {"@type": "Place", "name": event.place_public, "address": event.place_public},
    })  # fmt: skip


def _block(data: dict[str, Any]) -> SafeString:
    """json_script escapes whatever could end the block; only its type differs."""
    said = {key: value for key, value in data.items() if value}
    script = json_script({"@context": "https://schema.org", **said})
    return mark_safe(str(script).replace('type="application/json"', 'type="application/ld+json"', 1))  # noqa: S308 - Django escaped it; only the type of the script is named anew


def _told(campaign: Campaign) -> dict[str, Any]:
    """What card and poster show, as plain data."""
    progress, title = progress_of(campaign), campaign.title_here
    owner, summary = getattr(campaign, "owner", None), campaign.text("summary", translation.get_language())
    return {
        "language": translation.get_language(), "rtl": translation.get_language_bidi(), "owner": owner.name if owner else "",
        "title": title, "title_size": next((size for chars, size in TITLE_SIZES if len(title) <= chars), TITLE_SIZE_LEAST),
        "summary": cut(summary, SUMMARY_CHARS_MAX), "received": progress.received, "of_goal": progress.of_goal, "goal": progress.goal,
        "stones": progress.stones, "address": short_address(campaign).partition("://")[2],
    }  # fmt: skip


def _set(campaign: Campaign, what: str, form: str, told: dict[str, Any]) -> bytes:
    source = {"told": told, "template": (TYPESET / f"{what}.typ").read_text(encoding="utf-8")}
    name = f"{campaign.slug}-{what}-{told['language']}.{form}"
    return made_once(name, source, lambda: typeset(f"public/typeset/{what}.typ", told, form=form))


def _amount(minor: int, code: str) -> str:
    """In an isolate of its own, so that groups of digits keep their order in Arabic."""
    scale = currency_scale(code)
    whole = scale == 0 or minor % 10**scale == 0
    digits = group_minor(minor // 10**scale if whole else minor, 0 if whole else scale)
    return f"{ISOLATE}{code}\u00a0{digits}{END_ISOLATE}"


def _collects(campaign: Campaign) -> bool:
    """Somebody takes gifts today; the page of the campaign has asked already."""
    known = getattr(campaign, "collects", None)
    return is_collecting(campaign) if known is None else bool(known)


def _of(progress: Progress) -> str:
    return _("%(received)s of %(goal)s") % {"received": progress.received, "goal": progress.goal} if progress.goal else progress.received


def cut(text: str, chars: int) -> str:
    """At most so many signs; what is left out leaves an ellipsis."""
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"
