"""The front of plans: which ways to do the work no other beats in time, cost, carbon and imports at once.

The figures of a way to build come from `methods`; nothing is credited beyond the building (module D).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from .plan import Plan
from .problem import Method, Project


@dataclass(frozen=True)
class Weights:
    """How much a slot, a unit of money, a kilogram of carbon and a per cent of imports count beside each other."""

    time: float = 1.0
    cost: float = 0.0
    carbon: float = 0.0
    imported: float = 0.0


@dataclass(frozen=True)
class Point:
    """A plan and what it comes to; none on the front is worse than another in everything."""

    plan: Plan
    finish: int
    cost: int
    carbon_kg: int
    imported: int  # kilograms that must pass a crossing; where no method says them, the sum over tasks of the share in per cent

    @property
    def values(self) -> tuple[int, int, int, int]:
        return self.finish, self.cost, self.carbon_kg, self.imported


FRONT = (
    Weights(),
    Weights(time=0.5, cost=0.5),
    Weights(time=0.0, cost=1.0),
    Weights(time=0.0, carbon=1.0),
    Weights(time=0.0, imported=1.0),
    Weights(time=0.25, cost=0.25, carbon=0.25, imported=0.25),
)


def front(project: Project, plan_of: Callable[[Project], Plan], *, weights: Sequence[Weights] = FRONT) -> tuple[Point, ...]:
    """The plans that no other beats in time, cost, carbon and imports at once, shortest first.

    For each weighting every task keeps the methods that are best by it (all of them where only time counts), and `plan_of` plans
    the rest: pass a planner with a count limit and the front is the same on every machine.
    """
    points: dict[tuple[int, int, int, int], Point] = {}
    for one in weights:
        kept = _kept(project, one)
        narrowed = (replace(task, methods=tuple(task.methods[n] for n in kept[task.id])) for task in project.tasks)
        plan = plan_of(replace(project, tasks=tuple(narrowed)))
        point = _point(project, Plan(tuple(replace(p, method=kept[p.task][p.method]) for p in plan.placements)))
        points.setdefault(point.values, point)
    best = [p for p in points.values() if not any(_beats(other.values, p.values) for other in points.values())]
    return tuple(sorted(best, key=lambda point: point.values))


def plan_each(project: Project, ways: Mapping[str, Mapping[str, Method]], plan_of: Callable[[Project], Plan]) -> dict[str, Point]:
    """For each way (task → method, others as they are) the whole plan: the finish that people ask for, not the days of one crew."""
    points = {}
    for name, methods in ways.items():
        tasks = (replace(task, methods=(methods[task.id],)) if task.id in methods else task for task in project.tasks)
        narrowed = replace(project, tasks=tuple(tasks))
        points[name] = _point(narrowed, plan_of(narrowed))
    return points


def _beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _kept(project: Project, weights: Weights) -> dict[str, tuple[int, ...]]:
    """The methods that stay open per task: the best by these weights; with time alone all of them, the planner knows better."""
    if not (weights.cost or weights.carbon or weights.imported):
        return {task.id: tuple(range(len(task.methods))) for task in project.tasks}
    scale = (weights.time, weights.cost, weights.carbon, weights.imported)
    result: dict[str, tuple[int, ...]] = {}
    for task in project.tasks:
        rows = [_measured(method) for method in task.methods]
        most = [max(1, *(row[n] for row in rows)) for n in range(len(scale))]
        scores = [sum(w * v / m for w, v, m in zip(scale, row, most, strict=True)) for row in rows]
        result[task.id] = (scores.index(min(scores)),)
    return result


def _measured(method: Method) -> tuple[int, int, int, int]:
    return method.duration, method.cost, method.carbon_kg, method.imported_kg or method.imported_percent


def _point(project: Project, plan: Plan) -> Point:
    tasks = {task.id: task for task in project.tasks}
    rows = [_measured(tasks[placement.task].methods[placement.method]) for placement in plan.placements]
    return Point(plan, plan.finish, sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows))
