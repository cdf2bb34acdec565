"""Compiles all that planning compiles, and keeps it: `python -m awna.core.planning.engine.warm`. Does nothing where that was done."""

import os

from ..command import make_plan
from ..model import compile_model
from ..problem import Method, Person, Precedence, Project, Resource, Stock, Task
from ..search import Limit, search
from ..simulate import simulate
from . import ready
from .flat import RICH_MIN

SCHEDULES = 40  # enough to pass through every step of the search


def sample(*, rich: bool) -> Project:
    """A project that meets no bound at once; a rich one brings in people and stock, and with them the rich kernel."""
    method = Method(2, machines={"crane": 2}, skills={"mason": 1} if rich else {}, materials={"cement": 1} if rich else {})
    tasks = tuple(Task(f"T{number}", (method,)) for number in range(RICH_MIN + 2))
    return Project(
        tasks,
        (Precedence("T0", "T1"), Precedence("T0", "T2")),
        (Resource("crane", 3),),
        people=tuple(Person(name, frozenset({"mason"})) for name in ("one", "two")) if rich else (),
        stocks=(Stock("cement", opening=len(tasks)),) if rich else (),
    )


def warm() -> None:
    with ready.alone():
        if ready.is_ready():
            return
        for project in (sample(rich=False), sample(rich=True)):
            search(compile_model(project), limit=Limit(schedules=SCHEDULES))
        simulate(project, make_plan(project, schedules=SCHEDULES).plan, scenarios=2)
        ready.finish()


if __name__ == "__main__":
    os.nice(ready.NICENESS)
    warm()
