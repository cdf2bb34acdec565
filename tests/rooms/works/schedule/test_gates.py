"""Clearances and hours go into the planner and its checker: nothing starts on what is not cleared, nobody works while a site rests."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from awna.books.services import open_book
from awna.campaigns.services import add_site
from awna.core.planning.check import check_plan
from awna.core.planning.formats.json_project import project_from_json
from awna.core.problems import Refused
from awna.works.gather import gather_project
from awna.works.models import Task
from awna.works.schedule import gate_services as gates
from awna.works.schedule.gates import both, missing_on, refuse_uncleared
from awna.works.services import make_plan
from awna.works.task_file import load_tasks
from tests.world import make_world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
TABLE = f"""\
kind,id,name,duration,predecessors,site,earliest,quantity
calendar,start,,,,,{MONDAY},2
task,slab,Slab,4,,Ward,,
task,walls,Walls,6,slab,Ward,,
task,fence,Fence,2,,,,
"""


@pytest.fixture
def site():
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma)
    place = add_site(campaign=world.campaign, name="Ward", place_public="North district", place_exact="behind the mill", author=world.nour)
    load_tasks(campaign=world.campaign, data=TABLE.encode(), filename="tasks.csv", author=world.nour)
    return world, place


def planned(world, ask="p"):
    run = make_plan(campaign=world.campaign, author=world.nour, request_id=ask, schedules=20)
    project = project_from_json(run.project_json.encode())
    assert check_plan(project, run.plan) == []
    return project, run.plan, {one.task: one for one in run.plan.placements}


def need(world, ask="n", **where):
    return gates.ask_clearance(campaign=world.campaign, kind=where.pop("kind", "ordnance"), author=world.nour, request_id=ask, **where)


def give(world, asked, first, last=None, ask="c"):
    return gates.record_clearance(
        need=asked,
        cleared_by="Mine action office",
        valid_from=first,
        valid_until=last,
        author=world.nour,
        request_id=ask,
        paper=b"cleared",
        paper_name="p.txt",
    )


def test_nothing_starts_on_a_site_before_it_is_cleared(site):
    world, place = site
    asked = need(world, site=place)
    assert need(world, site=place) == asked
    with pytest.raises(Refused) as refused:
        make_plan(campaign=world.campaign, author=world.nour, request_id="early", schedules=20)
    assert refused.value.codes == ["clearance_missing"] and "Ward" in str(refused.value)
    assert set(missing_on(world.campaign, MONDAY)) == {"slab", "walls"}
    with pytest.raises(Refused):
        refuse_uncleared(Task.objects.get(code="slab"), MONDAY)
    given = give(world, asked, MONDAY + timedelta(days=2))
    assert given.document is not None and len(given.document.digest) == 64
    project, plan, placed = planned(world)
    assert placed["slab"].start == 4 and placed["fence"].start == 0
    early = replace(
        plan,
        placements=tuple(
            replace(one, start=one.start - 4, finish=one.finish - 4) if one.task != "fence" else one for one in plan.placements
        ),
    )
    assert "site_not_safe_at_start" in {problem.code for problem in check_plan(project, early)}
    assert missing_on(world.campaign, MONDAY + timedelta(days=2)) == {}


def test_a_clearance_that_is_withdrawn_or_over_no_longer_counts(site):
    world, place = site
    asked = need(world, site=place)
    given = give(world, asked, MONDAY, MONDAY + timedelta(days=30))
    assert missing_on(world.campaign, MONDAY + timedelta(days=31))
    gates.withdraw_clearance(clearance=given, withdrawn_on=MONDAY + timedelta(days=1), reason="A shell was found.", author=world.nour)
    assert missing_on(world.campaign, MONDAY) == {} and missing_on(world.campaign, MONDAY + timedelta(days=1))
    ward = next(one for one in gather_project(world.campaign).sites if one.id == str(place.pk))
    assert ward.safe_windows == ((0, 2),)
    gates.withdraw_clearance(clearance=give(world, asked, MONDAY, ask="c2"), withdrawn_on=TODAY, reason="Void.", author=world.nour)
    gates.expect_clearance(need=asked, expected_on=MONDAY + timedelta(days=8), author=world.nour)
    ward = next(one for one in gather_project(world.campaign).sites if one.id == str(place.pk))
    assert ward.safe_windows == ((0, 2), (16, None))


def test_one_task_waits_for_its_own_clearance(site):
    world, _place = site
    asked = need(world, task=Task.objects.get(code="walls"), kind="structure")
    give(world, asked, MONDAY + timedelta(days=10))
    assert planned(world)[2]["walls"].start == 20
    assert planned(world)[2]["slab"].start == 0


def test_only_a_steward_drops_a_need_and_says_why(site):
    world, place = site
    asked = need(world, site=place)
    with pytest.raises(Refused) as refused:
        gates.drop_need(need=asked, reason="No war here.", author=world.nour)
    assert refused.value.codes == ["role_may_not_do_this"]
    with pytest.raises(Refused):
        gates.drop_need(need=asked, reason=" ", author=world.salma)
    gates.drop_need(need=asked, reason="Searched in 2025.", author=world.salma)
    assert missing_on(world.campaign, MONDAY) == {}
    with pytest.raises(Refused):
        give(world, asked, MONDAY)


def test_fridays_hours_and_holidays_stretch_the_work_of_a_site(site):
    world, place = site
    axis = {"campaign": world.campaign, "author": world.nour}
    gates.add_rest(kind="weekly", site=place, weekdays=[1], request_id="w", **axis)
    gates.add_rest(kind="ramadan", site=place, first_day=MONDAY, last_day=MONDAY + timedelta(days=3), parts=[1], request_id="r", **axis)
    everywhere = gates.add_rest(kind="holiday", first_day=MONDAY, last_day=MONDAY, name="Feast", request_id="h", **axis)
    _project, _plan, placed = planned(world)
    # Monday is a feast and Tuesday a rest day; Wednesday and Thursday have their mornings alone, Friday is whole.
    assert (placed["slab"].start, placed["slab"].finish) == (4, 10)
    assert placed["fence"].start == 2
    gates.end_rest(rest=everywhere, author=world.nour)
    assert planned(world, "again")[2]["fence"].start == 0
    for wrong, code in (
        ({"kind": "weekly", "weekdays": list(range(7))}, "rest_days_wrong"),
        ({"kind": "holiday"}, "rest_without_days"),
        ({"kind": "curfew", "first_day": MONDAY, "last_day": MONDAY}, "rest_without_parts"),
        ({"kind": "holiday", "first_day": date(2026, 1, 1), "last_day": date(2028, 1, 1)}, "rest_too_long"),
    ):
        with pytest.raises(Refused) as refused:
            gates.add_rest(request_id=f"x{code}", **wrong, **axis)
        assert refused.value.codes == [code]


def test_windows_meet_in_what_both_allow():
    assert both(((0, 4), (8, None)), ((2, 10), (12, None))) == ((2, 4), (8, 10), (12, None))
    assert both(((0, 4),), ((4, None),)) == ()
