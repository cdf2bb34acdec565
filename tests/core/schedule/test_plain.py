"""Schedules pass through JSON whole, with their problems and notes."""

import json
from base64 import b64encode
from pathlib import Path

from awna.core.schedule.mspdi_writing import write_mspdi
from awna.core.schedule.plain import read_plain, schedule_from_plain, schedule_to_plain
from awna.core.schedule.reading import read_schedule

from .plans import CLINIC, xer_of


def test_a_schedule_comes_back_equal() -> None:
    for schedule in (CLINIC, read_schedule(xer_of()), read_schedule(write_mspdi(CLINIC))):
        assert schedule_from_plain(json.loads(json.dumps(schedule_to_plain(schedule)))) == schedule


def test_a_file_is_read_with_plain_values_on_both_sides(shared_data: Path) -> None:
    data = (shared_data / "standards" / "schedule" / "real_p6_20.12_TaskSE.xer").read_bytes()
    answer = json.loads(json.dumps(read_plain({"data": b64encode(data).decode()})))
    assert schedule_from_plain(answer) == read_schedule(data)


def test_what_another_program_made_of_it_is_read_instead() -> None:
    made = {"data": b64encode(b"MPX,").decode(), "xml": b64encode(write_mspdi(CLINIC)).decode()}
    assert len(schedule_from_plain(read_plain(made)).tasks) == len(CLINIC.tasks)
