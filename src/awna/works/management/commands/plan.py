"""`awna plan FILE…`: plan project files without any database and print the checked plans, re-plans and simulations."""

import csv
import io
import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from awna.core.planning.command import SECONDS_MAX, as_dict, make_plan
from awna.core.planning.formats.cells import slot
from awna.core.planning.formats.event_text import EVENT_FORMS, read_event, read_running_plan
from awna.core.planning.formats.recognise import FORMS, read_project
from awna.core.planning.problem import Project
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.works.gantt import Bar, draw

TICKS = 8  # labels on the time axis
REDRAW_SECONDS = 0.2  # seconds between two drawings of the progress line
WORKERS_MAX = 64


class Command(AwnaCommand):
    help = (
        f"Plan the tasks of each FILE and print the plan; needs no database. Read are {FORMS}. "
        "Exit codes: 0 done (also after Ctrl-C, with the best plan so far), 1 refused with the reasons, 2 misused."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", help="a project file, known by its content")
        parser.add_argument("--seconds", type=_seconds, help="search for so many seconds (5 when no limit is given)")
        parser.add_argument("--schedules", type=_count, help="search for so many schedules: the same plan on every machine")
        parser.add_argument("--seed", type=int, default=1, help="another number searches another way")
        parser.add_argument("--workers", type=_workers, default=min(os.cpu_count() or 1, WORKERS_MAX), help="threads of the solver")
        parser.add_argument("--baseline", metavar="PLAN", help="re-plan: the running plan, as --json printed it")
        parser.add_argument("--event", metavar="EVENT", action="append", default=[], help=f"what has happened to it: {EVENT_FORMS}")
        parser.add_argument("--now", metavar="SLOT", help="the present slot or date (the first of the events when left out)")
        parser.add_argument("--frozen", type=_natural, default=0, help="slots from now in which nothing that can stay is moved")
        parser.add_argument("--simulate", metavar="N", type=_count, help="also run the plan through so many scenarios")
        parser.add_argument("--json", action="store_true", help="print JSON for machines")
        parser.add_argument("--csv", action="store_true", help="print CSV")
        parser.add_argument("--svg", metavar="OUT", help="also write a bar chart to this file")

    def run(self, **options: Any) -> None:
        if len(options["files"]) > 1 and (options["svg"] or options["baseline"]):
            raise Refused(Problem("one_file_only", "A chart and a re-plan are made of one file. Name one."))
        with Progress(self.stderr) as progress:
            results = [self._result(Path(name), progress, options) for name in options["files"]]
        if options["svg"]:
            _write_chart(Path(options["svg"]), results[0])
        if options["json"]:
            self.print_json(results if len(results) > 1 else results[0])
            return
        for result in results:
            if options["csv"]:
                self.stdout.write(_as_csv(result), ending="")
            else:
                self._print_table(result)

    def _result(self, path: Path, progress: "Progress", options: dict[str, Any]) -> dict[str, Any]:
        project = read_project(self.read_file(str(path)), path.name)
        limits = {"seconds": options["seconds"], "seed": options["seed"]}
        if options["baseline"]:
            return self._replanned(project, options, limits)
        planned = make_plan(
            project,
            **limits,
            schedules=options["schedules"],
            workers=options["workers"],
            report=progress.report,
            stop=progress.stop,
        )
        progress.end()
        result = as_dict(project, planned)
        if options["simulate"]:
            from awna.core.planning.report import simulation_dict
            from awna.core.planning.simulate import simulate

            result["simulation"] = simulation_dict(simulate(project, planned.plan, scenarios=options["simulate"], seed=options["seed"]))
        return result

    def _replanned(self, project: Project, options: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
        from awna.core.planning.report import replan

        running = read_running_plan(self.read_file(options["baseline"]), project)
        events = [read_event(text, project) for text in options["event"]]
        now = slot(options["now"], project.calendar) if options["now"] else None
        return replan(project, running, events, now=now, frozen=options["frozen"], tries=options["schedules"], **limits)

    def _print_table(self, result: dict[str, Any]) -> None:
        if "options" in result:
            self._print_options(result)
            return
        self.stdout.write(f"{result['status']}: finish {result['finish']}, no plan before {result['lower_bound']}, {result['seconds']} s")
        self._print_tasks(result["tasks"])
        if "simulation" in result:
            self._print_simulation(result["simulation"])

    def _print_tasks(self, tasks: list[dict[str, Any]]) -> None:
        for task in sorted(tasks, key=lambda task: (task["start"], task["id"])):
            crew = ", ".join(seat["person"] for seat in task["crew"])
            self.stdout.write(f"{task['start']:6} {task['finish']:6}  {task['id']}  {crew}".rstrip())

    def _print_options(self, result: dict[str, Any]) -> None:
        for way in [{"name": "repair", **result["repair"]}, *result["options"]]:
            more = f", {way['people_to_call']} people to call, cost {way['cost']}" if "cost" in way else ""
            self.stdout.write(f"{way['name']}: finish {way['finish']} (was {way['old_finish']}), {way['tasks_moved']} tasks moved{more}")
            for move in way["moved"]:
                self.stdout.write(f"{move['old_start']:6} > {move['new_start']:4}  {move['id']}")

    def _print_simulation(self, simulation: dict[str, Any]) -> None:
        never = simulation["never_finished"]
        self.stdout.write(f"{simulation['scenarios']} scenarios, {never} of which never finish")
        for one in simulation["milestones"]:
            shares = ", ".join(f"{name.upper()} {'never' if one[name] is None else one[name]}" for name in ("p50", "p80", "p95"))
            self.stdout.write(f"  {one['id']}: planned {one['planned']}, {shares}")
        for name, value in simulation["crossings"].items():
            self.stdout.write(f"  crossing {name}: {value} slots won were it always open")


class Progress:
    """Tells the best plan so far, the bound and the seconds: one living line on a terminal, else a line per better plan.

    While it is open, Ctrl-C asks the search to stop with the best plan so far; a second one ends the program.
    """

    def __init__(self, out: Any) -> None:
        self.out, self.living = out, bool(sys.stderr.isatty())
        self.best: tuple[int, int] | None = None
        self.began = self.drawn = time.monotonic()
        self.stopped = False
        self.before: Any = None

    def __enter__(self) -> "Progress":
        self.before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _interrupted(self, _signal: int, _frame: object) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True

    def report(self, objective: int, bound: int, _seconds: float) -> None:
        self.best = (objective, bound)
        self._draw()

    def stop(self) -> bool:
        """Asked by the search all the time: whether to stop, and a good moment to let the seconds run on."""
        if self.living and self.best and time.monotonic() - self.drawn > REDRAW_SECONDS:
            self._draw()
        return self.stopped

    def end(self) -> None:
        if self.living and self.best:
            self.out.write("")
        self.best, self.began = None, time.monotonic()

    def _draw(self) -> None:
        self.drawn = time.monotonic()
        objective, bound = self.best or (0, 0)
        line = f"{self.drawn - self.began:6.1f} s  finish {objective}  no plan before {bound}"
        self.out.write(f"\r{line}" if self.living else line, ending="" if self.living else "\n")
        self.out.flush()


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


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def _workers(text: str) -> int:
    value = int(text)
    if not 1 <= value <= WORKERS_MAX:
        raise ValueError
    return value


def _tasks(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a plan; of a re-plan those of least change."""
    rows: list[dict[str, Any]] = result["options"][0]["tasks"] if "options" in result else result["tasks"]
    return rows


def _as_csv(result: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "start", "finish", "method", "crew", "draws"])
    for task in _tasks(result):
        crew = ";".join(f"{seat['skill']}:{seat['person']}" for seat in task["crew"])
        draws = ";".join(f"{name}:{quantity}" for name, quantity in task["draws"].items())
        writer.writerow([task["id"], task["start"], task["finish"], task["method"], crew, draws])
    return out.getvalue()


def _write_chart(path: Path, result: dict[str, Any]) -> None:
    tasks = sorted(_tasks(result), key=lambda task: (task["start"], task["id"]))
    moved = {move["id"]: move["old_start"] for move in result["options"][0]["moved"]} if "options" in result else {}
    finish = max((task["finish"] for task in tasks), default=0)
    step = max(1, -(-finish // TICKS))
    ticks = [(float(slot), str(slot)) for slot in range(0, finish + 1, step)]
    title = f"Plan of {len(tasks)} tasks, finish in slot {finish}"
    bars = [
        Bar(task["id"], task["start"], task["finish"], old, None if old is None else old + task["finish"] - task["start"])
        for task in tasks
        for old in [moved.get(task["id"])]
    ]
    chart = draw(bars, title=title, ticks=ticks, standalone=True)
    try:
        path.write_text(chart, encoding="utf-8")
    except OSError as error:
        text = "The chart cannot be written to %(path)s: %(reason)s. Choose another place."
        raise Refused(Problem("chart_not_written", text, {"path": path, "reason": error.strerror})) from error
