"""What a page says of itself to other programs: title, text and picture for previews, facts by schema.org."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from awna.campaigns.models import Event
from awna.public.share import cut, facts_of_campaign, facts_of_event

register = template.Library()

DESCRIPTION_CHARS_MAX = 200
LOCALES = {"ar": "ar_AR", "en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES"}


@register.simple_tag(takes_context=True)
def share_head(context: template.Context, title: str = "", text: str = "") -> SafeString:
    """Open Graph tags of this page; the picture is the campaign's card. Without words of its own it is the campaign's page, with its facts."""
    campaign, request = context["campaign"], context["request"]
    card = settings.AWNA_ORIGIN + reverse("card", kwargs={"slug": campaign.slug})
    language = get_language() or "en"
    words = " ".join((text or campaign.text("summary", language)).split())
    tags = format_html(
        '<meta name="description" content="{text}"><meta property="og:type" content="{kind}"><meta property="og:title" content="{title}">'
        '<meta property="og:description" content="{text}"><meta property="og:url" content="{url}"><meta property="og:locale" content="{locale}">'
        '<meta property="og:image" content="{card}"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">'
        '<meta name="twitter:card" content="summary_large_image">',
        text=cut(words, DESCRIPTION_CHARS_MAX), kind="article" if title else "website", title=title or campaign.title_here, url=settings.AWNA_ORIGIN + request.path,
        locale=LOCALES.get(language, language), card=card,
    )  # fmt: skip
    return tags if title else tags + facts_of_campaign(campaign, image=card)


@register.simple_tag
def event_facts(event: Event) -> SafeString:
    """The event as schema.org data."""
    return facts_of_event(event)


@register.filter
def there(value: datetime | None) -> Any:
    """A day and hour by the clocks of the place: `20 Nov 2026, 18:00 Asia/Amman`."""
    if value is None:
        return ""
    words = f"{date_format(timezone.make_naive(value, value.tzinfo), 'j M Y')}, {value:%H:%M}"
    return format_html(
        '<time datetime="{}">{} <bdi class="ltr">{}</bdi></time>', value.isoformat(timespec="minutes"), words, str(value.tzinfo)
    )
