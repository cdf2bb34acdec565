"""`awna plan FILE`: plan a project file without any database and print the checked plan."""

import csv
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from awna.core.planning.command import SECONDS_MAX, plan_file
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.works.gantt import Bar, draw

TICKS = 8  # labels on the time axis


class Command(AwnaCommand):
    help = "Plan the tasks of FILE (our CSV table, JSON or PSPLIB .sm) and print the plan. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .csv, .json or .sm file")
        parser.add_argument("--seconds", type=_seconds, help="search for so many seconds (5 when no limit is given)")
        parser.add_argument("--schedules", type=_count, help="search for so many schedules: the same plan on every machine")
        parser.add_argument("--seed", type=int, default=1, help="another number searches another way")
        parser.add_argument("--json", action="store_true", help="print JSON for machines")
        parser.add_argument("--csv", action="store_true", help="print CSV")
        parser.add_argument("--svg", metavar="OUT", help="also write a bar chart to this file")

    def run(self, **options: Any) -> None:
        data = self.read_file(options["file"])
        result = plan_file(
            data,
            Path(options["file"]).name,
            seconds=options["seconds"],
            schedules=options["schedules"],
            seed=options["seed"],
            report=self._progress,
        )
        if options["svg"]:
            _write_chart(Path(options["svg"]), result)
        if options["json"]:
            self.print_json(result)
        elif options["csv"]:
            self.stdout.write(_as_csv(result), ending="")
        else:
            self._print_table(result)

    def _progress(self, objective: int, bound: int, seconds: float) -> None:
        self.stderr.write(f"{seconds:6.1f} s  finish {objective}  no plan before {bound}")

    def _print_table(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"{result['status']}: finish {result['finish']}, no plan before {result['lower_bound']}, {result['seconds']} s")
        for task in sorted(result["tasks"], key=lambda task: (task["start"], task["id"])):
            crew = ", ".join(seat["person"] for seat in task["crew"])
            self.stdout.write(f"{task['start']:6} {task['finish']:6}  {task['id']}  {crew}".rstrip())


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= SECONDS_MAX:
        raise ValueError
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _as_csv(result: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "start", "finish", "method", "crew", "draws"])
    for task in result["tasks"]:
        crew = ";".join(f"{seat['skill']}:{seat['person']}" for seat in task["crew"])
        draws = ";".join(f"{name}:{quantity}" for name, quantity in task["draws"].items())
        writer.writerow([task["id"], task["start"], task["finish"], task["method"], crew, draws])
    return out.getvalue()


def _write_chart(path: Path, result: dict[str, Any]) -> None:
    tasks = sorted(result["tasks"], key=lambda task: (task["start"], task["id"]))
    step = max(1, -(-result["finish"] // TICKS))
    ticks = [(float(slot), str(slot)) for slot in range(0, result["finish"] + 1, step)]
    title = f"Plan of {len(tasks)} tasks, finish in slot {result['finish']}"
    chart = draw([Bar(task["id"], task["start"], task["finish"]) for task in tasks], title=title, ticks=ticks, standalone=True)
    try:
        path.write_text(chart, encoding="utf-8")
    except OSError as error:
        text = "The chart cannot be written to %(path)s: %(reason)s. Choose another place."
        raise Refused(Problem("chart_not_written", text, {"path": path, "reason": error.strerror})) from error
