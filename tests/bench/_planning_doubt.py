"""P10 and P11: how fast futures are simulated, and whether what is promised for 80 % of them is kept in 80 % of them.

The histories of P11 come from another family than the simulation believes in: the open and closed times of a crossing are Weibull
with a shape of their own, and in some its habits change, in the past or after today. The planner sees only past intervals.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from math import gamma
from random import Random
from typing import Any

import numpy as np

from awna.core.planning.generator import Size, rich_project
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Delivery, Project
from awna.core.planning.scenario import Doubts, fit
from awna.core.planning.search import Limit, search
from awna.core.planning.simulate import ALL, USUAL, simulate

from ._measure import Figure
from ._planning_gaps import Scope
from ._planning_peers import JUDGE
from ._planning_store import Result, Store

SCENARIOS = 10_000
BIG = Size(tasks=2000, people=320, deliveries=240, sites=24)
HISTORIES = 2_500
BLOCK = 50  # histories over one project
FUTURES = 400  # simulated for each history, from which its P80 comes
SMALL = Size(tasks=40, people=12, deliveries=12, sites=2)
SHAPES = (0.6, 2.5)  # of the true Weibull lengths; the fit believes in 1
MEANS_OPEN, MEANS_CLOSED = (6.0, 40.0), (3.0, 12.0)  # slots
INTERVALS = (20, 50)  # past intervals that the planner sees
REGIMES = ("steady", "changed in the past", "changes after today")
CHANGE = (0.67, 1.5)  # factor on the mean closed time when habits change, either way
CURVE = (10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95)  # per cent


def p10(store: Store, scope: Scope) -> list[Figure]:
    figures = []
    for title, size, most in (("500", Size(), 5), ("2,000", BIG, 30)):
        count = max(1, round(SCENARIOS * min(1.0, scope.seconds)))
        one = store.measured("Awna", f"simulated {title}", f"{count} scenarios", lambda size=size, count=count: _simulated(size, count))
        seconds, cpu = one["seconds"], one["cpu"]
        figures.append(
            Figure(f"P10 {count} scenarios of {title} tasks", f"{seconds:.1f} s ({cpu:.1f} s of CPU)", f"< {most} s", seconds < most)
        )
        figures.append(
            Figure(f"P10 {title} tasks: the same seed gives the same result", "yes" if one["same"] else "no", "yes", one["same"])
        )
    return figures


def _simulated(size: Size, count: int) -> Result:
    project = rich_project(0, size=size)
    plan = _plan(project)
    simulate(project, plan, scenarios=50, value_of_crossings=False)  # compiled
    began, used = time.monotonic(), time.process_time()
    first = simulate(project, plan, scenarios=count, seed=1, value_of_crossings=False)
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    part = simulate(project, plan, scenarios=min(count, 1_000), seed=1, value_of_crossings=False)
    return {"seconds": seconds, "cpu": cpu, "same": first.finishes[: part.scenarios] == part.finishes, "p80": first.of(ALL).p80}


def _plan(project: Project) -> Plan:
    model = compile_model(project)
    plan = search(model, limit=Limit(schedules=40)).schedule.plan(model)
    JUDGE.judge(project, plan, whose="Awna")
    return plan


def p11(store: Store, scope: Scope) -> list[Figure]:
    count = HISTORIES if scope.full or scope.size >= 1 else max(BLOCK, round(HISTORIES * scope.size / BLOCK) * BLOCK)
    blocks = [
        store.measured("Awna", f"histories {first}", f"{BLOCK} of {FUTURES} futures", lambda first=first: _histories(first))
        for first in range(0, count, BLOCK)
    ]
    ranks = [rank for block in blocks for rank in block["ranks"]]
    regimes = [regime for block in blocks for regime in block["regimes"]]
    held = _held(ranks, 80)
    curve = ", ".join(f"{share} % promised {_held(ranks, share):.0f} %" for share in CURVE)
    per_regime = ", ".join(
        f"{name} {_held([r for r, one in zip(ranks, regimes, strict=True) if one == name], 80):.1f} %" for name in REGIMES
    )
    return [
        Figure(f"P11 finished by the P80, of {len(ranks)} histories of another family", f"{held:.1f} %", "78 to 82 %", 78 <= held <= 82),
        Figure("P11 the curve: what was promised, and what was kept", curve),
        Figure("P11 by regime", per_regime),
    ]


def _held(ranks: list[float], share: int) -> float:
    """How many in a hundred finished by the slot that was promised for `share` per cent."""
    return 100 * sum(rank <= share / 100 for rank in ranks) / max(1, len(ranks))


def _histories(first: int) -> Result:
    project = _open_today(rich_project(first, size=SMALL))
    plan = _plan(project)
    ranks, regimes = [], []
    for seed in range(first, first + BLOCK):
        truths = {crossing.id: Truth(Random(f"truth {seed} {crossing.id}")) for crossing in project.crossings}
        habits = {name: fit(truth.past) for name, truth in truths.items()}
        out = simulate(project, plan, scenarios=FUTURES, seed=seed, doubts=Doubts(habits), value_of_crossings=False)
        real = _lived(project, plan, truths, seed)
        # The share that must be promised before this finish is: the futures that end sooner, and the one next to them.
        ranks.append((sum(end < real for end in out.finishes) + 1) / FUTURES)
        regimes.append(next(iter(truths.values())).regime)
    return {"ranks": ranks, "regimes": regimes}


class Truth:
    """How a crossing really behaves: Weibull open and closed times; all crossings of a history share the kind of its regime."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.shape = rng, rng.uniform(*SHAPES)
        self.open_mean, self.closed_mean = rng.uniform(*MEANS_OPEN), rng.uniform(*MEANS_CLOSED)
        self.regime = rng.choice(REGIMES)
        factor = rng.choice(CHANGE)
        count = rng.randint(*INTERVALS)
        turn = rng.randint(count // 4, count) if self.regime == "changed in the past" else count
        self.past = []
        for number in range(count):
            if number == turn:
                self.closed_mean *= factor
            is_open = (count - number) % 2 == 0  # the last past one was closed, so that today it opens
            self.past.append((is_open, self.length(is_open)))
        self.factor = factor if self.regime == "changes after today" else 1.0

    def length(self, is_open: bool) -> int:
        mean = self.open_mean if is_open else self.closed_mean
        return max(1, round(self.rng.weibullvariate(mean / gamma(1 + 1 / self.shape), self.shape)))

    def doors(self, horizon: int) -> Any:
        doors, slot, is_open = np.zeros(horizon, dtype=np.bool_), 0, True
        turn = self.rng.randrange(horizon // 4) if self.factor != 1.0 else horizon
        while slot < horizon:
            if slot >= turn:
                self.closed_mean, turn = self.closed_mean * self.factor, horizon
            end = slot + self.length(is_open)
            doors[slot:end] = is_open
            slot, is_open = end, not is_open
        return doors


def _open_today(project: Project) -> Project:
    """All crossings open at slot 0, as the histories end there."""
    return replace(project, crossings=tuple(replace(one, open_windows=((0, 2), *one.open_windows)) for one in project.crossings))


def _lived(project: Project, plan: Plan, truths: dict[str, Truth], seed: int) -> int:
    """The end of the one future that comes true: loads as the real crossings let them in, durations as the simulation draws them."""
    rng, horizon = Random(f"lived {seed}"), plan.finish * 4 + 100
    doors = {name: truth.doors(horizon) for name, truth in truths.items()}
    room = {crossing.id: crossing.loads_per_slot or horizon for crossing in project.crossings}
    used: dict[tuple[str, int], int] = {}
    come = sorted(  # by slot, then as listed
        (load.planned + (round(rng.expovariate(1 / USUAL.late_mean)) if rng.random() < USUAL.late_share else 0), stock.id, number, load)
        for stock in project.stocks
        for number, load in enumerate(stock.deliveries)
        if load.crossing
    )
    arrived: dict[tuple[str, int], Delivery] = {}
    for slot, stock_id, number, load in come:
        while slot < horizon and not (doors[load.crossing][slot] and used.get((load.crossing, slot), 0) < room[load.crossing]):
            slot += 1
        used[load.crossing, slot] = used.get((load.crossing, slot), 0) + 1
        arrived[stock_id, number] = replace(load, planned=slot, crossing="")
    stocks = tuple(
        replace(stock, deliveries=tuple(arrived.get((stock.id, number), load) for number, load in enumerate(stock.deliveries)))
        for stock in project.stocks
    )
    lived = simulate(replace(project, stocks=stocks, crossings=()), plan, scenarios=1, seed=1_000_000 + seed, value_of_crossings=False)
    return lived.finishes[0]


PARTS: dict[str, Callable[[Store, Scope], list[Figure]]] = {"P10": p10, "P11": p11}
