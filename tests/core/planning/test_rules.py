"""The search keeps every rule of the model: trying everything agrees on tiny projects, and no thread and no compiler changes a plan."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.engine.flat import flatten
from awna.core.planning.generator import Size
from awna.core.planning.generator_rules import full_project
from awna.core.planning.model import compile_model
from awna.core.planning.problem import Calendar, Method, Person, Precedence, Project, RestRule, Site, SiteHours, Task
from awna.core.planning.search import Found, Limit, Search, search
from awna.core.problems import Refused

from .compilers import both_ways
from .test_check_rules import SCHOOL
from .tiny import SLOTS, best_finish, tiny_project

SEEDS = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13)  # tiny projects in which all plans are soon tried


@pytest.mark.parametrize("seed", SEEDS)
def test_trying_everything_finds_no_better_plan(seed: int) -> None:
    project = tiny_project(seed)
    model = compile_model(project)
    schedule = Search(model, Limit(60), Random(1)).run().schedule
    if schedule.complete:
        assert check_plan(project, schedule.plan(model)) == []
    assert best_finish(project, below=schedule.finish if schedule.complete else SLOTS + 1) is None


def test_the_school_is_planned_with_every_rule() -> None:
    planned = make_plan(SCHOOL, schedules=20)
    assert planned.plan.finish <= 15
    assert check_plan(SCHOOL, planned.plan) == []


def test_a_task_longer_than_anybody_may_work_is_handed_over() -> None:
    rest = (RestRule(4, 8),)
    people = tuple(Person(name, frozenset({"mason"}), rest=rest) for name in ("Rana", "Tom", "Huda"))
    alone = Project((Task("wall", (Method(10, skills={"mason": 1}),)),), people=people)
    with pytest.raises(Refused) as refused:
        make_plan(alone, schedules=3)
    assert [problem.code for problem in refused.value.problems] == ["task_found_no_place"]
    shared = replace(alone, tasks=(replace(alone.tasks[0], handover_every=2, stay_min=2),))
    (wall,) = make_plan(shared, schedules=3).plan.placements
    assert wall.finish == 10
    assert len({seat.person for seat in wall.crew}) >= 2


def test_a_longest_lag_that_cannot_be_kept_ends_with_a_reason() -> None:
    tasks = (Task("pour", (Method(1),), start_windows=((0, 3),)), Task("smooth", (Method(1),), earliest=9))
    project = Project(tasks, (Precedence("pour", "smooth", maximum=2),))
    with pytest.raises(Refused) as refused:
        make_plan(project, schedules=3)
    (problem,) = refused.value.problems
    assert problem.code == "lags_contradict"
    assert "that smooth comes soon after pour" in str(problem.params["causes"])


def test_the_one_before_waits_for_the_one_that_must_follow_soon() -> None:
    tasks = (Task("pour", (Method(1),)), Task("smooth", (Method(1),), earliest=9))
    plan = make_plan(Project(tasks, (Precedence("pour", "smooth", maximum=2),)), schedules=3).plan.by_task()
    assert (plan["pour"].start, plan["smooth"].start) == (6, 9)


def test_a_task_of_a_resting_site_is_stretched_and_keeps_its_people() -> None:
    calendar = Calendar(date(2026, 7, 5), 2)  # a Sunday
    site = Site("x", hours=SiteHours(rest_weekdays=frozenset({0})))
    tasks = (Task("wall", (Method(4, skills={"mason": 1}),), site="x"), Task("door", (Method(1, skills={"mason": 1}),)))
    project = Project(tasks, people=(Person("Rana", frozenset({"mason"})),), sites=(site,), calendar=calendar)
    plan = make_plan(project, schedules=20).plan.by_task()
    assert plan["wall"].finish - plan["wall"].start == 6
    assert plan["door"].start >= plan["wall"].finish or plan["door"].finish <= plan["wall"].start


def big(seed: int) -> Project:
    return full_project(seed, size=Size(tasks=16 + seed, people=14, deliveries=6, sites=2))


def run(project: Project, *, threads: int = 2) -> Found:
    model = compile_model(project)
    assert flatten(model) is not None
    with ThreadPoolExecutor(threads) as executor:
        return search(model, limit=Limit(schedules=40), seed=3, executor=executor)


PLANNED = (0, 1, 2, 3)  # projects of `big` in which a plan is found


@pytest.mark.compiled
@pytest.mark.parametrize("seed", range(8))
def test_the_kernel_keeps_every_rule(seed: int) -> None:
    project = big(seed)
    found = run(project)
    assert found.schedule.complete or seed not in PLANNED
    if found.schedule.complete:
        assert check_plan(project, found.schedule.plan(compile_model(project))) == []


@pytest.mark.compiled
@pytest.mark.parametrize("seed", PLANNED)
def test_threads_do_not_change_a_plan_with_every_rule(seed: int) -> None:
    one, two = run(big(seed), threads=1), run(big(seed), threads=2)
    assert (one.schedule.starts, one.schedule.crews, one.schedules) == (two.schedule.starts, two.schedule.crews, two.schedules)


@pytest.mark.compiled
def test_plain_python_gives_the_same_plan_with_every_rule() -> None:
    script = (
        "from tests.core.planning.test_rules import *\n"
        "for seed in PLANNED:\n"
        "    schedule = run(big(seed)).schedule\n"
        "    print(schedule.starts, schedule.methods, schedule.crews)\n"
    )
    with_compiler, without = both_ways(script)
    assert with_compiler == without != ""
