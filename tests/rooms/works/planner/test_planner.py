"""The plan page: jobs that tell how far they are and stop, copies that nobody else sees, reasons, simulation, and what the page weighs."""

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.books.services import open_book
from awna.core.problems import Refused
from awna.crews.services import record_vetting, register_volunteer
from awna.kit.jobs import work_off
from awna.works import services as works
from awna.works.models import PlanJob, PlanRun, Task, WhatIf
from awna.works.planner import services
from awna.works.planner.jobs import Pulse, run_plan_job
from awna.works.task_file import load_tasks
from tests.world import make_world

from .big_plan import make_big_plan

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
TABLE = f"""\
kind,id,name,duration,predecessors,skills,machines,materials,site,earliest,quantity,unit
calendar,start,,,,,,,,{TODAY},2,
machine,mixer,,,,,,,,,1,
task,slab,Ground slab,4,,,mixer,,,,120,m2
task,walls,Walls,6,slab,mason:1,,,,,80,m2
task,drains,Drains,4,,,mixer,,,,,
task,paint,Paint,2,walls,mason:1,,,,,,
"""
PAGE_BYTES_MAX, QUERIES_MAX = 60 * 1024, 12


@pytest.fixture
def world():
    """Four tasks, one mason, a plan in force."""
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma)
    load_tasks(campaign=world.campaign, data=TABLE.encode(), filename="tasks.csv", author=world.nour)
    person = register_volunteer(
        campaign=world.campaign, code="Mason-1", name="Somebody", languages={"ar": 5, "en": 5}, skills={"mason": 3}, author=world.rami
    )
    record_vetting(volunteer=person, state="cleared", valid_until=TODAY + timedelta(days=300), author=world.rami, request_id="v")
    run = works.make_plan(campaign=world.campaign, author=world.nour, request_id="first", schedules=5)
    works.adopt_plan(run=run, author=world.nour)
    return world


def copy(world, changes, *, author=None, request_id="copy"):
    made = services.make_what_if(
        campaign=world.campaign, name="Slow walls", changes=changes, author=author or world.nour, request_id=request_id
    )
    job = services.start_what_if(what_if=made, author=author or world.nour, request_id=f"job {request_id}", seconds=1)
    run_plan_job.call(job_id=str(job.pk))
    made.refresh_from_db()
    return made


def codes(act, **kwargs):
    with pytest.raises(Refused) as refused:
        act(**kwargs)
    return refused.value.codes


def test_a_plan_is_made_by_the_worker_and_adopted_with_a_reason(world, client, django_capture_on_commit_callbacks):
    client.force_login(world.nour.user)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/desk/clinic/works/", {"request_id": "anew", "seconds": "10"})
        assert client.post("/desk/clinic/works/", {"request_id": "anew", "seconds": "10"}).url == answer.url
    waiting = client.get(answer.url)
    assert waiting["Refresh"] == "2"
    assert "Refresh" not in client.get(answer.url + "?still")
    assert work_off() == 1
    done = client.get(answer.url)
    job = PlanJob.objects.get()
    assert (job.state, job.run.based_on.request_id, "Refresh" in done) == ("done", "first", False)
    assert job.points[-1][1] == job.run.finish
    assert 'class="chart"' in done.content.decode()
    client.post(f"/desk/clinic/works/plans/{job.run.pk}/", {"why": "Two roofs before the rain"})
    assert PlanRun.objects.adopted(world.campaign).why == "Two roofs before the rain"
    public = client.get("/c/clinic/plan/").content.decode()
    assert "Two roofs before the rain" in public
    assert "Site lead" in public
    assert "Nour" not in public.split('id="main"')[1].split("</main>")[0]


def test_a_campaign_at_risk_keeps_the_reason_to_itself(world, client):
    run = works.make_plan(campaign=world.campaign, author=world.nour, request_id="second", schedules=5)
    works.adopt_plan(run=run, author=world.nour, why="The bridge at the mill")
    type(world.campaign).objects.update(at_risk=True)
    assert "The bridge at the mill" not in client.get("/c/clinic/plan/").content.decode()


def test_a_job_is_stopped_with_its_best_plan(world):
    """The wish is heard by the search, which then ends by itself."""
    job = services.start_planning(campaign=world.campaign, author=world.nour, request_id="long", seconds=600)
    PlanJob.objects.filter(pk=job.pk).update(state="running")
    stopped = services.stop_job(job=job, author=world.nour)
    assert (stopped.state, stopped.stop_asked_at is None) == ("running", False)
    pulse = Pulse(stopped)
    assert pulse.stop()
    run_plan_job.call(job_id=str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.run is None) == ("done", False)


def test_what_has_not_begun_stops_without_a_plan(world):
    job = services.start_planning(campaign=world.campaign, author=world.nour, request_id="soon")
    assert services.stop_job(job=job, author=world.nour).state == "failed"
    run_plan_job.call(job_id=str(job.pk))
    assert PlanJob.objects.get().run is None


def test_the_page_says_that_nobody_works_it_off(world, client):
    job = services.start_planning(campaign=world.campaign, author=world.nour, request_id="left")
    client.force_login(world.nour.user)
    assert "Nobody takes it up" not in client.get(f"/desk/clinic/works/jobs/{job.pk}/").content.decode()
    PlanJob.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    assert "Nobody takes it up" in client.get(f"/desk/clinic/works/jobs/{job.pk}/").content.decode()


def test_a_copy_is_its_owners_alone_until_shared(world, client):
    made = copy(world, [{"kind": "duration", "task": "walls", "days": 5}])
    page, job = f"/desk/clinic/works/what-if/{made.pk}/", f"/desk/clinic/works/jobs/{made.jobs.get().pk}/"
    client.force_login(world.salma.user)
    assert [client.get(path).status_code for path in (page, page + "change/", job)] == [404, 404, 404]
    assert client.post(page, {"act": "adopt", "which": "anew", "why": "mine now"}).status_code == 404
    assert "Slow walls" not in client.get("/desk/clinic/works/what-if/").content.decode()
    assert codes(services.share_what_if, what_if=made, author=world.salma) == ["what_if_is_not_yours"]
    client.force_login(world.eve)
    assert client.get(page).status_code == 403
    client.force_login(world.nour.user)
    client.post(page, {"act": "share"})
    client.force_login(world.salma.user)
    shared = client.get(page)
    assert "Slow walls" in shared.content.decode()
    assert codes(services.change_what_if, what_if=made, author=world.salma, changes=[]) == ["what_if_is_not_yours"]


def test_before_and_after_and_the_adoption_of_a_copy(world, client):
    before = PlanRun.objects.adopted(world.campaign)
    made = copy(world, [{"kind": "duration", "task": "walls", "days": 5}])
    assert PlanRun.objects.adopted(world.campaign) == before
    assert Task.objects.get(code="walls").duration == 6
    assert made.plans["mended"]["finish"] == before.finish + 4
    client.force_login(world.nour.user)
    page = f"/desk/clinic/works/what-if/{made.pk}/"
    assert "2 days later" in client.get(page).content.decode()
    assert client.post(page, {"act": "adopt", "which": "mended", "why": ""}).status_code == 422
    client.post(page, {"act": "adopt", "which": "mended", "why": "The walls are higher than drawn"})
    adopted = PlanRun.objects.adopted(world.campaign)
    assert (adopted.reason, adopted.why, adopted.finish) == ("what_if", "The walls are higher than drawn", before.finish + 4)
    assert Task.objects.get(code="walls").duration == 10
    assert codes(services.forget_what_if, what_if=WhatIf.objects.get(), author=world.nour) == ["what_if_was_adopted"]


def test_people_who_are_only_assumed_adopt_no_plan(world):
    made = copy(world, [{"kind": "people", "skill": "mason", "count": -1, "from": TODAY.isoformat()},
                        {"kind": "people", "skill": "mason", "count": 1, "from": TODAY.isoformat()}])  # fmt: skip
    found = codes(services.adopt_what_if, what_if=made, which="anew", author=world.nour, why="More hands")
    assert found[0] == "what_if_not_true_yet"
    assert PlanRun.objects.adopted(world.campaign).request_id == "first"


def test_an_overtaken_copy_is_not_adopted(world):
    made = copy(world, [{"kind": "duration", "task": "paint", "days": 3}])
    other = works.make_plan(campaign=world.campaign, author=world.salma, request_id="other", schedules=5)
    works.adopt_plan(run=other, author=world.salma)
    assert codes(services.adopt_what_if, what_if=made, which="mended", author=world.nour, why="x") == ["what_if_is_overtaken"]


@pytest.mark.compiled
def test_a_simulation_is_kept_with_its_seed(world, client):
    services.name_milestone(campaign=world.campaign, name="Walls stand", tasks=[Task.objects.get(code="walls")], author=world.nour)
    run = PlanRun.objects.adopted(world.campaign)
    told = []
    for request_id in ("one", "two"):
        job = services.start_simulation(run=run, author=world.nour, request_id=request_id, seed=7)
        run_plan_job.call(job_id=str(job.pk))
        told.append(PlanJob.objects.get(pk=job.pk).result["milestones"])
    assert told[0] == told[1]
    assert [row["name"] for row in told[0]] == ["", "Walls stand"]
    client.force_login(world.nour.user)
    page = client.get("/desk/clinic/works/").content.decode()
    assert "Walls stand" in page
    assert "seed 7" in page


def test_a_plan_of_500_tasks_weighs_little_and_asks_little(client):
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma)
    make_big_plan(world.campaign, world.nour, today=TODAY)
    client.force_login(world.nour.user)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/desk/clinic/works/").content
    assert len(gzip.compress(page, 6)) <= PAGE_BYTES_MAX
    assert len(asked) <= QUERIES_MAX
    shown = page.decode()
    assert shown.count('class="bar1"') == 500
    assert "critical" in shown
