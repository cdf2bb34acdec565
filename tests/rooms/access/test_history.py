"""What a history lets us say: days and stretches, shares and waits with their range, and never more than is known."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pytest

from awna.access import chances, strip
from awna.access.history import Asked, closings, day_states, months, record, records, stretches

DAY = date(2026, 3, 2)


def days(number: int) -> date:
    return DAY + timedelta(days=number)


@dataclass(frozen=True)
class Said:
    status: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True)
class Made:
    outcome: str
    decided_on: date
    reason: str = ""
    inspection_days: int | None = None


SAID = [Said("open", days(2)), Said("closed", days(5), days(8)), Said("restricted", days(7), days(7)), Said("closed", days(12))]


def test_each_day_has_one_state_and_no_report_is_unknown() -> None:
    states = day_states(SAID, DAY, days(14))
    assert states == ["unknown"] * 2 + ["open"] * 3 + ["closed"] * 2 + ["restricted"] + ["closed"] + ["open"] * 3 + ["closed"] * 3
    parts = stretches(states, DAY)
    assert [(one.state, one.days, one.whole) for one in parts] == [
        ("unknown", 2, False), ("open", 3, False), ("closed", 2, True), ("restricted", 1, True), ("closed", 1, True), ("open", 3, True),
        ("closed", 3, False),
    ]  # fmt: skip
    assert closings(parts) == ([2, 1], [3], 3)


def test_months_and_the_picture_say_the_same() -> None:
    found = months(day_states([Said("open", DAY)], days(-10), days(40)), days(-10))
    assert [(month.first, month.counts) for month in found] == [
        (date(2026, 2, 1), [0, 0, 0, 9]), (date(2026, 3, 1), [30, 0, 0, 1]), (date(2026, 4, 1), [11, 0, 0, 0]),
    ]  # fmt: skip
    drawn = strip.draw(found, title="Day by day & more")
    assert drawn.count("<rect") == 4 and 'aria-label="Day by day &amp; more"' in drawn
    closed = strip.draw(months(["closed", "restricted"], DAY), title="x")
    assert 'class="t-stop"' in closed and 'class="t-wait"' in closed


def test_a_share_keeps_its_doubt() -> None:
    nothing, few, many = chances.share(0, 0), chances.share(3, 4), chances.share(750, 1000)
    assert (nothing.low, nothing.high) == pytest.approx((0.1, 0.9))
    assert (few.low, few.high) == pytest.approx((0.4161, 0.8878), abs=1e-4), "Beta(4, 2) at one and nine tenths"
    assert many.high - many.low < 0.04 and few.is_short and not many.is_short


def test_a_rate_mixes_with_its_stated_prior() -> None:
    never = chances.closing_rate(0, 0)
    assert never.middle == pytest.approx(30 / 21), "as if one closing had been seen in three weeks"
    assert never.low == pytest.approx(30 / 21 * 0.10536, abs=1e-4), "an exponential at one tenth"
    seen = chances.closing_rate(12, 300)
    assert seen.low < seen.middle < seen.high and seen.middle == pytest.approx(13 * 30 / 321)


def test_the_next_wait_rests_on_ranks_alone() -> None:
    assert chances.next_wait([]).cases == 0
    assert chances.next_wait([4]).chance == 0
    four = chances.next_wait([21, 3, 9, 5], [40, 2])
    assert (four.low, four.high, four.chance, four.tenths) == (3, 21, Fraction(3, 5), 6)
    assert (four.still_open, four.longest_open) == (2, 40)
    twenty = chances.next_wait(range(1, 21))
    assert (twenty.low, twenty.high) == (2, 19) and twenty.chance >= Fraction(4, 5)


def test_requests_are_counted_by_what_holds_now() -> None:
    asked = [
        Asked("Cement", DAY, [Made("allowed", days(4)), Made("turned_back", days(9), "", 2)]),
        Asked("Cement", DAY, [Made("allowed", days(6), "", 0)]),
        Asked("Cement", days(1), [Made("refused", days(11), "dual use")]),
        Asked("Cement", days(2)),
        Asked("Beds", DAY, [Made("partly", days(1))]),
    ]
    cement, beds = records(asked, today=days(30))
    assert (cement.asked, cement.waiting, cement.outcomes["turned_back"]) == (4, 1, 1)
    assert (cement.passed.yes, cement.passed.cases) == (1, 3)
    assert (cement.wait.low, cement.wait.high, cement.wait.longest_open) == (4, 10, 28)
    assert (cement.inspection.cases, cement.reasons, cement.unreasoned) == (2, (("dual use", 1),), 1)
    assert (beds.item, beds.passed.yes, beds.passed.cases) == ("Beds", 1, 1)
    assert record(asked, today=days(30)).asked == 5


def test_five_more_decisions_change_the_share() -> None:
    asked = [Asked("Cement", DAY, [Made("allowed", days(4))])]
    more = asked + [Asked("Cement", DAY, [Made("refused", days(4))])] * 5
    before, after = record(asked, today=days(9)).passed, record(more, today=days(9)).passed
    assert (before.cases, after.cases) == (1, 6) and after.high < before.high and after.middle < before.middle
