"""The front of plans between the shortest, the cheapest and the cleanest, and the whole plan for each way to build."""

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.options import front, plan_each
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Method, Precedence, Project, Task

QUICK = Method(2, "prefabricated", cost=900, carbon_kg=400, imported_percent=90)
SLOW = Method(6, "rubble blocks", cost=500, carbon_kg=100, imported_percent=5)
PROJECT = Project((Task("walls", (QUICK, SLOW)), Task("roof", (QUICK, SLOW))), (Precedence("walls", "roof"),))


def planner(one: Project) -> Plan:
    return make_plan(one, schedules=20).plan


def test_the_front_holds_the_plans_that_no_other_beats() -> None:
    points = front(PROJECT, planner)
    assert [(point.finish, point.cost, point.carbon_kg, point.imported) for point in points] == [(4, 1800, 800, 180), (12, 1000, 200, 10)]
    assert all(check_plan(PROJECT, point.plan) == [] for point in points)


def test_each_way_is_planned_whole() -> None:
    ways = {"quick": {"walls": QUICK, "roof": QUICK}, "mixed": {"walls": QUICK, "roof": SLOW}}
    points = plan_each(PROJECT, ways, planner)
    assert {name: point.values for name, point in points.items()} == {"quick": (4, 1800, 800, 180), "mixed": (8, 1400, 500, 95)}
