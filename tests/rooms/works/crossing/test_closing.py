"""A crossing closes: mended in the same request, three ways by a job, people to call by right, adopted with a reason that everyone reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from awna.access.models import CrossingReport
from awna.core.planning.check import check_plan
from awna.core.planning.formats.json_project import project_from_json
from awna.core.problems import Refused
from awna.crews.models import Volunteer
from awna.kit.jobs import work_off
from awna.works.crossing import services
from awna.works.crossing.models import Closing
from awna.works.models import PlanRun
from tests.browser.ground import CLOSED_FOR_DAYS, Ground, gift_becomes_order, make_ground

pytestmark = [pytest.mark.django_db, pytest.mark.compiled]
PAGE = "/desk/clinic/works/crossing/"
WHY = "The cement must come first."


@pytest.fixture
def ground(db: None) -> Ground:
    found = make_ground()
    gift_becomes_order(found)
    return found


def form(ground: Ground, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": "one", "crossing": ground.crossing.pk, "status": "closed", "valid_from": ground.today, "confidence": "heard",
        "valid_until": ground.today + timedelta(days=CLOSED_FOR_DAYS), "source": "two drivers", **changes,
    }  # fmt: skip


def close(ground: Ground, client: Client, **changes: Any) -> Any:
    client.force_login(ground.world.nour.user)
    return client.post(PAGE, form(ground, **changes), follow=True)


def with_ways(ground: Ground) -> Closing:
    """Closed and searched, by count and in this process's child: the same on every machine."""
    said = services.Said("closed", ground.today, ground.today + timedelta(days=CLOSED_FOR_DAYS), "two drivers", "heard")
    closing = services.close_crossing(crossing=ground.crossing, said=said, author=ground.world.nour, request_id="c")
    return services.find_ways(closing=closing, seconds=None, tries=6)


def test_the_press_reports_mends_and_asks_for_ways(ground: Ground, client: Client, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = close(ground, client)
    page = answer.content.decode()
    assert "What moves" in page and "Plaster the ward" in page and "Three ways on are being looked for" in page
    assert answer["Refresh"] == "2", "it looks again without a script"
    work_off()
    closing = Closing.objects.get()
    assert closing.state == "done" and [way.name for way in closing.ways.all()] == ["least change", "balanced", "fastest"]
    later = client.get(answer.redirect_chain[-1][0])
    assert "Least change" in later.content.decode() and "Refresh" not in later
    assert close(ground, client).redirect_chain == answer.redirect_chain
    assert Closing.objects.count() == 1 and CrossingReport.objects.filter(status="closed").count() == 1


def test_every_way_is_judged_by_the_checker(ground: Ground) -> None:
    closing = with_ways(ground)
    assert closing.repair is not None and closing.state == "done"
    project = project_from_json(closing.repair.project_json.encode())
    assert [check_plan(project, way.plan) for way in closing.ways.all()] == [[], [], []]
    least, _balanced, fastest = closing.ways.all()
    assert least.tasks_moved <= closing.repair.finish and fastest.finish <= least.finish
    assert services.find_ways(closing=closing).ways.count() == 3, "a job that runs again adds nothing"


def test_people_to_call_are_told_to_those_who_work_with_them(ground: Ground, client: Client) -> None:
    user = get_user_model().objects.create_user("amal@example.org", "x", name="Amal")
    Volunteer.objects.filter(code="V1").update(user=user)
    closing = with_ways(ground)
    address = f"/desk/clinic/works/closings/{closing.pk}/"
    client.force_login(ground.world.nour.user)
    page = client.get(address).content.decode()
    assert "Amal" in page and "mailto:amal@example.org" in page
    for other in (ground.world.salma, ground.world.store):  # offices that do not work with people
        client.force_login(other.user)
        page = client.get(address).content.decode()
        assert "V1" in page and "Amal" not in page and "amal@" not in page
    client.force_login(ground.world.eve)
    assert client.get(address).status_code == 403


def test_a_way_is_adopted_with_a_reason_that_everyone_reads(ground: Ground, client: Client) -> None:
    closing = with_ways(ground)
    address = f"/desk/clinic/works/closings/{closing.pk}/"
    client.force_login(ground.world.nour.user)
    assert client.post(address, {"way": "mended", "why": " "}).status_code == 422
    assert client.post(address, {"way": "mended", "why": "so"}).status_code == 422
    assert client.post(address, {"way": "0", "why": WHY}).status_code == 422
    assert "in force" in client.post(address, {"way": "mended", "why": WHY}, follow=True).content.decode()
    run = PlanRun.objects.adopted(ground.world.campaign)
    assert run is not None and run == closing.repair and run.why == WHY
    page = Client().get("/c/clinic/plan/changes/").content.decode()
    assert WHY in page and "Plaster the ward" in page and "Wadi Sanad district" in page and "North crossing" in page
    assert "Nour" not in page and "V1" not in page and "Amal" not in page
    ground.world.campaign.at_risk = True
    ground.world.campaign.save()
    assert "North crossing" not in Client().get("/c/clinic/plan/changes/").content.decode()


def test_a_way_becomes_the_plan_in_force_and_the_others_are_overtaken(ground: Ground) -> None:
    closing = with_ways(ground)
    way, other = closing.ways.get(name="fastest"), closing.ways.get(name="balanced")
    run = services.adopt_way(way=way, author=ground.world.nour, why=WHY)
    assert PlanRun.objects.adopted(ground.world.campaign) == run
    assert run.plan == way.plan and run.difference == way.moved and run.report == closing.report
    assert services.adopt_way(way=way, author=ground.world.nour, why=WHY) == run
    for author, code in ((ground.world.salma, "plan_is_overtaken"), (ground.world.store, "role_may_not_do_this")):
        with pytest.raises(Refused) as refused:
            services.adopt_way(way=other, author=author, why=WHY)
        assert refused.value.codes == [code]
    with pytest.raises(Refused) as refused:
        services.adopt_repair(closing=closing, author=ground.world.nour, why="")
    assert refused.value.codes == ["adopted_without_reason"]


def test_an_older_report_is_kept_and_does_not_override(ground: Ground, client: Client) -> None:
    answer = close(ground, client, observed_on=ground.today - timedelta(days=3))
    page = answer.content.decode()
    assert "Older than what was known" in page and "Nothing moves" in page
    speaks = ground.crossing.report_for(ground.today)
    assert speaks is not None and speaks.status == "open"
    assert ground.crossing.reports.count() == 2


def test_without_a_plan_the_report_is_kept(db: None, client: Client) -> None:
    ground = make_ground()
    page = close(ground, client).content.decode()
    assert "The report is kept. No plan is left" in page and "No plan has been adopted yet" in page
    assert ground.crossing.reports.filter(status="closed").count() == 1 and not Closing.objects.get().ways.exists()


def test_the_page_asks_few_questions(ground: Ground, client: Client, django_assert_max_num_queries: Any) -> None:
    closing = with_ways(ground)
    client.force_login(ground.world.nour.user)
    address = f"/desk/clinic/works/closings/{closing.pk}/"
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
