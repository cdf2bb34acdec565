"""Outcomes: a promise stays as it was made, figures are dated and proven, and a missed one is as loud as a kept one."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from awna.books.services import open_book
from awna.campaigns import outcome_state as state
from awna.campaigns import services
from awna.campaigns.models import Indicator, Outcome
from awna.core.problems import Refused
from tests.world import World

DAY = date(2026, 11, 1)


def aim(*figures: tuple[int, int], target: int = 60, baseline: int = 0, falls: bool = False) -> state.Aim:
    """Figures as (days after the promised day, value)."""
    return state.Aim(
        Decimal(baseline), Decimal(target), falls, [state.Reading(DAY + timedelta(days=days), Decimal(value)) for days, value in figures]
    )


@pytest.mark.parametrize(
    ("aims", "expected_in", "today_in", "word"),
    [
        ([aim((-3, 60))], None, 9, state.MET), ([aim((2, 60))], None, 9, state.MET_LATE), ([aim((-3, 59))], None, 1, state.MISSED),
        ([aim((-3, 60), (-1, 50))], None, 1, state.MISSED), ([aim((-9, 60), (-5, 10), (3, 61))], None, 9, state.MET_LATE),
        ([aim((-3, 20))], None, 0, state.ON_THE_WAY), ([aim((-3, 20))], 4, 0, state.LATE), ([aim()], None, -9, state.UNKNOWN),
        ([aim()], None, 1, state.MISSED), ([aim((-3, 60)), aim((-3, 1))], None, 1, state.MISSED), ([], None, -1, state.UNKNOWN),
        ([aim((-3, 2), target=3, baseline=40, falls=True)], None, 1, state.MET),
    ],
)  # fmt: skip
def test_the_word_follows_from_the_figures(aims: list[state.Aim], expected_in: int | None, today_in: int, word: str) -> None:
    expected = DAY + timedelta(days=expected_in) if expected_in is not None else None
    assert state.state_of(aims, promised_on=DAY, expected_on=expected, today=DAY + timedelta(days=today_in)) == word


def test_the_share_behind_us_is_between_none_and_all() -> None:
    assert [aim(*figures).per_cent for figures in ([], [(0, -5)], [(0, 20)], [(0, 90)])] == [None, 0, 33, 100]
    assert aim((0, 20), baseline=40, target=0, falls=True).per_cent == 50


def promise(world: World, code: str = "roof", days: int = 30, **more: Any) -> Outcome:
    told = {
        "title": f"The {code} stands",
        "language": "en",
        "author": world.nour,
        "promised_on": timezone.localdate() + timedelta(days=days),
    } | more
    return services.promise_outcome(campaign=world.campaign, code=code, **told)


def measured(world: World, outcome: Outcome, *values: int, target: int = 60) -> Indicator:
    indicator = services.add_indicator(
        outcome=outcome, title="Area", unit="m2", baseline=Decimal(0), baseline_on=DAY, target=Decimal(target), author=world.nour
    )
    for number, value in enumerate(values):
        services.record_measurement(
            indicator=indicator, value=Decimal(value), measured_on=timezone.localdate() - timedelta(days=40 - number), source="Tape measure",
            author=world.nour, request_id=str(number),
        )  # fmt: skip
    return indicator


def codes(act: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def test_a_promise_cannot_be_moved(world: World) -> None:
    assert promise(world) == promise(world)
    assert codes(lambda: promise(world, days=60)) == ["outcome_promise_fixed"]
    assert codes(lambda: promise(world, "other", author=world.buyer)) == ["role_may_not_do_this"]
    assert codes(lambda: promise(world, "other", stated_on=timezone.localdate() + timedelta(days=1))) == ["promise_from_the_future"]


def test_figures_have_a_source_and_a_day_that_has_been(world: World) -> None:
    indicator = measured(world, promise(world), 5)
    told = {
        "indicator": indicator,
        "value": Decimal(9),
        "measured_on": timezone.localdate(),
        "source": "Tape",
        "author": world.nour,
        "request_id": "x",
    }
    assert services.record_measurement(**told) == services.record_measurement(**told) and indicator.measurements.count() == 2
    assert codes(lambda: services.record_measurement(**(told | {"source": " "}))) == ["measurement_without_source"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert codes(lambda: services.record_measurement(**(told | {"measured_on": tomorrow}))) == ["measurement_from_the_future"]
    assert codes(lambda: services.record_measurement(**(told | {"entries": [99]}))) == ["proof_entry_unknown"]
    assert codes(lambda: measured(world, indicator.outcome, target=10)) == ["indicator_fixed"]


def test_later_than_promised_needs_its_reason_and_every_forecast_stays(world: World) -> None:
    outcome = promise(world)
    late = outcome.promised_on + timedelta(days=9)
    told = {"outcome": outcome, "author": world.salma}
    assert codes(lambda: services.state_forecast(expected_on=late, reason="", request_id="a", **told)) == ["forecast_without_reason"]
    assert codes(lambda: services.state_forecast(expected_on=None, reason="", request_id="a", **told)) == ["forecast_without_reason"]
    services.state_forecast(expected_on=late, reason="Rain.", request_id="a", **told)
    services.state_forecast(expected_on=late + timedelta(days=3), reason="The crossing closed.", request_id="b", **told)
    page = Client().get("/c/clinic/results/").content.decode()
    assert "12 days later than promised" in page and "The crossing closed." in page and "Rain." in page


def test_a_missed_promise_is_as_loud_as_a_kept_one(world: World) -> None:
    open_book(campaign=world.campaign, author=world.karim)
    measured(world, promise(world, "kept", -5), 20, 60)
    measured(world, promise(world, "missed", -5), 20, 59)
    page = Client().get("/c/clinic/results/").content.decode()
    sections = {name: re.search(rf'<section class="([^"]*)" id="{name}">(.*?)</section>', page, re.S) for name in ("kept", "missed")}
    shapes = {}
    for name, found in sections.items():
        assert found
        words = re.sub(r"<svg.*?</svg>", "", found[2], flags=re.S)
        shapes[name] = (found[1], re.findall(r"<(\w+)", words), re.findall(r'class="(?!tag)([^"]*)"', words))
    assert shapes["kept"] == shapes["missed"], "the same elements and classes, so the same size"
    assert sections["kept"] and "Kept" in sections["kept"][2] and sections["missed"] and "Not kept by its day" in sections["missed"][2]


def test_the_shape_of_a_quieter_section_is_noticed() -> None:
    """The planted fault for the test above: one class more, and the shapes differ."""
    loud, quiet = '<p class="state"><b>Kept</b></p>', '<p class="state small"><b>Not kept</b></p>'
    assert re.findall(r'class="(?!tag)([^"]*)"', loud) != re.findall(r'class="(?!tag)([^"]*)"', quiet)


def test_nothing_promised_says_so(world: World) -> None:
    assert "Nothing has been promised yet." in Client().get("/c/clinic/results/").content.decode()
