"""The board: withdraw one key of a task, and it names that one and who can turn it."""

import pytest
from django.utils import timezone

from awna.access.services import report_condition
from awna.crews.services import record_vetting
from awna.works import services as works
from awna.works.diary import quality
from awna.works.models import Task
from awna.works.readiness.board import board_of

TODAY = timezone.localdate()
PAGE = "/desk/clinic/works/readiness/"
pytestmark = pytest.mark.django_db


def missing(planned):
    """Code of each task → the keys it misses, with what is said of them."""
    board = board_of(planned.world.campaign, today=TODAY)
    return {
        row.task.code: {mark.code: [gap.name for gap in mark.lacks] or [str(one) for one in mark.says] for mark in row.missing}
        for row in board.rows
    }


def test_each_key_that_is_withdrawn_is_named(planned):
    campaign, world = planned.world.campaign, planned.world
    # 150 bags lie in the store: the slab takes 100, so 150 of the 200 for the walls are on the way.
    assert missing(planned) == {"slab": {}, "walls": {"materials": ["Cement"]}, "drains": {}}
    mason, bridge = campaign.volunteers.get(code="Mason-1"), campaign.volunteers.get(code="Bridge-3")
    for person in (mason, bridge):
        record_vetting(volunteer=person, state="refused", author=world.rami, request_id="withdrawn")
    assert missing(planned)["walls"]["crew"] == ["interpreter", "mason"]
    quality.add_check(task=Task.objects.get(code="slab"), kind="hold", title="Reinforcement seen", author=world.nour, request_id="h")
    assert missing(planned)["walls"]["safe"] == ["Hold point: Reinforcement seen"]
    report_condition(
        site=campaign.sites.get(),
        condition="unsafe",
        valid_from=TODAY,
        source="us",
        confidence="seen",
        reported_by=world.nour,
        request_id="s",
    )
    assert missing(planned)["slab"]["safe"] == ["Not safe"]


def test_what_was_handed_out_is_not_asked_for_again(planned):
    slab = Task.objects.get(code="slab")
    works.issue_materials(
        task=slab, item=planned.cement, store=planned.store, quantity=100, issued_on=TODAY, author=planned.world.store, request_id="i"
    )
    assert missing(planned)["slab"] == {}


def test_the_page_says_what_blocks_tomorrow_and_who_can_help(planned, client, django_assert_max_num_queries):
    client.force_login(planned.world.nour.user)
    with django_assert_max_num_queries(24):
        page = client.get(PAGE).content.decode()
    assert "Cement" in page
    assert "Samira" in page
    assert "Walls" not in client.get(f"{PAGE}?only=tomorrow").content.decode()
    client.force_login(planned.world.store.user)
    keeper = client.get(f"{PAGE}?only=mine").content.decode()
    assert "Walls" in keeper
    assert "Ground slab" not in keeper
    assert "Bilal" not in keeper  # a storekeeper reads roles, not people
    assert "/desk/clinic/supply/stores/" in keeper
    client.force_login(planned.world.eve)
    assert client.get(PAGE).status_code == 403
