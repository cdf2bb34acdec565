"""What every browser test may ask for: the ground to walk on, and what the browser complained about on the way."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from playwright.sync_api import Page

from .ground import Ground, make_ground

WAIT_MS = 10_000


@pytest.fixture
def ground(site: str) -> Iterator[Ground]:
    # A page that another test read in Arabic may have left that language behind in this thread.
    with translation.override("en"):
        yield make_ground()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """Errors and warnings of the console, uncaught exceptions: a broken security policy speaks here too."""
    heard: list[str] = []
    page.set_default_timeout(WAIT_MS)
    page.on("console", lambda message: heard.append(f"{page.url}: {message.text}") if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    yield heard
