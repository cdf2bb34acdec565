"""Schedules of other programs: taken in whole, compared by identities that stay, taken back, and written again with every task, date and relation."""

import pytest

from awna.core.problems import Refused
from awna.core.schedule.mspdi import read_mspdi
from awna.core.schedule.reading import read_schedule
from awna.works.models import ScheduleChange, Task, WorkCalendar, WorkPart
from awna.works.schedule.importing import apply_file, look_at, upload_schedule
from awna.works.schedule.leaving import export_schedule, ical_bytes, mspdi_bytes
from awna.works.schedule.services import TaskFacts, add_task, edit_task, remove_task, undo_change
from tests.core.schedule.plans import XER_TABLES, link_to, mspdi_of, task_of, xer_of
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def upload(world, data, name="plan.xml", ask="u1"):
    return upload_schedule(campaign=world.campaign, data=data, filename=name, author=world.nour, request_id=ask)


def take_in(world, data, name="plan.xml", ask="u1", **more):
    return apply_file(file=upload(world, data, name, ask), author=world.nour, request_id=f"apply {ask}", **more)


def facts_of(schedule):
    """Tasks with their dates and relations, by code, whatever their numbers."""
    codes = {task.id: (task.kind == "summary", task.code or task.name) for task in schedule.tasks}
    tasks = {
        codes[task.id]: (task.name, task.kind, task.start, task.finish, task.duration_s, codes.get(task.parent)) for task in schedule.tasks
    }
    return tasks, {(codes[one.before], codes[one.after], one.kind, one.lag_s, one.elapsed) for one in schedule.relations}


def test_a_real_export_comes_in_whole_and_leaves_whole(world, shared_data):
    data = (shared_data / "standards" / "schedule" / "real_p6_20.12_TaskSE.xer").read_bytes()
    file = upload(world, data, "real.xer")
    look = look_at(file)
    assert (look.tasks, look.relations, look.held, look.blocking) == (52, 61, 0, ())
    assert look.counts == {"added": 52, "changed": 0, "removed": 0}
    assert not Task.objects.exists()
    change = apply_file(file=file, author=world.nour, request_id="apply")
    assert apply_file(file=file, author=world.nour, request_id="apply") == change
    assert (Task.objects.count(), WorkPart.objects.count()) == (52, 6)
    assert sum(task.dependencies.count() for task in Task.objects.all()) == 61
    assert WorkCalendar.objects.get().rest_days == [5, 6]
    assert look_at(file).rows == ()
    assert facts_of(read_mspdi(mspdi_bytes(world.campaign))) == facts_of(read_schedule(data))
    assert facts_of(read_schedule(mspdi_bytes(world.campaign))) == facts_of(export_schedule(world.campaign))
    assert ical_bytes(world.campaign, host="awna.example").count(b"BEGIN:VEVENT") == 52


def test_files_of_microsoft_project_come_in_and_leave_alike(world, shared_data):
    data = (shared_data / "standards" / "schedule" / "mpxj" / "sample.xml").read_bytes()
    take_in(world, data)
    assert (Task.objects.count(), WorkPart.objects.count()) == (16, 4)
    said, again = read_schedule(data), read_schedule(mspdi_bytes(world.campaign))
    assert len(again.tasks) == len(said.tasks)
    assert sorted((task.name, task.start, task.finish) for task in again.tasks if task.kind != "summary") == sorted(
        (task.name, task.start, task.finish) for task in said.tasks if task.kind != "summary"
    )
    assert len(again.relations) == len(said.relations)


def test_a_second_import_is_a_difference_by_identities_that_stay(world):
    take_in(world, xer_of(), "plan.xer")
    ids = dict(Task.objects.values_list("code", "pk"))
    assert sorted(ids) == ["A1", "A2", "A3"]
    rows = [row.replace("Pour", "Pour_again").replace("_40_", "_40_") for row in XER_TABLES["TASK"]]
    other = {**XER_TABLES, "TASK": [*rows[:3], rows[3].replace("A3", "A4").replace("22 11", "23 11")]}
    file = upload(world, xer_of(other), "plan.xer", "u2")
    assert [(row.code, row.word) for row in look_at(file).rows] == [("A1", "changed"), ("A4", "added")]
    assert ("A3", "removed") in [(row.code, row.word) for row in look_at(file, drop_missing=True).rows]
    change = apply_file(file=file, author=world.nour, request_id="second", drop_missing=True)
    assert Task.objects.get(code="A1").pk == ids["A1"] and not Task.objects.filter(code="A3").exists()
    undo_change(change=change, author=world.nour, request_id="back")
    assert dict(Task.objects.values_list("code", "pk")) == ids
    assert Task.objects.get(code="A1").name == "Pour"


def test_rows_that_cannot_stand_are_told_and_the_rest_comes(world):
    ring = mspdi_of(task_of(1, link_to(3)) + task_of(2, link_to(1)) + task_of(3, link_to(2)) + task_of(4, link_to(9)) + task_of(5, link_to(
        4, "<Type>1</Type><LinkLag>-4800</LinkLag>")))  # fmt: skip
    look = look_at(upload(world, ring))
    assert {"schedule_circle", "schedule_relation_dangling", "schedule_negative_lag"} <= {problem.code for problem in look.problems}
    assert (look.tasks, look.relations, look.held) == (5, 3, 2)
    apply_file(file=look.file, author=world.nour, request_id="a")
    assert list(Task.objects.get(code="T5").dependencies.values_list("before__code", "kind", "lag")) == [("T4", "FS", -2)]


def test_other_code_pages_are_read_and_told(world):
    arabic = xer_of({**XER_TABLES, "PROJWBS": ["wbs_id parent_wbs_id wbs_short_name wbs_name", "10 99 C Clinic", "11 10 C.1 Part"]})
    look = look_at(upload(world, arabic.replace(b"Pour", "صب الخرسانة".encode("cp1256")), "plan.xer"))
    assert "صب الخرسانة" in [row.name for row in look.rows]
    assert "schedule_encoding_guessed" in [problem.code for problem in look.problems]


def test_what_is_no_schedule_is_refused_and_leaves_nothing(world):
    for data, code in (
        (b"\x00\x01 nothing", "schedule_form_unknown"),
        (b"<Project>", "schedule_damaged"),
        (b"MPX,", "schedule_needs_mpxj"),
    ):
        with pytest.raises(Refused) as refused:
            upload(world, data)
        assert refused.value.codes == [code]
    assert not world.campaign.schedule_files.exists()


def test_our_table_comes_in_through_the_same_page(world):
    table = (
        b"kind,id,name,duration,predecessors,earliest,quantity\ncalendar,start,,,,2026-10-05,2\ntask,A,Dig,4,,,\ntask,B,Pour,2,AFS+2,,\n"
    )
    take_in(world, table, "tasks.csv")
    assert list(Task.objects.get(code="B").dependencies.values_list("before__code", "lag")) == [("A", 2)]
    with pytest.raises(Refused):
        upload(world, table.replace(b"4,,,", b"four,,,"), "tasks.csv", "u2")
    ring = upload(world, table.replace(b"Dig,4,,,", b"Dig,4,B,,"), "tasks.csv", "u3")
    assert look_at(ring).blocking
    with pytest.raises(Refused):
        apply_file(file=ring, author=world.nour, request_id="bad")
    assert Task.objects.count() == 2


def test_tasks_by_hand_and_back(world):
    lead, campaign = world.nour, world.campaign
    take_in(world, xer_of(), "plan.xer")
    added = add_task(
        campaign=campaign, code="B1", facts=TaskFacts("Paint", 4, waits=[("A1", "FS", 2, "work")]), author=lead, request_id="1"
    )
    assert add_task(campaign=campaign, code="B1", facts=TaskFacts("Other", 9), author=lead, request_id="1") == added
    with pytest.raises(Refused) as refused:
        edit_task(
            task=Task.objects.get(code="A1"), facts=TaskFacts("Pour", 4, waits=[("B1", "FS", 0, "work")]), author=lead, request_id="2"
        )
    assert refused.value.codes == ["schedule_circle"]
    removed = remove_task(task=Task.objects.get(code="A1"), author=lead, request_id="3")
    assert not Task.objects.get(code="B1").dependencies.exists()
    with pytest.raises(Refused) as refused:
        undo_change(change=added, author=lead, request_id="4")
    assert refused.value.codes == ["changed_since"]
    undo_change(change=removed, author=lead, request_id="5")
    assert Task.objects.get(code="B1").dependencies.get().before.code == "A1"
    undo_change(change=added, author=lead, request_id="6")
    assert not Task.objects.filter(code="B1").exists()
    assert ScheduleChange.objects.filter(kind="undone").count() == 2
    with pytest.raises(Refused) as refused:
        add_task(campaign=campaign, code="X", facts=TaskFacts("X", 1), author=world.karim, request_id="7")
    assert refused.value.codes == ["role_may_not_do_this"]
