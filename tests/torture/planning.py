"""`./awna torture planning`: random projects that ask for every rule, each planned and its plan given to the independent checker.

`--count 10000` projects (a few dozen with `--short`), from seed `--first` on, so that a long run can be done in pieces. A project in which
no place is found must end with a reason. `--plant` lets the search forget one rule after the other and fails unless each loss is seen.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.generator import Size
from awna.core.planning.generator_rules import full_project
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Project
from awna.core.planning.search import Limit, search
from awna.core.planning.validate import validate
from awna.core.problems import Refused

from ..core.planning.projects import rules_asked

COUNT, COUNT_SHORT = 10_000, 36
SCHEDULES = 8  # per project
BIG_EVERY = 3  # every third project is big enough for the compiled kernel
REASONS = 3  # projects without a place that are asked for their reasons: that takes seconds each
TOLD_EVERY = 500

FORGET: dict[str, Callable[[Project], Project]] = {
    "producers": lambda p: _methods(p, gives={}, materials={}),
    "levels": lambda p: _methods(p, levels={}),
    "handover": lambda p: replace(p, tasks=tuple(replace(t, handover_every=1, stay_min=1) for t in p.tasks)),
    "child_contact": lambda p: replace(p, tasks=tuple(replace(t, child_contact=False) for t in p.tasks)),
    "maximum_lag": lambda p: replace(p, precedences=tuple(replace(e, maximum=None) for e in p.precedences)),
    "elapsed_lag": lambda p: replace(p, precedences=tuple(replace(e, lag=0, maximum=None, unit="work") for e in p.precedences)),
    "site_hours": lambda p: replace(p, sites=tuple(replace(s, hours=None) for s in p.sites)),
    "beds": lambda p: replace(p, sites=tuple(replace(s, beds=None) for s in p.sites)),
    "rest": lambda p: replace(p, people=tuple(replace(one, rest=()) for one in p.people)),
}


def _methods(project: Project, **values: object) -> Project:
    tasks = (replace(task, methods=tuple(replace(method, **values) for method in task.methods)) for task in project.tasks)
    return replace(project, tasks=tuple(tasks))


@dataclass
class Outcome:
    planned: int = 0
    refused: int = 0
    no_place: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    """Of the rules that were forgotten, how often the checker saw it."""
    faults: list[str] = field(default_factory=list)


def project_of(seed: int) -> Project:
    rng = Random(f"torture {seed}")
    tasks = rng.randint(14, 30) if seed % BIG_EVERY == 0 else rng.randint(3, 13)
    return full_project(seed, size=Size(tasks=tasks, people=rng.randint(10, 20), deliveries=rng.randint(4, 8), sites=rng.randint(1, 3)))


def plan_of(project: Project, seed: int) -> Plan | None:
    model = compile_model(project)
    found = search(model, limit=Limit(SCHEDULES), seed=seed)
    return found.schedule.plan(model) if found.schedule.complete else None


def torture(seed: int, outcome: Outcome) -> None:
    """One project: planned and judged, or refused with a reason."""
    project = project_of(seed)
    if validate(project):
        outcome.refused += 1
        return
    plan = plan_of(project, seed)
    if plan is None:
        outcome.no_place += 1
        if outcome.no_place <= REASONS:
            outcome.faults += _without_reason(project, seed)
        return
    wrong = check_plan(project, plan)
    outcome.planned += 1
    outcome.rules.update(list(rules_asked(project)))
    outcome.faults += [f"project {seed}: {problem.code} at {problem.where}" for problem in wrong]


def _without_reason(project: Project, seed: int) -> list[str]:
    try:
        make_plan(project, schedules=SCHEDULES, seed=seed)
    except Refused as refused:
        return (
            [] if refused.problems and all(problem.text for problem in refused.problems) else [f"project {seed}: refused without a reason"]
        )
    return []  # found after all: the search by command asks a little longer


def plant(seed: int, outcome: Outcome) -> None:
    """One project planned as if it had not one of its rules: the checker must see that sooner or later."""
    project = project_of(seed)
    if validate(project):
        return
    for rule in rules_asked(project):
        if outcome.seen[rule]:
            continue
        plan = plan_of(FORGET[rule](project), seed)
        outcome.planned += plan is not None
        outcome.seen[rule] += plan is not None and bool(check_plan(project, _with_draws(project, plan)))


def _with_draws(project: Project, plan: Plan) -> Plan:
    """What is drawn as the project has it, so that it is the level of a stock that tells."""
    methods = {task.id: task.methods for task in project.tasks}
    return Plan(tuple(replace(p, draws={k: v for k, v in methods[p.task][p.method].draws.items() if v}) for p in plan.placements))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna torture planning", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{COUNT_SHORT} projects")
    parser.add_argument("--plant", action="store_true", help="forget one rule after the other; fails unless each is seen")
    parser.add_argument("--count", type=int, default=0, help=f"how many projects; {COUNT} if not given")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args(arguments)
    count = options.count or (COUNT_SHORT if options.short or options.plant else COUNT)
    outcome, started = Outcome(), time.process_time()
    for number in range(count):
        (plant if options.plant else torture)(options.first + number, outcome)
        if (number + 1) % TOLD_EVERY == 0:
            print(f"{number + 1} projects, {len(outcome.faults)} faults, {time.process_time() - started:.0f} CPU s", flush=True)
    if options.plant:
        outcome.faults += [f"{rule} was forgotten and nobody saw it" for rule in FORGET if not outcome.seen[rule]]
    for fault in outcome.faults[:20]:
        print(fault)
    asked = ", ".join(f"{rule} {times}" for rule, times in sorted((outcome.seen if options.plant else outcome.rules).items()))
    print(
        f"{count} projects from seed {options.first}: {outcome.planned} planned, {outcome.no_place} without a place, "
        f"{outcome.refused} impossible from the start; {'seen' if options.plant else 'asked for'}: {asked}; "
        f"{len(outcome.faults)} faults, {time.process_time() - started:.0f} CPU s"
    )
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
