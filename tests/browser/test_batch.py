"""The page of many bank lines by keyboard, and the same without scripts."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from awna.desk.services import import_statement
from awna.donations.services import pledge_gift
from tests.banks import BankLine, camt053

from .ground import Ground
from .test_pages import sign_in


@pytest.mark.parametrize("has_script", [True, False], ids=["keyboard", "no script"])
def test_the_treasurer_books_lines(site: str, browser: Browser, ground: Ground, has_script: bool) -> None:
    dana = pledge_gift(bank_account=ground.account, amount_minor=50_00, request_id="dana", name="Dana")
    lines = [BankLine("20.00", "Dana", dana.reference), BankLine("30.00", "Dana", dana.reference), BankLine("-2.00", text="charges")]
    data = camt053(ground.account.iban, "EUR", opening="0.00", day=timezone.localdate(), lines=lines)
    treasurer = ground.world.north_treasurer
    import_statement(bank_account=ground.account, data=data, filename="n", author=treasurer, request_id="n")
    page = browser.new_context(java_script_enabled=has_script).new_page()
    sign_in(page, site, treasurer.user.email)
    page.goto(f"{site}/desk/{ground.world.campaign.slug}/bank/batch/")
    if has_script:
        for key in ("j", "k", " ", " ", "j", "j", "1", "Enter"):
            page.keyboard.press(key)
    else:
        page.get_by_label(re.compile("The bank took it")).check()
        page.get_by_label(re.compile(r"Book it\W+EUR\W2\.00")).check()
        page.get_by_role("button", name="Book the chosen").click()
    expect(page.get_by_role("status")).to_contain_text("3 lines are booked")
