"""`awna plan`: without a database, JSON on standard output, progress on standard error, exit codes 0, 1 and 2."""

import json
import os
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
