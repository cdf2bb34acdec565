"""A day on the site is noted once however often it is sent; hold points hold; tests pass by their value; changes that cost money wait for the stewards."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from awna.approvals.services import decide
from awna.approvals.services.questions import waiting_for
from awna.crews.models import Hours
from awna.crews.services import form_crew, plan_shift
from awna.kit.images import leftovers
from awna.works import services as works
from awna.works.diary import quality
from awna.works.diary.models import CheckResult, DiaryEntry, SitePhoto
from awna.works.diary.services import DayAsk, record_day
from awna.works.diary.shown import uses_of
from awna.works.models import Progress, Task
from tests.rooms.campaigns.conftest import camera_picture
from tests.rooms.works.test_works import codes

TODAY = timezone.localdate()
DIARY = "/desk/clinic/works/diary/"
pytestmark = pytest.mark.django_db


def task(code="slab"):
    return Task.objects.get(code=code)


def note(planned, request_id="n1", author=None, **said):
    ask = DayAsk(**{"day": TODAY, "task": task(), "quantity": Decimal(30)} | said)
    return record_day(campaign=planned.world.campaign, ask=ask, author=author or planned.world.nour, request_id=request_id)


def refused(planned, **said):
    return codes(note, planned, **said)


def test_a_note_counts_once_and_never_with_other_words(planned):
    first = note(planned, people=4, hours=Decimal("7.5"), item=planned.cement, used=10, weather="dry")
    again = note(planned, people=4, hours=Decimal("7.5"), item=planned.cement, used=10, weather="dry")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.entry == first.entry
    assert task().done == 30
    assert refused(planned, quantity=Decimal(31)) == ["diary_other_words"]
    assert Progress.objects.count() == DiaryEntry.objects.count() == 1
    assert first.entry.person_hours == 30
    (use,) = uses_of(planned.world.campaign)
    assert (use.used, use.issued, use.short) == (10, 0, 10)


def test_what_cannot_be_is_refused_whole(planned):
    cases = [
        ({"day": TODAY + timedelta(days=1)}, "diary_day"),
        ({"day": TODAY - timedelta(days=40)}, "diary_day"),
        ({"quantity": Decimal(121)}, "progress_not_within_task"),
        ({"task": None}, "work_without_task"),
        ({"quantity": None}, "diary_says_nothing"),
        ({"hours": Decimal(5)}, "hours_of_nobody"),
        ({"people": 3, "hours": Decimal(17)}, "hours_out_of_range"),
        ({"people": 3}, "people_without_hours"),
        ({"used": 3}, "used_half_said"),
        ({"photo": b"%PDF-1.7 not a photo"}, "photo_unreadable"),
    ]
    assert [refused(planned, **said) for said, _code in cases] == [[code] for _said, code in cases]
    assert not DiaryEntry.objects.exists()
    assert not Progress.objects.exists()


def test_only_the_site_writes_the_diary(planned):
    assert refused(planned, author=planned.world.karim) == ["role_may_not_do_this"]


def test_hours_go_to_each_member_of_the_crew_and_wait_for_the_shift_lead(planned):
    campaign, world = planned.world.campaign, planned.world
    members = list(campaign.volunteers.filter(code__startswith="Mason")) + list(campaign.volunteers.filter(code="Bridge-3"))
    crew = form_crew(
        campaign=campaign,
        name="Masons",
        members=members,
        skills={"mason": 2},
        from_on=TODAY,
        until_on=TODAY,
        author=world.nour,
        request_id="c",
    )
    shift = plan_shift(
        crew=crew, works_on=TODAY, title="Slab", hours_planned=Decimal(7), task_ref=f"task:{task().pk}", author=world.nour, request_id="s"
    )
    kept = note(planned, shift=shift, hours=Decimal("6.5"))
    note(planned, shift=shift, hours=Decimal("6.5"))
    assert kept.entry.people == 3
    assert [(row.hours, row.approved_at) for row in Hours.objects.all()] == [(Decimal("6.5"), None)] * 3


def test_a_photo_comes_without_its_place(planned):
    kept = note(planned, photo=camera_picture())
    photo = SitePhoto.objects.get()
    assert kept.entry.photo == photo
    assert leftovers(bytes(photo.data)) == []


def test_work_after_a_hold_point_waits_until_it_is_passed(planned):
    nour = planned.world.nour
    hold = quality.add_check(task=task(), kind="hold", title="Reinforcement seen before the pour", author=nour, request_id="h")
    act = {"task": task("walls"), "quantity": Decimal(5), "done_on": TODAY, "author": nour}
    assert codes(works.record_progress, request_id="w", **act) == ["hold_point_not_passed"]
    assert refused(planned, task=task("walls"), quantity=Decimal(5)) == ["hold_point_not_passed"]
    stuff = {"item": planned.cement, "store": planned.store, "quantity": 5, "issued_on": TODAY, "author": nour}
    assert codes(works.issue_materials, task=task("walls"), request_id="i", **stuff) == ["hold_point_not_passed"]
    works.record_progress(request_id="s", **act | {"task": task()})  # the task that is looked at goes on
    seen = {"check": hold, "inspector": "engineer of record", "checked_on": TODAY, "author": nour}
    quality.record_result(passed=False, request_id="r1", **seen)
    assert codes(works.record_progress, request_id="w", **act) == ["hold_point_not_passed"]
    quality.record_result(passed=True, request_id="r2", **seen)
    quality.record_result(passed=True, request_id="r2", **seen)
    assert works.record_progress(request_id="w", **act).quantity == 5
    assert CheckResult.objects.count() == 2


def test_a_test_passes_by_its_value_alone(planned):
    nour = planned.world.nour
    cube = quality.add_check(
        task=task(), kind="test", title="Cube after 28 days", at_least=Decimal(25), unit="MPa", author=nour, request_id="t"
    )
    act = {"check": cube, "inspector": "laboratory", "checked_on": TODAY, "author": nour}
    assert quality.record_result(value=Decimal("24.9"), passed=True, request_id="a", **act).passed is False
    assert quality.record_result(value=Decimal("25.0"), request_id="b", **act).passed is True
    assert codes(quality.record_result, request_id="c", **act) == ["test_without_value"]


def test_a_defect_is_open_until_somebody_says_how_it_was_mended(planned):
    nour, campaign = planned.world.nour, planned.world.campaign
    said = {"campaign": campaign, "text": "Crack above the door", "author": nour, "request_id": "d"}
    assert codes(quality.record_defect, due_on=TODAY - timedelta(days=1), **said) == ["defect_due_in_the_past"]
    defect = quality.record_defect(due_on=TODAY, photo=camera_picture(), **said)
    assert quality.record_defect(due_on=TODAY, **said) == defect
    assert codes(quality.close_defect, defect=defect, how=" ", author=nour) == ["defect_mended_how"]
    assert quality.close_defect(defect=defect, how="Filled and painted", author=nour).closed_on == TODAY


def test_a_change_without_cost_holds_at_once_and_one_with_cost_waits_for_the_stewards(planned):
    world = planned.world
    free = quality.order_change(task=task(), text="Longer slab", quantity=Decimal(130), author=world.nour, request_id="f")
    assert (free.applied_at is not None, free.proposal, task().quantity) == (True, None, 130)
    act = {"text": "A second layer", "author": world.nour, "cost_minor": 50_000, "commodity": planned.eur}
    asked = quality.order_change(task=task(), quantity=Decimal(160), request_id="m", **act)
    assert quality.order_change(task=task(), quantity=Decimal(160), request_id="m", **act) == asked
    assert task().quantity == 130
    (row,) = waiting_for(campaign=world.campaign, reader=world.salma, since=None)
    assert [str(one) for one in row.sums] == ["EUR 500.00"]
    assert "160" in row.lines[0]
    for number, steward in enumerate((world.salma, world.yusuf)):
        decide(proposal=asked.proposal, steward=steward, choice="approve", request_id=f"yes{number}")
    assert task().quantity == 160
    assert codes(quality.order_change, task=task(), text="Less", quantity=Decimal(0), author=world.nour, request_id="z") == [
        "change_below_done"
    ]


def test_a_phone_is_told_what_became_of_each_note(planned, client):
    client.force_login(planned.world.nour.user)
    form = {"request_id": "p1", "day": TODAY, "task": task().pk, "quantity": "٣٠", "weather": "rain"}

    def send(**changes):
        return client.post(DIARY, form | changes, headers={"Accept": "application/json"})

    assert [send().json()["state"] for _turn in range(3)] == ["accepted", "duplicate", "duplicate"]
    wrong = send(request_id="p2", quantity="1000")
    assert (wrong.status_code, wrong.json()["state"]) == (422, "refused")
    assert "left to do" in wrong.json()["reasons"][0]
    assert task().done == 30


def test_the_diary_without_javascript(planned, client):
    client.force_login(planned.world.nour.user)
    form = {
        "request_id": "p1",
        "day": TODAY,
        "task": task().pk,
        "quantity": "30",
        "people": "4",
        "hours": "7.5",
        "problem": "The mixer stood still",
    }
    file = SimpleUploadedFile("yard.jpg", camera_picture(), "image/jpeg")
    page = client.post(DIARY, form | {"photo": file}, follow=True).content.decode()
    assert "The note stands in the diary." in page
    assert "The mixer stood still" in page
    assert (
        "counts once"
        in client.post(
            DIARY, form | {"photo": SimpleUploadedFile("yard.jpg", camera_picture(), "image/jpeg")}, follow=True
        ).content.decode()
    )
    bare = client.get(f"{DIARY}?bare=1").content.decode()
    assert "The mixer stood still" not in bare
    photo = SitePhoto.objects.get()
    assert client.get(f"{DIARY}photos/{photo.pk}.webp")["Content-Type"] == "image/webp"
    client.force_login(planned.world.karim.user)
    assert client.get(f"{DIARY}photos/{photo.pk}.webp").status_code == 403


def test_the_diary_asks_the_database_a_few_times(planned, client, django_assert_max_num_queries):
    note(planned, item=planned.cement, used=3)
    client.force_login(planned.world.nour.user)
    with django_assert_max_num_queries(32) as asked:
        assert client.get(DIARY).status_code == 200
    for q in asked.captured_queries:
        print("QQ", q["sql"][:150], q["sql"][-100:])


def test_quality_from_the_page(planned, client):
    client.force_login(planned.world.nour.user)
    at = "/desk/clinic/works/quality/"
    client.post(f"{at}checks/", {"request_id": "h", "task": task().pk, "kind": "hold", "title": "Reinforcement seen"})
    check = task().checks.get()
    client.post(f"{at}checks/{check.pk}/", {"request_id": "r", "passed": "yes", "inspector": "engineer of record", "checked_on": TODAY})
    assert check.is_passed
    client.post(f"{at}defects/", {"request_id": "d", "text": "Crack above the door", "due_on": TODAY})
    client.post(
        f"{at}changes/", {"request_id": "c", "task": task().pk, "quantity": "160", "text": "More", "cost": "500", "commodity": "EUR"}
    )
    page = client.get(at).content.decode()
    assert "Crack above the door" in page
    assert "waits for the stewards" in page
    assert "engineer of record" in page
