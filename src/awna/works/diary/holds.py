"""Hold points: the work that follows one waits until it is passed, whoever reports it and however."""

from collections import defaultdict

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign

from ..models.tasks import Dependency, Task
from .models import Check


def open_holds(campaign: Campaign) -> list[Check]:
    """Hold points that are not passed. Two questions to the database, one where there are none."""
    found = Check.objects.filter(campaign=campaign, kind=Check.HOLD).select_related("task").prefetch_related("results")
    return [check for check in found if not check.is_passed]


def held_tasks(campaign: Campaign) -> dict[str, list[Check]]:
    """Key of a task → the hold points it waits for, near and far. The task that is inspected goes on itself."""
    holds = open_holds(campaign)
    if not holds:
        return {}
    followers: dict[object, list[object]] = defaultdict(list)
    for before, after in Dependency.objects.filter(before__campaign=campaign).values_list("before", "after"):
        followers[before].append(after)
    held: dict[str, list[Check]] = defaultdict(list)
    for check in holds:
        seen, ahead = {check.task_id}, list(followers[check.task_id])
        while ahead:
            task = ahead.pop()
            if task not in seen:
                seen.add(task)
                held[str(task)].append(check)
                ahead += followers[task]
    return held


def refuse_before_hold(task: Task) -> None:
    """No work is noted and no material goes to a task that waits for a hold point."""
    for check in held_tasks(task.campaign).get(str(task.pk), []):
        text = "“%(task)s” waits for the hold point “%(hold)s” on “%(before)s”. Have it inspected and note the finding first."
        raise Refused(Problem("hold_point_not_passed", text, {"task": task, "hold": check, "before": check.task}))
