"""P8, P9 and P12 on rich projects of the public generator: first plans, plans within seconds, repairs, options, and the checker's word."""

import math
import time
from collections.abc import Callable
from random import Random
from statistics import fmean, median

from awna.core.planning.events import apply_event
from awna.core.planning.generator import Size, closure, rich_project
from awna.core.planning.model import compile_model
from awna.core.planning.plan import Plan
from awna.core.planning.priority import order_by
from awna.core.planning.problem import Project
from awna.core.planning.replan import difference, mend, settle
from awna.core.planning.replan_options import options
from awna.core.planning.search import Limit, search
from awna.core.planning.sgs import Builder
from awna.core.problems import Refused

from ._measure import Figure
from ._planning_gaps import Scope
from ._planning_peers import JUDGE, awna, one_pass
from ._planning_sets import psplib
from ._planning_store import Result, Store

BIG = Size(tasks=2000, people=320, deliveries=240, sites=24)
RUNNING_SCHEDULES = 1_000  # with which the running plan of P9 is made
CLOSURE_TRIES, PROJECT_TRIES, SERIES = 8, 20, 1_000  # closures and projects that are drawn until one breaks the running plan
RANDOM_SCHEDULES = 40  # for each random project of P12


def p8(store: Store, scope: Scope) -> list[Figure]:
    seconds = 5 * scope.seconds
    rich = [_rich(store, seed, seconds) for seed in range(scope.count(8, full=30))]
    flat = []
    for one in scope.some(psplib("j120"), 14, name="j120"):
        ours = store.measured("Awna", one.name, f"{seconds:g} s", lambda one=one: awna(one.project, seconds))
        once = store.measured("one-pass LFT", one.name, "once", lambda one=one: one_pass(one.project))
        flat.append(100 * (1 - ours["finish"] / once["finish"]))
    big = [store.measured("Awna", f"rich 2000 {seed}", "first plan", lambda seed=seed: _first(seed)) for seed in range(scope.count(3))]
    shorter = [100 * (1 - ours["finish"] / once["finish"]) for ours, once in rich]
    first = max(ours["first_cpu"] for ours, _ in rich)
    large = max(one["first_cpu"] for one in big)
    wall = max(ours["first"] for ours, _ in rich)
    return [
        Figure(f"P8 first plan of 500 tasks, the slowest of {len(rich)}", f"{first:.3f} s of CPU ({wall:.3f} s)", "< 0.1 s", first < 0.1),
        Figure(f"P8 500 tasks at {seconds:g} s, shorter than one pass, median of {len(rich)}", f"{median(shorter):.1f} %", ">= 8 %", median(shorter) >= 8),
        Figure(f"P8 beside it: J120 at {seconds:g} s, shorter than one pass, median of {len(flat)}", f"{median(flat):.1f} %"),
        Figure(f"P8 first plan of 2,000 tasks, the slowest of {len(big)}", f"{large:.3f} s of CPU", "< 0.5 s", large < 0.5),
    ]  # fmt: skip


def _rich(store: Store, seed: int, seconds: float) -> tuple[Result, Result]:
    name = f"rich 500 {seed}"
    ours = store.measured("Awna", name, f"{seconds:g} s", lambda: awna(rich_project(seed), seconds))
    once = store.measured("one-pass LFT", name, "once", lambda: one_pass(rich_project(seed)))
    print(f"  P8 {name}: Awna {ours['finish']}, one pass {once['finish']}, first plan {ours['first_cpu']:.3f} s of CPU", flush=True)
    return ours, once


def _first(seed: int) -> Result:
    project = rich_project(seed, size=BIG)
    used = time.process_time()
    model = compile_model(project)
    found = search(model, limit=Limit(schedules=1))
    cpu = time.process_time() - used
    JUDGE.judge(project, found.schedule.plan(model), whose="Awna")
    return {"first_cpu": cpu, "finish": found.schedule.finish}


def p9(store: Store, scope: Scope) -> list[Figure]:
    count = scope.count(8, full=50)
    limit = f"{5 * scope.seconds:g} s"
    cases = []
    for seed in range(count):
        case = store.measured("Awna", f"closure {seed}", limit, lambda seed=seed: _closure(seed, 5 * scope.seconds))
        cases.append(case)
        print(f"  P9 closure {seed}: {case}", flush=True)
    fewer = math.exp(fmean(math.log(max(1, case["right_shift"]) / max(1, case["least"])) for case in cases))
    slowest, judged = max(case["repair_cpu"] for case in cases), max(case["judged_cpu"] for case in cases)
    more = sum(case["least"] > case["right_shift"] for case in cases)
    later = sum(case["least_finish"] > case["right_finish"] for case in cases)
    longest = max(case["options_seconds"] for case in cases)
    return [
        Figure(f"P9 repair of 500 tasks after a closure, the slowest of {count}", f"{1e3 * slowest:.0f} ms of CPU (median {1e3 * median(case['repair_cpu'] for case in cases):.0f})",
               "< 50 ms", slowest < 0.05),
        Figure("P9 the same with validation and the checker", f"{1e3 * judged:.0f} ms of CPU"),
        Figure("P9 all three options, the slowest", f"{longest:.1f} s", "<= 5 s", longest <= 5 * scope.seconds),
        Figure("P9 tasks moved: right shift against least change, geometric mean", f"{fewer:.1f} x fewer", ">= 3 x", fewer >= 3),
        Figure("P9 least change moves more tasks, or ends later, than right shift", f"{more} and {later} times", "never", more + later == 0),
    ]  # fmt: skip


def _closure(seed: int, seconds: float) -> Result:
    """What right shift, the repair and the options make of a closure that breaks a running plan of 500 tasks."""
    shut, running, now, repair = _broken(seed)
    mended, moved = settle(shut, running, now=now)
    used = time.process_time()
    settle(shut, running, now=now)
    judged = time.process_time() - used
    shifted = right_shift(shut, running, now=now)
    JUDGE.judge(shut, shifted, whose="right shift")
    began = time.monotonic()
    ways = options(shut, running, now=now, seconds=seconds)
    took = time.monotonic() - began
    for plan in (mended, *(way.plan for way in ways)):
        JUDGE.judge(shut, plan, whose="Awna")
    return {
        "repair_cpu": repair, "judged_cpu": judged, "repair": len(moved.moved), "options_seconds": took,
        "right_shift": len(difference(running, shifted).moved), "least": ways[0].tasks_moved,
        "old_finish": running.finish, "right_finish": shifted.finish, "least_finish": ways[0].finish, "fastest": ways[2].finish,
    }  # fmt: skip


def _broken(seed: int) -> tuple[Project, Plan, int, float]:
    """The first project, plan and closure of a series in which the plan cannot stay; and the CPU seconds of the bare repair."""
    for number in range(PROJECT_TRIES):
        project = rich_project(seed + number * SERIES)
        model = compile_model(project)
        running = search(model, limit=Limit(schedules=RUNNING_SCHEDULES)).schedule.plan(model)
        JUDGE.judge(project, running, whose="Awna")
        now = running.finish // 4
        for attempt in range(CLOSURE_TRIES):
            shut = apply_event(project, closure(project, seed=seed * CLOSURE_TRIES + attempt, now=now, finish=running.finish))
            try:
                mended = mend(shut, running, now=now)
            except Refused:
                continue
            if difference(running, mended).moved:
                used = time.process_time()
                mend(shut, running, now=now)  # again: the first one of all also loads what it needs
                return shut, running, now, time.process_time() - used
    raise AssertionError("no closure of this series breaks a plan")


def right_shift(project: Project, running: Plan, *, now: int) -> Plan:
    """What planning tools do: all open tasks in the order of their old start, each at the first place not before it."""
    model, old = compile_model(project), running.by_task()
    builder = Builder(model)
    for task, name in enumerate(model.ids):
        if old[name].start < now:
            builder.put(task, old[name].method, start=old[name].start, crew=old[name].crew)
    for task in order_by(model, [float(old[name].start) for name in model.ids]):
        was = old[model.ids[task]]
        if was.start >= now and not builder.place_first(task, was.method, release=was.start, prefer=was.crew):
            assert builder.place_first(task, release=was.start), "right shift finds no place"
    return builder.schedule.plan(model)


def p12(store: Store, scope: Scope) -> list[Figure]:
    """In blocks, so that a long run can go on where it stopped."""
    count, block = scope.count(2_000, full=10_000), 100
    blocks = [
        store.measured("Awna", f"random {first}", f"{block} projects", lambda first=first: _random_projects(first, block))
        for first in range(0, count, block)
    ]
    planned, wrong, stuck = (sum(one[name] for one in blocks) for name in ("planned", "wrong", "stuck"))
    return [
        Figure(f"P12 random projects of 5 to 60 tasks: plans that the checker refuses, of {planned}", f"{wrong}", "0", wrong == 0),
        Figure("P12 random projects, possible by construction, left without a plan", f"{stuck}", "0", stuck == 0),
    ]  # fmt: skip


def _random_projects(first: int, count: int) -> Result:
    planned = wrong = stuck = 0
    for seed in range(first, first + count):
        rng = Random(f"size {seed}")
        size = Size(rng.randint(5, 60), rng.randint(8, 40), rng.randint(1, 30), rng.randint(1, 4), rng.uniform(0.5, 2.5))
        project = rich_project(seed, size=size)
        model = compile_model(project)
        found = search(model, limit=Limit(schedules=RANDOM_SCHEDULES), seed=seed)
        if not found.schedule.complete:
            stuck += 1
            continue
        planned += 1
        wrong += not JUDGE.judge(project, found.schedule.plan(model), whose="a random project")
    return {"planned": planned, "wrong": wrong, "stuck": stuck}


PARTS: dict[str, Callable[[Store, Scope], list[Figure]]] = {"P8": p8, "P9": p9, "P12": p12}
