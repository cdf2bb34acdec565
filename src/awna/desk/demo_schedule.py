"""The demonstration: clearances and calendars."""

from typing import Any


def tell(story: Any) -> None:
    """Nothing yet."""
