"""What templates need for news: text with light marks, sizes of photos."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from awna.campaigns.models import Photo
from awna.kit.markup import render_light

register = template.Library()


@register.filter
def light(text: str) -> SafeString:
    """Paragraphs, lists, strong words and links; everything else is shown as it was typed."""
    return render_light(text)


@register.filter
def photos_kb(photos: Iterable[Photo]) -> int:
    """What it costs to load them, in KB, rounded up."""
    return -(-sum(photo.size_bytes for photo in photos) // 1024)
