"""Three ways on after an event: each passes the checker, the first moves least, the last finishes first."""

import pytest

from awna.core.planning.board import Board
from awna.core.planning.check import check_plan
from awna.core.planning.events import CrossingClosed, apply_event
from awna.core.planning.generator import Size, closure, rich_project
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Plan
from awna.core.planning.priority import order_by, tails
from awna.core.planning.problem import Project
from awna.core.planning.replan import Running, difference, shift_right
from awna.core.planning.replan_options import options
from awna.core.planning.standing import Standing
from awna.core.problems import Refused

from .projects import clinic
from .test_replan import plan_of

SIZE = Size(tasks=80, people=24, deliveries=20, sites=3)


def running_plan(project: Project) -> Plan:
    board = Board(compile_model(project))
    assert all(board.place_first(task) for task in order_by(board.model, [-float(tail) for tail in tails(board.model)]))
    return board.plan()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_three_options_are_sound_and_in_order(seed: int) -> None:
    project = rich_project(seed, size=SIZE)
    running = running_plan(project)
    event = closure(project, seed=seed, now=20, finish=running.finish)
    after = apply_event(project, event)
    shifted = shift_right(Running(compile_model(after), running.by_task(), 20))
    assert shifted is not None
    least, balanced, fastest = options(after, running, now=20, seconds=None, tries=12, seed=seed)
    for option in (least, balanced, fastest):
        assert check_plan(after, option.plan) == []
        old, new = running.by_task(), option.plan.by_task()
        assert all(new[name] == old[name] for name in old if old[name].start < 20)
        assert option.tasks_moved == len(option.difference.moved)
    assert least.tasks_moved <= len(difference(running, shifted).moved) and least.finish <= shifted.finish
    assert fastest.finish <= min(balanced.finish, least.finish)
    assert least.change <= balanced.change or least.finish > balanced.finish


def test_counted_tries_give_the_same_options() -> None:
    project = rich_project(4, size=SIZE)
    running = running_plan(project)
    after = apply_event(project, closure(project, seed=2, now=15, finish=running.finish))
    first = options(after, running, now=15, seconds=None, tries=6, seed=5)
    assert first == options(after, running, now=15, seconds=None, tries=6, seed=5)


def test_frozen_days_stay_where_they_can() -> None:
    project = rich_project(2, size=SIZE)
    running = running_plan(project)
    after = apply_event(project, CrossingClosed("north", 40, 44))
    old = running.by_task()
    for option in options(after, running, now=10, frozen=12, seconds=None, tries=9):
        new = option.plan.by_task()
        assert all(new[name].start == old[name].start for name in old if old[name].start < 22)


def test_the_solver_proposes_a_plan_of_less_or_equal_change() -> None:
    project = clinic()
    running = plan_of(project)
    after = apply_event(project, CrossingClosed("north", 7, 20))
    least, _, fastest = options(after, running, now=7, seconds=2.0)
    assert {move.task for move in least.difference.moved} == {"walls", "roof"}
    assert fastest.finish <= least.finish
    assert least.people_to_call == 3  # two masons and the interpreter


def test_no_plan_left_is_refused_with_its_reason() -> None:
    project = clinic()
    with pytest.raises(Refused) as refused:
        options(apply_event(project, CrossingClosed("north", 7)), plan_of(project), now=7, tries=1)
    assert refused.value.codes == ["stock_never_suffices"]


def test_a_chain_of_ejections_ends_in_time_and_moves_fewer_than_shifting_right() -> None:
    fewer = 0
    for seed in range(6):
        project = rich_project(seed, size=SIZE)
        running = running_plan(project)
        after = apply_event(project, closure(project, seed=seed, now=20, finish=running.finish))
        shifted = shift_right(Running(compile_model(after), running.by_task(), 20))
        assert shifted is not None
        least, _, _ = options(after, running, now=20, seconds=None, tries=9, seed=seed)
        assert least.finish <= shifted.finish
        fewer += least.tasks_moved < len(difference(running, shifted).moved)
    assert fewer >= 2


def test_a_task_that_is_lifted_leaves_no_trace() -> None:
    project = rich_project(5, size=SIZE)
    model = compile_model(project)
    board = Standing(model)
    order = order_by(model, [-float(tail) for tail in tails(model)])
    assert all(board.place_first(task) for task in order[:-5])
    before = board.copy()
    for task in order[-5:]:
        assert board.place_first(task)
    for task in order[-5:]:
        board.lift(task)
    assert board.starts == before.starts and board.free == before.free and board.roster.busy == before.roster.busy
    assert all((one == other).all() for one, other in zip(board.level + board.left, before.level + before.left, strict=True))
