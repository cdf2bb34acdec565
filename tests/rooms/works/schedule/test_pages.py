"""The pages of tasks: who may open them, a file from upload to tasks and back, forms that keep what was typed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from awna.books.services import open_book
from awna.campaigns.services import add_site
from awna.works.models import Clearance, ScheduleChange, ScheduleFile, SiteRest, Task, WorkPart
from tests.core.schedule.plans import xer_of
from tests.world import make_world

pytestmark = pytest.mark.django_db
DESK = "/desk/clinic/works/schedule/"


@pytest.fixture
def world():
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma)
    return world


@pytest.fixture
def lead(world):
    return client_of(world.nour.user)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_schedule_goes_from_upload_to_tasks_and_back(world, lead):
    assert b"There are no tasks yet" in lead.get(DESK).content
    file = SimpleUploadedFile("plan.xer", xer_of())
    answer = lead.post(f"{DESK}import/", {"file": file, "request_id": "u"})
    stored = ScheduleFile.objects.get()
    assert answer.url == f"{DESK}import/{stored.pk}/"
    page = lead.get(answer.url).content.decode()
    assert "3 tasks, 2 links, 2 parts" in page and "negative lag" in page and not Task.objects.exists()
    assert "schedule_negative_lag" in lead.get(f"{answer.url}reasons.csv").content.decode()
    assert lead.post(answer.url, {"request_id": "a"}).url == DESK
    assert lead.post(answer.url, {"request_id": "a"}).url == DESK
    assert (Task.objects.count(), WorkPart.objects.count(), ScheduleChange.objects.count()) == (3, 2, 1)
    page = lead.get(DESK).content.decode()
    assert "Béton" in page and "A1 SS+2" in page
    assert lead.get(f"{DESK}tasks.xml").content.startswith(b"<?xml") and lead.get(f"{DESK}tasks.ics").content.count(b"BEGIN:VEVENT") == 3
    change = ScheduleChange.objects.get()
    assert change.made_by.get_name_display().encode() in lead.get(f"{DESK}changes/").content
    lead.post(f"{DESK}changes/{change.pk}/undo/", {"request_id": "b"})
    assert not Task.objects.exists() and not WorkPart.objects.exists()
    bad = lead.post(f"{DESK}import/", {"file": SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff"), "request_id": "v"})
    assert bad.status_code == 422 and b"no schedule that is known here" in bad.content


def test_a_task_is_added_changed_and_taken_out_by_forms(world, lead):
    lead.post("/desk/clinic/works/hours/start/", {"origin": "2026-10-05", "weekdays": ["4"]})
    assert world.campaign.work_calendar.rest_days == [4]
    lead.post(f"{DESK}parts/", {"code": "1", "name": "Walls", "request_id": "p"})
    part = WorkPart.objects.get()
    data = {"name": "Lay blocks", "part": part.pk, "days": "2.5", "quantity": "40", "unit": "m2", **links()}
    assert lead.post(f"{DESK}add/", {**data, "code": "B1", "request_id": "1"}).status_code == 302
    assert (Task.objects.get().duration, Task.objects.get().part) == (5, part)
    lead.post(f"{DESK}add/", {**data, "code": "B2", "request_id": "2", **links(("B1", "SS", "2"))})
    second = Task.objects.get(code="B2")
    assert list(second.dependencies.values_list("before__code", "kind", "lag")) == [("B1", "SS", 2)]
    page = lead.get(f"{DESK}tasks/{second.pk}/").content.decode()
    assert 'value="B1"' in page and 'value="2.5"' in page
    wrong = lead.post(f"{DESK}tasks/{second.pk}/", {**data, "name": "Typed here", "request_id": "3", **links(("NO", "FS", "0"))})
    assert wrong.status_code == 422 and b"There is no task NO" in wrong.content and b"Typed here" in wrong.content
    lead.post(f"{DESK}parts/{part.pk}/", {"name": "Walls and roof", "parent": "", "request_id": "q"})
    assert WorkPart.objects.get().name == "Walls and roof"
    lead.post(f"{DESK}tasks/{second.pk}/remove/", {"request_id": "4"})
    assert Task.objects.get().code == "B1"


def links(*rows):
    found = {"links-TOTAL_FORMS": str(len(rows)), "links-INITIAL_FORMS": "0"}
    for place, (before, kind, lag) in enumerate(rows):
        found |= {
            f"links-{place}-before": before,
            f"links-{place}-kind": kind,
            f"links-{place}-lag": lag,
            f"links-{place}-lag_unit": "work",
        }
    return found


def test_hours_and_clearances_by_their_pages(world, lead):
    place = add_site(campaign=world.campaign, name="Ward", place_public="North", place_exact="mill", author=world.nour)
    at = "/desk/clinic/works/"
    assert b"There is no calendar yet" in lead.get(f"{at}hours/").content
    lead.post(f"{DESK}import/", {"file": SimpleUploadedFile("plan.xer", xer_of()), "request_id": "u"})
    lead.post(f"{DESK}import/{ScheduleFile.objects.get().pk}/", {"request_id": "a", "site": place.pk})
    lead.post(
        f"{at}hours/",
        {"kind": "ramadan", "first_day": "2027-02-08", "last_day": "2027-03-09", "parts": ["1"], "name": "Ramadan", "request_id": "h"},
    )
    assert b"Ramadan" in lead.get(f"{at}hours/").content
    assert lead.post(f"{at}hours/", {"kind": "curfew", "request_id": "i"}).status_code == 422
    lead.post(f"{at}hours/{SiteRest.objects.get().pk}/end/")
    assert SiteRest.objects.get().ended_at
    assert b"Nobody has said what these sites need" in lead.get(f"{at}clearances/").content
    lead.post(f"{at}clearances/ask/", {"kind": "asbestos", "site": place.pk, "request_id": "1"})
    need = world.campaign.clearance_needs.get()
    assert b"3 tasks may not start today" in lead.get(DESK).content
    lead.post(f"{at}clearances/{need.pk}/expect/", {"expected_on": "2030-01-01", "request_id": "e"})
    paper = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 cleared", content_type="application/pdf")
    data = {"cleared_by": "Health inspectorate", "valid_from": "2026-01-01", "paper": paper, "request_id": "2"}
    lead.post(f"{at}clearances/{need.pk}/record/", data)
    given = Clearance.objects.get()
    assert given.document.digest[:16].encode() in lead.get(f"{at}clearances/").content
    lead.post(
        f"{at}clearances/given/{given.pk}/withdraw/", {"withdrawn_on": "2026-02-01", "reason": "Found in the roof", "request_id": "3"}
    )
    assert b"Found in the roof" in lead.get(f"{at}clearances/").content
    assert lead.get(f"{at}clearances/{need.pk}/drop/").status_code == 403
    steward = client_of(world.salma.user)
    steward.post(f"{at}clearances/{need.pk}/drop/", {"reason": "No asbestos was ever used", "request_id": "4"})
    assert b"No asbestos was ever used" in lead.get(f"{at}clearances/").content


def test_pages_ask_few_questions_and_turn_others_away(world, lead, django_assert_max_num_queries):
    lead.post(f"{DESK}import/", {"file": SimpleUploadedFile("plan.xer", xer_of()), "request_id": "u"})
    file = ScheduleFile.objects.get()
    lead.post(f"{DESK}import/{file.pk}/", {"request_id": "a"})
    for address in (DESK, f"{DESK}changes/", f"{DESK}import/{file.pk}/", "/desk/clinic/works/hours/", "/desk/clinic/works/clearances/"):
        with django_assert_max_num_queries(14, info=address):
            assert lead.get(address).status_code == 200
        assert client_of(world.eve).get(address).status_code == 403
    assert client_of(world.store.user).get(f"{DESK}add/").status_code == 403
