"""The public generator: the same seed gives the same project, and every project can be planned."""

import pytest

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.events import apply_event
from awna.core.planning.formats.json_project import project_from_json, to_json
from awna.core.planning.generator import Size, closure, rich_project
from awna.core.planning.validate import validate

SMALL = Size(tasks=40, people=24, deliveries=12, sites=3)


def test_the_same_seed_gives_the_same_project() -> None:
    assert rich_project(3, size=SMALL) == rich_project(3, size=SMALL)
    assert rich_project(3, size=SMALL) != rich_project(4, size=SMALL)


@pytest.mark.parametrize("seed", range(6))
def test_a_small_project_is_planned_and_passes_the_checker(seed: int) -> None:
    project = rich_project(seed, size=SMALL)
    assert validate(project) == []
    planned = make_plan(project, schedules=2, seed=seed)
    assert check_plan(project, planned.plan) == []


@pytest.mark.parametrize(("tasks", "seed"), [(500, 1), (500, 2), (2000, 1)])
def test_a_big_project_is_possible_and_as_big_as_it_says(tasks: int, seed: int) -> None:
    project = rich_project(seed, size=Size(tasks=tasks))
    assert validate(project) == []
    assert len(project.tasks) == tasks
    assert len(project.people) == 80
    assert sum(len(stock.deliveries) for stock in project.stocks) == 60


def test_a_closure_names_a_crossing_and_leaves_the_project_possible() -> None:
    project = rich_project(5, size=SMALL)
    event = closure(project, seed=1, now=10, finish=90)
    assert event.until is not None and event.start >= 10
    assert validate(apply_event(project, event)) == []


def test_a_project_goes_through_json_unchanged() -> None:
    project = rich_project(2, size=SMALL)
    assert project_from_json(to_json(project)) == project
