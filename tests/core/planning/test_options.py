"""Methods compared with the user's own factors, and the front of plans between the shortest, the cheapest and the cleanest."""

from decimal import Decimal

import pytest

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.options import Ingredient, Range, Way, compare, front, read_factors
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Method, Precedence, Project, Task
from awna.core.problems import Refused

FACTORS = """\
item,measure,low,high,per,source,year
cement block,carbon_a1_a3,80,110,m3,EPD 12,2023
cement block,imported,0.9,1.1,m3,waybills,2026
cement block,carbon_a4,0.1,0.1,m3,freight table,2024
rubble block,carbon_a1_a3,40,50,m3,EPD 77,2024
rubble block,rubble,1.5,1.8,m3,site test,2026
mason,local_labour,1,1,h,rota,2026
mason,all_labour,1,1,h,rota,2026
engineer abroad,all_labour,1,1,h,rota,2026
"""
CEMENT = Way("cement", (Ingredient("cement block", Decimal(10), "m3", Decimal(20), Decimal(300)), Ingredient("mason", Decimal(80), "h")))
RUBBLE = Way(
    "rubble",
    (Ingredient("rubble block", Decimal(10), "m3"), Ingredient("mason", Decimal(90), "h"), Ingredient("engineer abroad", Decimal(10), "h")),
)


def test_two_walls_are_compared_as_ranges_with_their_sources() -> None:
    cement, rubble = compare((CEMENT, RUBBLE), read_factors(FACTORS.encode()))
    assert cement.carbon == Range(Decimal(1400), Decimal(1700))  # 10 m3, and 20 t over 300 km
    assert cement.totals["imported"] == Range(Decimal("9.0"), Decimal("11.0"))
    assert rubble.carbon == Range(Decimal(400), Decimal(500))
    assert rubble.totals["rubble"] == Range(Decimal("15.0"), Decimal("18.0"))
    assert rubble.local_labour_share == Range(Decimal("0.9"), Decimal("0.9"))
    assert "EPD 77 2024" in rubble.sources and "EPD 12 2023" not in rubble.sources
    assert cement.missing == ()


def test_what_no_factor_is_known_for_is_named() -> None:
    (way,) = compare((Way("straw", (Ingredient("straw", Decimal(1), "t"),)),), read_factors(FACTORS.encode()))
    assert way.missing == ("straw",)


def test_an_amount_in_another_unit_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        compare((Way("cement", (Ingredient("cement block", Decimal(1), "t"),)),), read_factors(FACTORS.encode()))
    assert set(refused.value.codes) == {"unit_differs_from_factor"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("80,110", "110,80", "factor_out_of_range"),
        ("80,110", "many,110", "factor_unreadable"),
        ("80,110", "NaN,110", "factor_out_of_range"),
        ("carbon_a1_a3,80", "module_d,80", "measure_unknown"),
        ("EPD 12,2023", ",2023", "factor_incomplete"),
        ("EPD 12,2023", "EPD 12,23", "factor_out_of_range"),
        ("cement block,imported", "cement block,carbon_a1_a3", "factor_twice"),
        ("item,measure", "name,measure", "factors_without_columns"),
    ],
)
def test_a_bad_factor_is_refused(old: str, new: str, code: str) -> None:
    assert old in FACTORS
    with pytest.raises(Refused) as refused:
        read_factors(FACTORS.replace(old, new, 1).encode())
    assert refused.value.codes == [code]


def test_the_front_holds_the_plans_that_no_other_beats() -> None:
    quick = Method(2, "prefabricated", cost=900, carbon_kg=400, imported_percent=90)
    slow = Method(6, "rubble blocks", cost=500, carbon_kg=100, imported_percent=5)
    project = Project((Task("walls", (quick, slow)), Task("roof", (quick, slow))), (Precedence("walls", "roof"),))

    def planner(one: Project) -> Plan:
        return make_plan(one, schedules=20).plan

    points = front(project, planner)
    assert [(point.finish, point.cost, point.carbon_kg, point.imported) for point in points] == [(4, 1800, 800, 180), (12, 1000, 200, 10)]
    assert all(check_plan(project, point.plan) == [] for point in points)
