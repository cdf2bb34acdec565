"""The simulation: seeded, the same for any executor, exact where nothing is uncertain, and honest about what never ends."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import isclose

import pytest

from awna.core.planning.generator import Size, rich_project
from awna.core.planning.plan import Placement, Plan
from awna.core.planning.problem import Crossing, Delivery, Method, Milestone, Precedence, Project, Stock, Task
from awna.core.planning.scenario import PRIOR, CrossingHabit, Doubts, fit
from awna.core.planning.simulate import simulate
from awna.core.problems import Refused

from .test_replan_options import running_plan

SMALL = Size(tasks=60, people=24, deliveries=12, sites=3)
ALWAYS = CrossingHabit(1e6, 1.0)
CERTAIN = Doubts(late_share=0.0, absent_share=0.0, fallback_low=1.0, fallback_high=1.0, habits={"north": ALWAYS, "south": ALWAYS})
ROOF = Project(
    (Task("walls", (Method(4),)), Task("roof", (Method(6, materials={"steel": 5}),)), Task("paint", (Method(1),))),
    (Precedence("walls", "roof"), Precedence("walls", "paint")),
    stocks=(Stock("steel", 0, (Delivery(5, 2, "north"),)),),
    crossings=(Crossing("north", open_windows=((0, 10), (14, None))),),
    milestones=(Milestone("painted", ("paint",)),),
)
PLAN = Plan((Placement("walls", 0, 4), Placement("roof", 4, 10, draws={"steel": 5}), Placement("paint", 4, 5)))


@pytest.mark.parametrize("seed", [2, 3])
def test_without_doubt_the_simulation_is_the_plan(seed: int) -> None:
    project = rich_project(seed, size=SMALL)
    plan = running_plan(project)
    sure = (replace(t, methods=tuple(replace(m, optimistic=None, pessimistic=None) for m in t.methods)) for t in project.tasks)
    open_now = tuple(replace(crossing, open_windows=((0, None),)) for crossing in project.crossings)
    outcome = simulate(replace(project, tasks=tuple(sure), crossings=open_now), plan, scenarios=3, doubts=CERTAIN)
    assert set(outcome.finishes) == {plan.finish}
    assert outcome.of("open-site0").p50 == outcome.of("open-site0").planned
    assert all(value == 0 for value in outcome.crossings.values())


def test_the_same_seed_gives_the_same_numbers_on_any_executor() -> None:
    project = rich_project(4, size=SMALL)
    plan = running_plan(project)
    alone = simulate(project, plan, scenarios=120, seed=9)
    with ThreadPoolExecutor(2) as two:
        assert simulate(project, plan, scenarios=120, seed=9, executor=two) == alone
    assert simulate(project, plan, scenarios=120, seed=10).finishes != alone.finishes
    assert alone.finishes[:50] == simulate(project, plan, scenarios=50, seed=9).finishes


def test_two_dask_workers_give_the_same_numbers() -> None:
    distributed = pytest.importorskip("distributed", reason="the optional extra awna[cluster] is not installed")
    project = rich_project(4, size=SMALL)
    plan = running_plan(project)
    alone = simulate(project, plan, scenarios=100, seed=9)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 2
        assert simulate(project, plan, scenarios=100, seed=9, executor=client.get_executor()) == alone


def test_the_share_of_finished_scenarios_grows_with_the_date() -> None:
    outcome = simulate(ROOF, PLAN, scenarios=400, seed=3)
    whole = outcome.of("all")
    assert whole.p50 is not None and whole.p80 is not None and whole.p95 is not None
    assert whole.planned == 10 <= whole.p50 <= whole.p80 <= whole.p95
    assert sum(finish <= whole.p80 for finish in outcome.finishes) >= 320
    assert sum(finish < whole.p80 for finish in outcome.finishes) < 320


def test_the_roof_is_critical_and_the_paint_is_not() -> None:
    outcome = simulate(ROOF, PLAN, scenarios=200, seed=3)
    assert outcome.critical["roof"] == 1.0
    assert outcome.critical["paint"] == 0.0
    assert 0.0 < outcome.critical["walls"] < 1.0  # in some the steel is later than the walls


def test_a_crossing_is_worth_what_its_closures_cost() -> None:
    shut = Doubts(habits={"north": CrossingHabit(4.0, 30.0)})
    often = simulate(ROOF, PLAN, scenarios=200, seed=5, doubts=shut).crossings["north"]
    seldom = simulate(ROOF, PLAN, scenarios=200, seed=5, doubts=replace(shut, habits={"north": CrossingHabit(400.0, 1.0)})).crossings[
        "north"
    ]
    assert often > seldom >= 0.0


def test_what_never_finishes_is_counted() -> None:
    closed = replace(ROOF, crossings=(Crossing("north", open_windows=()),))
    outcome = simulate(closed, PLAN, scenarios=50, doubts=Doubts(habits={"north": CrossingHabit(1.0, 1e6)}))
    assert outcome.never_finished == outcome.of("all").never == 50
    assert outcome.of("all").p50 is None
    assert outcome.of("painted").never == 0


def test_what_has_begun_stays_as_it_is() -> None:
    outcome = simulate(ROOF, PLAN, scenarios=50, seed=2, now=5, value_of_crossings=False)
    assert outcome.of("painted").p95 == 5
    assert set(outcome.finishes) == {10}


def test_a_short_history_leans_on_the_prior_and_a_long_one_does_not() -> None:
    assert fit([]) == PRIOR
    short, long = fit([(True, 100), (False, 2)]), fit([(True, 100), (False, 2)] * 200)
    assert PRIOR.open_mean < short.open_mean < 60
    assert isclose(long.open_mean, 100, rel_tol=0.02)
    assert isclose(long.closed_mean, 2, rel_tol=0.05)


@pytest.mark.parametrize("scenarios", [0, 100_001])
def test_too_many_or_no_scenarios_are_refused(scenarios: int) -> None:
    with pytest.raises(Refused):
        simulate(ROOF, PLAN, scenarios=scenarios)
