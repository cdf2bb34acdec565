"""From a file of factors to another wall in the plan, through the pages; and what is refused on the way."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.books.services import open_book
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.crews.services import record_vetting, register_volunteer
from awna.donations.services import record_gift_in_kind
from awna.kit.jobs import work_off
from awna.supply.services import add_item, add_store
from awna.works import services as works
from awna.works.methods import files, services
from awna.works.methods.figures import known_elements
from awna.works.methods.shown import changes_of
from awna.works.models import BuildElement, Factor, Ingredient, MethodChoice, MethodFile, PlanRun, ScheduleChange, Task
from awna.works.schedule.services import undo_change
from awna.works.task_file import load_tasks
from tests.core.standards.test_epd import declaration
from tests.world import make_world

from .tables import factors, methods

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DESK = "/desk/clinic/works/methods/"
WALLS = f"{DESK}of/walls/"
QUERIES_MAX = 12
TABLE = f"""\
kind,id,name,duration,predecessors,skills,machines,materials,site,earliest,quantity,unit
calendar,start,,,,,,,,{TODAY},2,
task,slab,Ground slab,4,,,,,,,120,m2
task,north,North walls,6,slab,mason:1,,cement:20,,,40,m2
task,south,South walls,6,slab,mason:1,,cement:20,,,40,m2
task,paint,Paint,2,north;south,mason:1,,,,,,
"""


@pytest.fixture
def world():
    """Walls in two tasks, two masons, cement in the store, a plan in force."""
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma)
    cement = add_item(campaign=world.campaign, code="cement", name="Cement", unit="bag", author=world.buyer)
    store = add_store(campaign=world.campaign, name="Ward store", author=world.store)
    record_gift_in_kind(
        custody=store.custody, commodity=cement.commodity, amount=500, author=world.store, second=world.nour, received_on=TODAY,
        name="Hillside Hospital", request_id="kind",
    )  # fmt: skip
    load_tasks(campaign=world.campaign, data=TABLE.encode(), filename="tasks.csv", author=world.nour)
    for code in ("Mason-1", "Mason-2"):
        person = register_volunteer(
            campaign=world.campaign, code=code, name=code, languages={"ar": 5, "en": 5}, skills={"mason": 3}, author=world.rami
        )
        record_vetting(volunteer=person, state="cleared", valid_until=TODAY + timedelta(days=300), author=world.rami, request_id=code)
    run = works.make_plan(campaign=world.campaign, author=world.nour, request_id="first", schedules=5)
    works.adopt_plan(run=run, author=world.nour)
    return world


@pytest.fixture
def built(world):
    """The same with the ways to build the walls."""
    for sort, text in ((files.FACTORS, factors()), (files.METHODS, methods())):
        take(world, text, sort)
    return world


def look(world, text, sort, **more):
    return files.look_at_file(
        campaign=world.campaign, data=text.encode(), name=f"{sort}.csv", sort=sort, author=more.pop("author", world.nour), **more
    )


def take(world, text, sort, **more):
    return files.take_file_in(found=look(world, text, sort, **more), author=world.nour)


def as_(client, role):
    client.force_login(role.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def way(world, code):
    return BuildElement.objects.get(campaign=world.campaign).methods.get(code=code)


def agree(proposal, *stewards):
    for one in stewards:
        decide(proposal=proposal, steward=one, choice="approve", request_id=f"yes {one.pk}")


def codes(act, **kwargs):
    with pytest.raises(Refused) as refused:
        act(**kwargs)
    return refused.value.codes


def test_another_way_changes_plan_cost_carbon_and_tonnes_through_the_pages(world, client, django_capture_on_commit_callbacks):
    as_(client, world.nour)
    for sort, text in (("factors", factors()), ("methods", methods())):
        looked = client.post(f"{DESK}file/", {"sort": sort, "file": SimpleUploadedFile(f"{sort}.csv", text.encode())})
        assert "Take in" in client.get(looked.url).content.decode()
        assert client.post(looked.url).status_code == 302
    page = client.get(WALLS).content.decode()
    assert page.count("No other way beats it") == 4  # block, earth, mesh, frame
    assert "“Block wall” is nowhere worse and better in: Time, Cost, Carbon, Through the crossing." in page
    client.post(WALLS, {"act": "try"})
    assert client.get(WALLS).content.decode().count("With it the whole plan would end on") == 5

    asked = client.post(WALLS, {"act": "ask", "method": str(way(world, "earth").pk), "request_id": "ask"})
    for steward in (world.salma, world.yusuf):
        shown = as_(client, steward).get(asked.url).content.decode()
        assert "“Walls of the ward” is built as “Earth wall” instead of “Block wall”." in shown
        assert "Cost: likely 1120 EUR, from 1120 to 1120. Now: likely 800 EUR." in shown
        said = {"choice": "approve", "reason": "", "request_id": f"w{steward.pk}", "confirmed": "on"}
        assert client.post(asked.url, said).status_code == 302
    assert "Decided, not planned yet" in client.get(WALLS).content.decode()

    as_(client, world.nour)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/desk/clinic/works/", {"request_id": "anew", "seconds": "1"})
    work_off()
    run = PlanRun.objects.exclude(request_id="first").get()
    before, after = ({one.word: getattr(one, side) for one in changes_of(run)} for side in ("before", "after"))
    figures = [[side[word].replace("\u00a0", " ") for word in ("Cost", "Carbon", "Through the crossing")] for side in (before, after)]
    assert figures == [["800 EUR", "1 600 kg CO2e", "2 t"], ["1 120 EUR", "720 kg CO2e", "0.80 t"]]
    assert before["Last day"] != after["Last day"]
    for address in (f"/desk/clinic/works/plans/{run.pk}/", WALLS):
        page = client.get(address).content.decode()
        assert all(text in page for text in (*before.values(), *after.values())), address
    client.post(f"/desk/clinic/works/plans/{run.pk}/", {"why": "Less through the crossing"})
    page = client.get(WALLS).content.decode()
    assert "The plan in force" in page and page.index("Earth wall</bdi></b> <span") > 0
    placed = {one.task: one.finish - one.start for one in PlanRun.objects.adopted(world.campaign).plan.placements}
    assert placed["north"] == placed["south"] == 10 == Task.objects.get(code="north").duration
    shown = known_elements(world.campaign)[0].of(way(world, "earth")).figures
    told = [task["methods"][0] for task in json.loads(run.project_json)["tasks"] if task["id"] in ("north", "south")]
    assert sum(one["cost"] for one in told) == shown["cost"].value.likely
    assert sum(one["imported_kg"] for one in told) == shown["imported"].value.likely * 1000


def test_everyone_reads_the_comparison_and_no_day_of_a_plan(built, client):
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/c/clinic/options/walls/").content.decode()
    assert len(asked) <= QUERIES_MAX, [query["sql"][:90] for query in asked]
    assert "Quotes, 2026" in page and page.count('class="bar1"') == 20 and 'class="front"' in page
    services.try_methods(element=BuildElement.objects.get(), author=built.nour, schedules=5)
    page = client.get("/c/clinic/options/walls/").content.decode()
    assert "would end on" not in page and "Ask the stewards" not in page
    arabic = client.get("/ar/c/clinic/options/walls/").content.decode()
    assert 'dir="rtl"' in arabic
    assert "Walls of the ward" in client.get("/c/clinic/options/").content.decode()
    assert client.get("/c/clinic/options/roof/").status_code == 404


def test_what_is_missing_is_named_on_the_page_and_keeps_a_way_off_the_front(built, client):
    Factor.objects.filter(ingredient__code="panel", measure="imported").delete()
    page = client.get("/c/clinic/options/walls/").content.decode()
    assert "It cannot be judged by “Through the crossing”: nothing is known for Panel." in page
    assert page.count("No other way beats it") == 3


def test_what_has_begun_keeps_its_way_and_the_sums_follow(built):
    works.record_progress(task=Task.objects.get(code="north"), quantity=Decimal(5), done_on=TODAY, author=built.nour, request_id="p")
    choice = services.ask_for_method(method=way(built, "frame"), author=built.nour, request_id="a")
    agree(choice.proposal, built.salma, built.yusuf)
    done = services.put_choice_in_force(proposal=choice.proposal)
    assert services.put_choice_in_force(proposal=choice.proposal).in_force_at == done.in_force_at
    assert done.tasks == ["south"] and Task.objects.get(code="north").duration == 6
    south = Task.objects.get(code="south")
    assert (south.duration, list(south.materials.all())) == (3, [])
    run = works.make_plan(campaign=built.campaign, author=built.nour, request_id="again", schedules=5)
    totals = services.totals_of(run)
    assert totals is not None and (totals.cost, totals.carbon_kg, totals.imported_kg) == (400 + 1300, 800 + 480, 1000 + 1600)
    assert known_elements(built.campaign)[0].current is None


def test_tasks_that_are_loaded_anew_keep_what_was_chosen(built):
    choice = services.ask_for_method(method=way(built, "earth"), author=built.nour, request_id="a")
    agree(choice.proposal, built.salma, built.yusuf)
    services.put_choice_in_force(proposal=choice.proposal)
    load_tasks(campaign=built.campaign, data=TABLE.encode(), filename="tasks.csv", author=built.nour, request_id="anew")
    assert dug(built) == (10, [8])
    undo_change(change=ScheduleChange.objects.get(campaign=built.campaign, request_id="anew"), author=built.nour, request_id="back")
    assert dug(built) == (10, [8]), "the load is taken back, the stewards' word is not"


def dug(built):
    north = Task.objects.get(campaign=built.campaign, code="north")
    return north.duration, [row.quantity for row in north.materials.all()]


def test_what_the_stewards_are_asked_is_refused_where_it_makes_no_sense(built):
    ask = services.ask_for_method
    assert codes(ask, method=way(built, "block"), author=built.nour, request_id="a") == ["method_stands_already"]
    first = ask(method=way(built, "earth"), author=built.nour, request_id="b")
    assert ask(method=way(built, "earth"), author=built.nour, request_id="b").pk == first.pk
    assert codes(ask, method=way(built, "mesh"), author=built.nour, request_id="c") == ["method_asked_already"]
    assert codes(services.put_choice_in_force, proposal=first.proposal) == ["method_not_agreed"]
    agree(first.proposal, built.salma, built.yusuf)
    Factor.objects.filter(ingredient__code="cement", measure="cost").update(likely=11, high=11)
    assert codes(services.put_choice_in_force, proposal=first.proposal) == ["method_changed_since"]
    assert MethodChoice.objects.get().in_force_at is None


def test_a_file_with_wrong_rows_waits_until_they_are_left_out(world, client):
    text = factors().replace("cement,Cement,material,bag,cost,,10", "cement,Cement,material,bag,cost,,=10")
    found = look(world, text, files.FACTORS)
    as_(client, world.nour)
    page = client.get(f"{DESK}file/{found.pk}/").content.decode()
    assert "is no number such as 210.5" in page and not Ingredient.objects.exists()
    assert client.post(f"{DESK}file/{found.pk}/").status_code == 422 and not Ingredient.objects.exists()
    refused = client.get(f"{DESK}file/{found.pk}/refused.csv").content.decode()
    assert "'=10" in refused and refused.count("\n") == 2
    assert client.post(f"{DESK}file/{found.pk}/", {"leave_refused": "on"}).status_code == 302
    assert Factor.objects.count() == 5 * 7 + 3 - 1
    again = files.preview(look(world, text, files.FACTORS))
    assert again.count(files.SAME) == 37 and again.count(files.NEW, files.CHANGED) == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("north;south", "north;east", "task_unknown"), (",,80,,m2", ",,90,,m2", "element_quantity_differs"), ("mason:1,,,Nour", "mason:1,crane,,Nour", "machine_unknown"),
        ("0.5,,bag,cement", "0.5,,kg,cement", "line_unit_differs"), ("element,walls,block", "element,roof,block", "element_unknown"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_the_campaign_is_told_row_by_row(world, old, new, code):
    take(world, factors(), files.FACTORS)
    assert old in methods()
    seen = files.preview(look(world, methods().replace(old, new, 1), files.METHODS))
    assert code in [row.problem.code for row in seen.rows if row.problem]


def test_a_declaration_becomes_factors_of_an_item(world, client):
    as_(client, world.nour)
    upload = SimpleUploadedFile("block.json", json.dumps(declaration()).encode())
    looked = client.post(f"{DESK}file/", {"sort": "epd", "file": upload, "item": "block", "unit": "pcs", "convert": "0.01", "spread": "20"})
    page = client.get(looked.url).content.decode()
    assert "C3, D" in page and "EPD TEST-1" in page
    client.post(looked.url)
    made = Factor.objects.get(ingredient__code="block", measure="carbon_a1_a3")
    assert (made.low, made.likely, made.high, made.ingredient.unit) == (Decimal("0.056"), Decimal("0.07"), Decimal("0.084"), "pcs")
    unsaid = look(world, json.dumps(declaration()), files.EPD, given={"item": "block", "unit": "pcs"})
    assert [row.problem.code for row in files.preview(unsaid).rows] == ["epd_unit_differs"]


def test_eve_and_others_cannot(built, client):
    found = look(built, factors(), files.FACTORS)
    client.force_login(built.eve, backend="django.contrib.auth.backends.ModelBackend")
    assert [client.get(path).status_code for path in (DESK, WALLS, f"{DESK}file/", f"{DESK}file/{found.pk}/")] == [403] * 4
    as_(client, built.karim)
    assert client.get(WALLS).status_code == 200 and "Ask the stewards" not in client.get(WALLS).content.decode()
    assert client.post(WALLS, {"act": "try"}).status_code == 403
    with pytest.raises(Refused):
        look(built, factors(), files.FACTORS, author=built.karim)
    assert MethodFile.objects.filter(author=built.karim.pk).count() == 0
