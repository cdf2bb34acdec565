"""Our table, PSPLIB and JSON: what reads, what is refused and where the refusal points."""

import json

import pytest

from awna.core.planning.command import as_dict, make_plan
from awna.core.planning.events import CrossingClosed, apply_event
from awna.core.planning.formats.json_project import project_from_json, to_json
from awna.core.planning.formats.recognise import read_project
from awna.core.planning.formats.table import read_table
from awna.core.planning.problem import Precedence, Stock
from awna.core.problems import Refused

from .projects import clinic

TABLE = """\
kind,id,name,method,duration,predecessors,skills,machines,materials,money,site,earliest,languages,quantity,unit,windows,crossing
calendar,,,,,,,,,,,2026-11-14,,2,,fr,
task,T1,Ground slab,,4,,,mixer,cement:40 bag; sand:2.5,works:500.50,clinic,,,120,m2,,
task,T2,Walls,,3d,T1FS+2,mason:2,,cement:60,,clinic,2026-11-18,,,,,
task,T3,Roof,by hand,5,T2SS+3;T1,mason:1,,,,clinic,,,,,0..90,
task,T3,Roof,crane,3,,,crane:1,,,clinic,,,,,,
person,Rana,,,,,mason,,,,,,ar,,,,
person,Tom,,,,,mason,,,,,,en,,,,
person,Huda,,,,,interpreter,,,,,,ar;en,,,0..60,
machine,mixer,,,,,,,,,,,,1,,5..8=0,
machine,crane,,,,,,,,,,,,1,,,
stock,cement,,,,,,,,,,,,40,bag,,
stock,sand,,,,,,,,,,,,10,m3,,
money,works,,,,,,,,,,,,0,USD,,
delivery,cement,,,,,,,,,,6,,80,bag,,north
delivery,works,,,,,,,,,,1,,600,,,
crossing,north,,,,,,,,,,,,1,,0..5; 9..,
site,clinic,,,,,,,,,,,ar,,,,
"""


def refusal(table: str) -> str:
    with pytest.raises(Refused) as refused:
        read_table(table.encode())
    return str(refused.value)


def test_the_table_reads_and_plans() -> None:
    project = read_table(TABLE.encode())
    assert project.precedences == (Precedence("T1", "T2", "FS", 2), Precedence("T2", "T3", "SS", 3), Precedence("T1", "T3"))
    assert project.task("T2").methods[0].duration == 6
    assert project.task("T2").earliest == 8  # four days of two slots after Saturday the 14th
    assert [method.name for method in project.task("T3").methods] == ["by hand", "crane"]
    assert project.task("T1").work == "120 m2"
    planned = read_project(TABLE.encode(), "clinic.csv")
    result = as_dict(planned, make_plan(planned, schedules=50))
    tasks = {task["id"]: task for task in result["tasks"]}
    assert tasks["T1"]["draws"] == {"cement": 40, "sand": 2.5, "works": 500.5}
    assert {seat["person"] for seat in tasks["T2"]["crew"]} == {"Rana", "Tom", "Huda"}
    assert tasks["T2"]["start"] == 9
    assert result["lower_bound"] <= result["objective"] == result["finish"]


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("duration", "length", "length", ""),
        (",3d,", ",3 weeks,", "3 weeks is no duration", "row 4, column duration"),
        ("cement:40 bag", "cement:40 kg", "counted in bag", "row 3, column materials"),
        ("2026-11-18", "18.11.2026", "neither a slot number nor a date", "row 4, column earliest"),
        ("2026-11-18", "2025-11-18", "before the first day", "row 4, column earliest"),
        ("T1FS+2", "T9FS+2", "T9FS+2 names no task", "row 4, column predecessors"),
        ("mason:2", "mason:two", "two is no count", "row 4, column skills"),
        ("cement:60", "gravel:60", "takes gravel", "row 4, column materials"),
        ("5..8=0", "8..5=0", "ends before it starts", "row 10"),
        ("person,Tom", "robot,Tom", "robot is no kind of row", "row 8, column kind"),
        ("T3,Roof,crane", "T3,Roof,", "stands in row 5 already", "row 6"),
        ("site,clinic,,", "site,clinic,", "16 cells", "row 18"),
    ],
)
def test_a_bad_cell_is_refused_with_its_row(old: str, new: str, code: str, place: str) -> None:
    assert old in TABLE
    message = refusal(TABLE.replace(old, new, 1))
    assert code in message
    assert place in message


def test_all_bad_cells_are_told_at_once() -> None:
    message = refusal(TABLE.replace("mason:2", "mason:two").replace("5..8=0", "x"))
    assert "row 4" in message
    assert "row 10" in message


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b'id,name\n"open', b"name\nx\n"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        make_plan(read_project(data, "x.csv"), schedules=1)


@pytest.mark.parametrize(
    ("table", "code", "text"),
    [
        ("id,duration,predecessors\nA,1,C\nB,1,A\nC,1,B\n", "dependency_circle", "A > B > C > A"),
        ("id,duration,skills\nA,1,welder:1\n", "skill_nobody_has", "welder"),
        ("kind,id,duration,materials,quantity\ntask,A,1,cement:9,\nstock,cement,,,4\n", "stock_never_suffices", "need 9 "),
        ("kind,id,duration,machines,quantity\ntask,A,1,crane:2,\nmachine,crane,,,1\n", "machine_never_suffices", "crane"),
        ("id,duration\n", "project_has_no_tasks", "no tasks"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(table: str, code: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        make_plan(read_project(table.encode(), "x.csv"), schedules=1)
    assert refused.value.codes == [code]
    assert text in str(refused.value)


def test_a_window_that_never_meets_the_cement_is_refused_with_the_task() -> None:
    project = apply_event(clinic(), CrossingClosed("north", 0, 70))
    with pytest.raises(Refused) as refused:
        make_plan(project, schedules=5)
    assert refused.value.codes == ["task_found_no_place"]
    assert "walls" in str(refused.value)


def test_json_gives_the_same_project_back() -> None:
    for project in (clinic(), read_table(TABLE.encode())):
        assert project_from_json(to_json(project)) == project


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"tasks": 3}, "$.tasks"),
        ({"tasks": [{"id": "A", "methods": [{"duration": "4"}]}]}, "$.tasks[0].methods[0].duration"),
        ({"tasks": [], "weather": []}, "weather"),
        ({}, "tasks"),
        ({"tasks": [], "precedences": [{"before": "A", "after": "B", "kind": "XX"}]}, "$.precedences[0].kind"),
    ],
)
def test_wrong_json_is_refused_with_its_path(change: dict[str, object], place: str) -> None:
    with pytest.raises(Refused) as refused:
        make_plan(read_project(json.dumps(change).encode(), "x.json"), schedules=1)
    assert place in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"PRECEDENCE RELATIONS:\n 1 1 2 2\n*****\n", b"\x00" * 40])
def test_a_damaged_psplib_file_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        make_plan(read_project(data, "x.sm"), schedules=1)
    assert refused.value.codes == ["psplib_file_is_damaged"]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_project(b"", "plan.mpp")
    assert refused.value.codes == ["file_format_unknown"]


def test_known_stocks_need_no_row_and_keep_their_steps() -> None:
    table = b"id,duration,materials\nA,1,cement:2.5\n"
    assert read_table(table, known_stocks=(Stock("cement", scale=10),)).task("A").methods[0].materials == {"cement": 25}
    with pytest.raises(Refused) as refused:
        read_table(table, known_stocks=(Stock("cement"),))
    assert refused.value.codes == ["quantity_too_fine"]
