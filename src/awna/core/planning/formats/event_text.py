"""Events and running plans as they are given on the command line: `closed:north:7..20`, and the JSON that `awna plan` printed."""

import json
from collections.abc import Callable
from typing import Any

from ...problems import Problem, Refused
from ..events import CrossingClosed, CrossingOpened, DeliveryMoved, Event, PersonAbsent, SiteUnsafe, TaskSlipped
from ..plan import Placement, Plan, Seat
from ..problem import Calendar, Project, Window
from . import cells
from .json_project import plan_from_json

EVENT_FORMS = (
    "closed:CROSSING:FROM..UNTIL, opened:CROSSING:FROM..UNTIL, late:STOCK:DELIVERY:SLOT, turnedback:STOCK:DELIVERY, "
    "refused:LINE:RELEASE, slipped:TASK:SLOTS, absent:PERSON:FROM..UNTIL, unsafe:SITE:FROM..UNTIL"
)


def read_event(text: str, project: Project) -> Event:
    """One event; windows are slots or dates, an empty end is for ever."""
    word, *rest = text.split(":")
    calendar = project.calendar
    readers: dict[tuple[str, int], Callable[[], Event]] = {
        ("closed", 2): lambda: CrossingClosed(rest[0], *_window(rest[1], calendar)),
        ("opened", 2): lambda: CrossingOpened(rest[0], *_window(rest[1], calendar)),
        ("absent", 2): lambda: PersonAbsent(rest[0], *_window(rest[1], calendar)),
        ("unsafe", 2): lambda: SiteUnsafe(rest[0], *_window(rest[1], calendar)),
        ("late", 3): lambda: DeliveryMoved(rest[0], rest[1], cells.slot(rest[2], calendar)),
        ("turnedback", 2): lambda: DeliveryMoved(rest[0], rest[1], None),
        ("refused", 2): lambda: DeliveryMoved(rest[0], rest[1], None),
        ("slipped", 2): lambda: TaskSlipped(rest[0], cells.whole(rest[1], "number of slots")),
    }
    reader = readers.get((word.strip().lower(), len(rest)))
    if reader is None:
        raise Refused(
            Problem("event_unreadable", "%(text)s is no event. Events are: %(forms)s.", {"text": text[:80], "forms": EVENT_FORMS})
        )
    return reader()


def _window(text: str, calendar: Calendar | None) -> Window:
    found = cells.windows(text, calendar)
    if len(found) != 1:
        raise cells.wrong("window_unreadable", "%(cell)s is not one window. Write from..until, such as 7..20 or 7..", cell=text)
    return found[0][0]


def read_running_plan(data: bytes, project: Project) -> Plan:
    """The plan that `awna plan --json` printed for this project; our own plan JSON is read too."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(Problem("json_unreadable", "The file is not JSON in UTF-8: %(error)s.", {"error": str(error)})) from error
    if isinstance(value, dict) and "placements" in value:
        return plan_from_json(data)
    rows = value.get("tasks") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise Refused(Problem("plan_has_no_tasks", "The plan has no list of tasks. Give what awna plan --json printed."))
    return Plan(tuple(_placement(project, row, f"tasks[{number}]") for number, row in enumerate(rows)))


def _placement(project: Project, row: Any, where: str) -> Placement:
    """A row of the printed plan; what it takes follows from the method."""
    tasks = {task.id: task for task in project.tasks}
    try:
        task, start, finish = tasks[row["id"]], row["start"], row["finish"]
        names = [method.name for method in task.methods]
        method = names.index(row["method"])
        crew = tuple(Seat(seat["skill"], seat["person"], seat.get("start"), seat.get("finish")) for seat in row["crew"])
        texts = [text for seat in crew for text in (seat.skill, seat.person)]
        numbers = [start, finish, *(slot for seat in crew for slot in (seat.start, seat.finish) if slot is not None)]
        if any(type(number) is not int for number in numbers) or any(not isinstance(text, str) for text in texts):
            raise TypeError("a slot that is no whole number, or a name that is no text")
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        text = "This is no task of a plan for this project: %(error)s. Give what awna plan --json printed for it."
        raise Refused(Problem("plan_row_unreadable", text, {"error": str(error)[:80]}, where)) from error
    return Placement(task.id, start, finish, method, crew, {name: amount for name, amount in task.methods[method].draws.items() if amount})
