"""A new site lead on a phone: finds what blocks tomorrow, notes progress without a network, and sees it counted once."""

import re

import pytest
from playwright.sync_api import Page, expect

from awna.works.diary.models import DiaryEntry
from awna.works.diary.quality import add_check
from awna.works.models import Progress, Task
from awna.works.services import adopt_plan, make_plan
from awna.works.task_file import load_tasks

from .ground import Ground
from .test_pages import sign_in

OPEN_MS = 60_000  # the first page of a site that has just begun is slow on a busy machine
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def page(page: Page) -> Page:
    page.set_viewport_size(PHONE)
    page.set_default_navigation_timeout(OPEN_MS)
    return page


def test_a_new_site_lead_on_a_phone(site: str, page: Page, ground: Ground, complaints: list[str]) -> None:
    world = ground.world
    works_begin(ground)
    desk = f"{site}/desk/{world.campaign.slug}/"
    sign_in(page, site, world.nour.user.email)
    finds_what_blocks_tomorrow(page, desk)
    notes_without_network(page, desk)
    comes_back(page, desk)
    in_arabic(page, site, desk)
    assert [heard for heard in complaints if "ERR_INTERNET_DISCONNECTED" not in heard and "status of 422" not in heard] == []


def works_begin(ground: Ground) -> None:
    """Two tasks: one can go on, nobody may work at the other before its levels are seen."""
    nour, campaign = ground.world.nour, ground.world.campaign
    table = (
        "kind,id,name,duration,predecessors,skills,machines,materials,site,earliest,quantity,unit\n"
        f"calendar,start,,,,,,,,{ground.today},2,\n"
        "task,rubble,Clear the rubble,1,,,,,,,70,m3\ntask,drains,Drains,4,rubble,,,,,,40,m\n"
    )
    load_tasks(campaign=campaign, data=table.encode(), filename="tasks.csv", author=nour)
    adopt_plan(run=make_plan(campaign=campaign, author=nour, request_id="plan", schedules=5), author=nour)
    rubble = Task.objects.get(code="rubble")
    add_check(task=rubble, kind="hold", title="Ground seen by the engineer", author=nour, request_id="hold")


def finds_what_blocks_tomorrow(page: Page, desk: str) -> None:
    """From the first line of the desk: which key is missing, of which task, and who can turn it."""
    page.goto(desk)
    page.get_by_role("link", name="What blocks tomorrow").first.click()
    page.get_by_role("link", name="What blocks tomorrow").click()
    blocked = page.get_by_role("row", name="Drains")
    expect(blocked).to_contain_text("Hold point: Ground seen by the engineer")
    expect(blocked).to_contain_text("Site lead (Nour)")
    expect(blocked).to_contain_text("waits for “Clear the rubble”")
    expect(page.get_by_role("row", name="Clear the rubble").first).to_contain_text("ready")
    page.get_by_role("link", name="Site diary").click()
    expect(page).to_have_url(f"{desk}works/diary/")


def notes_without_network(page: Page, desk: str) -> None:
    """The page is opened once, closed, and opened again where no network is."""
    page.goto(f"{desk}works/diary/")
    expect(page.get_by_text("This page opens without a network too.")).to_be_visible(timeout=OPEN_MS)
    page.context.set_offline(True)
    page.goto(f"{desk}works/diary/?seen=never")
    expect(page.get_by_text("No network", exact=True)).to_be_visible()
    for quantity in ("20", "15"):
        page.get_by_label("Task", exact=True).select_option(label="Clear the rubble: 70 m3 left")
        page.get_by_label("Work done today").fill(quantity)
        page.get_by_role("button", name="Keep this note").click()
        expect(page.locator("[data-box=list] li", has_text=quantity)).to_be_visible()
    page.get_by_label("Work done today").fill("500")
    page.get_by_role("button", name="Keep this note").click()
    expect(page.locator("[data-box=kept]")).to_have_text("3")
    expect(page.locator("[data-box=list] li", has_text="waits to be sent")).to_have_count(3)
    assert not DiaryEntry.objects.exists()
    page.reload()  # the phone was put away: what it kept is still there
    expect(page.locator("[data-box=list] li", has_text="500")).to_be_visible()


def comes_back(page: Page, desk: str) -> None:
    """Two are counted, once each although they are sent again; one is refused with its reason and comes right."""
    page.context.set_offline(False)
    expect(page.locator("[data-box=sent]")).to_have_text("2", timeout=OPEN_MS)
    expect(page.locator("[data-box=kept]")).to_have_text("1")
    expect(page.locator("[data-box=list] li")).to_contain_text("there are 35.00 left to do", timeout=OPEN_MS)
    page.get_by_role("button", name="Correct it").click()
    page.get_by_label("Work done today").fill("5")
    page.get_by_role("button", name="Keep this note").click()
    expect(page.locator("[data-box=sent]")).to_have_text("3", timeout=OPEN_MS)
    expect(page.locator("[data-box=kept]")).to_have_text("0")
    sends_again(page)
    page.goto(f"{desk}works/diary/")
    expect(page.get_by_text(re.compile(r"^20\sm3$"))).to_have_count(1)
    assert DiaryEntry.objects.count() == Progress.objects.count() == 3
    assert Task.objects.get(code="rubble").done == 40


def sends_again(page: Page) -> None:
    """As a phone does that never heard the answer."""
    first = DiaryEntry.objects.order_by("received_at")[0]
    answer = page.evaluate(
        """async ([id, task, day]) => {
            const data = new FormData();
            for (const [name, value] of Object.entries({request_id: id, task, day, quantity: "20"})) data.append(name, value);
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const said = await fetch("./", {method: "POST", body: data, headers: {Accept: "application/json", "X-CSRFToken": token}});
            return (await said.json()).state;
        }""",
        [first.request_id, str(first.task_id), str(first.day)],
    )
    assert answer == "duplicate"


def in_arabic(page: Page, site: str, desk: str) -> None:
    """The other language opens without a network too."""
    address = desk.replace(f"{site}/", f"{site}/ar/")
    page.goto(f"{address}works/diary/")
    expect(page.locator("[data-box=ready]")).to_be_visible(timeout=OPEN_MS)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[data-box=off]")).to_be_visible()
    page.context.set_offline(False)
