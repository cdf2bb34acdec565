"""What is next, what is missing, what was promised: worked out from plan, stores and book, told in weeks."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from awna.works.bars import Axis, Stretch
from awna.works.pages import picture, public_lines
from awna.works.services import adopt_plan, make_plan, repair_after_closing
from awna.works.standing import monday, standing_of
from tests.browser.ground import Ground, gift_becomes_order, make_ground

CLOSED_FOR_DAYS = 40


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


def test_nothing_is_promised_before_a_plan_is_adopted(ground: Ground) -> None:
    assert standing_of(ground.world.campaign) is None


def test_what_is_missing_is_named_until_it_lies_in_a_store(ground: Ground) -> None:
    gift_becomes_order(ground)
    standing = standing_of(ground.world.campaign)
    assert standing is not None and (standing.done, standing.tasks) == (0, 2)
    assert [step.name for step in standing.steps] == ["Clear the roof", "Plaster the ward"]
    clear, plaster = standing.open_steps
    assert clear.missing == []
    (key,) = plaster.missing
    assert key.code == "materials" and [(gap.name, gap.amount, gap.unit) for gap in key.gaps] == [("Cement", 20, "bag")]
    there = standing_of(ground.world.campaign, in_stores={"cement": 20})
    assert there is not None and [step.missing for step in there.open_steps] == [[], []]
    assert all(step.first == monday(step.first) and step.last == monday(step.last) for step in standing.open_steps)


def test_a_slip_keeps_the_promise_and_tells_its_reason(ground: Ground) -> None:
    _pledge, first = gift_becomes_order(ground)
    before = standing_of(ground.world.campaign)
    mended = repair_after_closing(
        crossing=ground.crossing, status="closed", valid_from=ground.today, valid_until=ground.today + timedelta(days=CLOSED_FOR_DAYS),
        source="drivers", confidence="confirmed", author=ground.world.nour, request_id="closed",
    )  # fmt: skip
    assert mended.run is not None and mended.run.finish > first.finish
    adopt_plan(run=mended.run, author=ground.world.nour)
    after = standing_of(ground.world.campaign)
    assert before is not None and after is not None
    assert after.promised == before.promised == before.forecast and before.slips == ()
    (slip,) = after.slips
    assert after.weeks_late == slip.weeks >= 4 and slip.crossing == "North crossing"
    shown = Client().get("/c/clinic/").content.decode()
    assert f"{slip.weeks} weeks later than promised" in shown and "North crossing" in shown

    ground.world.campaign.at_risk = True
    at_risk = standing_of(ground.world.campaign)
    assert at_risk is not None and at_risk.slips[0].crossing == ""


def test_the_public_plan_tells_weeks_and_what_is_missing(ground: Ground) -> None:
    _pledge, run = gift_becomes_order(ground)
    standing = standing_of(ground.world.campaign)
    assert standing is not None
    lines = public_lines(ground.world.campaign, run, steps=standing.open_steps)
    assert [bool(line.missing) for line in lines] == [False, True]
    assert all(line.start == monday(line.start) for line in lines) and all(line.crew == "" for line in lines)
    assert "<svg" in picture(lines, whole_weeks=True) and all("<rect" in line.bar for line in lines)
    for path, status in (("plan/", 200), ("plan/1/", 200), ("plan/2/", 404)):
        assert Client().get(f"/c/clinic/{path}").status_code == status


def test_bars_are_mirrored_and_stay_within_the_axis() -> None:
    monday_, later = date(2026, 11, 2), date(2026, 11, 16)
    stretches = [
        Stretch(monday_, monday_ + timedelta(days=6)),
        Stretch(later, later + timedelta(days=13), monday_, later, 0.5, is_missing=True),
    ]
    there, back = (Axis(stretches, today=timezone.localdate(), rtl=rtl) for rtl in (False, True))
    assert 'x="0.0%" width="25.0%"' in there.bar(stretches[0]) and 'x="75.0%" width="25.0%"' in back.bar(stretches[0])
    assert 'class="g4" x="50.0%" width="50.0%"' in there.bar(stretches[1]) and 'class="g4" x="0.0%" width="50.0%"' in back.bar(stretches[1])
    assert 'class="g1" x="50.0%" width="25.0%"' in there.bar(stretches[1]) and "ghost" in there.bar(stretches[1])


def test_a_plan_made_anew_is_a_slip_too(ground: Ground) -> None:
    gift_becomes_order(ground)
    again = make_plan(campaign=ground.world.campaign, author=ground.world.nour, request_id="again", schedules=50)
    adopt_plan(run=again, author=ground.world.nour)
    standing = standing_of(ground.world.campaign)
    assert standing is not None and [slip.weeks for slip in standing.slips] == [0]
