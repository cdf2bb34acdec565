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
from .engine.dispatch import play
from .engine.dispatch_tables import NEVER, Net
from .model import compile_model
from .plan import Plan
from .policy import network
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
    groups = [(ALL, [task.id for task in project.tasks]), *((one.id, list(one.tasks)) for one in project.milestones)]
    horizon = _horizon(plan)
    net = network(compile_model(project), plan, now=now, horizon=horizon, early=doubts.early, groups=[tasks for _, tasks in groups])
    futures = Futures(project, plan, doubts, seed=seed, now=now, horizon=horizon)
    jobs = [(net, futures, first, min(first + JOB, scenarios), tuple(held)) for first in range(0, scenarios, JOB)]
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:  # the compiled dispatch lets go of the interpreter
            parts = list(threads.map(_chunk, jobs))
    else:
        parts = list(executor.map(_chunk, jobs))
    reached = np.concatenate([rows for rows, _ in parts], axis=1)  # by crossing held open, scenario, milestone
    blocking = sum(blocks for _, blocks in parts)
    return _outcome(project, plan, reached, blocking, held, [name for name, _ in groups])


def _outcome(project: Project, plan: Plan, reached: Any, blocking: Any, held: list[str], names: list[str]) -> Outcome:
    at, scenarios = plan.by_task(), reached.shape[1]
    due = {one.id: max((at[task].finish for task in one.tasks), default=0) for one in project.milestones}
    ends = reached[0, :, 0]
    # A scenario that ends only with the crossing open counts with the horizon: what it wins is then at least so much.
    capped = np.minimum(reached[:, :, 0], _horizon(plan))
    return Outcome(
        scenarios,
        tuple(_milestone(name, reached[0, :, index], due.get(name, plan.finish)) for index, name in enumerate(names)),
        {task.id: float(blocks) / scenarios for task, blocks in zip(project.tasks, blocking, strict=True)},
        {name: float((capped[0] - capped[index]).mean()) for index, name in enumerate(held) if index},
        int((ends >= NEVER).sum()),
        tuple(int(end) for end in ends),
    )


def _milestone(name: str, reached: Any, planned: int) -> Milestones:
    ordered = np.sort(reached)

    def by(share: float) -> int | None:
        slot = int(ordered[min(len(ordered) - 1, int(np.ceil(share * len(ordered))) - 1)])
        return None if slot >= NEVER else slot

    return Milestones(name, by(0.5), by(0.8), by(0.95), int((reached >= NEVER).sum()), planned)


def _chunk(job: tuple[Net, Futures, int, int, tuple[str, ...]]) -> tuple[Any, Any]:
    """Per crossing held open, scenario and milestone its slot, and how often each task held up the end; a pure function of its job."""
    net, futures, first, last, held = job
    reached = np.zeros((len(held), last - first, len(net.groups_at) - 1), dtype=np.int64)
    blocking, unused = np.zeros((2, len(net.order)), dtype=np.int64)
    for begin in range(first, last, BLOCK):
        rows = slice(begin - first, min(begin + BLOCK, last) - first)
        count = rows.stop - rows.start
        lengths = futures.durations(begin // BLOCK, BLOCK)[:count]
        usual = futures.entries(begin // BLOCK, BLOCK)[:count]
        play(net, lengths, usual, reached[0, rows], blocking)
        for index, open_one in enumerate(held):
            if index:
                entries = futures.entries(begin // BLOCK, BLOCK, open_one=open_one)[:count]
                other = (entries != usual).any(axis=1)  # the rest is as before
                ends = np.zeros((int(other.sum()), reached.shape[2]), dtype=np.int64)
                play(net, lengths[other], entries[other], ends, unused)
                reached[index, rows] = reached[0, rows]
                reached[index, rows][other] = ends
    return reached, blocking


def _horizon(plan: Plan) -> int:
    return min(plan.finish * HORIZON_FACTOR + HORIZON_MORE, SLOTS_MAX - 1)
