"""The life of a gift as five people see it in a browser, and the life of a signature."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from awna.letters import services as letters
from tests.world import PASSWORD

from .ground import CLOSED_FOR_DAYS, Ground, ask_for_cement, bank_file, send_cement


def test_five_people_walk_the_life_of_a_gift(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    reference, private_page = visitor_gives(page, site)
    assert ground.book.entries.filter(kind="gift").count() == 0

    sign_in(page, site, "nils")
    treasurer_brings_in(page, bank_file(ground, reference))
    sign_out(page)

    release = ask_for_cement(ground)
    for steward, signed in (("salma", "1 of 2 signed"), ("yusuf", "")):
        sign_in(page, site, steward)
        steward_approves(page, signed)
        sign_out(page)

    plan = send_cement(ground, release)
    sign_in(page, site, "nour")
    site_lead_closes_the_crossing(page, ground)
    sign_out(page)
    mended = ground.world.campaign.plan_runs.get(based_on=plan)
    assert mended.finish > plan.finish

    donor_follows_her_gift(page, private_page)
    anyone_reads_the_book(page, site)
    assert complaints == []


def visitor_gives(page: Page, site: str) -> tuple[str, str]:
    """From the campaign page to the bank reference; returns it and the address of the donor's private page."""
    page.goto(f"{site}/c/clinic/")
    page.get_by_role("main").get_by_role("link", name="Give").first.click()
    page.get_by_label("Another amount").fill("500")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your name").fill("Dana")
    page.get_by_label("Your e-mail address").fill("dana@example.org")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    expect(page.get_by_role("main")).to_contain_text("500.00")
    page.get_by_role("button", name="Pledge this gift").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Now send")
    return page.locator(".ref").inner_text().replace(" ", ""), page.url


def treasurer_brings_in(page: Page, data: bytes) -> None:
    page.get_by_role("main").get_by_role("link", name="Bring in a bank file").click()
    page.get_by_label("Bank file").set_input_files({"name": "north-1.xml", "mimeType": "application/xml", "buffer": data})
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The bank file is in")
    expect(page.get_by_role("row", name="Became gifts by their reference").get_by_role("cell", name="1", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Went to Unidentified").get_by_role("cell", name="0", exact=True)).to_be_visible()


def steward_approves(page: Page, signed: str) -> None:
    """Twice asked: on the release, and on the page that says what the word will do. `signed` is what the queue says afterwards."""
    page.get_by_role("main").get_by_role("link", name="Decide what the stewards are asked").click()
    expect(page.locator("#proposal")).to_contain_text("Cement for the ward")
    expect(page.locator("#proposal")).to_contain_text("Omar Building Supplies")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Yes, approve").click()
    if signed:
        expect(page.get_by_role("heading", name=signed)).to_be_visible()
    else:
        expect(page.get_by_text("Enough stewards agreed; it is done.")).to_be_visible()
        expect(page.get_by_text("Nothing waits")).to_be_visible()


def site_lead_closes_the_crossing(page: Page, ground: Ground) -> None:
    page.get_by_role("main").get_by_role("link", name="The plan, the tasks and the crossings").click()
    expect(page.get_by_role("row", name="Plaster the ward")).to_be_visible()
    page.get_by_role("link", name="A crossing closed or opened").click()
    page.get_by_label("North crossing").check()
    page.get_by_label("Last day").fill(f"{ground.today + timedelta(days=CLOSED_FOR_DAYS)}")
    page.get_by_label("Who says so").fill("two drivers")
    page.get_by_role("button", name="It is closed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North crossing: Closed")
    moved = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="Before"))
    expect(moved.get_by_role("columnheader", name="After")).to_be_visible()
    expect(moved.get_by_role("row", name="Plaster the ward")).to_be_visible()
    expect(moved.get_by_role("row", name="Clear the roof")).to_have_count(0)
    page.get_by_role("radio").first.check()
    page.get_by_label("Why this one").fill("The cement waits.")
    page.get_by_role("button", name="Adopt this way").click()
    expect(page.get_by_text("This plan is in force")).to_be_visible()


def donor_follows_her_gift(page: Page, private_page: str) -> None:
    page.goto(private_page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your gift has arrived")
    page.get_by_role("link", name="See what your gift bought").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("500.00")
    assert page.locator("ol.trace li").count() >= 3
    expect(page.locator("ol.trace")).to_contain_text("200.00")
    expect(page.get_by_role("main")).not_to_contain_text("dana@example.org")


def anyone_reads_the_book(page: Page, site: str) -> None:
    """Every entry stands in the open book, and no giver's name."""
    page.goto(f"{site}/c/clinic/book/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open books")
    for sum_ in ("500.00", "200.00"):
        expect(page.get_by_role("cell", name=sum_).first).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Dana")


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wadi Sanad Clinic")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_a_reader_signs_confirms_and_takes_back(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    page.goto(f"{site}{ground.letter.get_absolute_url()}")
    page.get_by_label("Name").first.fill("Reem")
    page.get_by_label("E-mail").fill("reem@example.org")
    page.locator("form").filter(has=page.get_by_label("E-mail")).get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    # The mail itself is read in tests/rooms/letters; here its link is followed.
    token = letters.confirm_token(ground.letter.version.waiting.get())
    page.goto(f"{site}/c/clinic/letters/confirm/{token}/")
    page.get_by_role("button", name="Yes, I sign this letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your signature counts.")
    assert letters.count_signatures(ground.letter).people == 1
    page.get_by_role("link", name="Hide my name or take it back").click()
    page.get_by_role("button", name="Take my name back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your name is taken back")
    assert letters.count_signatures(ground.letter).people == 0
    assert complaints == []
