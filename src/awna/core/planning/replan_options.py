"""Three ways on from a broken plan: least change, balanced, fastest; each a checked plan with what it moves and whom it calls.

Candidates: the repair, shifting all to the right, chains of ejections that bring the repair back in time (`ejection`), and plans
that place much anew; CP-SAT, where it is there, proposes one that moves least. Tasks that have begun, and those of the next `frozen`
slots that can stay, stay.
"""

import time
from dataclasses import dataclass, replace
from random import Random

from ..problems import Refused
from . import cpsat
from .check import check_plan
from .ejection import Chain, settle_back
from .model import compile_model
from .plan import Plan
from .priority import order_by, tails
from .problem import Project
from .replan import Difference, Running, difference, mend, shifted_right
from .validate import validate

OPTION_SECONDS = 5.0
MOVE_WEIGHT = 5  # slots of shift that one moved task counts as
CALL_WEIGHT = 2  # slots of shift that one re-assigned person counts as
FINISH_WEIGHT = 3.0  # how much a finish later by 1 % weighs beside 1 % more change, in the balanced option
SOLVER_SHARE = 0.2  # of the seconds: for CP-SAT
FREE_MAX = 120  # tasks that CP-SAT may move
SOLVER_TASKS_MAX = 600


@dataclass(frozen=True)
class Option:
    """A way on. `change` = shifts in slots, moved tasks and re-assigned people, each with its weight."""

    name: str  # "least change", "balanced" or "fastest"
    plan: Plan
    difference: Difference
    finish: int
    tasks_moved: int
    people_to_call: int
    cost: int  # of the methods, in whole units of the campaign's currency
    change: int


def options(
    project: Project,
    running: Plan,
    *,
    now: int,
    frozen: int = 0,
    begun: frozenset[str] | None = None,
    seconds: float | None = OPTION_SECONDS,
    tries: int | None = None,
    seed: int = 1,
) -> tuple[Option, Option, Option]:
    """Least change, balanced and fastest for a project whose facts have changed. With `tries` alone the same on every machine.

    The first never ends later and never moves more tasks than shifting everything to the right would. Refuses, with reasons, when no
    plan is left.
    """
    problems = validate(project)
    if problems:
        raise Refused(problems)
    end = None if seconds is None else time.monotonic() + seconds
    finder = _Finder(project, running, now, frozen, begun, Random(seed))
    if seconds is not None and tries is None:
        finder.ask_solver(seconds * SOLVER_SHARE, seed)
    count = 0
    while (tries is None or count < tries) and (end is None or time.monotonic() < end):
        finder.attempt(count)
        count += 1
        if tries is None and end is None:
            break
    return finder.chosen()


class _Finder:
    """Collects candidates, the repair first."""

    def __init__(self, project: Project, running: Plan, now: int, frozen: int, begun: frozenset[str] | None, random: Random) -> None:
        self.project, self.old, self.now, self.frozen, self.random = project, running, now, frozen, random
        self.state = Running(compile_model(project), running.by_task(), now, begun)
        self.open = self.state.open_tasks()
        self.tail = tails(self.state.model)
        self.options: list[Option] = []
        self.fixed = frozenset(range(self.state.model.size)) - {
            task for task in self.open if self.state.placement(task).start >= now + frozen
        }
        self.repair = self._add(mend(project, running, now=now, begun=begun))
        self.shifted = self._shifted()

    def _shifted(self) -> Option:
        """Everything shifted to the right, and once more with those back at home who can be; the repair where that leads nowhere."""
        board = shifted_right(self.state)
        if board is None or not self._sound(board.plan()):
            return self.repair
        shifted = self._add(board.plan())
        settle_back(self.state, board, self.fixed)
        if self._sound(board.plan()):
            self._add(board.plan())
        return shifted

    def _add(self, plan: Plan) -> Option:
        moved = difference(self.old, plan)
        call = people_to_call(self.old, plan)
        change = sum(abs(move.new_start - move.old_start) for move in moved.moved) + MOVE_WEIGHT * len(moved.moved) + CALL_WEIGHT * call
        tasks = {task.id: task for task in self.project.tasks}
        cost = sum(tasks[placement.task].methods[placement.method].cost for placement in plan.placements)
        option = Option("", plan, moved, plan.finish, len(moved.moved), call, cost, change)
        self.options.append(option)
        return option

    def attempt(self, number: int) -> None:
        """One more candidate: two of three bring the mended plan back in time by few moves, the third places much anew."""
        if number % 3 < 2:
            plan = self._chained(number)
        else:
            kind = number // 3
            cut = self.now if kind % 2 == 0 else self.random.randint(self.now, max(self.now, self.repair.finish))
            moving = {task for task in self.open if self.state.placement(task).start >= cut}
            by_tail = kind == 0 or self.random.random() < 0.5
            plan = self._place(moving, noise=self.random.choice((0.0, 0.05, 0.2)) if kind else 0.0, by_tail=by_tail)
        if plan is not None:
            self._add(plan)

    def _chained(self, number: int) -> Plan | None:
        """The mended plan, with who is late in the place of others; the first for the finish of shifting right, some for less."""
        state, bound = self.state, min(self.repair.finish, self.shifted.finish)
        if number:
            bound -= self.random.choice((0, 0, 1, 2, 3, 5))  # the last tasks slip a little
        moved = {move.task for move in (self.repair if number < 3 else self._best_change()).difference.moved}
        board = state.board()
        moving = {task for task in self.open if state.model.ids[task] in moved or not state.keep(board, task)}
        chain = Chain(state, board, self.tail, bound, self.fixed, self.random, noise=self.random.choice((0, 1, 3)) if number else 0)
        chain.early = number % 8 == 7
        if not chain.run(moving):
            return None
        settle_back(state, board, self.fixed)
        plan = board.plan()
        return plan if self._sound(plan) else None

    def _best_change(self) -> Option:
        return min(self.options, key=lambda option: (option.change, option.finish))

    def _place(self, moving: set[int], *, noise: float, by_tail: bool) -> Plan | None:
        """Keep what is not moving where it can stay, the frozen first; place the rest in order. None = a task found no place."""
        state, board = self.state, self.state.board()
        moving = {task for task in moving if state.placement(task).start >= self.now + self.frozen}
        span = max(self.repair.finish, 1)
        keys = [float(state.placement(task).start) for task in range(state.model.size)]
        if by_tail:
            keys = [float(-tail) for tail in self.tail]
        keys = [key + noise * span * self.random.random() for key in keys]
        kept = [task for task in self.open if task not in moving]
        pushed = {task for task in kept if not state.keep(board, task)}
        for task in order_by(state.model, keys):
            if task in moving or task in pushed:
                old = state.placement(task)
                release = self.now if task in moving else max(self.now, old.start)
                if not board.place_first(task, release=release, prefer=old.crew):
                    return None
        plan = board.plan()
        return plan if self._sound(plan) else None

    def _sound(self, plan: Plan) -> bool:
        """Kept tasks were placed before those that they wait for: such a plan may break a link, and is thrown away."""
        return not check_plan(self.project, plan)

    def ask_solver(self, seconds: float, seed: int) -> None:
        """CP-SAT's proposal of least change around the repair, decoded so that it can be staffed."""
        model = self.state.model
        if model.size > SOLVER_TASKS_MAX:
            return
        moved = {move.task for move in self.repair.difference.moved}
        near = {task for task in self.open if model.ids[task] in moved}
        near |= {link.task for task in near for link in model.after[task]} & set(self.open)
        if not near or len(near) > FREE_MAX:
            return
        at = self.repair.plan.by_task()
        steady = cpsat.steady(
            model,
            old={task: max(self.state.placement(task).start, self.now) for task in near},
            fixed={task: at[name].start for task, name in enumerate(model.ids) if task not in near},
            methods=[at[name].method for name in model.ids],
            latest=min(self.repair.finish, self.shifted.finish),
            move_weight=MOVE_WEIGHT,
            seconds=seconds,
            seed=seed,
        )
        if steady is None:
            return
        board = self.state.board()
        for task in sorted(self.open, key=lambda task: (steady[task], task)):
            name = model.ids[task]
            release = max(steady[task], self.now)
            if not board.place_first(task, at[name].method, release=release, prefer=self.state.placement(task).crew):
                return
        plan = board.plan()
        if self._sound(plan):
            self._add(plan)

    def chosen(self) -> tuple[Option, Option, Option]:
        """The best by each of the three measures; judged by the checker."""
        calm = [o for o in self.options if o.finish <= self.shifted.finish and o.tasks_moved <= self.shifted.tasks_moved]
        least = min(calm, key=lambda option: (option.change, option.finish))
        fastest = min(self.options, key=lambda option: (option.finish, option.change))
        balanced = min(self.options, key=lambda option: (self._weighed(option, fastest), option.change))
        result = (_named(least, "least change"), _named(balanced, "balanced"), _named(fastest, "fastest"))
        for option in result:
            wrong = check_plan(self.project, option.plan)
            if wrong:
                raise Refused(wrong)
        return result

    def _weighed(self, option: Option, fastest: Option) -> float:
        most = max(1, max(other.change for other in self.options))
        return FINISH_WEIGHT * option.finish / max(1, fastest.finish) + option.change / most


def _named(option: Option, name: str) -> Option:
    return replace(option, name=name)


def people_to_call(old: Plan, new: Plan) -> int:
    """People whose days change: with another task, at another time, or no longer."""
    return len({person for person, *_ in _days(old) ^ _days(new)})


def _days(plan: Plan) -> set[tuple[str, str, int, int]]:
    return {
        (seat.person, p.task, p.start if seat.start is None else seat.start, p.finish if seat.finish is None else seat.finish)
        for p in plan.placements
        for seat in p.crew
    }
