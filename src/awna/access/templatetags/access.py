"""What the pages of access say of chances: no finer than they are known."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
STEP = 5  # per cent


@register.filter
def percent(share: float) -> SafeString:
    """A share 0..1 in steps of five per cent."""
    return format_html('<bdi class="nw ltr">{} %</bdi>', round(100 * share / STEP) * STEP)


@register.filter
def one_place(value: float) -> str:
    return f"{value:.1f}"
