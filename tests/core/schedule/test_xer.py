"""Exports of Primavera P6: the code page, hours, the work breakdown, damaged rows; and no login name anywhere."""

from datetime import date, datetime
from pathlib import Path

import pytest

from awna.core.problems import Refused
from awna.core.schedule.model import Except, Relation
from awna.core.schedule.reading import read_schedule
from awna.core.xer_lines import read_calendar_data

from .plans import XER_TABLES, xer_of


def test_an_export_is_read_with_its_summaries() -> None:
    schedule = read_schedule(xer_of())
    assert [(task.code, task.kind, task.percent, task.duration_s) for task in schedule.tasks] == [
        ("C", "summary", 0, 0), ("C.1", "summary", 0, 0), ("A1", "task", 75, 144_000), ("A2", "level_of_effort", 0, 57_600), ("A3", "milestone", 100, 0),
    ]  # fmt: skip
    assert [task.name for task in schedule.tasks][1:] == ["Béton", "Pour", "Cure", "Done£"]
    assert schedule.status == datetime(2026, 3, 3)
    assert (schedule.tasks[2].constraint, schedule.tasks[2].constraint_date) == ("start_not_before", datetime(2026, 3, 2, 8))
    assert schedule.tasks[2].parent == schedule.tasks[1].id != "10"


def test_rows_that_cannot_stand_are_told() -> None:
    schedule = read_schedule(xer_of())
    assert schedule.relations == (Relation("10", "21", "SS", 28_800), Relation("21", "22", "FF", -14_400))
    assert sorted(problem.code for problem in schedule.problems) == [
        "schedule_calendar_dangling", "schedule_negative_lag", "schedule_relation_dangling", "schedule_relation_kind_unknown",
    ]  # fmt: skip


def test_login_names_stand_nowhere() -> None:
    assert b"eve.login" in xer_of()
    told = repr(read_schedule(xer_of())).lower()
    assert "eve.login" not in told and "eve login" not in told


def test_calendars_with_delete_signs_and_days_as_excel_counts_them() -> None:
    calendar = read_schedule(xer_of()).calendars[0]
    assert calendar.week[6] == ((480, 960),)
    assert (calendar.week[0], calendar.week[4], calendar.week[1]) == ((), (), None)
    assert calendar.exceptions == (Except(date(2026, 3, 20), date(2026, 3, 20)),)
    assert read_calendar_data("(0||CalendarData()((0||DaysOfWeek()((0||1()((0||0(s|25:00|f|16:00)())") == ((None,) * 7, (), False)
    assert read_calendar_data("")[2] is True


@pytest.mark.parametrize("table", XER_TABLES)
def test_a_table_that_is_missing_is_no_crash(table: str) -> None:
    data = xer_of({name: rows for name, rows in XER_TABLES.items() if name != table})
    if table == "TASK":
        with pytest.raises(Refused) as refused:
            read_schedule(data)
        assert refused.value.codes == ["schedule_damaged"]
    else:
        assert len(list(read_schedule(data).activities)) == 3


def test_a_real_export_has_all_its_activities_and_relations(shared_data: Path) -> None:
    schedule = read_schedule((shared_data / "standards" / "schedule" / "real_p6_20.12_TaskSE.xer").read_bytes())
    kinds = [relation.kind for relation in schedule.relations]
    assert (len(list(schedule.activities)), len(schedule.tasks) - 52) == (52, 6)
    assert (len(kinds), kinds.count("FS"), kinds.count("SS"), kinds.count("FF")) == (61, 29, 16, 16)
    assert schedule.problems == ()


def test_other_exports_are_read_and_a_damaged_calendar_is_told(shared_data: Path) -> None:
    folder = shared_data / "standards" / "schedule" / "mpxj"
    found = {path.name: read_schedule(path.read_bytes()) for path in sorted(folder.glob("*.xer"))}
    assert {name: len(list(schedule.activities)) for name, schedule in found.items()} == {
        "PredecessorCalendar.xer": 1, "invalid-8.4.xer": 12, "resource-rates-test.xer": 1,
    }  # fmt: skip
    assert [problem.code for problem in found["invalid-8.4.xer"].problems] == ["schedule_calendar_unreadable"]
    assert len(found["resource-rates-test.xer"].assignments) == 5
