"""The goal by kind: each in its own unit, beside what the book has of it; nothing is guessed and nothing added together."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from awna.campaigns.services import set_goal
from awna.donations.services import record_gift_in_kind
from awna.public.appeal import appeal_of
from awna.public.figures import things_of
from awna.supply.services import add_item
from tests.browser.ground import make_ground

pytestmark = pytest.mark.django_db


def test_goods_meet_the_goal_of_their_name_and_others_stand_below() -> None:
    ground = make_ground()
    w = ground.world
    bed = add_item(campaign=w.campaign, code="bed", name="Hospital bed", unit="pcs", kind="medical", author=w.buyer)
    lamp = add_item(campaign=w.campaign, code="lamp", name="Lamp", unit="pcs", kind="equipment", author=w.buyer)
    for item, amount in ((bed, 5), (lamp, 2)):
        record_gift_in_kind(
            custody=ground.store.custody, commodity=item.commodity, amount=amount, author=w.store, second=w.nour, received_on=timezone.localdate(),
            name="Hillside", request_id=item.code,
        )  # fmt: skip
    set_goal(campaign=w.campaign, kind="goods", title="hospital bed", unit="pcs", quantity=Decimal(12), author=w.salma)
    set_goal(campaign=w.campaign, kind="hours", title="Hours on the site", unit="h", quantity=Decimal(400), author=w.salma)
    rows = {str(row.title): row for row in appeal_of(w.campaign)["goals"]}
    assert (rows["hospital bed"].received, rows["hospital bed"].missing) == (5, 7)
    assert (rows["Hours on the site"].received, rows["Hours on the site"].missing) == (0, 400)
    assert rows["Lamp (pcs)"].goal is None and rows["Lamp (pcs)"].missing is None and rows["Lamp (pcs)"].received == 2
    assert rows["Money"].goal == 240_000 and rows["Money"].received == 0
    assert things_of(ground.book).stock == {"bed": 5, "lamp": 2}
    shown = Client().get("/c/clinic/").content.decode()
    assert "no goal" in shown and "hospital bed" in shown


def test_an_overdue_goal_says_so() -> None:
    ground = make_ground()
    yesterday = timezone.localdate() - timedelta(days=1)
    set_goal(
        campaign=ground.world.campaign,
        kind="goods",
        title="Beds",
        unit="pcs",
        quantity=Decimal(12),
        due_on=yesterday,
        author=ground.world.salma,
    )
    assert "not met" in Client().get("/c/clinic/").content.decode()


def test_a_form_without_its_mark_gets_a_page_of_our_own() -> None:
    make_ground()
    answer = Client(enforce_csrf_checks=True).post("/c/clinic/give/", {"other": "25"})
    shown = answer.content.decode()
    assert answer.status_code == 403 and "This form was not taken" in shown and "kit/awna.css" in shown
