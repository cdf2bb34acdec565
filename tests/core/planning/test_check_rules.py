"""One project that asks for every rule, a plan by hand that keeps them all, and one broken plan per rule that is refused by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from awna.core.planning.check import check_plan
from awna.core.planning.plan import Placement, Plan, Seat, line_order
from awna.core.planning.problem import (
    Calendar,
    Method,
    Person,
    Precedence,
    Project,
    RestRule,
    Site,
    SiteHours,
    Stock,
    Task,
)

# Sunday the 5th is slots 0 and 1, Monday (a holiday of the school) 2 and 3 … Thursday 8 and 9, Friday has none, Saturday 10 and 11.
SCHOOL = Project(
    tasks=(
        Task("crush", (Method(2, gives={"gravel": 4}),)),
        Task("pour", (Method(2, skills={"mason": 1}, levels={"mason": 3}, materials={"gravel": 4}, outdoor=True),), site="school"),
        Task("walls", (Method(4, skills={"mason": 1}),), site="school", handover_every=1, stay_min=2),
        Task("class", (Method(1, skills={"helper": 2}),), site="school", child_contact=True),
    ),
    precedences=(
        Precedence("pour", "walls", "FS", 48, maximum=96, unit="elapsed"),
        Precedence("walls", "class", "FS", 0, maximum=1),
    ),
    people=(
        Person("Rana", frozenset({"mason"}), frozenset({"ar"}), levels={"mason": 3}, rest=(RestRule(3, 6),)),
        Person("Tom", frozenset({"mason"}), frozenset({"ar"})),
        Person("Amal", frozenset({"helper"}), frozenset({"ar"}), cleared=((0, None),)),
        Person("Badr", frozenset({"helper"}), frozenset({"ar"}), cleared=((0, 15),)),
        Person("Chris", frozenset({"helper"}), frozenset({"ar"})),
        Person("Dina", frozenset({"helper"}), frozenset({"ar"}), cleared=((0, None),), adult=False),
    ),
    stocks=(Stock("gravel"),),
    sites=(Site("school", "ar", beds=2, hours=SiteHours(holidays=frozenset({date(2026, 7, 6)}), heat={"7": frozenset({1})})),),
    calendar=Calendar(date(2026, 7, 5), 2, frozenset({4}), "Africa/Cairo"),
)
GOOD = Plan(
    (
        Placement("crush", 0, 2),
        Placement("pour", 4, 7, crew=(Seat("mason", "Rana"),), draws={"gravel": 4}),  # rests on Tuesday afternoon
        Placement("walls", 10, 14, crew=(Seat("mason", "Rana", 10, 12), Seat("mason", "Tom", 12, 14))),
        Placement("class", 14, 15, crew=(Seat("helper", "Amal"), Seat("helper", "Badr"))),
    )
)


def codes(project: Project, plan: Plan) -> set[str]:
    return {problem.code for problem in check_plan(project, plan)}


def put(task: str, start: int, finish: int, **values: object) -> Plan:
    return Plan(tuple(replace(p, start=start, finish=finish, **values) if p.task == task else p for p in GOOD.placements))


def crew(task: str, *seats: Seat) -> Plan:
    return Plan(tuple(replace(p, crew=seats) if p.task == task else p for p in GOOD.placements))


def walls(start: int) -> Plan:
    seats = (Seat("mason", "Rana", start, start + 2), Seat("mason", "Tom", start + 2, start + 4))
    return put("walls", start, start + 4, crew=seats)


def two_slots_a_segment() -> Project:
    return replace(SCHOOL, tasks=tuple(replace(t, handover_every=2) if t.id == "walls" else t for t in SCHOOL.tasks))


FAULTS: dict[str, Callable[[], tuple[Project, Plan]]] = {
    "starts_while_site_rests": lambda: (SCHOOL, put("pour", 5, 9)),
    "duration_differs": lambda: (SCHOOL, put("pour", 4, 6)),
    "elapsed_lag_broken": lambda: (SCHOOL, walls(9)),
    "elapsed_lag_too_long": lambda: (SCHOOL, walls(14)),
    "comes_too_late_after": lambda: (SCHOOL, put("class", 16, 17)),
    "stock_falls_below_zero": lambda: (SCHOOL, put("crush", 3, 5)),
    "person_below_level": lambda: (SCHOOL, crew("pour", Seat("mason", "Tom"))),
    "handover_within_segment": lambda: (
        two_slots_a_segment(),
        crew("walls", Seat("mason", "Rana", 10, 13), Seat("mason", "Tom", 13, 14)),
    ),
    "stay_too_short": lambda: (SCHOOL, crew("walls", Seat("mason", "Rana", 10, 11), Seat("mason", "Tom", 11, 14))),
    "seat_is_empty": lambda: (SCHOOL, crew("walls", Seat("mason", "Rana", 10, 12))),
    "crew_is_not_distinct_people": lambda: (SCHOOL, crew("walls", Seat("mason", "Tom", 10, 14), Seat("mason", "Tom", 12, 14))),
    "person_without_rest": lambda: (SCHOOL, crew("walls", Seat("mason", "Rana"))),
    "children_without_two_cleared_adults": lambda: (SCHOOL, crew("class", Seat("helper", "Amal"), Seat("helper", "Chris"))),
    "beds_exceeded": lambda: (replace(SCHOOL, sites=(replace(SCHOOL.sites[0], beds=1),)), GOOD),
}


def test_the_plan_by_hand_keeps_every_rule() -> None:
    assert check_plan(SCHOOL, GOOD) == []


@pytest.mark.parametrize("code", FAULTS)
def test_each_broken_rule_is_named(code: str) -> None:
    project, plan = FAULTS[code]()
    assert code in codes(project, plan)


@pytest.mark.parametrize("helpers", [("Amal", "Dina"), ("Chris", "Dina")])
def test_a_minor_is_no_cleared_adult(helpers: tuple[str, str]) -> None:
    assert codes(SCHOOL, crew("class", *(Seat("helper", name) for name in helpers))) == {"children_without_two_cleared_adults"}


def test_a_clearance_ends_on_its_day() -> None:
    late = Plan(tuple(replace(p, start=15, finish=16) if p.task == "class" else p for p in GOOD.placements))
    assert "children_without_two_cleared_adults" in codes(SCHOOL, late)


def test_those_who_live_nearby_need_no_bed() -> None:
    sites = (replace(SCHOOL.sites[0], beds=0),)
    assert codes(replace(SCHOOL, sites=sites, people=tuple(replace(p, lodges=False) for p in SCHOOL.people)), GOOD) == set()


def test_a_line_gives_in_the_order_of_the_plan() -> None:
    plan = Plan((Placement("B", 2, 3, draws={"x": 1}), Placement("A", 2, 3, draws={"x": 1}), Placement("C", 0, 1, draws={"x": 5})))
    assert line_order(plan, "x") == ["C", "A", "B"]
