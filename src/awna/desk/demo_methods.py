"""The demonstration: ways to build."""

from typing import Any


def tell(story: Any) -> None:
    """Nothing yet."""
