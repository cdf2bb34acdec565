"""The quick form of the planning bench: small projects of our own, fixed counts of schedules, and a baseline that they must not fall behind.

Counts are the same on every machine, so what is compared is the search itself and never the machine. A mended search may find other
plans: single projects may lose a little, all together must not. `--accept` writes the new plans down as the baseline.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import Random
from statistics import fmean
from unittest import mock

from awna.core.planning.check import check_plan
from awna.core.planning.engine import islands
from awna.core.planning.generator import Size, rich_project
from awna.core.planning.model import compile_model
from awna.core.planning.problem import Method, Precedence, Project, Resource, Task
from awna.core.planning.search import Limit, search

BASELINE = Path(__file__).with_name("planning_baseline.json")
PLAIN, PLAIN_SCHEDULES = 24, 2_000
RICH, RICH_SCHEDULES = 6, 400
LOSS_MOST = 0.3  # per cent, on average of each family
LOSS_MOST_ONE = 4.0  # per cent, in any one project
TASKS, MACHINES, CAPACITY = 60, 4, 12


def plain_project(seed: int) -> Project:
    """Scarce machines and a network as dense as those of the harder public sets."""
    rng = Random(f"quick {seed}")
    scarce = rng.choice((3, 4, 5))  # the most that a task asks for of a machine
    tasks = tuple(
        Task(f"T{n}", (Method(rng.randint(1, 10), machines={f"m{k}": rng.randint(1, scarce) for k in range(MACHINES) if rng.random() < 0.7}),))
        for n in range(TASKS)
    )  # fmt: skip
    links = {(rng.randrange(max(0, n - 15), n), n) for n in range(1, TASKS) for _ in range(rng.choice((1, 2, 2)))}
    return Project(
        tasks, tuple(Precedence(f"T{a}", f"T{b}") for a, b in sorted(links)), tuple(Resource(f"m{k}", CAPACITY) for k in range(MACHINES))
    )


def projects() -> Iterator[tuple[str, Project, int]]:
    for seed in range(PLAIN):
        yield f"plain {seed}", plain_project(seed), PLAIN_SCHEDULES
    for seed in range(RICH):
        yield f"rich {seed}", rich_project(seed, size=Size(tasks=60, people=16, deliveries=12, sites=2)), RICH_SCHEDULES


def finishes(*, plant: bool = False, family: str = "") -> dict[str, int]:
    """Project -> finish; every plan is judged."""
    found = {}
    for name, project, schedules in projects():
        if not name.startswith(family):
            continue
        model = compile_model(project)
        with crippled() if plant else nullcontext():
            schedule = search(model, limit=Limit(schedules=schedules), seed=1).schedule
        wrong = check_plan(project, schedule.plan(model))
        assert not wrong, f"{name}: {wrong[0]}"
        found[name] = schedule.finish
    return found


@contextmanager
def crippled() -> Iterator[None]:
    """A planted fault: every island stops at its first schedules and only pretends to have used the rest."""
    whole = islands.advance

    def lazy(flat: islands.Flat, herd: islands.Herd, count: int) -> islands.Herd:
        return whole(flat, herd, 1) if not herd.facts[islands.USED] else herd

    with mock.patch.object(islands, "advance", lazy):
        yield


def losses(found: dict[str, int], baseline: dict[str, int]) -> list[str]:
    """What has become worse, in words; empty = nothing that counts."""
    if found.keys() != baseline.keys():
        return ["The baseline was made of other projects: look at what changed and write a new one with --accept."]
    told = []
    for family in ("plain", "rich"):
        loss = {name: 100 * (found[name] / baseline[name] - 1) for name in found if name.startswith(family)}
        mean = fmean(loss.values())
        if mean > LOSS_MOST:
            told.append(f"{family} projects end {mean:.2f} % later than the baseline on average; {LOSS_MOST} % is allowed.")
        told += [
            f"{name} ends {one:.1f} % later than the baseline; {LOSS_MOST_ONE} % is allowed."
            for name, one in loss.items()
            if one > LOSS_MOST_ONE
        ]
    return told


def read_baseline() -> dict[str, int]:
    found: dict[str, int] = json.loads(BASELINE.read_text())
    return found


def compare(*, accept: bool = False, plant: bool = False) -> int:
    found = finishes(plant=plant)
    if accept and not plant:
        BASELINE.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{BASELINE.name} now holds the finishes of {len(found)} projects")
        return 0
    baseline = read_baseline()
    worse = losses(found, baseline)
    for line in worse:
        print(line)
    change = 100 * (fmean(found[name] / baseline[name] for name in found if name in baseline) - 1)
    print(f"{len(found)} projects at fixed counts: {change:+.2f} % against the baseline, {'missed' if worse else 'met'}")
    return 1 if worse else 0


def warm() -> None:
    """Compile what the measured parts use, so that none of them pays for it."""
    from awna.core.planning.simulate import simulate

    for project in (plain_project(0), rich_project(0, size=Size(tasks=30, people=12, deliveries=8, sites=2))):
        model = compile_model(project)
        plan = search(model, limit=Limit(schedules=8)).schedule.plan(model)
        simulate(project, plan, scenarios=2)
