"""The demonstration: the damage that was found."""

from typing import Any


def tell(story: Any) -> None:
    """Nothing yet."""
