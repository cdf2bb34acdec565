"""The first week from nothing: set up on pages, invite by mail, found with keys, first gift, first release, first wages, first backup."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from awna.consent.models import PolicyEpoch
from awna.desk.setup.door import setup_token
from awna.kit.backups.sealing import new_key
from awna.kit.outbox.services import send_due
from awna.parties.models import Campaign, Role
from awna.supply.services import add_supplier
from tests.banks import BankLine, camt053
from tests.rooms.campaigns.conftest import camera_picture
from tests.rooms.kit.outbox.server import Post, mail_server
from tests.world import PASSWORD, open_to_gifts

from .conftest import WAIT_MS
from .test_keys import Steward, add_device, approve_first, make_paper_key, make_passkey, sign_with_seed
from .test_pages import NARROW_PX, looks
from .test_story import visitor_gives

IBAN = "DE02120300000000202051"
PEOPLE = {"karim": "Treasurer", "bilal": "Buyer", "nour": "Site lead", "lina": "Shift lead"}
WAGES = "60.00"


@pytest.fixture
def post(site: str, settings: Any, tmp_path: Path) -> Iterator[Post]:
    """A server as its operator has set it up: its address, a mail server, a folder and a key for backups, a second place for the head."""
    settings.AWNA_ORIGIN = settings.AWNA_KEY_SITE = site
    settings.AWNA_KEY_RP = "localhost"
    for name in ("backups", "guard"):
        (tmp_path / name).mkdir()
    settings.AWNA_BACKUP_DIR, settings.AWNA_BACKUP_KEYS, settings.AWNA_LOG_GUARD_DIR = (
        tmp_path / "backups",
        [new_key()[1]],
        str(tmp_path / "guard"),
    )
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def doors(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """A new browser for each person, closed at the end."""
    found: list[BrowserContext] = []

    def door() -> BrowserContext:
        found.append(browser.new_context(viewport={"width": 360, "height": 800}, locale="en"))
        return found[-1]

    yield door
    for context in found:
        context.close()


def test_from_nothing_to_the_first_backup(
    site: str, page: Page, post: Post, doors: Callable[[], BrowserContext], complaints: list[str], settings: Any, capsys: Any
) -> None:
    set_up(page, site, settings, post)
    send_due()
    campaign = Campaign.objects.get(slug="clinic")
    people = {name: join(doors(), post, name, complaints) for name in ("salma", "yusuf", *PEOPLE)}
    stewards = [people["salma"], people["yusuf"]]
    expect(people["salma"].page.get_by_role("heading", name="What to do next")).to_be_visible()

    found_the_book(stewards, site)
    assert PolicyEpoch.objects.get().required == 2
    open_to_gifts(campaign, author=role("karim"))
    reference, _private = visitor_gives(page, site)
    bring_in_statement(people["karim"].page, site, reference)
    add_supplier(campaign=campaign, name="Omar Building Supplies", bank_account="XX00000777", author=role("bilal"))
    ask_for_cement(people["karim"].page, site, campaign)
    for steward in stewards:
        approve_first(steward, site)
    assert campaign.book.entries.filter(kind="release").count() == 1
    pay_first_wages(people, site)
    assert campaign.book.entries.filter(kind="release").count() == 2
    assert campaign.wage_sheets.get().entry is not None

    call_command("backup", "--json")
    backup = json.loads(capsys.readouterr().out)
    assert backup["heads"][0]["entries"] == campaign.book.entries.count()
    assert Path(backup["file"]).is_file()
    nothing_is_left(stewards[0].page, site)
    assert complaints == []


def role(name: str) -> Role:
    return Role.objects.get(user__email=f"{name}@example.org")


def set_up(page: Page, site: str, settings: Any, post: Post) -> None:
    """Eleven steps and one more look; left in the middle and taken up again."""
    address = f"{site}/setup/{setup_token()}/"
    page.goto(address)
    page.get_by_role("link", name="Begin").click()
    page.get_by_label("Our own campaign. It begins empty.").check()
    go_on(page, "Address, backups, second place")
    expect(page.get_by_label("Address that people type")).to_have_value(site)
    go_on(page, "Mail")
    page.get_by_label("Where a test mail goes").fill("operator@example.org")
    go_on(page, "Mail")
    code = re.search(r"\d{6}", body_to(post, "operator@example.org"))
    assert code is not None
    page.get_by_label("Code in the mail that came").fill(code.group())
    go_on(page, "Who owns the place")
    page.get_by_label("Body that owns the place").fill("Wadi Sanad Health Association")
    go_on(page, "What is rebuilt")
    for label, text in (("What is being rebuilt", "Wadi Sanad Clinic"), ("Address of its page", "clinic"), ("Place, as the public", "Wadi Sanad district"),
                        ("Currency of the goal", "EUR")):  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Goal")

    page.goto(address)
    page.get_by_role("link", name="Go on where you left off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is rebuilt")
    expect(page.get_by_label("What is being rebuilt")).to_have_value("Wadi Sanad Clinic")
    page.get_by_label("Goal", exact=False).first.fill("240000.00")
    go_on(page, "Languages")
    go_on(page, "What is public")
    go_on(page, "Sections abroad")
    go_on(page, "Bank accounts")
    page.get_by_label("Whose account").first.select_option("Wadi Sanad Health Association")
    page.get_by_label("IBAN, or number").first.fill(IBAN)
    page.get_by_label("Currency").first.fill("EUR")
    go_on(page, "Stewards")
    for number, name in enumerate(("salma", "yusuf")):
        page.get_by_label("E-mail address").nth(number).fill(f"{name}@example.org")
    go_on(page, "Treasurers and others")
    for number, (name, label) in enumerate(PEOPLE.items()):
        if number == page.get_by_label("Role").count():
            page.get_by_role("button", name="Add a person").click()
        page.get_by_label("Role").nth(number).select_option(label)
        page.get_by_label("E-mail address").nth(number).fill(f"{name}@example.org")
        page.get_by_label("For which body").nth(number).select_option("Wadi Sanad Health Association")
    go_on(page, "Everything once more")
    steps = urlsplit(address).path
    faults = [fault for step in ("accounts/", "review/") for fault in looks(page, site, f"{steps}{step}")]
    assert faults + looks(page, site, f"/ar{steps}people/", "rtl", width=NARROW_PX) == []
    page.goto(f"{address}review/")
    page.get_by_role("button", name="Create the campaign and invite everyone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The campaign stands")
    assert looks(page, site, f"{steps}done/") == []


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def body_to(post: Post, address: str) -> str:
    """The newest mail to an address, as text."""
    found = [message for message in post.messages if message["To"] == address]
    return found[-1].get_payload(decode=True).decode()


def join(context: BrowserContext, post: Post, name: str, complaints: list[str]) -> Steward:
    """Open the link in one's mail, in a browser of one's own, and choose a password."""
    link = re.search(r"http\S+/join/\S+", body_to(post, f"{name}@example.org"))
    assert link is not None
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable", {"enableUI": False})
    steward = Steward(name, page, devices, add_device(devices, "internal"), "")
    page.goto(link.group())
    page.get_by_label("Your name").fill(name.title())
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wadi Sanad Clinic")
    return steward


def found_the_book(stewards: list[Steward], site: str) -> None:
    """Each makes a passkey and a paper key; every key signs the first policy."""
    for steward in stewards:
        steward.stick = steward.phone
        make_passkey(steward, site, "telephone", steward.phone)
        make_paper_key(steward, site)
    for steward in stewards:
        steward.page.goto(f"{site}/desk/clinic/founding/")
        steward.use(steward.phone)
        steward.page.get_by_role("button", name="Sign with my passkey").click()
        expect(steward.page.get_by_text("The signature is kept.")).to_be_visible()
        sign_with_seed(steward)
    expect(stewards[-1].page.get_by_text("The last key has signed: the book is founded.")).to_be_visible()


def bring_in_statement(page: Page, site: str, reference: str) -> None:
    data = camt053(
        IBAN,
        "EUR",
        opening="0.00",
        day=timezone.localdate(),
        lines=[BankLine("500.00", "Dana", reference), BankLine(f"-{WAGES}", "Cash desk")],
    )
    page.goto(f"{site}/desk/clinic/import/")
    page.get_by_label("Bank file").set_input_files({"name": "first.xml", "mimeType": "application/xml", "buffer": data})
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The bank file is in")


def ask_for_cement(page: Page, site: str, campaign: Campaign) -> None:
    today = timezone.localdate()
    page.goto(f"{site}/desk/clinic/approvals/new/")
    page.get_by_label("What the money buys").fill("Cement for the ward")
    for label, choice in (("Payee", "Omar"), ("Paid from", "Wadi Sanad")):
        field = page.get_by_label(label, exact=True)
        field.select_option(label=field.locator("option").filter(has_text=choice).first.inner_text())
    page.get_by_label("Fund", exact=True).select_option(str(campaign.book.fund("unallocated").pk))
    page.get_by_label("Decide until").fill(f"{today + timedelta(days=20)}")
    page.get_by_label("At most").first.fill("200.00")
    page.get_by_label("Not paid before").first.fill(f"{today}")
    page.get_by_role("button", name="Ask the stewards").click()
    expect(page.get_by_text("waits for the stewards; the money is held")).to_be_visible()


def pay_first_wages(people: dict[str, Steward], site: str) -> None:
    """Nour asks, both stewards sign, Lina writes the hours, Nour approves, Karim pays against signatures, Lina saw it."""
    nour, lina, karim = (people[name].page for name in ("nour", "lina", "karim"))
    nour.goto(f"{site}/desk/clinic/wages/ask/")
    nour.get_by_label("Which work").fill("Day labour on the roof")
    account = nour.get_by_label("Paid out of")
    account.select_option(label=account.locator("option").filter(has_text="bank").first.inner_text())
    fund = nour.get_by_label("Fund", exact=True)
    fund.select_option(label=fund.locator("option").filter(has_text="whatever is needed most").first.inner_text())
    nour.get_by_label("At most, in all").fill("200.00")
    nour.get_by_role("button", name="Ask the stewards").click()
    expect(nour.get_by_text("The stewards are asked; the money is held.")).to_be_visible()
    for name in ("salma", "yusuf"):
        approve_first(people[name], site)

    lina.goto(f"{site}/desk/clinic/wages/workers/")
    lina.get_by_label("Name", exact=False).first.fill("Abu Hassan")
    lina.get_by_label("Work", exact=False).last.fill("helper")
    lina.get_by_role("button", name="Add").click()
    expect(lina.get_by_text("The worker is on the list.")).to_be_visible()
    lina.goto(f"{site}/desk/clinic/wages/new/")
    release = lina.get_by_label("Paid from the release")
    release.select_option(label=release.locator("option").last.inner_text())
    lina.get_by_label("Which work").fill("Roof, first week")
    lina.get_by_role("button", name="Go on to the hours").click()
    lina.locator("table input").first.fill("8")
    lina.locator("table input").last.fill("7.50")
    lina.get_by_role("button", name="Write down the hours").click()
    expect(lina.get_by_text("The hours are written down.")).to_be_visible()
    sheet = lina.url

    nour.goto(sheet)
    nour.get_by_role("button", name="Approve these hours").click()
    expect(nour.get_by_text("The sheet is approved.")).to_be_visible()
    karim.goto(sheet)
    karim.get_by_role("link", name="Pay it").click()
    karim.get_by_label("Photo of the signed list").set_input_files(
        {"name": "list.jpg", "mimeType": "image/jpeg", "buffer": camera_picture()}
    )
    line = karim.get_by_label("Bank line that drew the cash")
    line.select_option(label=line.locator("option").filter(has_text=WAGES).first.inner_text())
    karim.get_by_role("button", name="It was signed and paid").click()
    expect(karim.get_by_text("Noted.")).to_be_visible()
    lina.goto(sheet)
    lina.get_by_role("button", name="I saw it paid").click()
    expect(lina.get_by_text("The wages are booked.")).to_be_visible()


def nothing_is_left(page: Page, site: str) -> None:
    """The list of what comes after the set-up is gone from the desk."""
    page.goto(f"{site}/desk/clinic/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wadi Sanad Clinic")
    expect(page.get_by_role("heading", name="What to do next")).to_have_count(0)
