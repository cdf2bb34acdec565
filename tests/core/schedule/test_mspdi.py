"""Microsoft Project XML: what is written reads back equal, and every oddity of a file is told by its place."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.problems import Refused
from awna.core.schedule.model import RELATION_KINDS, Except, Relation, Schedule, Task
from awna.core.schedule.mspdi import read_mspdi
from awna.core.schedule.mspdi_writing import numbered, write_mspdi
from awna.core.schedule.reading import read_schedule

from .plans import CLINIC, at, link_to, mspdi_of, task_of

ROOT = Path(__file__).resolve().parents[3]


def facts(schedule: Schedule) -> Schedule:
    """What a file says, without what was noticed on reading it."""
    return replace(schedule, problems=(), notes=())


def test_a_written_schedule_reads_back_equal() -> None:
    again = read_schedule(write_mspdi(CLINIC))
    assert facts(again) == facts(numbered(CLINIC))
    assert again.problems == ()


names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20).map(str.strip)
moments = st.datetimes(at(1), at(28)).map(lambda moment: moment.replace(microsecond=0))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    tasks = [
        Task(str(number), draw(names), draw(names), str(draw(st.integers(1, number - 1))) if number > 1 and draw(st.booleans()) else "",
             draw(st.sampled_from(["task", "milestone", "summary", "level_of_effort"])), (start := draw(moments)), draw(st.datetimes(start, at(30))).replace(
                 microsecond=0), draw(st.integers(0, 10**7)), draw(st.booleans()), draw(st.integers(0, 100)))
        for number in range(1, draw(st.integers(2, 8)))
    ]  # fmt: skip
    links = [
        Relation(str(one), str(other), draw(st.sampled_from(RELATION_KINDS)), draw(st.integers(-999, 999)) * 6, draw(st.booleans()))
        for other in range(2, len(tasks) + 1)
        for one in [draw(st.integers(1, other - 1))]
    ]
    return Schedule("Plan", at(1), at(28), tasks=tuple(tasks), relations=tuple(links))


@settings(max_examples=25, deadline=None)
@given(schedules())
def test_any_schedule_keeps_every_task_date_and_relation(schedule: Schedule) -> None:
    again = read_mspdi(write_mspdi(schedule))
    plan = numbered(schedule)
    assert again.tasks == plan.tasks
    assert sorted((*again.relations, *again.held), key=str) == sorted(set(plan.relations), key=str)


def test_circles_are_named_and_one_relation_is_held() -> None:
    ring = mspdi_of(task_of(1, link_to(3)) + task_of(2, link_to(1)) + task_of(3, link_to(2)) + task_of(4, link_to(3)))
    schedule = read_mspdi(ring)
    assert [problem.code for problem in schedule.problems] == ["schedule_circle"]
    assert (len(schedule.relations), len(schedule.held)) == (3, 1)
    assert "Task 1 → Task 2 → Task 3 → Task 1" in str(schedule.problems[0]) or "Task 3 → Task 1 → Task 2 → Task 3" in str(
        schedule.problems[0]
    )


def test_a_ring_of_many_tasks_is_no_crash() -> None:
    many = "".join(task_of(number, link_to(number % 3000 + 1)) for number in range(1, 3001))
    assert [problem.code for problem in read_mspdi(mspdi_of(many)).problems] == ["schedule_circle"]


def test_dangling_and_own_links_are_held() -> None:
    schedule = read_mspdi(mspdi_of(task_of(1, link_to(9)) + task_of(2, link_to(2)) + task_of(3, link_to(1))))
    assert [problem.code for problem in schedule.problems] == ["schedule_relation_dangling", "schedule_relation_to_itself"]
    assert [(one.before, one.after) for one in schedule.relations] == [("1", "3")]


def test_negative_lags_stay_and_are_named() -> None:
    schedule = read_mspdi(mspdi_of(task_of(1) + task_of(2, link_to(1, "<Type>1</Type><LinkLag>-4800</LinkLag>"))))
    assert schedule.relations == (Relation("1", "2", "FS", -28_800),)
    assert [problem.code for problem in schedule.problems] == ["schedule_negative_lag"]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<Start>tomorrow</Start>", "schedule_date_unreadable"),
        ("<Duration>eight hours</Duration>", "schedule_duration_unreadable"),
        ("<ConstraintType>12</ConstraintType>", "schedule_constraint_unknown"),
        ("<CalendarUID>77</CalendarUID>", "schedule_calendar_dangling"),
        ("<Start>2026-03-02T08:00:00</Start><Finish>2026-03-01T08:00:00</Finish>", "schedule_finish_before_start"),
        ("<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>9</Type></PredecessorLink>", "schedule_relation_kind_unknown"),
    ],
)
def test_a_bad_element_is_told_by_its_line_and_the_rest_is_read(inside: str, code: str) -> None:
    schedule = read_mspdi(mspdi_of(f"\n{task_of(1)}\n{task_of(2, inside)}\n"))
    assert [problem.code for problem in schedule.problems] == [code]
    assert schedule.problems[0].where == "line 3"
    assert len(schedule.tasks) == 2


def test_a_task_without_its_number_is_left_out() -> None:
    schedule = read_mspdi(mspdi_of(task_of(1) + task_of(1) + "<Task><Name>x</Name></Task>"))
    assert [problem.code for problem in schedule.problems] == ["schedule_number_missing"] * 2


def test_feasts_of_several_days_are_read_and_recurring_ones_are_not_guessed() -> None:
    def calendar(kind: int) -> str:
        return (
            "<Calendars><Calendar><UID>1</UID><Exceptions><Exception><TimePeriod><FromDate>2026-03-19T00:00:00</FromDate>"
            f"<ToDate>2036-03-21T23:59:00</ToDate></TimePeriod><Name>Feast</Name><Type>{kind}</Type></Exception></Exceptions></Calendar></Calendars>"
        )

    assert read_mspdi(mspdi_of("", calendar(1))).calendars[0].exceptions == (Except(date(2026, 3, 19), date(2036, 3, 21), (), "Feast"),)
    recurring = read_mspdi(mspdi_of("", calendar(2)))
    assert (recurring.calendars[0].exceptions, [one.code for one in recurring.problems]) == ((), ["schedule_exception_recurs"])


def test_what_is_not_taken_is_counted() -> None:
    schedule = read_mspdi(mspdi_of(task_of(1, "<Cost>100</Cost><ACWP>0.0</ACWP>") + task_of(2, "<Cost>7</Cost>")))
    assert [dict(note.params) for note in schedule.notes] == [{"name": "Task/Cost", "count": 2}]


def test_entities_and_other_xml_are_refused() -> None:
    for data in (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><Project>&x;</Project>', b"<Plan/>", b"<Project>", b"<" * 50):
        with pytest.raises(Refused) as refused:
            read_schedule(data)
        assert refused.value.codes == ["schedule_damaged"]


def test_files_of_microsoft_project_read_back_equal(shared_data: Path) -> None:
    counts = {"sample.xml": (20, 6), "sample1.xml": (23, 6), "task-durations-project2019-mspdi.xml": (111, 0)}
    for name, (tasks, relations) in counts.items():
        schedule = read_schedule((shared_data / "standards" / "schedule" / "mpxj" / name).read_bytes())
        assert (len(schedule.tasks), len(schedule.relations)) == (tasks, relations)
        assert facts(read_schedule(write_mspdi(schedule))) == facts(numbered(schedule))


# -- mpxj, in an environment of its own (requirements/schedule.txt) -------------------------------------------------------

PEER = ROOT / "var" / "schedule-peer" / "bin" / "python"
ASK_MPXJ = """
import sys, jpype, mpxj
jpype.startJVM("-Xmx256m")
from org.mpxj.reader import UniversalProjectReader
plan = UniversalProjectReader().read(sys.argv[1])
for task in plan.getTasks():
    links = sorted(f"{link.getPredecessorTask().getUniqueID()}{link.getType()}" for link in task.getPredecessors())
    print(task.getUniqueID(), task.getStart(), task.getFinish(), task.getPercentageComplete(), *links)
"""


def mpxj_python() -> str:
    python = os.environ.get("AWNA_MPXJ_PYTHON") or (str(PEER) if PEER.exists() else sys.executable)
    there = subprocess.run([python, "-c", "import mpxj, jpype"], capture_output=True, check=False).returncode == 0
    if not there or not shutil.which("java"):
        pytest.skip("Java is not installed, or mpxj (make var/schedule-peer from requirements/schedule.txt, or name AWNA_MPXJ_PYTHON)")
    return python


def lines_of(schedule: Schedule) -> list[str]:
    links: dict[str, list[str]] = {task.id: [] for task in schedule.tasks}
    for one in schedule.relations:
        links[one.after].append(f"{one.before}{one.kind}")
    return [
        " ".join([task.id, *(moment.isoformat(timespec="minutes") if moment else "None" for moment in (task.start, task.finish)), str(task.percent),
                  *sorted(links[task.id])])
        for task in schedule.tasks
    ]  # fmt: skip


def asked(python: str, path: Path) -> list[str]:
    told = subprocess.run([python, "-c", ASK_MPXJ, str(path)], capture_output=True, text=True, check=True, timeout=120)
    return [line.strip() for line in told.stdout.splitlines()]


@pytest.mark.compiled
def test_mpxj_reads_our_file_alike(tmp_path: Path) -> None:
    python = mpxj_python()
    path = tmp_path / "clinic.xml"
    path.write_bytes(write_mspdi(CLINIC))
    assert asked(python, path) == lines_of(numbered(CLINIC))


@pytest.mark.compiled
@pytest.mark.shared
def test_mpxj_reads_the_primavera_plan_alike_after_us(shared_data: Path, tmp_path: Path) -> None:
    python = mpxj_python()
    schedule = numbered(read_schedule((shared_data / "standards" / "schedule" / "real_p6_20.12_TaskSE.xer").read_bytes()))
    path = tmp_path / "plan.xml"
    path.write_bytes(write_mspdi(schedule))
    told = [line for line in asked(python, path) if " None " not in line]
    assert told == [line for line in lines_of(schedule) if " None " not in line]
    assert len(told) == 52


@pytest.mark.compiled
@pytest.mark.shared
def test_mpxj_opens_what_only_it_reads(shared_data: Path) -> None:
    path = shared_data / "standards" / "schedule" / "mpxj" / "sample.mpx"
    code = "import sys; from awna.core.schedule.foreign import convert; sys.stdout.buffer.write(convert(open(sys.argv[1], 'rb').read(), '.mpx'))"
    told = subprocess.run([mpxj_python(), "-c", code, str(path)], capture_output=True, check=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    schedule = read_schedule(path.read_bytes(), convert=lambda data, ending: told.stdout)
    assert len(list(schedule.tasks)) > 5
