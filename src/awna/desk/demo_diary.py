"""The demonstration: days on the site."""

from typing import Any


def tell(story: Any) -> None:
    """Nothing yet."""
