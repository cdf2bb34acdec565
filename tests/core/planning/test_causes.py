"""When no plan is found, the smallest set of conditions that cannot hold together is named, and nothing else."""

from dataclasses import replace

import pytest

from awna.core.planning.causes import smallest_causes
from awna.core.planning.command import make_plan
from awna.core.planning.problem import Delivery, Method, Person, Project, Site, Stock, Task
from awna.core.problems import Refused

MANY = tuple(Person(f"P{n}", frozenset({"carpenter"}), presence=((n, None),)) for n in range(20))
LATE = Project(
    (
        Task("walls", (Method(3, skills={"mason": 1}, materials={"cement": 5}),), site="clinic"),
        Task("doors", (Method(2, skills={"carpenter": 1}),), start_windows=((1, None),)),
    ),
    people=(Person("Rana", frozenset({"mason"}), presence=((0, 30),)), *MANY),
    stocks=(Stock("cement", 0, (Delivery(5, 40),)),),
    sites=(Site("clinic", safe_windows=((2, None),)),),
)


def test_the_mason_leaves_before_the_cement_comes() -> None:
    with pytest.raises(Refused) as refused:
        make_plan(LATE, schedules=3)
    (problem,) = refused.value.problems
    assert problem.code == "task_found_no_place"
    assert problem.where == "walls"
    assert problem.params["causes"] == "when Rana is there; when cement is to arrive"


def test_loosening_any_cause_helps_and_the_rest_does_not() -> None:
    without_rest = replace(LATE, tasks=LATE.tasks[:1], people=LATE.people[:1], sites=(Site("clinic"),))
    with pytest.raises(Refused):
        make_plan(without_rest, schedules=3)
    make_plan(replace(LATE, stocks=(Stock("cement", 5),)), schedules=3)
    make_plan(replace(LATE, people=(replace(LATE.people[0], presence=()), *MANY)), schedules=3)


def test_time_that_runs_out_gives_no_half_answer() -> None:
    assert smallest_causes(LATE, lambda _project: False, seconds=1.0) == []
    assert smallest_causes(LATE, lambda _project: True, seconds=0.0) == []
