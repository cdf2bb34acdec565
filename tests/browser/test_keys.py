"""The owner's key as its stewards hold it, in a browser with authenticators: founding, release, loss, recovery, another quorum."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from awna import paper
from awna.books.models import Book
from awna.books.services import open_bank_account
from awna.consent.models import Decision, PolicyEpoch, StewardKey
from awna.core.consent.quorum import word_code
from awna.desk.services import import_statement
from awna.donations.services import pledge_gift
from awna.parties.services import give_role
from awna.supply.services import add_supplier
from tests.banks import BankLine, camt053
from tests.world import World, make_world, person

from .conftest import WAIT_MS
from .ground import IBAN
from .test_story import sign_in, sign_out

CHANGE_WAIT_DAYS = 3
AUTHENTICATOR = {
    "protocol": "ctap2", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class AnyDatetime(type):
    """Every moment is an instance of the moved class too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Clock:
    """The server's day, moved forward by a test: what `timezone.now` itself asks, because columns hold that function as their default."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()

        class Moved(datetime, metaclass=AnyDatetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return datetime.now(tz) + self.ahead

        monkeypatch.setattr("django.utils.timezone.datetime", Moved)

    def wait(self, days: int) -> None:
        self.ahead += timedelta(days=days)


@dataclass
class Steward:
    """One person with her own browser, a telephone (in it) and a security key (plugged in), and her paper."""

    name: str
    page: Page
    devices: CDPSession
    phone: str
    stick: str
    seed: str = ""

    def use(self, *kept: str) -> None:
        """Only these of her devices answer from now on."""
        for device in (self.phone, self.stick):
            self.devices.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": device in kept})

    def verify(self, device: str, *, is_verified: bool) -> None:
        self.devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": is_verified})

    def add(self, transport: str, **other: bool) -> str:
        return add_device(self.devices, transport, **other)

    def lose(self, device: str) -> None:
        self.devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})


def add_device(devices: CDPSession, transport: str, **other: bool) -> str:
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, "transport": transport, **other}})
    return str(made["authenticatorId"])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def world(site: str, settings: Any) -> World:
    settings.AWNA_ORIGIN = settings.AWNA_KEY_SITE = site
    settings.AWNA_KEY_RP = "localhost"
    found = make_world()
    give_role(campaign=found.campaign, user=person("Hala"), name="steward")
    return found


@pytest.fixture
def stewards(site: str, world: World, browser: Browser, complaints: list[str]) -> Iterator[list[Steward]]:
    contexts: list[BrowserContext] = []
    found = []
    for name in ("salma", "yusuf", "hala"):
        context = browser.new_context(viewport={"width": 360, "height": 800}, locale="en")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable", {"enableUI": False})
        found.append(Steward(name, page, devices, add_device(devices, "internal"), add_device(devices, "usb")))
        sign_in(page, site, name)
    yield found
    for context in contexts:
        context.close()


def test_the_stewards_found_release_lose_recover_and_change_the_quorum(
    site: str, page: Page, world: World, stewards: list[Steward], clock: Clock, complaints: list[str]
) -> None:
    salma, yusuf, hala = stewards
    write_first_policy(salma, site)
    for steward in stewards:
        make_passkey(steward, site, "telephone", steward.phone)
        make_passkey(steward, site, "security key", steward.stick)
        make_paper_key(steward, site)
    for steward in stewards:
        sign_the_founding(steward, site)
    expect(hala.page.get_by_text("The last key has signed: the book is founded.")).to_be_visible()
    epoch = PolicyEpoch.objects.get()
    assert (epoch.keyed, epoch.required, epoch.keys.count()) == (True, 2, 9)
    everybody_sees_the_words(page, site)

    ask_for_money(page, site, world)
    approve_first(salma, site)
    approve_first(yusuf, site)
    assert Decision.objects.exclude(signature="").count() == 2
    released = world.campaign.book.entries.filter(kind="release")
    assert released.count() == 1

    lost = StewardKey.objects.get(steward__user__email="hala@example.org", label="telephone")
    suspend(salma, site, lost)
    hala.lose(hala.phone)
    hala.phone = hala.add("internal")
    make_passkey(hala, site, "new telephone", hala.phone)
    hala.page.get_by_role("button", name="Sign with my passkey").click()
    expect(hala.page.get_by_text("The key has shown that it signs.")).to_be_visible()
    propose_change(hala, site, drop=lost)
    for steward in (salma, yusuf):
        approve_first(steward, site)
    put_in_force(salma, site, days=CHANGE_WAIT_DAYS, clock=clock, stewards=stewards)
    in_force = {one.key.label for one in PolicyEpoch.objects.get(number=1).keys.filter(key__steward__user__email="hala@example.org")}
    assert in_force == {"new telephone", "security key", ""}

    # The lost key stays out, although nobody says so again.
    propose_change(salma, site, required=3)
    approve_with_paper(hala, site)
    approve_first(yusuf, site)
    put_in_force(yusuf, site, days=CHANGE_WAIT_DAYS, clock=clock, stewards=stewards)
    last = PolicyEpoch.objects.get(number=2)
    assert (last.required, last.keys.filter(key=lost).exists()) == (3, False)
    assert complaints == []


def test_without_a_verified_person_no_key_is_made_and_nothing_signed(
    site: str, page: Page, world: World, stewards: list[Steward], complaints: list[str]
) -> None:
    salma = stewards[0]
    salma.use(salma.phone)
    salma.verify(salma.phone, is_verified=False)
    salma.page.goto(f"{site}/desk/clinic/keys/passkey/")
    salma.page.get_by_label("Name of this key").fill("telephone")
    salma.page.get_by_role("button", name="Make the key on this device").click()
    expect(salma.page.locator("[data-say]")).to_contain_text("The device did not sign")
    assert not StewardKey.objects.exists()

    # A page that asks for less gets a key from a device that knows nobody, but the server does not take it.
    for device in (salma.phone, salma.stick):
        salma.lose(device)
    salma.add("usb", hasUserVerification=False, isUserVerified=False)
    salma.page.evaluate(
        """() => { const make = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = (asked) => {
          asked.publicKey.authenticatorSelection.userVerification = "discouraged"; return make(asked); } }"""
    )
    salma.page.get_by_role("button", name="Make the key on this device").click()
    expect(salma.page.get_by_role("alert")).to_contain_text("did not ask who you are")
    assert not StewardKey.objects.exists()
    assert complaints == []


def write_first_policy(steward: Steward, site: str) -> None:
    page = steward.page
    page.goto(f"{site}/desk/clinic/founding/")
    page.get_by_role("link", name="Write the first policy").click()
    page.get_by_label("How many stewards must agree", exact=True).fill("2")
    page.get_by_label("Days that a change of this policy waits in public").fill(str(CHANGE_WAIT_DAYS))
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("2 of 3 stewards must agree.")).to_be_visible()


def make_passkey(steward: Steward, site: str, name: str, device: str) -> None:
    page = steward.page
    steward.use(device)
    page.goto(f"{site}/desk/clinic/keys/passkey/")
    page.get_by_label("Name of this key").fill(name)
    page.get_by_role("button", name="Make the key on this device").click()
    expect(page.get_by_text(f"The passkey “{name}” is kept.")).to_be_visible()
    made = StewardKey.objects.get(steward__user__email=f"{steward.name}@example.org", label=name)
    expect(page.locator("bdi", has_text=word_code(made.fingerprint))).to_be_visible()


def make_paper_key(steward: Steward, site: str) -> None:
    """The seed stands on the sheet alone: in nothing that the browser sends."""
    page, sent = steward.page, []
    page.goto(f"{site}/desk/clinic/keys/paper/")
    page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    page.get_by_role("button", name="Make the key now").click()
    steward.seed = page.locator("[data-seed-text]").inner_text().strip()
    public = paper.public_of(paper.read_seed(steward.seed))
    assert page.locator("[data-code]").inner_text() == word_code(paper.fingerprint(public))
    page.get_by_label("The last two groups, from your paper").fill(steward.seed[-9:])
    page.get_by_role("button", name="I have the seed on paper").click()
    expect(page.get_by_text("The paper key is kept")).to_be_visible()
    posted = "".join(url + body for url, body in sent)
    assert "AWNA1" in posted
    assert steward.seed.replace(" ", "") not in posted.replace("+", "").replace("%20", "").replace(" ", "")
    assert StewardKey.objects.filter(fingerprint=paper.fingerprint(public)).exists()


def sign_the_founding(steward: Steward, site: str) -> None:
    page = steward.page
    page.goto(f"{site}/desk/clinic/founding/")
    for device in (steward.phone, steward.stick):
        steward.use(device)
        page.get_by_role("button", name="Sign with my passkey").click()
        expect(page.get_by_text("The signature is kept.")).to_be_visible()
    sign_with_seed(steward)


def sign_with_seed(steward: Steward) -> None:
    page = steward.page
    page.get_by_text("Sign with my paper key instead").click()
    page.get_by_label("Your seed, 14 groups").fill(steward.seed)
    page.get_by_role("button", name="Sign with this seed").click()
    page.wait_for_load_state()


def everybody_sees_the_words(page: Page, site: str) -> None:
    page.goto(f"{site}/c/clinic/keys/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who holds the key")
    for key in StewardKey.objects.all():
        expect(page.locator("bdi", has_text=word_code(key.fingerprint))).to_be_visible()


def ask_for_money(page: Page, site: str, world: World) -> None:
    """Money has come; Karim asks for some of it."""
    today, book = timezone.localdate(), Book.objects.get()
    account = open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    add_supplier(campaign=world.campaign, name="Omar Building Supplies", bank_account="XX00000777", author=world.buyer)
    pledge = pledge_gift(bank_account=account, amount_minor=500_00, request_id="dana", name="Dana", email="dana@example.org")
    data = camt053(IBAN, "EUR", opening="0.00", day=today, lines=[BankLine("500.00", "Dana", pledge.reference)])
    import_statement(bank_account=account, data=data, filename="n", author=world.north_treasurer, request_id="n")
    sign_in(page, site, "karim")
    page.goto(f"{site}/desk/clinic/approvals/new/")
    page.get_by_label("What the money buys").fill("Cement for the ward")
    for label, choice in (("Payee", "Omar"), ("Paid from", "Neighbours North")):
        field = page.get_by_label(label, exact=True)
        field.select_option(label=field.locator("option").filter(has_text=choice).first.inner_text())
    page.get_by_label("Fund", exact=True).select_option(str(book.fund("unallocated").pk))
    page.get_by_label("Decide until").fill(f"{today + timedelta(days=20)}")
    page.get_by_label("At most").first.fill("200.00")
    page.get_by_label("Not paid before").first.fill(f"{today}")
    page.get_by_role("button", name="Ask the stewards").click()
    expect(page.get_by_text("waits for the stewards; the money is held")).to_be_visible()
    sign_out(page)


def open_question(steward: Steward, site: str) -> None:
    """What waits longest for her, and the page where she is asked a second time."""
    page = steward.page
    page.goto(f"{site}/desk/clinic/approvals/")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approve this")


def approve_first(steward: Steward, site: str) -> None:
    steward.use(steward.stick)
    open_question(steward, site)
    steward.page.get_by_role("button", name="Sign with my passkey").click()
    expect(steward.page.get_by_text("Enough stewards agreed").or_(steward.page.get_by_text("Your word is kept."))).to_be_visible()


def approve_with_paper(steward: Steward, site: str) -> None:
    """On an offline computer with awna-paper; the answer is typed in again."""
    open_question(steward, site)
    page = steward.page
    page.get_by_text("Sign with my paper key instead").click()
    request = paper.read_request(page.locator("[data-signing] .cmd").inner_text())
    page.get_by_label("Answer of awna-paper").fill(paper.write_answer(paper.answer_request(paper.read_seed(steward.seed), request)))
    page.get_by_role("button", name="Send this answer").click()
    expect(page.get_by_text("Your word is kept.")).to_be_visible()


def suspend(steward: Steward, site: str, key: StewardKey) -> None:
    page = steward.page
    steward.use(steward.phone)
    page.goto(f"{site}/desk/clinic/policy/")
    page.get_by_role("link", name=f"Suspend this key {word_code(key.fingerprint)}").click()
    page.get_by_label("Why").fill("The telephone was lost at the market")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("The key is suspended.")).to_be_visible()


def propose_change(steward: Steward, site: str, *, drop: StewardKey | None = None, required: int | None = None) -> None:
    page = steward.page
    page.goto(f"{site}/desk/clinic/policy/change/" + (f"?drop={drop.pk}" if drop else ""))
    if required:
        page.get_by_label("How many stewards must agree", exact=True).fill(str(required))
    page.get_by_role("button", name="Put this before the stewards").click()
    expect(page.get_by_text("The new policy waits for the stewards.")).to_be_visible()


def put_in_force(steward: Steward, site: str, *, days: int, clock: Clock, stewards: list[Steward]) -> None:
    """Not before the wait is over; after it with one press, or by the hourly round."""
    page, before = steward.page, PolicyEpoch.objects.count()
    page.goto(f"{site}/desk/clinic/policy/")
    expect(page.get_by_text("Not before")).to_be_visible()
    expect(page.get_by_role("button", name="Put it in force now")).to_have_count(0)
    assert PolicyEpoch.objects.count() == before
    clock.wait(days)
    for one in stewards:  # nobody stays signed in that long
        one.page.context.clear_cookies()
        sign_in(one.page, site, one.name)
    page.goto(f"{site}/desk/clinic/policy/")
    page.get_by_role("button", name="Put it in force now").click()
    expect(page.get_by_text("The new policy is in force.")).to_be_visible()
