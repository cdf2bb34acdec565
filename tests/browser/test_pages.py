"""Every page of the site: no complaint, no sideways scroll, nothing that axe finds, targets for thumbs, tables that stay tables."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from awna.parties.models import Role

from .addresses import Address, Examples, addresses, examples
from .ground import Ground

NARROW_PX, WIDE_PX, HEIGHT_PX = 320, 1280, 900
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
TARGET_PX = 44
BOOK_WITH_FILTERS = "/c/clinic/book/?kind=gift&commodity=EUR&least=1"
GIVE_DETAILS = "/c/clinic/give/details/?other=25"
axe = Axe()


def test_every_page_that_anyone_may_read(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    found, hosts, ready = [], heard_hosts(page), examples(ground)
    for address in addresses(ready):
        if isinstance(address, str):
            found.append(address)
        elif not address.roles and not address.login:
            found += looks(page, site, address.path) + looks(page, site, f"/ar{address.path}", "rtl", width=NARROW_PX)
    for path in (BOOK_WITH_FILTERS, GIVE_DETAILS):
        found += looks(page, site, path)
    assert found + [heard for heard in complaints if "status of 40" not in heard] == []
    assert hosts == {urlsplit(site).hostname}


def test_every_page_of_the_desk(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    found, ready, actor = [], examples(ground), ""
    pages = [address for address in addresses(ready) if isinstance(address, Address) and (address.roles or address.login)]
    for address in sorted(pages, key=lambda item: (who_opens(ready, item), item.path)):
        if who_opens(ready, address) != actor:
            actor = who_opens(ready, address)
            sign_in(page, site, actor)
        found += looks(page, site, address.path)
    sign_in(page, site, "nour@example.org")
    for path in ("/ar/desk/clinic/", "/ar/desk/clinic/works/", "/ar/desk/clinic/approvals/"):
        found += looks(page, site, path, "rtl", width=NARROW_PX)
    assert found + complaints == []


def test_dark_pages_keep_their_contrast(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    examples(ground)
    page.emulate_media(color_scheme="dark")
    found = [
        fault for path in ("/c/clinic/", "/c/clinic/plan/", "/c/clinic/give/", "/accounts/login/") for fault in looks(page, site, path)
    ]
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
        const small = document.createElement('button');
        small.className = 'btn';
        small.style.minBlockSize = '20px';
        small.style.padding = '0';
        small.textContent = 'small';
        main.append(small);
        const table = document.createElement('table');
        table.className = 'cards';
        table.innerHTML = '<tr><td>flat</td></tr>';
        main.append(table);
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
    }""")
    found = faults(page)
    for begin in ("axe label", "scrolls sideways", "small target", "table without roles"):
        assert any(fault.startswith(begin) for fault in found), begin
    assert any("Content Security Policy" in complaint for complaint in complaints)
    assert page.evaluate("window.ran") is None


def test_an_address_without_an_example_is_a_complaint(site: str, ground: Ground) -> None:
    ready = Examples(ground, values={"slug": "clinic"})
    told = [item for item in addresses(ready) if isinstance(item, str)]
    assert any("c/<slug:slug>/letters/<uuid:letter>/" in item and "letter" in item for item in told)


def looks(page: Page, site: str, path: str, direction: str = "ltr", *, width: int = WIDE_PX) -> list[str]:
    """What is wrong with one page: axe at this width, the rest on a narrow phone too."""
    page.set_viewport_size({"width": width, "height": HEIGHT_PX})
    answer = page.goto(f"{site}{path}")
    found = [] if answer is not None and answer.status < 500 else [f"status {answer and answer.status}"]
    if page.locator("html").get_attribute("dir") != direction:
        found.append(f"the direction is not {direction}")
    found += faults(page, colours=direction == "ltr")
    return [f"{path}: {fault}" for fault in found]


def faults(page: Page, *, colours: bool = True) -> list[str]:
    """Colours are the same in both directions, and looking at them takes axe longest."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"color-contrast": {"enabled": colours}}}
    found = [
        f"axe {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in axe.run(page, options=options).response["violations"]
        for node in violation["nodes"]
    ]
    page.set_viewport_size({"width": NARROW_PX, "height": HEIGHT_PX})
    over, small, flat = page.evaluate(MEASURE, TARGET_PX)
    found += [f"scrolls sideways by {over} px"] if over > 0 else []
    return found + [f"small target: {item}" for item in small] + [f"table without roles: {item}" for item in flat]


MEASURE = """target => {
    const seen = element => element.getClientRects().length > 0;
    const rooms = 'a.btn, button, summary, .pick, nav a, .links a, select, input:not([type=checkbox], [type=radio], [type=hidden])';
    const small = [...document.querySelectorAll(rooms)].filter(element =>
        seen(element) && !element.closest('.vh, [hidden]') && element.getBoundingClientRect().height < target - 0.5);
    const flat = [...document.querySelectorAll('table.cards')].filter(table =>
        [table, ...table.querySelectorAll('thead, tbody, tfoot, tr, th, td')].some(part => !part.hasAttribute('role')));
    return [document.documentElement.scrollWidth - document.documentElement.clientWidth,
            small.map(element => element.outerHTML.slice(0, 120)), flat.map(table => table.outerHTML.slice(0, 120))];
}"""


def heard_hosts(page: Page) -> set[str | None]:
    """The hosts that pages ask for anything, filled while they load."""
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    return hosts


def who_opens(ready: Examples, address: Address) -> str:
    """The address of somebody who may open the page; the same one for many pages."""
    roles = Role.objects.filter(
        campaign=ready.ground.world.campaign, name__in=address.roles or {"steward"}, section=None
    ) or Role.objects.filter(campaign=ready.ground.world.campaign, name__in=address.roles)
    return str(roles.order_by("user__email").values_list("user__email", flat=True)[0])


def sign_in(page: Page, site: str, email: str) -> None:
    """With a session made here: the form is walked by the stories."""
    client = Client()
    client.force_login(Role.objects.filter(user__email=email)[0].user, backend="django.contrib.auth.backends.ModelBackend")
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
