"""A running plan is mended after an event: started tasks stay, and only what must move moves."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.planning.board import Board
from awna.core.planning.check import check_plan
from awna.core.planning.events import (
    CrossingClosed,
    CrossingOpened,
    DeliveryMoved,
    Event,
    PersonAbsent,
    SiteUnsafe,
    TaskSlipped,
    apply_event,
)
from awna.core.planning.generator import closure, rich_project
from awna.core.planning.model import Model, compile_model
from awna.core.planning.plan import Plan
from awna.core.planning.priority import order_by, tails
from awna.core.planning.problem import Crossing, Delivery, Method, Precedence, Project, Resource, Stock, Task
from awna.core.planning.replan import repair, settle
from awna.core.planning.search import Limit, search
from awna.core.planning.sgs import Builder
from awna.core.problems import Refused

from .projects import clinic, projects


def plan_of(project: Project) -> Plan:
    model = compile_model(project)
    return search(model, limit=Limit(schedules=4), seed=1).schedule.plan(model)


def test_a_closed_crossing_moves_only_the_walls_and_what_hangs_on_them() -> None:
    project = clinic()
    running = plan_of(project)
    event = CrossingClosed("north", 7, 20)
    plan, difference = repair(project, running, now=7, event=event)
    assert check_plan(apply_event(project, event), plan) == []
    assert {move.task for move in difference.moved} == {"walls", "roof"}
    assert plan.by_task()["walls"].start == 20
    assert difference.new_finish > difference.old_finish


def test_a_crossing_shut_for_good_is_refused_with_the_stock_that_never_suffices() -> None:
    project = clinic()
    with pytest.raises(Refused) as refusal:
        repair(project, plan_of(project), now=7, event=CrossingClosed("north", 7))
    assert refusal.value.codes == ["stock_never_suffices"]
    assert "does not open again" in str(refusal.value)


def test_an_event_that_touches_nothing_moves_nothing() -> None:
    project = clinic()
    running = plan_of(project)
    plan, difference = repair(project, running, now=3, event=CrossingOpened("north", 5, 9))
    assert difference.moved == ()
    assert plan == running


@pytest.mark.parametrize(
    "event", [CrossingClosed("south", 1), TaskSlipped("tower", 1), DeliveryMoved("cement", "D9", 4), SiteUnsafe("hill", 1)]
)
def test_an_event_about_something_unknown_is_refused(event: Event) -> None:
    with pytest.raises(Refused) as refusal:
        repair(clinic(), plan_of(clinic()), now=0, event=event)
    assert refusal.value.codes == ["event_names_unknown"]


def test_an_absent_mason_is_replaced_or_waited_for() -> None:
    project = clinic()
    running = plan_of(project)
    plan, difference = repair(project, running, now=2, event=PersonAbsent("Tom", running.by_task()["walls"].start, 24))
    assert plan.by_task()["walls"].start == 24
    assert "walls" in {move.task for move in difference.moved}


@given(projects(), st.integers(0, 20), st.integers(0, 15), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_repair_is_valid_and_keeps_what_has_started(project: Project, now: int, start: int, length: int) -> None:
    running = plan_of(project)
    event = CrossingClosed("north", now + start, now + start + length)
    plan, difference = repair(project, running, now=now, event=event)
    assert check_plan(apply_event(project, event), plan) == []
    old, new = running.by_task(), plan.by_task()
    assert all(new[name] == old[name] for name in old if old[name].start < now)
    assert all(move.new_start >= move.old_start for move in difference.moved)


def sixty_tasks() -> Project:
    tasks = tuple(Task(f"T{n}", (Method(3 + n % 5, machines={"crew": 1 + n % 2}, materials={"cement": 10}),)) for n in range(60))
    edges = tuple(Precedence(f"T{n}", f"T{n + 4}") for n in range(56))
    deliveries = tuple(Delivery(100, 10 * n, "north", f"D{n}") for n in range(6))
    return Project(tasks, edges, (Resource("crew", 5),), (), (Stock("cement", 0, deliveries),), (Crossing("north"),))


def test_repair_of_sixty_tasks_is_quick() -> None:
    project = sixty_tasks()
    running = plan_of(project)
    best = 1.0
    for _ in range(3):  # the best of three: another process may hold the core
        began = time.perf_counter()
        repair(project, running, now=15, event=CrossingClosed("north", 15, 40))
        best = min(best, time.perf_counter() - began)
    assert best < 0.25  # seconds; the target of 0.05 is a bench's to measure on a quiet machine
    print(f"repair of sixty tasks: {best * 1000:.1f} ms")


def test_a_task_that_has_not_begun_moves_on_even_when_its_day_has_passed() -> None:
    project = clinic()
    running = plan_of(project)
    plan, difference = settle(project, running, now=2, begun=frozenset())
    assert min(placement.start for placement in plan.placements) >= 2
    assert {move.task for move in difference.moved} >= {"slab"}
    kept, _ = settle(project, running, now=2, begun=frozenset({"slab"}))
    assert kept.by_task()["slab"] == running.by_task()["slab"]


@given(projects(), st.integers(0, 20), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_the_quick_board_and_the_full_builder_place_alike(project: Project, start: int, length: int) -> None:
    event = CrossingClosed("north", start, start + length)
    lasting = (replace(t, methods=tuple(replace(m, duration=m.duration + 1) for m in t.methods)) for t in project.tasks)
    model = compile_model(apply_event(replace(project, tasks=tuple(lasting)), event))  # the builder seats nobody busy for no time
    board, builder = Board(model), Builder(model)
    for task in order_by(model, [0.0] * model.size):
        assert board.place_first(task) == builder.place_first(task)
    assert board.starts == builder.schedule.starts
    assert check_plan(model.project, board.plan()) == []


def test_repair_of_five_hundred_rich_tasks_moves_few() -> None:
    project = rich_project(2)
    model = compile_model(project)
    board = Board(model)
    assert all(board.place_first(task) for task in order_by(model, tails_first(model)))
    running = board.plan()
    event = closure(project, seed=1, now=20, finish=running.finish)
    began = time.process_time()
    plan, moved = repair(project, running, now=20, event=event)
    print(f"repair of five hundred tasks: {(time.process_time() - began) * 1000:.0f} ms, {len(moved.moved)} moved")
    assert check_plan(apply_event(project, event), plan) == []
    assert 0 < len(moved.moved) < 250


def tails_first(model: Model) -> list[float]:
    return [-float(tail) for tail in tails(model)]
