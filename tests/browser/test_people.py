"""A lost phone: the link of the mail, two colleagues who hear the code, a new password, and in again."""

from playwright.sync_api import Page

from awna.parties.people import services

from .ground import Ground
from .test_pages import sign_in

NEW = "quarry lime sand"


def test_two_colleagues_let_somebody_in_again(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    w = ground.world
    w.shift_lead.user.authenticator_set.create(type="totp", data={"secret": "x"})
    link = services.begin_lost_sign_in(user=w.shift_lead.user, language="en")
    path = "/lost/" + link.split("/lost/")[1]
    page.goto(site + path)
    page.get_by_role("button", name="Ask my colleagues").click()
    code = page.locator(".big").inner_text()
    for colleague in (w.nour, w.rami):
        sign_in(page, site, colleague.user.email)
        page.goto(f"{site}/desk/clinic/people/lost/")
        page.get_by_role("link", name="I spoke with them").click()
        page.get_by_label("The eight digits").fill(code)
        page.get_by_label("I met this person").check()
        page.get_by_role("button", name="Yes, it is").click()
        page.get_by_text("Your word is kept").wait_for()
    page.goto(site + path)
    page.get_by_label("Choose a new password").fill(NEW)
    page.get_by_role("button", name="Set the new password").click()
    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(w.shift_lead.user.email)
    page.locator("[name=password]").fill(NEW)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/**")
    assert complaints == []
