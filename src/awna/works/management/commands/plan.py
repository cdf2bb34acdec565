"""`awna plan FILE…`: plan project files without any database and print the checked plans, re-plans and simulations."""

import os
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from awna.core.planning.command import SECONDS_MAX, as_dict, make_plan
from awna.core.planning.events import apply_event
from awna.core.planning.executors import workers_of
from awna.core.planning.formats.cells import slot
from awna.core.planning.formats.event_text import EVENT_FORMS, read_event, read_running_plan
from awna.core.planning.formats.recognise import FORMS, read_project
from awna.core.planning.problem import Project
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.works.plan_progress import Progress
from awna.works.plan_words import as_csv, lines, write_chart

WORKERS_MAX = 64
INTERRUPTED = 130  # exit code of a program that Ctrl-C ended
OF_DJANGO = frozenset({"version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color"})


class Command(AwnaCommand):
    help = (
        f"Plan the tasks of each FILE and print the plan; needs no database. Read are {FORMS}. "
        "Exit codes: 0 done (also after Ctrl-C, with the best plan so far), 1 refused with the reasons, 2 misused."
    )
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        for action in parser._actions:
            if action.dest in OF_DJANGO:
                action.help = SUPPRESS
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", help="a project file, known by its content")
        search = parser.add_argument_group("search")
        search.add_argument("--seconds", metavar="S", type=_seconds, help="search for so many seconds (5 when no limit is given)")
        search.add_argument("--schedules", metavar="N", type=_count, help="search for so many schedules: the same plan on every machine")
        search.add_argument("--seed", metavar="N", type=int, default=1, help="another number searches another way")
        search.add_argument("--workers", metavar="N", type=_workers, default=min(os.cpu_count() or 1, WORKERS_MAX),
                            help="threads of search, proof and simulation (one per core when left out)")  # fmt: skip
        search.add_argument(
            "--cluster",
            metavar="ADDRESS",
            default="",
            help="search and simulate on the Dask cluster with this scheduler, such as tcp://10.0.0.5:8786",
        )
        again = parser.add_argument_group("when something has happened")
        again.add_argument("--baseline", metavar="PLAN", help="re-plan: the running plan, as --json printed it")
        again.add_argument(
            "--event",
            metavar="EVENT",
            action="append",
            default=[],
            help=f"what has happened to it: {EVENT_FORMS}; again and again for several",
        )
        again.add_argument("--now", metavar="SLOT", help="the present slot or date (the first of the events when left out)")
        again.add_argument(
            "--frozen", metavar="SLOTS", type=_natural, default=0, help="slots from now in which nothing that can stay is moved"
        )
        out = parser.add_argument_group("what is printed")
        out.add_argument("--simulate", metavar="N", type=_count, help="also run the plan through so many futures")
        out.add_argument("--json", action="store_true", help="print JSON for machines")
        out.add_argument("--csv", action="store_true", help="print CSV")
        out.add_argument("--svg", metavar="OUT", help="also write a bar chart to this file")

    def run(self, **options: Any) -> None:
        _look_over(options)
        try:
            with workers_of(options["workers"], cluster=options["cluster"]) as executor, Progress(self.stderr) as progress:
                projects = [read_project(self.read_file(name), Path(name).name) for name in options["files"]]
                results = [self._result(project, progress, executor, options) for project in projects]
        except KeyboardInterrupt:
            self.stderr.write("Stopped before there was a plan.")
            sys.exit(INTERRUPTED)
        if options["svg"]:
            write_chart(Path(options["svg"]), results[0], _after(projects[0], options["event"]))
        if options["json"]:
            self.print_json(results if len(results) > 1 else results[0])
            return
        for name, result in zip(options["files"], results, strict=True):
            if options["csv"]:
                self.stdout.write(as_csv(result), ending="")
                continue
            if len(results) > 1:
                self.stdout.write(f"{name}:")
            for line in lines(result):
                self.stdout.write(line)

    def _result(self, project: Project, progress: Progress, executor: Executor, options: dict[str, Any]) -> dict[str, Any]:
        limits = {"seconds": options["seconds"], "seed": options["seed"]}
        if options["baseline"]:
            return self._replanned(project, progress, options, limits)
        progress.begin()
        planned = make_plan(
            project,
            **limits,
            schedules=options["schedules"],
            workers=options["workers"],
            report=progress.report,
            stop=progress.stop,
            executor=executor,
        )
        progress.end()
        result = as_dict(project, planned)
        if options["simulate"]:
            from awna.core.planning.report import simulation_dict
            from awna.core.planning.simulate import simulate

            progress.say(f"Simulating {options['simulate']} futures …")
            outcome = simulate(project, planned.plan, scenarios=options["simulate"], seed=options["seed"], executor=executor)
            result["simulation"] = simulation_dict(outcome)
        return result

    def _replanned(self, project: Project, progress: Progress, options: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
        from awna.core.planning.report import replan

        running = read_running_plan(self.read_file(options["baseline"]), project)
        events = [read_event(text, project) for text in options["event"]]
        now = slot(options["now"], project.calendar) if options["now"] else None
        progress.say("Looking for three ways on …")
        return replan(project, running, events, now=now, frozen=options["frozen"], tries=options["schedules"], **limits)


def _after(project: Project, events: list[str]) -> Project:
    """The project as the events have left it."""
    for text in events:
        project = apply_event(project, read_event(text, project))
    return project


def _look_over(options: dict[str, Any]) -> None:
    """Options that do not go together, before anything is searched."""
    if len(options["files"]) > 1 and (options["svg"] or options["baseline"]):
        raise Refused(Problem("one_file_only", "A chart and a re-plan are made of one file. Name one."))
    if options["event"] and not options["baseline"]:
        raise Refused(Problem("event_without_plan", "An event happens to a running plan. Give the plan with --baseline."))
    if options["baseline"] and options["simulate"]:
        text = "A re-plan is not simulated in the same run. Save the way that you choose as JSON and simulate it later."
        raise Refused(Problem("replan_not_simulated", text))
    if options["json"] and options["csv"]:
        raise Refused(Problem("one_form_only", "Choose JSON or CSV, not both."))


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= SECONDS_MAX:
        raise ArgumentTypeError(f"{text} is no number of seconds above 0 and up to {SECONDS_MAX:g}")
    return value


def _whole(text: str, *, least: int, most: int | None = None) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least or (most is not None and value > most):
        raise ArgumentTypeError(f"{text} is no whole number from {least}" + (f" to {most}" if most is not None else " on"))
    return value


def _count(text: str) -> int:
    return _whole(text, least=1)


def _natural(text: str) -> int:
    return _whole(text, least=0)


def _workers(text: str) -> int:
    return _whole(text, least=1, most=WORKERS_MAX)
