"""Slots and the clock: rest days, summer time, Ramadan hours, heat, and a task that is stretched over a weekend."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awna.core.planning.calendar import Clock, WorkTable, working_slots
from awna.core.planning.problem import Calendar, Method, Project, Season, Site, SiteHours, Task

AXIS = Calendar(date(2026, 4, 20), 2, frozenset({4}), "Africa/Cairo")


@given(st.integers(0, 4000), st.sets(st.integers(0, 6), max_size=5), st.integers(1, 4), st.sets(st.integers(0, 400), max_size=20))
def test_a_slot_and_its_day_agree(slot: int, rest: set[int], slots_per_day: int, free: set[int]) -> None:
    origin = date(2026, 1, 5 + len(rest))
    holidays = frozenset(origin + timedelta(days=n) for n in free)
    calendar = Calendar(origin, slots_per_day, frozenset(rest), slot_minutes=120, holidays=holidays)
    day = calendar.date_of(slot)
    assert day.weekday() not in rest and day not in holidays
    assert calendar.slot_of(day) == slot - slot % slots_per_day
    assert calendar.slot_from(calendar.starts_at(slot)) == slot


def test_the_clock_turns_to_summer_time_and_slots_keep_their_local_hour() -> None:
    before, after = AXIS.slot_of(date(2026, 4, 23)), AXIS.slot_of(date(2026, 4, 25))
    assert AXIS.starts_at(before).hour == AXIS.starts_at(after).hour == 7
    assert AXIS.starts_at(before).astimezone(UTC) == datetime(2026, 4, 23, 5, tzinfo=UTC)
    assert AXIS.starts_at(after).astimezone(UTC) == datetime(2026, 4, 25, 4, tzinfo=UTC)


def test_concrete_cures_over_the_rest_day() -> None:
    clock = Clock(AXIS, 40)
    thursday = AXIS.slot_of(date(2026, 4, 23)) + 2  # finished on Thursday evening; Friday has no slots
    saturday = AXIS.slot_of(date(2026, 4, 25))
    ends = {"from_finish": True, "to_finish": False}
    assert clock.table(24, **ends)[thursday] == saturday  # cured on Friday already
    assert clock.table(48, **ends)[thursday] == saturday + 2  # the clock change took an hour: Saturday evening, so Sunday
    assert clock.table(48, latest=True, **ends)[thursday] == saturday + 1


@pytest.mark.parametrize("zone", ["", "Africa/Cairo", "Africa/Casablanca", "America/New_York"])
def test_the_clock_of_two_years_is_that_of_every_single_slot(zone: str) -> None:
    calendar = Calendar(date(2026, 1, 2), 2, frozenset({4}), zone, holidays=frozenset({date(2026, 3, 28), date(2027, 3, 13)}))
    clock = Clock(calendar, 1200)
    assert clock.begins.tolist() == [calendar.starts_at(slot).timestamp() // 60 for slot in range(1200)]
    assert clock.ends[1:].tolist() == [calendar.ends_at(slot).timestamp() // 60 for slot in range(1200)]


def test_a_site_rests_at_the_weekend_in_ramadan_afternoons_and_in_the_heat() -> None:
    hours = SiteHours(
        frozenset({6}), frozenset({date(2026, 7, 1)}), (Season(date(2026, 7, 6), date(2026, 7, 8), frozenset({1})),), {"7": frozenset({1})}
    )
    calendar = Calendar(date(2026, 7, 1), 2)
    project = Project((Task("A", (Method(1),), site="x"),), sites=(Site("x", hours=hours),), calendar=calendar)
    rests = {slot for slot, works in enumerate(working_slots(project, "x", horizon=18)) if not works}
    assert rests == {0, 1, 8, 9, 11, 13, 15}
    assert not any(working_slots(project, "x", horizon=18, outdoor=True)[1::2])


@pytest.mark.parametrize(("start", "duration", "finish"), [(0, 2, 2), (1, 2, 4), (2, 1, 4), (2, 0, 2), (4, 9, None)])
def test_a_rest_slot_stretches_a_task(start: int, duration: int, finish: int | None) -> None:
    table = WorkTable.of([True, True, False, True, True, True])
    assert table.finish(start, duration) == finish


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 9))
def test_the_latest_start_still_ends_in_time(working: list[bool], finish: int, duration: int) -> None:
    table = WorkTable.of(working)
    start = table.start(finish, duration)
    if start is None:
        assert sum(working[:finish]) < duration
    else:
        ended = table.finish(start, duration)
        assert ended is not None and ended <= finish
        later = table.finish(start + 1, duration)
        assert later is None or later > finish


def test_a_site_without_hours_works_always() -> None:
    project = Project((Task("A", (Method(1),), site="x"),), sites=(Site("x"),), calendar=AXIS)
    assert working_slots(project, "x", horizon=3) == (True, True, True)
