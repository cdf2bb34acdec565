"""What no schedule can hold: links to tasks that are not there, links to oneself and one's own summary, and circles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..problems import Problem
from .model import RELATIONS_MAX, Relation, Schedule, too_large

CIRCLE_NAMES_MAX = 8
LEVELS_MAX = 500  # of summaries above each other that are looked at


def settle(schedule: Schedule) -> Schedule:
    """The schedule with what cannot stand held beside it, each named among the problems. Negative lags stay and are named."""
    if len(schedule.relations) > RELATIONS_MAX:
        raise too_large("relations", RELATIONS_MAX)
    names = {task.id: task.code or task.name or task.id for task in schedule.tasks}
    parents = {task.id: task.parent for task in schedule.tasks}
    kept: list[Relation] = []
    held: list[Relation] = []
    problems: list[Problem] = []
    for relation in dict.fromkeys(schedule.relations):
        problem = _problem(relation, names, parents)
        (held if problem else kept).append(relation)
        problems += [problem] if problem else list(_warnings(relation, names))
    for relation, circle in _circles(kept):
        shown = [names[task] for task in circle[:CIRCLE_NAMES_MAX]]
        text = "The relations go in a circle: %(circle)s. Take one of them out."
        circle_text = " → ".join([*shown, "…"] if len(circle) > CIRCLE_NAMES_MAX else [*shown, shown[0]])
        problems.append(Problem("schedule_circle", text, {"circle": circle_text}, _place(relation, names)))
        held.append(relation)
    gone = set(held)
    return replace(
        schedule,
        relations=tuple(relation for relation in kept if relation not in gone),
        held=tuple(held),
        problems=(*schedule.problems, *problems),
    )


def _place(relation: Relation, names: dict[str, str]) -> str:
    return f"task {names.get(relation.after, relation.after)}"


def _problem(relation: Relation, names: dict[str, str], parents: dict[str, str]) -> Problem | None:
    params = {"before": names.get(relation.before, relation.before), "after": names.get(relation.after, relation.after)}
    if relation.before not in names or relation.after not in names:
        text = "The relation from %(before)s to %(after)s leads to a task that is not in the file. Add the task, or take the relation out."
        return Problem("schedule_relation_dangling", text, params, _place(relation, names))
    if (
        relation.before == relation.after
        or relation.before in _above(relation.after, parents)
        or relation.after in _above(relation.before, parents)
    ):
        text = "The relation from %(before)s to %(after)s binds a task to itself or to its own summary. Take it out."
        return Problem("schedule_relation_to_itself", text, params, _place(relation, names))
    return None


def _warnings(relation: Relation, names: dict[str, str]) -> Iterator[Problem]:
    if relation.lag_s < 0 or (relation.lag_percent or 0) < 0:
        text = "The relation from %(before)s has a negative lag: the task may begin before what it waits for. Look whether that is meant."
        yield Problem("schedule_negative_lag", text, {"before": names[relation.before]}, _place(relation, names))


def _above(task: str, parents: dict[str, str]) -> Iterator[str]:
    seen = {task}
    step = parents.get(task, "")
    while step and step not in seen and len(seen) <= LEVELS_MAX:
        yield step
        seen.add(step)
        step = parents.get(step, "")


def _circles(relations: Sequence[Relation]) -> Iterator[tuple[Relation, list[str]]]:
    """Relations that close a circle, with the tasks on it; without them the rest is free of circles. Depth first, without recursion."""
    following: dict[str, list[Relation]] = {}
    for relation in relations:
        following.setdefault(relation.before, []).append(relation)
    done: set[str] = set()
    for root in list(following):
        if root in done:
            continue
        path, on_path = [root], {root}
        waiting = [iter(following.get(root, ()))]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                task = path.pop()
                on_path.discard(task)
                done.add(task)
            elif step.after in on_path:
                yield step, path[path.index(step.after) :]
            elif step.after not in done:
                path.append(step.after)
                on_path.add(step.after)
                waiting.append(iter(following.get(step.after, ())))
