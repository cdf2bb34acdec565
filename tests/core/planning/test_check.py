"""The checker accepts what the solver makes and catches each kind of fault when it is planted."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.planning.check import check_plan
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Placement, Plan, Seat
from awna.core.planning.problem import Project
from awna.core.planning.search import Limit, search
from awna.core.planning.validate import validate

from .projects import clinic, projects


def plan_of(project: Project, schedules: int = 20) -> Plan:
    model = compile_model(project)
    return search(model, limit=Limit(schedules=schedules), seed=3).schedule.plan(model)


def change(plan: Plan, task: str, **values: object) -> Plan:
    return Plan(tuple(replace(p, **values) if p.task == task else p for p in plan.placements))


def move(plan: Plan, task: str, start: int) -> Plan:
    old = plan.by_task()[task]
    return change(plan, task, start=start, finish=start + old.finish - old.start)


@given(projects())
@settings(max_examples=60, deadline=None)
def test_every_plan_of_the_solver_passes(project: Project) -> None:
    assert validate(project) == []
    assert check_plan(project, plan_of(project, 6)) == []


def test_the_clinic_is_planned_with_its_interpreter() -> None:
    plan = plan_of(clinic())
    assert check_plan(clinic(), plan) == []
    walls = plan.by_task()["walls"]
    assert {seat.person for seat in walls.crew} == {"Rana", "Tom", "Huda"}
    assert walls.start >= 9  # the cement waits for the crossing


FAULTS: dict[str, Callable[[Plan], Plan]] = {
    "task_not_planned_once": lambda plan: Plan(plan.placements[1:]),
    "task_not_in_project": lambda plan: Plan((*plan.placements, Placement("ghost", 0, 1))),
    "method_unknown": lambda plan: change(plan, "slab", method=7),
    "duration_differs": lambda plan: change(plan, "slab", finish=plan.by_task()["slab"].finish - 1),
    "starts_before_earliest": lambda plan: move(plan, "slab", -3),
    "starts_outside_window": lambda plan: move(plan, "drains", 0),
    "draws_differ": lambda plan: change(plan, "slab", draws={}),
    "precedence_broken": lambda plan: move(plan, "walls", plan.by_task()["slab"].finish + 1),
    "capacity_exceeded": lambda plan: move(plan, "drains", 4),
    "stock_falls_below_zero": lambda plan: move(plan, "walls", 8),
    "site_not_safe_at_start": lambda plan: move(plan, "roof", 60),
    "crew_is_not_distinct_people": lambda plan: change(plan, "walls", crew=(Seat("mason", "Rana"), Seat("mason", "Rana"))),
    "person_lacks_skill": lambda plan: change(plan, "walls", crew=(Seat("mason", "Rana"), Seat("mason", "Huda"))),
    "person_is_absent": lambda plan: move(plan, "walls", 28),
    "seat_is_empty": lambda plan: change(plan, "walls", crew=(Seat("mason", "Rana"),)),
    "no_language_bridge": lambda plan: change(plan, "walls", crew=(Seat("mason", "Rana"), Seat("mason", "Tom"))),
    "person_is_booked_twice": lambda plan: change(
        plan,
        "roof",
        method=0,
        start=plan.by_task()["walls"].start + 3,
        finish=plan.by_task()["walls"].start + 8,
        crew=(Seat("mason", "Rana"),),
    ),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_is_caught(code: str) -> None:
    plan = plan_of(clinic())
    assert code in {problem.code for problem in check_plan(clinic(), FAULTS[code](plan))}


@given(projects(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_task_before_its_predecessor_is_caught(project: Project, data: st.DataObject) -> None:
    edges = [edge for edge in project.precedences if edge.kind == "FS"]
    if not edges:
        return
    plan = plan_of(project, 2)
    edge = data.draw(st.sampled_from(edges))
    early = plan.by_task()[edge.before].finish + edge.lag - 1
    assert any(p.code in ("precedence_broken", "starts_before_earliest") for p in check_plan(project, move(plan, edge.after, early)))


@given(projects())
@settings(max_examples=20, deadline=None)
def test_the_same_count_and_seed_give_the_same_plan(project: Project) -> None:
    assert plan_of(project, 30) == plan_of(project, 30)
