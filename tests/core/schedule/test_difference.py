"""Two imports of one schedule: what came, went and changed, by the names that people use; and the tasks as a calendar."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest

from awna.core.problems import Refused
from awna.core.schedule.difference import Change, compare, identity
from awna.core.schedule.model import Relation, Task
from awna.core.schedule.mspdi_writing import numbered
from awna.core.schedule.reading import read_schedule
from awna.core.standards.task_calendar import write_tasks

from .plans import CLINIC, at


def test_nothing_changed() -> None:
    assert not compare(CLINIC, CLINIC)
    assert not compare(CLINIC, numbered(CLINIC))  # other ids, the same codes


def test_tasks_dates_and_relations_that_changed() -> None:
    s1, t1, t2, t3, t4, t5 = CLINIC.tasks
    later = replace(
        CLINIC,
        tasks=(s1, replace(t1, finish=at(6, 16), duration_s=172_800), t2, replace(t3, parent=""), t4, Task("T6", "Paint", "P-1")),
        relations=(replace(CLINIC.relations[0], lag_s=0), *CLINIC.relations[1:]),
    )
    difference = compare(CLINIC, later)
    assert difference.key == "code"
    assert [task.code for task in difference.added] == ["P-1"]
    assert [task.code for task in difference.removed] == [t5.code]
    assert difference.changed == (Change("W-1", "finish", at(5, 16), at(6, 16)), Change("W-1", "duration_s", 144_000, 172_800))
    assert difference.moved == (Change("W-3", "parent", "1", ""),)
    assert difference.relations_removed == (Relation("W-1", "W-2", "FS", 3600),)
    assert difference.relations_added == (Relation("W-1", "W-2", "FS", 0),)


def test_without_codes_the_ids_serve() -> None:
    bare = replace(CLINIC, tasks=tuple(replace(task, code="") for task in CLINIC.tasks))
    assert identity(bare, bare) == "id"


def test_tasks_as_a_calendar_that_others_read() -> None:
    data = write_tasks(CLINIC, zone=ZoneInfo("Asia/Hebron"), changed=datetime(2026, 3, 3, tzinfo=UTC), host="example.org", product="Awna",
                       sequences={"T1": 2})  # fmt: skip
    events = {str(event["UID"]): event for event in icalendar.Calendar.from_ical(data).walk("VEVENT")}
    assert set(events) == {"W-1@example.org", "W-2@example.org", "W-3@example.org", "R-1@example.org"}
    wall = events["W-1@example.org"]
    assert (wall["SEQUENCE"], wall["DTSTART"].dt) == (2, datetime(2026, 3, 1, 6, tzinfo=UTC))
    assert str(wall["SUMMARY"]) == "W-1 جدار من البلوك"


def test_files_for_mpxj_say_what_is_missing() -> None:
    for data in (b"\xd0\xcf\x11\xe0rest", b"MPX,Microsoft Project", b"<?xml version='1.0'?><APIBusinessObjects/>"):
        with pytest.raises(Refused) as refused:
            read_schedule(data)
        assert refused.value.codes == ["schedule_needs_mpxj"]
    with pytest.raises(Refused) as refused:
        read_schedule(b"hello")
    assert refused.value.codes == ["schedule_form_unknown"]
