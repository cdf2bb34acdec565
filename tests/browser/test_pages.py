"""Every public kind of page in both directions and two widths: no complaint, no sideways scroll, nothing that axe finds."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from awna.approvals.services import decide_release
from awna.desk.services import import_statement
from awna.donations.services import pledge_gift

from .ground import Ground, ask_for_cement, bank_file, send_cement

NARROW_PX, WIDE_PX, HEIGHT_PX = 320, 1280, 900
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
BOOK_PAGES = [
    "/c/clinic/book/", "/c/clinic/book/?kind=gift&commodity=EUR&least=1", "/c/clinic/book/entry/1/",
    *(f"/c/clinic/book/{part}/" for part in ("accounts", "funds", "budget", "activities", "goods", "balances", "files")),
]  # fmt: skip
axe = Axe()


@pytest.mark.parametrize(("prefix", "direction"), [("", "ltr"), ("/ar", "rtl")], ids=["English", "Arabic"])
def test_public_pages_are_whole(site: str, page: Page, ground: Ground, complaints: list[str], prefix: str, direction: str) -> None:
    found = []
    for path in public_pages(ground):
        page.set_viewport_size({"width": WIDE_PX, "height": HEIGHT_PX})
        answer = page.goto(f"{site}{prefix}{path}")
        if answer is None or answer.status != 200:
            found.append(f"{path}: status {answer and answer.status}")
        if page.locator("html").get_attribute("dir") != direction:
            found.append(f"{path}: the direction is not {direction}")
        found += [f"{path}, {width} px: {fault}" for width in (WIDE_PX, NARROW_PX) for fault in faults(page, width)]
    assert found + complaints == []


def test_the_checks_find_planted_faults(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    page.goto(f"{site}/c/clinic/")
    page.evaluate("""() => {
        const main = document.querySelector('main');
        main.append(document.createElement('input'));
        const wide = document.createElement('div');
        wide.style.inlineSize = '2000px';
        wide.textContent = 'wide';
        main.append(wide);
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
    }""")
    found = faults(page, WIDE_PX)
    assert any(fault.startswith("axe label") for fault in found)
    assert any(fault.startswith("scrolls sideways") for fault in found)
    assert any("Content Security Policy" in complaint for complaint in complaints)
    assert page.evaluate("window.ran") is None


def public_pages(ground: Ground) -> list[str]:
    """One address of each kind, over a campaign whose gift became an order, whose plan is in force and whose letter is open."""
    w = ground.world
    pledge = pledge_gift(bank_account=ground.account, amount_minor=500_00, request_id="dana", name="Dana", email="dana@example.org")
    import_statement(
        bank_account=ground.account, data=bank_file(ground, pledge.reference), filename="n", author=w.north_treasurer, request_id="n"
    )
    release = ask_for_cement(ground)
    for steward in (w.salma, w.yusuf):
        decide_release(proposal=release.proposal, steward=steward, choice="approve", request_id=f"yes {steward.pk}")
    send_cement(ground, release)
    token = pledge.donor.token
    return [
        "/", "/c/clinic/", "/c/clinic/give/", "/c/clinic/give/details/?other=25", f"/c/clinic/give/{token}/", f"/c/clinic/gift/{token}/",
        ground.letter.get_absolute_url(), "/c/clinic/book/0001/", "/c/clinic/money/received/EUR/", *BOOK_PAGES, "/c/clinic/plan/", "/accounts/login/",
    ]  # fmt: skip


def faults(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": HEIGHT_PX})
    found = [
        f"axe {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
        for node in violation["nodes"]
    ]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"scrolls sideways by {over} px"] if over > 0 else found
