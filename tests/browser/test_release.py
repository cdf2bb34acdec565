"""A steward's desk on a telephone: read, decline in public, stop everything, ask to go on, agree; and what a hasty key is told."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from awna.approvals.services import MilestoneAsk, propose_release
from awna.consent.models import Decision, Pause, Proposal
from awna.core.consent.quorum import word_code
from tests.keyed import Keyed, make_keyed

from .conftest import WAIT_MS
from .test_keys import add_device
from .test_story import sign_in

WIDTH = 360


@pytest.fixture
def keyed(site: str, settings: Any) -> Keyed:
    settings.AWNA_ORIGIN = settings.AWNA_KEY_SITE = site
    settings.AWNA_KEY_RP = "localhost"
    found = make_keyed()
    for n, text in enumerate(("Cement for the ward", "Sand for the ward"), 1):
        ask = MilestoneAsk("1", found.account.custody, found.book.fund("unallocated"), found.eur, n * 100_00, timezone.localdate())
        propose_release(
            campaign=found.book.campaign, payee=found.payee, text=text, filed_by=found.world.buyer, request_id=text, milestones=[ask],
            expires_on=timezone.localdate() + timedelta(days=20),
        )  # fmt: skip
    return found


@pytest.fixture
def phone(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(viewport={"width": WIDTH, "height": 740}, locale="en")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def plug_in(page: Page, keyed: Keyed, **device: bool) -> CDPSession:
    """The first steward's passkey in this browser's telephone."""
    soft = keyed.soft(keyed.stewards[0])
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable", {"enableUI": False})
    raw = base64.urlsafe_b64decode(soft.key.id[:32])
    credential = {
        "credentialId": base64.b64encode(raw).decode(), "isResidentCredential": False, "rpId": "localhost",
        "privateKey": base64.b64encode(soft.pkcs8).decode(), "signCount": 1,
    }  # fmt: skip
    devices.send("WebAuthn.addCredential", {"authenticatorId": add_device(devices, "usb", **device), "credential": credential})
    return devices


def fits(page: Page) -> None:
    """Nothing is wider than the telephone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, page.url


def test_a_steward_walks_her_desk_on_a_telephone(site: str, phone: Page, keyed: Keyed, complaints: list[str]) -> None:
    plug_in(phone, keyed)
    sign_in(phone, site, "salma")
    cement, sand = Proposal.objects.filter(purpose="release").order_by("filed_at")
    read_and_compare(phone, site, cement)
    decline_in_public(phone)
    stop_everything(phone)
    ask_to_go_on(phone)
    agree(phone, site, sand)
    phone.goto(f"{site}/c/clinic/releases/")
    expect(phone.get_by_role("row", name="Cement for the ward")).to_contain_text("The price is above the market")
    expect(phone.get_by_role("row", name="Cement for the ward")).to_contain_text("1 declined")
    expect(phone.get_by_role("main")).not_to_contain_text("Salma")
    fits(phone)
    assert complaints == []


def read_and_compare(page: Page, site: str, proposal: Proposal) -> None:
    """The oldest stands first and open, with the words to compare."""
    page.goto(f"{site}/desk/clinic/approvals/")
    expect(page.locator("ol.queue li")).to_have_count(2)
    expect(page.locator("#proposal")).to_contain_text("Cement for the ward")
    expect(page.locator("#proposal")).to_contain_text("Omar Building Supplies")
    for word in word_code(Proposal.objects.get(pk=proposal.pk).signs).split("-"):
        expect(page.locator("#proposal")).to_contain_text(word)
    fits(page)


def decline_in_public(page: Page) -> None:
    page.get_by_label("Reason or question").fill("The price is above the market")
    page.get_by_label("show this reason on the public page").check()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decline this release?")
    fits(page)
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("Your word is kept.")).to_be_visible()
    assert Decision.objects.get().choice == Decision.DECLINE


def stop_everything(page: Page) -> None:
    page.get_by_role("link", name="Stop everything for some days").click()
    page.get_by_label("Why").fill("A telephone was stolen")
    page.get_by_role("button", name="Stop everything").click()
    fits(page)
    page.get_by_role("button", name="Sign the stop with my passkey").click()
    expect(page.get_by_text("Everything is stopped until")).to_be_visible()
    assert Pause.objects.get().ended_by is None


def ask_to_go_on(page: Page) -> None:
    page.get_by_role("link", name="Stop everything for some days").click()
    expect(page.get_by_role("main")).to_contain_text("A telephone was stolen")
    page.get_by_role("button", name="Ask the stewards to end the pause").click()
    expect(page.get_by_text("The stewards are asked to end the pause.")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve this?")
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("Your word is kept.")).to_be_visible()


def agree(page: Page, site: str, proposal: Proposal) -> None:
    """She may say yes during the pause; nothing is released by it."""
    page.goto(f"{site}/desk/clinic/approvals/of/{proposal.pk}/")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("Your word is kept.")).to_be_visible()
    assert proposal.decisions.get().signature


def test_a_key_that_did_not_ask_who_holds_it_is_refused_in_words(site: str, phone: Page, keyed: Keyed, complaints: list[str]) -> None:
    plug_in(phone, keyed, hasUserVerification=False, isUserVerified=False)
    sign_in(phone, site, "salma")
    phone.goto(f"{site}/desk/clinic/approvals/")
    phone.get_by_role("button", name="Approve").click()
    # A page that asks for less gets a signature from such a device, but the server does not take it.
    phone.evaluate(
        """() => { const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = (asked) => { asked.publicKey.userVerification = "discouraged"; return get(asked); } }"""
    )
    phone.get_by_role("button", name="Sign with my passkey").click()
    expect(phone.get_by_role("alert")).to_contain_text("did not")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approve this release?")
    assert not Decision.objects.exists()
    assert [one for one in complaints if "422" not in one] == []
