"""How a plan, a re-plan and a simulation are told: as lines, as CSV and as a bar chart."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from awna.core.planning.problem import Calendar, Project
from awna.core.problems import Problem, Refused
from awna.works.gantt import Bar, Span, draw

TICKS = 8  # labels on the time axis
NAME_LETTERS = 40  # of a task's name in a line
LABEL_LETTERS = 27  # beside a bar
SPANS_MOST = 6  # closed times drawn behind the bars
Row = dict[str, Any]


def lines(result: Row) -> Iterator[str]:
    if "options" in result:
        yield from option_lines(result)
        return
    yield f"{result['status']}: finish {result['finish']}{_day(result)}, no plan before {result['lower_bound']}, {result['seconds']} s"
    yield from task_lines(result["tasks"])
    if "simulation" in result:
        yield from simulation_lines(result["simulation"])


def _day(result: Row) -> str:
    last = max((task.get("until", "") for task in result["tasks"]), default="")
    return f" ({last[:10]})" if last else ""


def task_lines(tasks: list[Row]) -> Iterator[str]:
    """By start; with days where the project has a calendar."""
    dated = any("from" in task for task in tasks)
    wide = max([len("task"), *(len(task["id"]) for task in tasks)])
    named = max([0, *(len(_name(task)) for task in tasks)])
    days = f"  {'from':16}  {'until':16}" if dated else ""
    yield f"{'start':>6} {'finish':>6}{days}  {'task':{wide}}  {'':{named}}  crew".rstrip()
    for task in sorted(tasks, key=lambda task: (task["start"], task["id"])):
        crew = ", ".join(dict.fromkeys(seat["person"] for seat in task["crew"]))
        days = f"  {task['from'][:16].replace('T', ' ')}  {task['until'][:16].replace('T', ' ')}" if dated else ""
        yield f"{task['start']:6} {task['finish']:6}{days}  {task['id']:{wide}}  {_name(task):{named}}  {crew}".rstrip()


def _name(task: Row) -> str:
    return _short(task.get("name", ""), NAME_LETTERS)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def option_lines(result: Row) -> Iterator[str]:
    for way in [{"name": "repair", **result["repair"]}, *result["options"]]:
        more = f", {way['people_to_call']} people to call, cost {way['cost']}" if "cost" in way else ""
        yield f"{way['name']}: finish {way['finish']} (was {way['old_finish']}), {way['tasks_moved']} tasks moved{more}"
        for move in way["moved"]:
            crew = "  other crew" if move["crew_changed"] else ""
            yield f"{move['old_start']:6} > {move['new_start']:4}  {move['id']}{crew}"


def simulation_lines(simulation: Row) -> Iterator[str]:
    yield f"{simulation['scenarios']} scenarios, {simulation['never_finished']} of which never finish"
    for one in simulation["milestones"]:
        shares = ", ".join(f"{name.upper()} {'never' if one[name] is None else one[name]}" for name in ("p50", "p80", "p95"))
        yield f"  {one['id']}: planned {one['planned']}, {shares}"
    for name, value in simulation["crossings"].items():
        yield f"  crossing {name}: {value} slots won were it always open"
    late = [f"{name} {100 * share:.0f} %" for name, share in list(simulation["critical"].items())[:5]]
    if late:
        yield f"  held up the end most often: {', '.join(late)}"


def _tasks(result: Row) -> list[Row]:
    """The rows of a plan; of a re-plan those of least change."""
    rows: list[Row] = result["options"][0]["tasks"] if "options" in result else result["tasks"]
    return rows


def as_csv(result: Row) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows = _tasks(result)
    dated = ["from", "until"] if any("from" in task for task in rows) else []
    writer.writerow(["id", "name", "start", "finish", *dated, "method", "crew", "draws"])
    for task in rows:
        crew = ";".join(f"{seat['skill']}:{seat['person']}" for seat in task["crew"])
        draws = ";".join(f"{name}:{quantity}" for name, quantity in task["draws"].items())
        days = [task[name] for name in dated]
        writer.writerow([task["id"], task.get("name", ""), task["start"], task["finish"], *days, task["method"], crew, draws])
    return out.getvalue()


def write_chart(path: Path, result: Row, project: Project) -> None:
    """Bars by start, of a re-plan those of least change over grey bars of the running plan; closed crossings are hatched."""
    tasks = sorted(_tasks(result), key=lambda task: (task["start"], task["id"]))
    moved = {move["id"]: move["old_start"] for move in result["options"][0]["moved"]} if "options" in result else {}
    finish = max((task["finish"] for task in tasks), default=0)
    bars = [_bar(task, moved.get(task["id"])) for task in tasks]
    title = f"Plan of {len(tasks)} tasks, finish in slot {finish}"
    chart = draw(bars, title=title, ticks=_ticks(finish, project.calendar), closed=_closed(project, finish))
    try:
        path.write_text(chart, encoding="utf-8")
    except OSError as error:
        text = "The chart cannot be written to %(path)s: %(reason)s. Choose another place."
        raise Refused(Problem("chart_not_written", text, {"path": path, "reason": error.strerror})) from error


def _bar(task: Row, old: int | None) -> Bar:
    return Bar(
        _short(task.get("name") or task["id"], LABEL_LETTERS),
        task["start"],
        task["finish"],
        old,
        None if old is None else old + task["finish"] - task["start"],
    )


def _ticks(finish: int, calendar: Calendar | None) -> list[tuple[float, str]]:
    step = max(1, -(-finish // TICKS))
    return [(float(slot), str(calendar.date_of(slot)) if calendar else str(slot)) for slot in range(0, max(finish, 1), step)]


def _closed(project: Project, finish: int) -> list[Span]:
    """When each crossing is shut before the plan ends; nothing where they are too many to be told apart."""
    spans = []
    for crossing in project.crossings:
        slot = 0
        for start, end in (*sorted(crossing.open_windows), (finish, None)):
            if slot < min(start, finish):
                spans.append(Span(f"{crossing.name or crossing.id} shut", slot, min(start, finish)))
            slot = finish if end is None else max(slot, end)
    return spans if len(spans) <= SPANS_MOST else []
