"""`awna plan`: without a database, JSON on standard output, progress on standard error, exit codes 0, 1 and 2."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

TABLE = "id,duration,predecessors\nslab,4,\nwalls,6,slabFS+2\nroof,3,wallsSS+3\n"
EXIT_MISUSED = 2


def awna(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AWNA_DATA_DIR": str(cwd / "data"), "AWNA_DATABASE_URL": ""}
    command = [sys.executable, "-m", "awna.cli", "plan", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_a_table_gives_json_and_a_chart(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text(TABLE)
    done = awna("site.csv", "--json", "--schedules", "20", "--svg", "chart.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["status"], result["finish"], result["lower_bound"]) == ("optimal", 12, 12)
    assert [task["start"] for task in result["tasks"]] == [0, 6, 9]
    assert "finish 12" in done.stderr
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")
    assert not list((tmp_path / "data").glob("*.sqlite3"))


def test_a_circle_is_refused_with_its_tasks(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text("id,duration,predecessors\nA,1,B\nB,1,A\n")
    done = awna("site.csv", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert "A > B > A" in done.stderr
    assert done.stdout == ""


def test_a_missing_file_and_a_wrong_option_differ(tmp_path: Path) -> None:
    assert awna("none.csv", cwd=tmp_path).returncode == 1
    assert awna("none.csv", "--schedules", "0", cwd=tmp_path).returncode == EXIT_MISUSED
    assert awna(cwd=tmp_path).returncode == EXIT_MISUSED


CLINIC = (Path(__file__).parents[2] / "core" / "planning" / "files" / "house.csv").read_text()
ROADWORK = """\
kind,id,duration,predecessors,quantity,unit,materials,earliest,crossing,name,windows
task,slab,4,,,,cement:2,,,,
task,walls,6,slab,,,cement:2,,,,
task,paint,2,,,,,,,,
stock,cement,,,2,bag,,,,,
delivery,cement,,,2,bag,,3,north,lorry,
crossing,north,,,,,,,,,
"""


def test_a_running_plan_is_replanned_in_three_ways(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text(ROADWORK)
    first = awna("site.csv", "--json", "--schedules", "5", cwd=tmp_path)
    (tmp_path / "plan.json").write_text(first.stdout)
    arguments = ("site.csv", "--baseline", "plan.json", "--event", "closed:north:2..9", "--schedules", "6")
    done = awna(*arguments, "--json", "--svg", "chart.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [way["name"] for way in result["options"]] == ["least change", "balanced", "fastest"]
    assert result["now"] == 2
    assert result["repair"]["moved"] == [{"id": "walls", "old_start": 4, "new_start": 9, "crew_changed": False}]
    assert (tmp_path / "chart.svg").exists()
    table = awna(*arguments, cwd=tmp_path)
    assert "least change: finish 15 (was 10), 1 tasks moved" in table.stdout
    wrong = awna("site.csv", "--baseline", "plan.json", "--event", "flooded:north", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "flooded:north is no event" in wrong.stderr


def test_a_plan_is_simulated_and_two_files_are_planned(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text(ROADWORK)
    (tmp_path / "house.csv").write_text(CLINIC)
    done = awna("site.csv", "house.csv", "--json", "--schedules", "5", "--simulate", "40", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    site, house = json.loads(done.stdout)
    assert site["finish"] == 10
    assert site["simulation"]["milestones"][0]["p50"] >= 10
    assert set(site["simulation"]["crossings"]) == {"north"}
    assert house["simulation"]["crossings"] == {}


def test_ctrl_c_gives_the_best_plan_so_far(tmp_path: Path) -> None:
    rows = "".join(f"T{n},{1 + n * 7 % 5},{f'T{n - 3}' if n > 2 else ''},crew:{1 + n % 3}\n" for n in range(60))
    (tmp_path / "site.csv").write_text(
        f"kind,id,duration,predecessors,machines,quantity\n{''.join('task,' + row.rstrip() + ',' + chr(10) for row in rows.splitlines())}machine,crew,,,,4\n"
    )
    environment = {**os.environ, "AWNA_DATA_DIR": str(tmp_path / "data"), "AWNA_DATABASE_URL": ""}
    command = [sys.executable, "-m", "awna.cli", "plan", "site.csv", "--json", "--seconds", "300"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "finish" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(json.loads(out)["tasks"]) == 60


DATED = """\
kind,id,name,duration,predecessors,materials,quantity,unit,earliest,crossing,windows
calendar,c,,,,,2,,2026-12-01,,fr;sa
task,slab,Ground slab of the new building and its yard,4,,cement:2,,,,,
task,walls,,6,slab,cement:2,,,,,
stock,cement,,,,,2,bag,,,
delivery,cement,lorry,,,,2,bag,2026-12-03,north,
crossing,north,,,,,,,,,0..2;10..
"""


def test_days_are_told_and_drawn_where_there_is_a_calendar(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text(DATED)
    done = awna("site.csv", "--schedules", "5", "--svg", "chart.svg", cwd=tmp_path)
    assert "finish 16 (2026-12-10)" in done.stdout
    assert "0      4  2026-12-01 07:00  2026-12-02 15:00  slab   Ground slab" in done.stdout
    chart = (tmp_path / "chart.svg").read_text()
    assert "Ground slab of the new bui…" in chart and ">2026-12-01<" in chart
    assert "north shut" in chart and 'width="1000"' in chart
    table = awna("site.csv", "--schedules", "5", "--csv", cwd=tmp_path)
    assert table.stdout.splitlines()[2] == "walls,,10,16,2026-12-08T07:00:00+00:00,2026-12-10T15:00:00+00:00,usual,,cement:2"


def test_what_does_not_go_together_is_refused_before_any_search(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_text(ROADWORK)
    for arguments, words in (
        (("--event", "closed:north:2..9"), "Give the plan with --baseline"),
        (("--baseline", "site.csv", "--simulate", "5"), "not simulated in the same run"),
        (("--json", "--csv"), "JSON or CSV"),
        (("--cluster", "nowhere"), "No scheduler of a cluster answers at nowhere"),
    ):
        done = awna("site.csv", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
    wrong = awna("site.csv", "--workers", "none", cwd=tmp_path)
    assert wrong.returncode == EXIT_MISUSED and "none is no whole number from 1 to 64" in wrong.stderr


def test_workers_do_not_change_a_counted_plan(tmp_path: Path) -> None:
    rows = "".join(f"task,T{n},{1 + n * 7 % 5},{f'T{n - 3}' if n > 2 else ''},crew:{1 + n % 3},\n" for n in range(30))
    (tmp_path / "site.csv").write_text(f"kind,id,duration,predecessors,machines,quantity\n{rows}machine,crew,,,,4\n")
    plans = [awna("site.csv", "--csv", "--schedules", "400", "--workers", workers, cwd=tmp_path).stdout for workers in ("1", "3")]
    assert plans[0] == plans[1] != ""


def test_the_project_of_the_manual_can_be_planned(tmp_path: Path) -> None:
    (tmp_path / "clinic.csv").write_text((Path(__file__).parents[3] / "docs" / "pictures" / "clinic.csv").read_text())
    done = awna("clinic.csv", "--json", "--schedules", "20", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    tasks = {task["id"]: task for task in json.loads(done.stdout)["tasks"]}
    assert tasks["walls"]["from"].startswith("2026-12-15")  # when the crossing opens
    assert {"interpreter", "mason"} == {seat["skill"] for seat in tasks["walls"]["crew"]}
