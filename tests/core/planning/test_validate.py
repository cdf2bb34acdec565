"""What no plan can meet is refused before any search, with the element and the reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from awna.core.planning.problem import Calendar, Method, Milestone, Person, Precedence, Project, RestRule, Site, SiteHours, Stock, Task
from awna.core.planning.validate import validate

from .projects import rules_asked
from .test_check_rules import SCHOOL

MASONS = tuple(Person(name, frozenset({"mason"}), frozenset({"en"})) for name in ("Rana", "Tom"))


def one(method: Method, **values: object) -> Project:
    task = Task(
        "walls", (method,), **{key: values.pop(key) for key in ("site", "start_windows", "child_contact", "stay_min") if key in values}
    )
    return Project((task,), **{"people": MASONS, **values})


TWO = Method(4, skills={"mason": 2})
CASES: dict[str, Callable[[], Project]] = {
    "window_never_opens": lambda: one(TWO, site="x", sites=(Site("x", safe_windows=((0, 5),)),), start_windows=((7, 9),)),
    "too_few_at_level": lambda: one(replace(TWO, levels={"mason": 3})),
    "language_never_bridged": lambda: one(TWO, site="x", sites=(Site("x", "ar"),)),
    "beds_never_suffice": lambda: one(TWO, site="x", sites=(Site("x", beds=1),)),
    "too_few_cleared_adults": lambda: one(TWO, child_contact=True),
    "calendar_missing": lambda: one(TWO, site="x", sites=(Site("x", hours=SiteHours()),)),
    "calendar_impossible": lambda: one(TWO, calendar=Calendar(date(2026, 1, 1), 2, slot_minutes=800)),
    "zone_unknown": lambda: one(TWO, calendar=Calendar(date(2026, 1, 1), zone="Asia/Nowhere")),
    "durations_out_of_order": lambda: one(replace(TWO, optimistic=6)),
    "method_values_out_of_range": lambda: one(replace(TWO, imported_percent=101)),
    "segment_out_of_range": lambda: one(TWO, stay_min=0),
    "name_unknown": lambda: one(TWO, milestones=(Milestone("opened", ("roof",)),)),
    "lags_contradict": lambda: Project(
        (Task("A", (Method(3),)), Task("B", (Method(2),)), Task("C", (Method(1),))),
        (Precedence("A", "B"), Precedence("B", "C"), Precedence("A", "C", "SS", 0, maximum=4)),
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_what_cannot_be_met_is_named(code: str) -> None:
    assert [problem.code for problem in validate(CASES[code]())] == [code]


def test_a_contradiction_of_lags_names_its_tasks_in_order() -> None:
    (problem,) = validate(CASES["lags_contradict"]())
    assert "A > B > C > A" in str(problem) or "B > C > A > B" in str(problem) or "C > A > B > C" in str(problem)


def test_a_contradiction_over_a_closed_weekend_is_seen() -> None:
    """A day of mending must follow within a day of the work, which ends on the last day that the site is open for a week."""
    holidays = frozenset(date(2026, 1, day) for day in range(7, 14))
    hours = SiteHours(holidays=holidays)
    wall = Task("wall", (Method(2),), site="x", start_windows=((2, 5),))
    mend = Task("mend", (Method(1),), site="x", start_windows=((30, 40),))
    project = Project(
        (wall, mend),
        (Precedence("wall", "mend", "FS", 0, maximum=3),),
        sites=(Site("x", hours=hours),),
        calendar=Calendar(date(2026, 1, 5)),
    )
    assert [problem.code for problem in validate(project)] == ["lags_contradict"]
    later = replace(project, tasks=(replace(wall, start_windows=((2, 30),)), mend))
    assert validate(later) == []


def test_a_project_of_every_rule_is_possible() -> None:
    assert validate(SCHOOL) == []
    asked = rules_asked(SCHOOL)
    assert set(asked) == {"producers", "levels", "handover", "child_contact", "maximum_lag", "elapsed_lag", "site_hours", "beds", "rest"}


def test_a_rest_rule_alone_is_asked_for() -> None:
    project = one(TWO, people=(replace(MASONS[0], rest=(RestRule(10, 14),)), MASONS[1]))
    assert rules_asked(project) == {"rest": "Rana"}


def test_whole_quantities_are_told_as_whole_numbers() -> None:
    stock = Stock("cement", opening=50, unit="bag")
    halves = Stock("sand", opening=5, unit="m3", scale=2)
    task = Task("slab", (Method(4, materials={"cement": 80, "sand": 7}),))
    words = [str(problem) for problem in validate(Project((task,), stocks=(stock, halves)))]
    assert "need 80 bag; in stock and arriving are 50," in words[0]
    assert "need 3.5 m3; in stock and arriving are 2.5," in words[1]
