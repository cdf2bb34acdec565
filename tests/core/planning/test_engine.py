"""The compiled engine: every plan is valid, small ones are optimal, and neither threads nor compilation change a plan."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from random import Random

import pytest

from awna.core.planning.check import check_plan
from awna.core.planning.engine.flat import flatten
from awna.core.planning.model import compile_model
from awna.core.planning.priority import order_by
from awna.core.planning.problem import Delivery, Method, Person, Precedence, Project, Resource, Site, Stock, Task
from awna.core.planning.search import Found, Limit, search
from awna.core.planning.sgs import forward

from .compilers import ROOT, both_ways

pytestmark = pytest.mark.compiled  # the first run compiles for some seconds
SMALL = 6  # tasks: all orders can be tried


def plain_project(seed: int, *, tasks: int) -> Project:
    """Machines with dips and precedences forward in the list."""
    rng = Random(seed)
    edges = [Precedence(f"T{a}", f"T{b}", lag=rng.randrange(2)) for b in range(tasks) for a in range(b) if rng.random() < 3 / tasks]
    return Project(
        tuple(
            Task(f"T{n}", (Method(rng.randrange(8), machines={"crane": rng.randrange(4), "mixer": rng.randrange(3)}),))
            for n in range(tasks)
        ),
        tuple(edges),
        (Resource("crane", 5, dips=((4, 9, 3),)), Resource("mixer", 3)),
    )


def rich_project(seed: int, *, tasks: int = 24) -> Project:
    """Ways, all kinds of precedences, stock that comes and is made, money, windows, skills, levels and languages."""
    rng = Random(seed)
    kinds = ("FS", "FS", "SS", "FF", "SF")
    people = [
        Person(
            f"P{n}",
            frozenset(rng.sample(["mason", "welder", "smith"], 2))
            | ({"interpreter"} if n < 2 else set())
            | ({"mason"} if n < 3 else set()),
            frozenset({"ar", "en"}) if n < 4 else frozenset({rng.choice(["ar", "en"])}),
            presence=((rng.randrange(4), None),),
            levels={"mason": 2} if n < 3 else {},
        )
        for n in range(9)
    ]
    return Project(
        tuple(_rich_task(rng, n) for n in range(tasks)),
        tuple(
            Precedence(f"T{a}", f"T{b}", rng.choice(kinds), rng.randrange(-1, 3))
            for b in range(tasks)
            for a in range(b)
            if rng.random() < 2 / tasks
        ),
        (Resource("crane", 3, dips=((6, 9, 1),)),),
        tuple(people),
        (Stock("cement", 30, tuple(Delivery(20, rng.randrange(40)) for _ in range(6))), Stock("works", 400, (Delivery(400, 12),))),
        (),
        (Site("clinic", "ar"),),
    )


def _rich_task(rng: Random, number: int) -> Task:
    methods = tuple(
        Method(
            rng.randrange(1, 7),
            f"m{way}",
            skills={skill: rng.randrange(2) for skill in ("mason", "welder")},
            levels={"mason": rng.choice([1, 1, 2])},
            machines={"crane": rng.randrange(2)},
            materials={"cement": rng.randrange(7)},
            gives={"cement": rng.randrange(3)},
            money={"works": rng.randrange(20)},
        )
        for way in range(rng.randrange(1, 3))
    )
    return Task(f"T{number}", methods, site=rng.choice(["", "clinic"]), earliest=rng.randrange(5))


def run(project: Project, *, schedules: int = 600, threads: int = 2) -> Found:
    model = compile_model(project)
    assert flatten(model) is not None
    with ThreadPoolExecutor(threads) as executor:
        return search(model, limit=Limit(schedules=schedules), seed=3, executor=executor)


@pytest.mark.parametrize("seed", range(40))
def test_plain_plans_are_valid_and_not_behind_one_pass(seed: int) -> None:
    project = plain_project(seed, tasks=2 + seed)
    model = compile_model(project)
    found = run(project)
    assert check_plan(project, found.schedule.plan(model)) == []
    assert found.bound <= found.schedule.finish <= forward(model, order_by(model, [0.0] * model.size)).finish


@pytest.mark.parametrize("seed", range(25))
def test_rich_plans_are_valid(seed: int) -> None:
    project = rich_project(seed, tasks=20 + seed)
    found = run(project, schedules=200)
    assert found.schedule.complete
    assert check_plan(project, found.schedule.plan(compile_model(project))) == []


@pytest.mark.parametrize("seed", range(20))
def test_brute_force_agrees_on_tiny_projects(seed: int) -> None:
    model = compile_model(plain_project(seed, tasks=SMALL))
    orders = {tuple(order_by(model, keys)) for keys in permutations(map(float, range(SMALL)))}
    best = min(forward(model, order).finish for order in orders)
    assert search(model, limit=Limit(schedules=2000), seed=1).schedule.finish == best


@pytest.mark.parametrize("project", [plain_project(5, tasks=40), rich_project(5)], ids=["plain", "rich"])
def test_threads_do_not_change_the_plan(project: Project) -> None:
    one, two = run(project, threads=1), run(project, threads=2)
    assert (one.schedule.starts, one.schedule.methods, one.schedule.crews) == (
        two.schedule.starts,
        two.schedule.methods,
        two.schedule.crews,
    )
    assert one.schedules == two.schedules


def test_plain_python_gives_the_same_plan() -> None:
    script = (
        "from tests.core.planning.test_engine import *\n"
        "for project in (plain_project(5, tasks=12), rich_project(7)):\n"
        "    schedule = run(project, schedules=60).schedule\n"
        "    print(schedule.starts, schedule.methods, schedule.crews)\n"
    )
    with_compiler, without = both_ways(script)
    assert with_compiler == without != ""


def test_progress_is_told_and_the_time_kept() -> None:
    project = plain_project(9, tasks=60)
    run(project, schedules=10)
    told: list[tuple[int, int, float]] = []
    found = search(compile_model(project), limit=Limit(seconds=0.3), report=lambda *gain: told.append(gain))
    assert told
    assert [finish for finish, _, _ in told] == sorted({finish for finish, _, _ in told}, reverse=True)
    assert told[-1][0] == found.schedule.finish
    assert found.seconds < 3  # a loaded machine may be late to wake up


def test_a_plan_that_meets_the_bound_needs_no_compiler() -> None:
    program = (
        "import sys\n"
        "from awna.core.planning.command import make_plan\n"
        "from awna.core.planning.problem import Method, Precedence, Project, Task\n"
        "chain = Project(tuple(Task(name, (Method(2),)) for name in 'abc'), (Precedence('a', 'b'), Precedence('b', 'c')))\n"
        "print(make_plan(chain, schedules=50).plan.finish, 'numba' in sys.modules, 'ortools' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["6", "False", "False"]
