"""Works on the facts of the other rooms: load, plan, adopt, close a crossing, issue, progress, and the pages for each reader."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from awna.access.services import add_crossing, report
from awna.approvals.services import release
from awna.books.services import balance_of
from awna.campaigns.services import add_site, load_budget
from awna.core.planning.check import check_plan
from awna.core.planning.formats.json_project import project_from_json
from awna.core.problems import Refused
from awna.crews.services import record_vetting, register_volunteer
from awna.supply.services import Count, OrderAsk, order_materials, receive, ship
from awna.works import services
from awna.works.models import PlanRun, Progress, Task
from awna.works.task_file import load_tasks
from tests.rooms.funded import make_funded

TODAY = timezone.localdate()
TABLE = f"""\
kind,id,name,duration,predecessors,skills,machines,materials,site,earliest,quantity,unit
calendar,start,,,,,,,,{TODAY},2,
machine,mixer,,,,,,,,,1,
task,slab,Ground slab,4,,,mixer,cement:100,Ward,,120,m2
task,walls,Walls,6,slab,mason:2,,cement:200,Ward,,80,m2
task,drains,Drains,4,,,mixer,,Ward,,,
"""


@pytest.fixture
def funded(db):
    """150 bags lie in the store, 250 come through the north crossing in three days; two masons and an interpreter are cleared."""
    funded = make_funded()
    world, campaign = funded.world, funded.world.campaign
    asked = funded.propose()
    funded.sign(asked)
    release(proposal=asked.proposal, author=world.salma)
    order = order_materials(
        supplier=funded.omar, proposal=asked.proposal, milestone="1", lines=[OrderAsk(funded.cement, 400)], amount_minor=290_000,
        author=world.buyer, request_id="o1",
    )  # fmt: skip
    funded.crossing = add_crossing(campaign=campaign, code="north", name="North crossing", author=world.nour)
    report(
        crossing=funded.crossing, status="open", valid_from=TODAY, source="us", confidence="seen", reported_by=world.nour, request_id="r1"
    )
    first = ship(lines=[OrderAsk(funded.cement, 150)], to_store=funded.store, order=order, author=world.store, request_id="s1")
    receive(consignment=first, counts=[Count(funded.cement, 150)], author=world.store, request_id="c1")
    ship(
        lines=[OrderAsk(funded.cement, 250)], to_store=funded.store, order=order, crossing=funded.crossing,
        expected_on=TODAY + timedelta(days=3), author=world.store, request_id="s2",
    )  # fmt: skip
    add_site(campaign=campaign, name="Ward", place_public="North district", place_exact="behind the mill", author=world.nour)
    for code, languages, skills in [
        ("Mason-1", {"ar": 5}, {"mason": 3}),
        ("Mason-2", {"en": 5}, {"mason": 3}),
        ("Bridge-3", {"ar": 5, "en": 5}, {"interpreter": 3}),
    ]:
        person = register_volunteer(
            campaign=campaign, code=code, name=f"Name of {code}", languages=languages, skills=skills, author=world.rami
        )
        record_vetting(volunteer=person, state="cleared", valid_until=TODAY + timedelta(days=90), author=world.rami, request_id=code)
    return funded


@pytest.fixture
def planned(funded):
    load(funded)
    run = services.make_plan(campaign=funded.world.campaign, author=funded.world.nour, request_id="p1", schedules=50)
    services.adopt_plan(run=run, author=funded.world.nour)
    return funded


def load(funded, table=TABLE):
    return load_tasks(campaign=funded.world.campaign, data=table.encode(), filename="tasks.csv", author=funded.world.nour)


def close(funded, days=10, request_id="close"):
    return services.repair_after_closing(
        crossing=funded.crossing, status="closed", valid_from=TODAY, valid_until=TODAY + timedelta(days=days), source="two drivers",
        confidence="heard", author=funded.world.nour, request_id=request_id,
    )  # fmt: skip


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def test_loading_twice_is_once(funded):
    assert [task.code for task in load(funded)] == ["slab", "walls", "drains"]
    before = list(Task.objects.values_list("pk", flat=True))
    load(funded)
    assert list(Task.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("6,slab,", "6,walls,", "dependency_circle"),
        ("cement:200", "gravel:200", "stock_unknown"),
        (",Ward,,80", ",Moon,,80", "site_unknown"),
        ("machine,mixer", "machine,crane", "machine_unknown"),
        ("calendar,start", "task,start", "duration_unreadable"),
        ("machine,mixer,,,,,,,,,1,", "stock,sand,,,,,,,,,1,", "rows_belong_elsewhere"),
    ],
)
def test_a_bad_table_changes_nothing(funded, old, new, code):
    assert old in TABLE
    found = codes(load, funded, TABLE.replace(old, new))
    assert code in found
    assert not Task.objects.exists()


def test_the_plan_uses_people_stock_and_the_arrival(planned):
    run = PlanRun.objects.adopted(planned.world.campaign)
    project = project_from_json(run.project_json.encode())
    assert check_plan(project, run.plan) == []
    walls = run.plan.by_task()["walls"]
    assert {seat.person for seat in walls.crew} == {"Mason-1", "Mason-2", "Bridge-3"}
    assert run.calendar.date_of(walls.start) == TODAY + timedelta(days=3)


def test_a_closed_crossing_moves_the_walls_alone(planned):
    mended = close(planned)
    assert [move.task for move in services.moves_of(mended.run)] == ["walls"]
    assert mended.run.calendar.date_of(mended.run.plan.by_task()["walls"].start) == TODAY + timedelta(days=11)
    assert PlanRun.objects.adopted(planned.world.campaign).reason == "planned"
    assert close(planned).run == mended.run


def test_a_crossing_closed_for_good_keeps_the_report_and_says_why(planned):
    mended = services.repair_after_closing(
        crossing=planned.crossing, status="closed", valid_from=TODAY, valid_until=None, source="two drivers", confidence="heard",
        author=planned.world.nour, request_id="shut",
    )  # fmt: skip
    assert [problem.code for problem in mended.problems] == ["stock_never_suffices"]
    assert planned.crossing.reports.count() == 2


def test_an_overtaken_plan_is_not_adopted(planned):
    first, second = close(planned, 10, "a").run, close(planned, 12, "b").run
    services.adopt_plan(run=second, author=planned.world.salma)
    assert codes(services.adopt_plan, run=first, author=planned.world.salma) == ["plan_is_overtaken"]


def test_only_leads_plan_and_adopt(planned):
    assert codes(services.make_plan, campaign=planned.world.campaign, author=planned.world.karim, request_id="x") == [
        "role_may_not_do_this"
    ]


def test_material_reaches_the_task_through_the_book(planned):
    slab = Task.objects.get(code="slab")
    act = {"task": slab, "item": planned.cement, "store": planned.store, "issued_on": TODAY, "author": planned.world.store}
    issued = services.issue_materials(quantity=100, request_id="i1", **act)
    assert services.issue_materials(quantity=100, request_id="i1", **act) == issued
    assert balance_of(planned.book, stage="issued", commodity=planned.cement.commodity) == 100
    assert balance_of(planned.book, stage="stock", commodity=planned.cement.commodity) == 50
    assert codes(services.issue_materials, quantity=60, request_id="i2", **act) == ["issue_above_stock"]
    assert close(planned).run.plan.by_task()["slab"].start == 0


def test_progress_counts_work_not_percent(planned):
    slab = Task.objects.get(code="slab")
    act = {"task": slab, "done_on": TODAY, "author": planned.world.nour}
    services.record_progress(quantity=Decimal(30), request_id="w1", **act)
    services.record_progress(quantity=Decimal(30), request_id="w1", **act)
    assert Task.objects.get(code="slab").done_share == 0.25
    assert codes(services.record_progress, quantity=Decimal(91), request_id="w2", **act) == ["progress_not_within_task"]
    assert Progress.objects.count() == 1
    assert codes(load, planned, TABLE.replace("slab,Ground", "plate,Ground").replace(",slab,", ",plate,")) == ["task_with_history_left_out"]


def test_the_public_sees_weeks_and_district_only(planned, client):
    page = client.get("/c/clinic/plan/").content.decode()
    assert "Ground slab" in page
    assert "North district" in page
    assert "Mason-1" not in page
    assert "mill" not in page
    monday = TODAY - timedelta(days=TODAY.weekday())
    days = {f'datetime="{TODAY + timedelta(days=n)}"' for n in range(14)}
    mondays = {f'datetime="{monday + timedelta(days=7 * n)}"' for n in range(4)} | {f'datetime="{TODAY}"'}  # the day of adoption
    assert not [day for day in days - mondays if day in page]


def test_the_site_lead_closes_and_adopts(planned, client):
    client.force_login(planned.world.nour.user)
    assert "Mason-1" in client.get("/desk/clinic/works/").content.decode()
    form = {
        "request_id": "form1", "crossing": planned.crossing.pk, "status": "closed", "valid_from": TODAY, "source": "two drivers",
        "valid_until": TODAY + timedelta(days=10), "confidence": "heard",
    }  # fmt: skip
    answer = client.post("/desk/clinic/works/crossing/", form, follow=True)
    assert "What moves" in answer.content.decode()
    assert "Walls" in answer.content.decode()
    adopted = client.post(answer.redirect_chain[-1][0], {"way": "mended", "why": "The cement waits."}, follow=True)
    assert adopted.status_code == 200
    assert PlanRun.objects.adopted(planned.world.campaign).reason == "crossing"
    assert "1 task moved" in client.get("/c/clinic/plan/").content.decode()


def test_eve_sees_the_public_plan_alone(planned, client):
    client.force_login(planned.world.eve)
    assert client.get("/c/clinic/plan/").status_code == 200
    assert client.get("/desk/clinic/works/").status_code == 403
    assert client.post("/desk/clinic/works/").status_code == 403


def test_the_commands_say_the_same(funded, tmp_path, capsys):
    (tmp_path / "tasks.csv").write_text(TABLE)
    call_command("loadtasks", str(tmp_path / "tasks.csv"))
    call_command("makeplan", "--schedules", "20", "--adopt")
    call_command("closecrossing", "north", "--until", str(TODAY + timedelta(days=10)), "--source", "two drivers")
    out = capsys.readouterr().out
    assert "3 tasks loaded" in out
    assert "1 tasks move" in out


def test_a_task_waits_for_money_released_for_its_budget_line(funded):
    campaign, world = funded.world.campaign, funded.world
    table = "code,title,unit,quantity,rate,currency,parent\nB1,Slab,m2,120,5,EUR,\n"
    line = load_budget(campaign=campaign, data=table.encode(), filename="budget.csv", author=world.nour)[0]
    load(funded, "kind,id,duration,money,quantity,earliest\ncalendar,c,,,2," + f"{TODAY}\ntask,slab,4,B1:600,,\n")
    act = {"campaign": campaign, "author": world.nour, "schedules": 5}
    assert codes(services.make_plan, request_id="before", **act) == ["stock_never_suffices"]
    asked = funded.propose(funded.ask(60_000), request_id="p2", budget_line=line)
    funded.sign(asked)
    release(proposal=asked.proposal, author=world.salma)
    run = services.make_plan(request_id="after", **act)
    assert run.plan.by_task()["slab"].draws == {"money:B1": 60_000}
