"""On a phone: the main crossing closes, the plan is mended, people to call and three ways stand there, one is adopted, everyone reads why."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from awna.kit.jobs import work_off
from awna.works.models import PlanRun

from .ground import CLOSED_FOR_DAYS, Ground, gift_becomes_order
from .test_story import sign_in

WHY = "The cement must come through first."


@pytest.mark.compiled
def test_a_site_lead_closes_the_crossing_from_a_phone(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    _pledge, before = gift_becomes_order(ground)
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, site, "nour")
    page.goto(f"{site}/desk/clinic/works/crossing/")
    page.get_by_label("North crossing").check()
    page.get_by_label("Who says so").fill("two drivers")
    page.get_by_label("Last day").fill(f"{ground.today + timedelta(days=CLOSED_FOR_DAYS)}")
    page.get_by_role("button", name="It is closed").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("North crossing: Closed")
    expect(page.get_by_role("row", name="Plaster the ward").first).to_be_visible()
    expect(page.get_by_role("heading", name="People to call")).to_be_visible()
    expect(page.get_by_text("Amal").first).to_be_visible()
    expect(page.get_by_text("Three ways on are being looked for")).to_be_visible()

    work_off()
    for way in ("As mended at once", "Least change", "Balanced", "Fastest"):  # the page has looked again by itself
        expect(page.get_by_role("rowheader", name=way)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("radio").first.check()
    page.get_by_label("Why this one").fill(WHY)
    page.get_by_role("button", name="Adopt this way").click()
    expect(page.get_by_text("This plan is in force")).to_be_visible()
    run = PlanRun.objects.adopted(ground.world.campaign)
    assert run is not None and run.finish > before.finish and run.why == WHY

    page.get_by_role("link", name="What everyone reads of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed in the plan")
    expect(page.get_by_role("main")).to_contain_text(WHY)
    expect(page.get_by_role("main")).to_contain_text("Site lead")
    expect(page.get_by_role("row", name="Plaster the ward")).to_be_visible()
    assert complaints == []
