"""News and sharing in a browser without scripts: read, see a photo, subscribe, come to an event; a data block breaks no policy."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from awna.campaigns import services
from awna.campaigns.models import Photo
from awna.kit.jobs import work_off
from tests.rooms.campaigns.conftest import camera_picture

from .ground import Ground


@pytest.fixture
def photo(ground: Ground) -> Photo:
    """Nour's photo of the yard, and an update that shows it."""
    taken = timezone.localdate() - timedelta(days=ground.world.campaign.publication_delay_days)
    photo = services.add_photo(
        campaign=ground.world.campaign, data=camera_picture(), alt="The yard with the new wall", language="en", taken_on=taken,
        consent_how="nobody", consent_on=taken, author=ground.world.nour, request_id="p",
    )  # fmt: skip
    photo = services.accept_photo(photo=photo, author=ground.world.nour)
    services.publish_update(
        campaign=ground.world.campaign, title="The wall stands", text="It is **high** now.", language="en", author=ground.world.nour,
        request_id="u", photos=[photo],
    )  # fmt: skip
    return photo


def last_code() -> str:
    work_off()
    found = re.search(r"\b\d{6}\b", mail.outbox[-1].body)
    assert found
    return found[0]


def test_a_reader_sees_the_photo_and_no_policy_complains(site: str, page: Page, photo: Photo, complaints: list[str]) -> None:
    page.goto(f"{site}/c/clinic/")
    assert page.locator('script[type="application/ld+json"]').count() == 1
    page.get_by_role("link", name="The wall stands").first.click()
    picture = page.get_by_role("img", name="The yard with the new wall")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.goto(f"{site}/c/clinic/share/")
    for image in page.locator("main img").all():
        image.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    assert complaints == []


def test_dana_subscribes_and_comes_without_scripts(site: str, browser: Browser, ground: Ground) -> None:
    event = services.announce_event(
        campaign=ground.world.campaign, title="Market", starts_at=timezone.now() + timedelta(days=3), place_public="District",
        takes_registrations=True, seats=1, author=ground.world.rami,
    )  # fmt: skip
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/c/clinic/news/")
    page.get_by_role("link", name="By mail").click()
    page.get_by_label("E-mail").fill("dana@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(last_code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get the news")
    page.goto(f"{site}{event.get_absolute_url()}")
    page.get_by_role("link", name="I come").click()
    page.get_by_label("Name").first.fill("Dana")
    page.get_by_label("E-mail").fill("dana@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(last_code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")
    page.context.close()
