"""Awna and its peers on one instance within one time limit: each answers with starts and methods, and every plan is judged by the checker."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from awna.core.planning.check import check_plan
from awna.core.planning.command import make_plan
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Placement, Plan, Seat
from awna.core.planning.priority import rules
from awna.core.planning.problem import Project
from awna.core.planning.search import Limit, search
from awna.core.planning.sgs import forward
from awna.core.problems import Refused

from ._planning_cpsat import solve_plainly
from ._planning_store import Result, quiet

WORKERS = 2
LFT = 1  # place of the rule “latest finish” among the rules


@dataclass
class Judge:
    """Counts plans and those that the checker refuses."""

    plans: int = 0
    refused: int = 0

    def judge(self, project: Project, plan: Plan, *, whose: str) -> bool:
        """Ours must be right; what a peer got wrong is told and counts as no plan."""
        wrong = check_plan(project, plan)
        self.plans += 1
        self.refused += bool(wrong)
        assert not (wrong and whose == "Awna"), f"the checker refuses a plan of ours: {wrong[0]}"
        if wrong:
            print(f"  {whose}: the checker refuses its plan: {wrong[0]}", flush=True)
        return not wrong


JUDGE = Judge()


def awna(project: Project, seconds: float, *, seed: int = 1) -> Result:
    """What a person gets from `awna plan --seconds`. `first` = seconds to the first plan."""
    told: list[float] = []
    began, used = time.monotonic(), time.process_time()

    def report(_finish: int, _bound: int, _seconds: float) -> None:
        if not told:
            told.extend((time.monotonic() - began, time.process_time() - used))

    try:
        planned = make_plan(project, seconds=seconds, seed=seed, workers=WORKERS, report=report)
    except Refused as refused:
        codes = [problem.code for problem in refused.problems]
        return {"finish": None, "seconds": time.monotonic() - began, "why": codes}
    took = time.monotonic() - began
    JUDGE.judge(project, planned.plan, whose="Awna")
    first = told or [took, time.process_time() - used]
    return {
        "finish": planned.plan.finish, "bound": planned.lower_bound, "seconds": took, "first": first[0], "first_cpu": first[1],
        "schedules": planned.schedules,
    }  # fmt: skip


def counted(project: Project, schedules: int, *, seed: int = 1) -> Result:
    """The search alone, for a count of schedules: the same on every machine."""
    model, used = compile_model(project), time.process_time()
    found = search(model, limit=Limit(schedules=schedules), seed=seed)
    cpu = time.process_time() - used
    if not found.schedule.complete:
        return {"finish": None, "cpu": cpu}
    JUDGE.judge(project, found.schedule.plan(model), whose="Awna")
    return {"finish": found.schedule.finish, "bound": found.bound, "cpu": cpu, "schedules": found.schedules}


def one_pass(project: Project, _seconds: float = 0) -> Result:
    """The usual planning tool's way: place tasks once, the one that must end soonest first."""
    model, used = compile_model(project), time.process_time()
    schedule = forward(model, rules(model)[LFT])
    cpu = time.process_time() - used
    right = schedule.complete and JUDGE.judge(project, schedule.plan(model), whose="one-pass LFT")
    return {"finish": schedule.finish if right else None, "seconds": cpu}


def plain_cpsat(project: Project, seconds: float) -> Result:
    """OR-Tools' CP-SAT with the model that one writes first."""
    began = time.monotonic()
    answer = solve_plainly(project, seconds, workers=WORKERS)
    return _answer(project, answer, "CP-SAT", time.monotonic() - began)


def pyjobshop(project: Project, seconds: float) -> Result:
    """PyJobShop over OR-Tools: renewable and consumable resources, modes, end-to-start links."""
    from pyjobshop import Model

    model = Model()
    machines = {one.id: model.add_renewable(one.capacity, name=one.id) for one in project.resources}
    stores = {one.id: model.add_consumable(one.opening, name=one.id) for one in project.stocks}
    tasks = {task.id: model.add_task(name=task.id) for task in project.tasks}
    for task in project.tasks:
        for method in task.methods:
            needs = [(machines[name], amount) for name, amount in method.machines.items() if amount]
            needs += [(stores[name], amount) for name, amount in method.draws.items() if amount]
            model.add_mode(tasks[task.id], [one for one, _ in needs], method.duration, [amount for _, amount in needs])
    for link in project.precedences:
        assert link.kind == "FS", "only what its sets ask for is handed over"
        model.add_end_before_start(tasks[link.before], tasks[link.after], link.lag)
    began = time.monotonic()
    with quiet():
        best = model.solve(time_limit=seconds, display=False, num_workers=WORKERS).best
    took = time.monotonic() - began
    if best is None or not best.tasks:
        return {"finish": None, "seconds": took}
    firsts = _first_modes(project)
    plan = _plan(
        project, {task.id: (done.start, done.mode - firsts[task.id], ()) for task, done in zip(project.tasks, best.tasks, strict=True)}
    )
    right = JUDGE.judge(project, plan, whose="PyJobShop")
    return {"finish": plan.finish if right else None, "seconds": took}


def _first_modes(project: Project) -> dict[str, int]:
    """It numbers the modes of all tasks in one row."""
    firsts, count = {}, 0
    for task in project.tasks:
        firsts[task.id] = count
        count += len(task.methods)
    return firsts


Rows = dict[str, tuple[int, int, tuple[Seat, ...]]]


def _answer(project: Project, answer: Rows | None, whose: str, took: float) -> Result:
    if answer is None:
        return {"finish": None, "seconds": took}
    plan = _plan(project, answer)
    return {"finish": plan.finish if JUDGE.judge(project, plan, whose=whose) else None, "seconds": took}


def _plan(project: Project, rows: Rows) -> Plan:
    placements = []
    for task in project.tasks:
        start, method, crew = rows[task.id]
        chosen = task.methods[method]
        draws = {name: amount for name, amount in chosen.draws.items() if amount}
        placements.append(Placement(task.id, start, start + chosen.duration, method, crew, draws))
    return Plan(tuple(placements))


RUNNERS: dict[str, Callable[[Project, float], Any]] = {
    "Awna": awna, "PyJobShop": pyjobshop, "CP-SAT": plain_cpsat, "one-pass LFT": one_pass,
}  # fmt: skip
