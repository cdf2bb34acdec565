"""Fingerprints in templates, as the words by which people compare them."""

from django import template

from awna.core.consent.quorum import word_code as code_of

register = template.Library()


@register.filter
def word_code(digest: str) -> str:
    """Six words for a hex digest."""
    return code_of(digest)
