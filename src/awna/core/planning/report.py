"""What `awna plan` prints of a re-plan and of a simulation, as plain values for JSON and tables."""

from collections.abc import Sequence

from ..problems import Problem, Refused
from .command import placement_dict
from .events import Event, apply_event
from .plan import Plan
from .problem import Project
from .replan import Difference, settle
from .replan_options import OPTION_SECONDS, options
from .simulate import Outcome

CRITICAL_SHOWN = 20  # tasks


def replan(
    project: Project,
    running: Plan,
    events: Sequence[Event],
    *,
    now: int | None = None,
    frozen: int = 0,
    seconds: float | None = None,
    tries: int | None = None,
    seed: int = 1,
) -> dict[str, object]:
    """The repair and the three options after the events, all checked; `now` is the first slot of the events if not given."""
    if not events:
        text = "A running plan is given but nothing has happened. Name at least one event."
        raise Refused(Problem("no_event", text))
    if now is None:
        starts = [event.start for event in events if hasattr(event, "start")]
        if not starts:
            raise Refused(Problem("now_unknown", "None of the events says when it happened. Give the present slot or date with --now."))
        now = min(starts)
    for event in events:
        project = apply_event(project, event)
    mended, moved = settle(project, running, now=now)
    limit = OPTION_SECONDS if seconds is None and tries is None else seconds
    ways = options(project, running, now=now, frozen=frozen, seconds=limit, tries=tries, seed=seed)
    return {
        "now": now,
        "repair": {"finish": mended.finish, **_difference(moved), "tasks": [placement_dict(project, one) for one in mended.placements]},
        "options": [
            {
                "name": way.name,
                "finish": way.finish,
                "people_to_call": way.people_to_call,
                "cost": way.cost,
                **_difference(way.difference),
                "tasks": [placement_dict(project, one) for one in way.plan.placements],
            }
            for way in ways
        ],
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "old_finish": difference.old_finish,
        "tasks_moved": len(difference.moved),
        "moved": [
            {"id": move.task, "old_start": move.old_start, "new_start": move.new_start, "crew_changed": move.crew_changed}
            for move in difference.moved
        ],
    }


def simulation_dict(outcome: Outcome) -> dict[str, object]:
    critical = sorted(outcome.critical.items(), key=lambda item: (-item[1], item[0]))
    return {
        "scenarios": outcome.scenarios,
        "never_finished": outcome.never_finished,
        "milestones": [
            {"id": one.id, "planned": one.planned, "p50": one.p50, "p80": one.p80, "p95": one.p95, "never": one.never}
            for one in outcome.milestones
        ],
        "critical": {name: round(share, 4) for name, share in critical[:CRITICAL_SHOWN] if share > 0},
        "crossings": {name: round(value, 2) for name, value in outcome.crossings.items()},
    }
