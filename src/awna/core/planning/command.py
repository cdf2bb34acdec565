"""From the bytes of a project file to a checked plan: what `awna plan` and the site lead's desk do, without a database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ..problems import Problem, Refused
from . import cpsat
from .causes import smallest_causes
from .check import check_plan
from .model import Model, compile_model
from .plan import Placement, Plan, Seat
from .problem import Project
from .search import Found, Limit, Report, search
from .sgs import Schedule
from .validate import validate

SECONDS_DEFAULT = 5.0  # seconds of search when neither a time nor a count is given
SECONDS_MAX = 3600.0
STOP_LOOK_SECONDS = 0.05  # seconds between two looks whether to stop
TRIES_FOR_CAUSES = 8  # schedules that a loosened project gets to show that it has a plan
PROVING = 0.85  # of the time kept for CP-SAT: asking it; the rest goes to what its order suggests


@dataclass(frozen=True)
class Planned:
    """A plan that the checker has accepted, and how good it is known to be."""

    plan: Plan
    lower_bound: int
    schedules: int
    seconds: float

    @property
    def status(self) -> str:
        return "optimal" if self.plan.finish <= self.lower_bound else "feasible"


def make_plan(
    project: Project,
    *,
    seconds: float | None = None,
    schedules: int | None = None,
    seed: int = 1,
    workers: int = 2,
    report: Report | None = None,
    stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Planned:
    """The best plan within the limits. A count limit alone gives the same plan on every machine and number of workers.

    When `stop` says true the best plan so far is given, at once. The islands of the search run on `executor`, by default on threads.
    """
    problems = validate(project)
    if problems:
        raise Refused(problems)
    if seconds is None and schedules is None:
        seconds = SECONDS_DEFAULT
    began = time.monotonic()
    model = compile_model(project)
    proving = seconds is not None and schedules is None
    first = Limit(schedules, None if seconds is None else seconds * (1 - cpsat.share_of_time(model)) if proving else seconds, stop)
    found = search(model, limit=first, seed=seed, report=report, executor=executor)
    bound = found.bound
    if proving and seconds is not None and found.schedule.complete and found.schedule.finish > bound:
        found, bound = _polish(model, found, began + seconds, seed=seed, workers=workers, report=report, stop=stop, executor=executor)
    if not found.schedule.complete:
        raise Refused(_no_place(project, model, found))
    plan = found.schedule.plan(model)
    wrong = check_plan(project, plan)
    if wrong:
        raise Refused(wrong)  # a plan that our own checker does not accept never leaves
    return Planned(plan, bound, found.schedules, time.monotonic() - began)


def _polish(
    model: Model,
    found: Found,
    deadline: float,
    *,
    seed: int,
    workers: int,
    report: Report | None,
    stop: Callable[[], bool] | None,
    executor: Executor | None,
) -> tuple[Found, int]:
    """Ask CP-SAT for a bound and a better plan. What it relaxed, crews above all, its order is placed again for, and searched on from."""
    proof = _proved(model, found, (deadline - time.monotonic()) * PROVING, seed=seed, workers=workers, stop=stop)
    bound = max(found.bound, proof.bound if proof else 0)
    if proof is None or found.schedule.finish <= bound:
        return found, bound
    again = _as_proven(model, found, proof)
    if again is None:
        left = max(0.0, deadline - time.monotonic())
        starts = [proof.order] if proof.order else []
        again = search(model, limit=Limit(seconds=left, stop=stop), seed=seed + 1, starts=starts, executor=executor)
    if again.schedule.complete and again.schedule.finish < found.schedule.finish:
        if report:
            report(again.schedule.finish, bound, 0.0)
        return again, bound
    return found, bound


def _as_proven(model: Model, found: Found, proof: cpsat.Proof) -> Found | None:
    """CP-SAT's own plan, where it is better and the checker accepts it as it is."""
    if proof.starts is None or proof.methods is None:
        return None
    finishes = [start + model.ways[task][way].duration for task, (start, way) in enumerate(zip(proof.starts, proof.methods, strict=True))]
    schedule = Schedule(list(proof.starts), finishes, list(proof.methods))
    if schedule.finish >= found.schedule.finish or check_plan(model.project, schedule.plan(model)):
        return None
    return replace(found, schedule=schedule)


def _proved(model: Model, found: Found, seconds: float, *, seed: int, workers: int, stop: Callable[[], bool] | None) -> cpsat.Proof | None:
    """The proof, asked for in a thread of its own, so that a person who interrupts need not wait for it."""
    schedule = found.schedule
    result: list[cpsat.Proof | None] = []

    def ask() -> None:
        result.append(cpsat.prove(model, seconds=seconds, incumbent=schedule.finish, hint=schedule.starts, seed=seed, workers=workers))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    while asking.is_alive() and not (stop and stop()):
        asking.join(STOP_LOOK_SECONDS)
    return result[0] if result else None


def _no_place(project: Project, model: Model, found: Found) -> Problem:
    def feasible(loose: Project) -> bool:
        return not validate(loose) and search(compile_model(loose), limit=Limit(TRIES_FOR_CAUSES), seed=1).schedule.complete

    causes = smallest_causes(project, feasible)
    values = {"count": found.schedules, "causes": "; ".join(causes)}
    if causes:
        text = "In none of %(count)s tries did this task find a place. What cannot be met together: %(causes)s. Each of these counts; loosen one."
        return Problem("task_found_no_place", text, values, model.ids[found.schedule.stuck])
    return Problem(
        "task_found_no_place",
        "In none of %(count)s tries did this task find a place: look at its windows, those of its site and the presence of its people.",
        values,
        model.ids[found.schedule.stuck],
    )


def as_dict(project: Project, planned: Planned) -> dict[str, object]:
    """The documented shape of `awna plan --json`."""
    return {
        "status": planned.status,
        "objective": planned.plan.finish,
        "finish": planned.plan.finish,
        "lower_bound": planned.lower_bound,
        "seconds": round(planned.seconds, 3),
        "schedules": planned.schedules,
        "tasks": [placement_dict(project, placement) for placement in planned.plan.placements],
    }


def placement_dict(project: Project, placement: Placement) -> dict[str, object]:
    scales = {stock.id: stock.scale for stock in project.stocks}
    task = project.task(placement.task)
    named = {"name": task.name} if task.name else {}
    return {
        "id": placement.task,
        **named,
        "start": placement.start,
        "finish": placement.finish,
        **_days(project, placement),
        "method": task.methods[placement.method].name,
        "crew": [_seat_dict(seat) for seat in placement.crew],
        "draws": {name: quantity / scales[name] if scales[name] > 1 else quantity for name, quantity in placement.draws.items()},
    }


def _days(project: Project, placement: Placement) -> dict[str, str]:
    """Local date and time of start and finish, where the project has a calendar."""
    calendar = project.calendar
    if calendar is None:
        return {}
    until = calendar.ends_at(placement.finish - 1) if placement.finish > placement.start else calendar.starts_at(placement.start)
    return {"from": calendar.starts_at(placement.start).isoformat(), "until": until.isoformat()}


def _seat_dict(seat: Seat) -> dict[str, object]:
    stay = {"start": seat.start, "finish": seat.finish} if seat.start is not None or seat.finish is not None else {}
    return {"skill": seat.skill, "person": seat.person, **stay}
