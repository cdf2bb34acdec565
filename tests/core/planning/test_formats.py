"""Each file form: a small project of our own reads as it should, damage is told with its line, and all shared files read."""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from awna.core.planning.formats.mspdi import read_mspdi
from awna.core.planning.formats.mspsp import read_mspsp
from awna.core.planning.formats.patterson import read_patterson
from awna.core.planning.formats.psplib import read_psplib
from awna.core.planning.formats.recognise import read_project
from awna.core.planning.formats.xer import read_xer
from awna.core.planning.problem import Precedence, Project
from awna.core.planning.validate import validate
from awna.core.problems import Refused

HERE = Path(__file__).parent / "files"
DATA = Path(__file__).parents[4] / "shared" / "data" / "planning"
shared = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not DATA.exists() and not os.environ.get("AWNA_REQUIRE_SHARED"), reason="the shared planning instances are not beside the project"
    ),
]


def file(name: str) -> bytes:
    return (HERE / name).read_bytes()


def test_a_multi_mode_file_gives_methods_and_stocks() -> None:
    project = read_psplib(file("well.mm"))
    dig = project.task("2")
    assert [method.duration for method in dig.methods] == [3, 7]
    assert dig.methods[0].machines == {"R1": 2}
    assert dig.methods[1].materials == {"N1": 1}
    assert project.stocks[0].opening == 9
    assert Precedence("2", "3") in project.precedences


def test_a_patterson_file_gives_tasks_and_resources() -> None:
    project = read_patterson(file("well.rcp"))
    assert [task.methods[0].duration for task in project.tasks] == [0, 3, 2, 0]
    assert project.task("2").methods[0].machines == {"R1": 2}
    assert [resource.capacity for resource in project.resources] == [2, 1]


def test_a_cpr_file_gives_what_is_taken_and_what_is_made() -> None:
    project = read_patterson(file("crusher.rcp"))
    crush, lay = project.task("2").methods[0], project.task("3").methods[0]
    assert (crush.materials, crush.gives) == ({"Q1": 2}, {"Q2": 5})
    assert (lay.materials, lay.gives) == ({"Q2": 4}, {})
    assert validate(project) == []
    marks = read_patterson(file("crusher.rcp").replace(b"0 0 0 0 0 0 2 2 3", b"0 0 9 0 0 9 2 2 3"))
    assert marks == project  # what the mark of the begin is said to take and give does not count


def test_a_multi_skill_file_gives_seats_and_people() -> None:
    project = read_mspsp(file("roof.dzn"))
    assert project.task("2").methods[0].skills == {"S1": 1, "S2": 1}
    assert project.people[1].skills == {"S1", "S2"}
    assert project.precedences == (Precedence("1", "2"), Precedence("2", "3"))


def test_a_project_xml_gives_links_lags_calendars_and_resources() -> None:
    project = read_mspdi(file("clinic.xml"))
    assert [task.name for task in project.tasks] == ["Slab", "Walls", "Roof", "Paint", "Opened"]
    assert project.task("2").methods[0].duration == 6  # three days of two slots
    assert set(project.precedences) == {
        Precedence("2", "3", "FS", 48, unit="elapsed"),  # two days of the clock
        Precedence("3", "4", "SS", 1),  # four working hours
        Precedence("3", "5", "FF", 0),
        Precedence("4", "6"),
        Precedence("5", "6"),  # both under the summary that the opening waits for
        Precedence("3", "6"),
        Precedence("2", "6"),
    }
    calendar = project.calendar
    assert calendar is not None
    assert (calendar.origin, calendar.rest_weekdays, calendar.holidays) == (date(2026, 11, 2), {4}, {date(2026, 11, 5)})
    assert project.resources[0].capacity == 200
    assert project.task("3").methods[0].machines == {"R1": 150}
    assert project.task("5").earliest == calendar.slot_of(date(2026, 11, 11))
    assert project.task("5").site == "C2"
    assert project.sites[0].hours is not None and project.sites[0].hours.rest_weekdays == {5}


def test_a_primavera_file_gives_activities_links_and_working_days() -> None:
    project = read_xer(file("clinic.xer"))
    assert [task.id for task in project.tasks] == ["A10", "A20"]
    assert project.task("A10").methods[0].duration == 4
    assert project.task("A20").methods[0].machines == {"MASON": 100}
    assert project.precedences == (Precedence("A10", "A20", "SS", 2),)
    assert project.calendar is not None and project.calendar.rest_weekdays == {4, 5}


@pytest.mark.parametrize("name", ["well.mm", "well.rcp", "crusher.rcp", "roof.dzn", "clinic.xml", "house.csv"])
def test_a_file_is_known_by_its_content(name: str) -> None:
    assert read_project(file(name), "upload.bin").tasks


DAMAGE: list[tuple[str, str, str, str]] = [
    ("well.mm", "2     2     1     3", "2     2     4     3", "line 14"),
    ("well.mm", "        2     7", "        3     7", "line 23"),
    ("well.mm", "   9\n", "   \n", "PSPLIB"),
    ("well.rcp", "3 2 0 1 3", "3 2 0 1 9", "line 4"),
    ("well.rcp", "2 1\n", "2 x\n", "line 2"),
    ("crusher.rcp", "0 0 0 0 0 0 0\n", "0 0\n", "line 6"),
    ("roof.dzn", "true, false", "true, maybe", "line 10"),
    ("roof.dzn", "succ = [2, 3]", "succ = [2, 7]", "line 14"),
    ("roof.dzn", "nActs = 3;", "nActs = many;", "line 2"),
    ("clinic.xml", "PT24H0M0S", "three days", "line 39"),
    ("clinic.xml", "<UID>3</UID>", "<UID>x</UID>", "line 43"),
    ("clinic.xml", "</Tasks>", "", "line"),
    ("clinic.xml", "<Project ", '<!DOCTYPE x [<!ENTITY a "b">]><Project ', "DTD"),
]


@pytest.mark.parametrize(("name", "old", "new", "told"), DAMAGE)
def test_damage_is_told_with_its_line(name: str, old: str, new: str, told: str) -> None:
    text = file(name).decode()
    assert old in text
    with pytest.raises(Refused) as refused:
        read_project(text.replace(old, new, 1).encode(), name)
    assert told in str(refused.value)


@pytest.mark.parametrize("name", ["well.mm", "well.rcp", "crusher.rcp", "roof.dzn", "clinic.xml", "clinic.xer", "house.csv"])
def test_random_damage_is_refused_or_read_and_never_a_traceback(name: str) -> None:
    rng, whole = random.Random(7), file(name) + b"\n" * 250
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(data) - 30)
            match rng.randrange(3):
                case 0:
                    data[place] = rng.randrange(256)
                case 1:
                    del data[place : place + rng.randrange(1, 30)]
                case _:
                    data[place:place] = rng.choice([b"-1", b"999999999999", b"\n", b";", b"<", b"\xff", b" 7 "])
        try:
            validate(read_project(bytes(data), name))
        except Refused as refused:
            assert str(refused)


def every_file() -> list[Path]:
    return sorted(path for path in DATA.rglob("*") if path.suffix in (".sm", ".rcp", ".dzn") or path.parent.name == "mmlib")


NEVER_SUFFICE = {"ConsProd_j3043_1", "ConsProd_j3021_5"}  # published as infeasible, for all takes are more than all that there is


@pytest.mark.shared
@shared[1]
def test_every_shared_file_reads() -> None:
    files = every_file()
    assert len(files) > 1000
    for path in files:
        project = read_project(path.read_bytes(), path.name)
        assert [problem.code for problem in validate(project)] == (["stock_never_suffices"] if path.stem in NEVER_SUFFICE else []), (
            path.name
        )


def as_lists(project: Project) -> list[tuple[list[tuple[int, list[int]]], set[int]]]:
    """Durations, needs in the order of the resources, and successors, as the other reader gives them."""
    goods = [resource.id for resource in project.resources] + [stock.id for stock in project.stocks]
    after: dict[str, set[int]] = {task.id: set() for task in project.tasks}
    place = {task.id: index for index, task in enumerate(project.tasks)}
    for edge in project.precedences:
        after[edge.before].add(place[edge.after])
    return [
        ([(m.duration, [m.machines.get(name, m.materials.get(name, 0)) for name in goods]) for m in task.methods], after[task.id])
        for task in project.tasks
    ]


@pytest.mark.shared
@shared[1]
@pytest.mark.parametrize(
    ("folder", "pattern", "form"), [("psplib", "**/*.sm", "psplib"), ("rg300", "*.rcp", "patterson"), ("mmlib", "*.txt", "mplib")]
)
def test_the_library_psplib_reads_the_same(folder: str, pattern: str, form: str) -> None:
    psplib = pytest.importorskip("psplib", reason="the test oracle psplib is not installed")
    files = sorted((DATA / folder).glob(pattern))[::12]
    assert files
    for path in files:
        other = psplib.parse(path, instance_format="psplib" if form == "mplib" else form)
        theirs = [([(mode.duration, list(mode.demands)) for mode in job.modes], set(job.successors)) for job in other.activities]
        assert as_lists(read_project(path.read_bytes(), path.name)) == theirs, path.name
