"""What may really happen to a plan: thousands of scenarios, and from them the dates to publish, what is critical, what a crossing is worth.

A scenario draws how each crossing opens and closes (fitted on its own history, with a stated prior where that is short), how long
each task takes (triangular), how late each load is and who does not come. Inside a scenario tasks start in the order of the plan
as soon as what they need is there: no optimiser, no foresight. A scenario that never finishes is counted, never dropped.

    project, plan = ...                       # checked
    result = simulate(project, plan, scenarios=1000, seed=7)
    result.of("all").p80                      # slot by which 80 % of the scenarios are finished; None = fewer finish
"""

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems import Problem, Refused
from .dispatch import NEVER, Policy
from .model import compile_model
from .plan import Plan
from .problem import SLOTS_MAX, Project
from .scenario import Doubts, Futures

ALL = "all"  # the milestone of the last task
BLOCK = 50  # scenarios that are drawn together
JOB = 20 * BLOCK  # scenarios that one call of an executor works out
USUAL = Doubts()
HORIZON_FACTOR = 4  # of the plan's finish: later than this counts as never
HORIZON_MORE = 100  # slots
SCENARIOS_MAX = 100_000


@dataclass(frozen=True)
class Milestones:
    """Of one milestone: the slots by which 50, 80 and 95 % of the scenarios reach it; None = fewer than that ever do."""

    id: str
    p50: int | None
    p80: int | None
    p95: int | None
    never: int
    planned: int


@dataclass(frozen=True)
class Outcome:
    """What came out of all scenarios."""

    scenarios: int
    milestones: tuple[Milestones, ...]
    critical: Mapping[str, float]  # task -> share of the scenarios in which it held up the end
    crossings: Mapping[str, float]  # crossing -> slots won on average, per scenario, were it always open
    never_finished: int
    finishes: tuple[int, ...]  # per scenario, in order; NEVER where it does not end

    def of(self, milestone: str) -> Milestones:
        return next(one for one in self.milestones if one.id == milestone)


def simulate(
    project: Project,
    plan: Plan,
    *,
    scenarios: int = 1000,
    seed: int = 1,
    now: int = 0,
    doubts: Doubts = USUAL,
    executor: Executor | None = None,
    value_of_crossings: bool = True,
) -> Outcome:
    """The outcome over counted scenarios; the same for the same seed, whatever the executor and the number of its workers."""
    if not 1 <= scenarios <= SCENARIOS_MAX:
        text = "Asked are %(asked)s scenarios; between 1 and %(limit)s are simulated."
        raise Refused(Problem("scenarios_out_of_range", text, {"asked": scenarios, "limit": SCENARIOS_MAX}))
    held = ["", *(crossing.id for crossing in project.crossings)] if value_of_crossings else [""]
    chunks = [(first, min(first + JOB, scenarios)) for first in range(0, scenarios, JOB)]
    jobs = [(project, plan, doubts, seed, now, first, last, open_one) for open_one in held for first, last in chunks]
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:  # the compiled dispatch lets go of the interpreter
            parts = list(threads.map(_chunk, jobs))
    else:
        parts = list(executor.map(_chunk, jobs))
    size = len(chunks)
    rows = [np.concatenate([finishes for finishes, _ in parts[n * size : (n + 1) * size]]) for n in range(len(held))]
    blocking = sum(blocks for _, blocks in parts[:size])
    return _outcome(project, plan, rows, blocking, held, scenarios)


def _outcome(project: Project, plan: Plan, rows: list[Any], blocking: Any, held: list[str], scenarios: int) -> Outcome:
    finishes = rows[0]
    place = {task.id: index for index, task in enumerate(project.tasks)}
    at = plan.by_task()
    groups = [(ALL, [task.id for task in project.tasks]), *((one.id, list(one.tasks)) for one in project.milestones)]
    milestones = []
    for name, tasks in groups:
        reached = finishes[:, [place[task] for task in tasks]].max(axis=1) if tasks else np.zeros(scenarios, dtype=np.int64)
        milestones.append(_milestone(name, reached, max((at[task].finish for task in tasks), default=0)))
    ends = finishes.max(axis=1)
    # A scenario that ends only with the crossing open counts with the horizon: what it wins is then at least so much.
    horizon = _horizon(plan)
    capped = np.minimum(ends, horizon)
    values = {name: float((capped - np.minimum(row.max(axis=1), horizon)).mean()) for name, row in zip(held[1:], rows[1:], strict=True)}
    return Outcome(
        scenarios,
        tuple(milestones),
        {task.id: float(blocking[place[task.id]]) / scenarios for task in project.tasks},
        values,
        int((ends >= NEVER).sum()),
        tuple(int(end) for end in ends),
    )


def _milestone(name: str, reached: Any, planned: int) -> Milestones:
    ordered = np.sort(reached)

    def by(share: float) -> int | None:
        slot = int(ordered[min(len(ordered) - 1, int(np.ceil(share * len(ordered))) - 1)])
        return None if slot >= NEVER else slot

    return Milestones(name, by(0.5), by(0.8), by(0.95), int((reached >= NEVER).sum()), planned)


def _chunk(job: tuple[Project, Plan, Doubts, int, int, int, int, str]) -> tuple[Any, Any]:
    """Finishes per scenario and task, and how often each task held up the end; a pure function of its job."""
    project, plan, doubts, seed, now, first, last, open_one = job
    model = compile_model(project)
    policy = Policy(model, plan, now, _horizon(plan), early=doubts.early)
    futures = Futures(project, plan, doubts, seed=seed, now=now, horizon=policy.horizon)
    rows = []
    for begin in range(first, last, BLOCK):
        durations = futures.durations(begin // BLOCK, BLOCK)
        arrivals = futures.arrivals(begin // BLOCK, BLOCK, open_one=open_one)
        rows.append(policy.run(durations[: last - begin], arrivals[: last - begin]))
    finishes, causes = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    blocking = np.zeros(model.size, dtype=np.int64)
    for ends, waited in zip(finishes, causes, strict=True):
        for task in _chain(ends, waited):
            blocking[task] += 1
    return finishes, blocking


def _horizon(plan: Plan) -> int:
    return min(plan.finish * HORIZON_FACTOR + HORIZON_MORE, SLOTS_MAX - 1)


def _chain(ends: Any, causes: Any) -> list[int]:
    """The tasks that held up the end, from the last one back along what each waited for."""
    task, chain = int(ends.argmax()), []
    while task >= 0 and task not in chain:
        chain.append(task)
        task = int(causes[task])
    return chain
