"""The three ways on as a run of its own process: plain values in, plain values out; and whose days a plan changes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .formats.json_project import plan_from_json, project_from_json, to_json
from .plan import Placement, Plan
from .replan_options import options

Days = tuple[str, int, int]
"""A task of a person: its id, and the first slot and the one after the last in which she is there."""


def find_ways(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Least change, balanced and fastest. `payload`: project and plan as JSON texts, now, begun, and seconds or tries."""
    project, running = project_from_json(payload["project"].encode()), plan_from_json(payload["plan"].encode())
    found = options(
        project,
        running,
        now=payload["now"],
        begun=frozenset(payload["begun"]),
        seconds=payload.get("seconds"),
        tries=payload.get("tries"),
        seed=payload.get("seed", 1),
    )
    return [
        {
            "name": way.name,
            "finish": way.finish,
            "tasks_moved": way.tasks_moved,
            "people_to_call": way.people_to_call,
            "cost": way.cost,
            "moved": [asdict(move) for move in way.difference.moved],
            "plan": to_json(way.plan).decode(),
        }
        for way in found
    ]


def people_to_call(old: Plan, new: Plan) -> dict[str, tuple[list[Days], list[Days]]]:
    """Whose days change, by code: the tasks that she leaves as they stood, and those that she gets as they stand."""
    before, after = _days(old), _days(new)
    return {
        person: (sorted(before.get(person, set()) - after.get(person, set()), key=_by_start),
                 sorted(after.get(person, set()) - before.get(person, set()), key=_by_start))
        for person in sorted(before.keys() | after.keys())
        if before.get(person, set()) != after.get(person, set())
    }  # fmt: skip


def _by_start(days: Days) -> tuple[int, str]:
    return days[1], days[0]


def _days(plan: Plan) -> dict[str, set[Days]]:
    found: dict[str, set[Days]] = {}
    for placement in plan.placements:
        for seat in placement.crew:
            found.setdefault(seat.person, set()).add(_stay(placement, seat.start, seat.finish))
    return found


def _stay(placement: Placement, start: int | None, finish: int | None) -> Days:
    return placement.task, placement.start if start is None else start, placement.finish if finish is None else finish
