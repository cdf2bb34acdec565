"""Giving and signing by keyboard alone, and with scripts off; the menu of a phone opens without one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from .ground import Ground

TABS_MAX = 60
PHONE = {"width": 360, "height": 740}


def by_keyboard(page: Page) -> tuple[Callable[[str], None], Callable[[str, str], None]]:
    """`press(words)` and `write(label, text)`: both get there with the Tab key."""

    def reach(wanted: Callable[[dict[str, str]], bool]) -> None:
        for _ in range(TABS_MAX):
            page.keyboard.press("Tab")
            if wanted(page.evaluate(FOCUSED)):
                outline = page.evaluate("(e => e.outlineStyle + e.boxShadow)(getComputedStyle(document.activeElement))")
                assert outline != "nonenone", "nothing shows where the focus is"
                return
        raise AssertionError(f"not reached by {TABS_MAX} tabs at {page.url}")

    def press(words: str) -> None:
        reach(lambda at: at["kind"] in ("A", "BUTTON") and at["text"] == words)
        page.keyboard.press("Enter")

    def write(label: str, text: str) -> None:
        reach(lambda at: at["label"].startswith(label))
        page.keyboard.type(text)

    return press, write


FOCUSED = """() => {
    const at = document.activeElement;
    return {kind: at.tagName, text: (at.innerText || '').trim(), label: at.labels && at.labels.length ? at.labels[0].innerText.trim() : ''};
}"""


def plainly(page: Page) -> tuple[Callable[[str], None], Callable[[str, str], None]]:
    """The same two with a mouse."""
    link_or_button = "a:visible, button:visible"

    def press(words: str) -> None:
        page.locator(link_or_button).filter(has_text=words).first.click()

    return press, lambda label, text: page.get_by_label(label).first.fill(text)


@pytest.mark.parametrize("way", ["keyboard", "no script"])
def test_giving_and_signing(site: str, browser: Browser, ground: Ground, way: str) -> None:
    context = browser.new_context(java_script_enabled=way != "no script")
    page = context.new_page()
    press, write = by_keyboard(page) if way == "keyboard" else plainly(page)
    page.goto(f"{site}/c/clinic/")
    press("Give money")
    expect(page.locator("h1")).to_have_text("How much would you like to give?")
    write("Another amount", "500")
    press("Continue")
    expect(page.locator("h1")).to_have_text("Who gives it?")
    write("Your name", "Dana")
    press("Continue")
    expect(page.locator("h1")).to_have_text("Is this right?")
    press("Pledge this gift")
    expect(page.locator("h1")).to_contain_text("Now send")

    page.goto(f"{site}{ground.letter.get_absolute_url()}")
    write("Name", "Reem")
    write("E-mail", "reem@example.org")
    press("Send me the code")
    expect(page.locator("h1")).to_have_text("Look into your mail")
    context.close()


def test_a_refused_form_moves_the_focus_to_what_is_wrong(site: str, page: Page, ground: Ground) -> None:
    page.goto(f"{site}/c/clinic/give/")
    page.get_by_role("button", name="Continue").click()
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.press("Enter")
    expect(page.get_by_label("Another amount")).to_be_focused()


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without"])
def test_the_menu_of_a_phone_needs_no_script(site: str, browser: Browser, ground: Ground, has_script: bool) -> None:
    context = browser.new_context(java_script_enabled=has_script, viewport=PHONE)
    page = context.new_page()
    page.goto(f"{site}/c/clinic/plan/")
    menu = page.locator("#menu")
    expect(menu).to_be_hidden()
    page.locator("a.menu").focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    expect(menu.locator("[aria-current]")).to_have_text("Plan")
    menu.locator(".shut").click()
    expect(menu).to_be_hidden()
    context.close()
