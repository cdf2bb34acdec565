"""How far each task of a plan may slip before the whole ends later: what is critical and what nearly is."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .plan import Placement, Plan
from .problem import Precedence, Project

HOURS_OF_A_DAY = 24
PASSES_MAX = 50  # over all tasks; one is enough where no link points back in time


def floats(project: Project, plan: Plan) -> dict[str, int]:
    """Slots by which a task may slip, with the tasks behind it, before the plan ends later.

    A task waits for its links and for its people and machines: who works in two tasks does so in the order of the plan. Windows,
    rest and supply are left out: they may allow less.
    """
    at = plan.by_task()
    behind: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for before, after, gap in (*_links(project, at), *_crews(plan), *_machines(project, plan)):
        behind[before].append((after, max(gap, 0)))
    result = {placement.task: plan.finish - placement.finish for placement in plan.placements}
    backwards = sorted(result, key=lambda task: (at[task].start, at[task].finish), reverse=True)
    for _ in range(PASSES_MAX):
        moved = False
        for task in backwards:
            least = min((gap + result[after] for after, gap in behind[task]), default=result[task])
            if least < result[task]:
                result[task], moved = least, True
        if not moved:
            break
    return result


def _links(project: Project, at: dict[str, Placement]) -> Iterator[tuple[str, str, int]]:
    """What stands between two linked tasks more than their lag asks for."""
    parts = project.calendar.slots_per_day if project.calendar else 1
    for edge in project.precedences:
        if edge.before in at and edge.after in at:
            first, second = at[edge.before], at[edge.after]
            begin = first.finish if edge.kind[0] == "F" else first.start
            end = second.finish if edge.kind[1] == "F" else second.start
            yield edge.before, edge.after, end - begin - _lag(edge, parts)


def _lag(edge: Precedence, parts: int) -> int:
    return edge.lag if edge.unit == "work" else -(-edge.lag * parts // HOURS_OF_A_DAY)


def _crews(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Each person's tasks in turn."""
    days: dict[str, set[tuple[int, int, str]]] = defaultdict(set)
    for placement in plan.placements:
        for seat in placement.crew:
            start = placement.start if seat.start is None else seat.start
            finish = placement.finish if seat.finish is None else seat.finish
            days[seat.person].add((start, finish, placement.task))
    for stays in days.values():
        turns = sorted(stays)
        for (_, finish, task), (start, _, later) in pairwise(turns):
            if later != task:
                yield task, later, start - finish


def _machines(project: Project, plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Each unit of a machine goes from one task to the next: to whoever begins first, from whoever has done longest."""
    methods = {task.id: task.methods for task in project.tasks}
    free: dict[str, list[tuple[int, str]]] = defaultdict(list)
    turns = sorted((p for p in plan.placements if p.task in methods), key=lambda placement: (placement.start, placement.finish))
    for placement in turns:
        for machine, units in methods[placement.task][placement.method].machines.items():
            idle = sorted(unit for unit in free[machine] if unit[0] <= placement.start)
            known = len(free[machine])
            capacity = next((one.capacity for one in project.resources if one.id == machine), known)
            fresh = max(0, capacity - known)  # units that nobody has used yet
            for since, task in idle[: max(0, units - fresh)]:
                free[machine].remove((since, task))
                yield task, placement.task, placement.start - since
            free[machine] += [(placement.finish, placement.task)] * units
