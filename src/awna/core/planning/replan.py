"""Mends a running plan after an event: what has started stays, what can stays, the rest moves right as little as it must."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..problems import Problem, Refused
from .board import Board
from .check import check_plan
from .events import Event, apply_event
from .model import Model, compile_model, topological
from .plan import Placement, Plan, Seat
from .priority import order_by
from .problem import Project
from .sgs import Builder, earliest_after
from .validate import rules_asked, validate

State = Board | Builder
NEAR_ROUNDS = 4  # rounds in which only direct followers are pushed: fewer move, but a long chain would take a round per link
QUICK_RULES = frozenset({"producers"})  # that the quick board keeps beside the plain ones; for others the full builder is asked


def as_plan(state: State) -> Plan:
    return state.plan() if isinstance(state, Board) else state.schedule.plan(state.model)


@dataclass(frozen=True)
class Move:
    """A task that stands elsewhere or with other people than before."""

    task: str
    old_start: int
    new_start: int
    old_finish: int
    new_finish: int
    crew_changed: bool


@dataclass(frozen=True)
class Difference:
    moved: tuple[Move, ...]
    old_finish: int
    new_finish: int


def repair(project: Project, running: Plan, *, now: int, event: Event) -> tuple[Plan, Difference]:
    """The running plan, valid again after the event, and what changed. Refuses, with reasons, when no plan is left.

    Tasks that started before `now` keep their place. Of two ways to mend, keeping every task that can stay and
    shifting all in order of their start, the one that moves fewer tasks is taken.
    """
    return settle(apply_event(project, event), running, now=now)


def settle(project: Project, running: Plan, *, now: int, begun: frozenset[str] | None = None) -> tuple[Plan, Difference]:
    """The running plan, made valid for a project whose facts have changed; judged by the checker. Refuses, with reasons.

    `begun` names the tasks that have really started, where that is known; otherwise those planned before `now` have.
    """
    problems = validate(project)
    if problems:
        raise Refused(problems)
    plan = mend(project, running, now=now, begun=begun)
    wrong = check_plan(project, plan)
    if wrong:
        raise Refused(wrong)
    return plan, difference(running, plan)


def mend(project: Project, running: Plan, *, now: int, begun: frozenset[str] | None = None) -> Plan:
    """A plan for the project as it is now, as near to the running plan as the simple repairs get."""
    state = Running(compile_model(project), running.by_task(), now, begun)
    attempts = [plan for plan in (_keep_places(state), _shift_right(state)) if plan]
    if not attempts:
        text = "After this change no place was found for some tasks. Check windows of sites and people, or plan anew."
        raise Refused(Problem("repair_found_no_place", text))
    return min(attempts, key=lambda plan: (len(difference(running, plan).moved), plan.finish))


def difference(old: Plan, new: Plan) -> Difference:
    """Which tasks moved; tasks that are only in one of the plans are not compared."""
    before = old.by_task()
    moves = tuple(_move(before[p.task], p) for p in new.placements if p.task in before and _differs(before[p.task], p))
    return Difference(moves, old.finish, new.finish)


def _differs(old: Placement, new: Placement) -> bool:
    return (old.start, old.finish, set(old.crew)) != (new.start, new.finish, set(new.crew))


def _move(old: Placement, new: Placement) -> Move:
    return Move(old.task, old.start, new.start, old.finish, new.finish, set(old.crew) != set(new.crew))


@dataclass(frozen=True)
class Running:
    """The plan that is being worked, at slot `now`."""

    model: Model
    old: dict[str, Placement]
    now: int
    begun: frozenset[str] | None = None  # None = whatever was planned before `now`

    def placement(self, task: int) -> Placement:
        name = self.model.ids[task]
        return self.old.get(name, Placement(name, self.now, self.now))  # a task new to the plan may go anywhere from now on

    def started(self, task: int) -> bool:
        if self.begun is not None:
            return self.model.ids[task] in self.begun and self.model.ids[task] in self.old
        return self.placement(task).start < self.now

    def builder(self) -> State:
        """Holds what is under way or done; their crews are facts, absent or not."""
        if self._base is not None:
            return self._base.copy()
        return self._holding(Builder(self.model))

    @cached_property
    def _base(self) -> Board | None:
        """The quick board, where it keeps every rule that is asked for."""
        if not rules_asked(self.model.project).keys() <= QUICK_RULES:
            return None
        board = Board(self.model)
        self._holding(board)
        return board

    def _holding(self, builder: State) -> State:
        for task in filter(self.started, range(self.model.size)):
            old = self.placement(task)
            builder.put(task, old.method, start=old.start, crew=old.crew)
        return builder

    def open_tasks(self) -> list[int]:
        """Tasks not started, by old start, each after what it waits for."""
        keys = [float(self.placement(task).start) for task in range(self.model.size)]
        return [task for task in order_by(self.model, keys) if not self.started(task)]

    def keep(self, builder: State, task: int, kept: dict[int, tuple[Seat, ...]] | None = None) -> bool:
        """Put a task exactly where it was, with its crew if those are free, else with another."""
        old = self.placement(task)
        if old.start < self.now:
            return False  # planned earlier, but not begun
        crew = None if kept is None else kept.get(task)
        if crew is None:
            found = builder.find(task, self.model.ways[task][old.method], release=old.start, prefer=old.crew, until=old.start)
            if found is None:
                return False
            crew = found[1]
        builder.put(task, old.method, start=old.start, crew=crew)
        if kept is not None:
            kept[task] = crew
        return True

    def place(self, builder: State, task: int) -> bool:
        """Put a task at the first place from its old start on, by its old method if that is still possible."""
        old = self.placement(task)
        release = max(self.now, old.start)
        return builder.place_first(task, old.method, release=release, prefer=old.crew) or builder.place_first(task, release=release)


def _shift_right(running: Running) -> Plan | None:
    """All open tasks in order of their old start, none earlier than before."""
    builder = running.builder()
    if all(running.place(builder, task) for task in running.open_tasks()):
        return as_plan(builder)
    return None


def _keep_places(running: Running) -> Plan | None:
    """Tasks that can keep their place do; the others find a new one; who is pushed by them joins them, and again."""
    moving: set[int] = set()
    rounds, kept = 0, dict[int, tuple[Seat, ...]]()
    while len(moving) <= running.model.size:
        rounds += 1
        outcome = _attempt(running, moving, kept, far=rounds > NEAR_ROUNDS)
        if not isinstance(outcome, set):
            return outcome
        moving |= outcome
    return None


def _attempt(running: Running, moving: set[int], kept: dict[int, tuple[Seat, ...]], *, far: bool) -> Plan | set[int] | None:
    """A plan, or more tasks that must move, or None when a task finds no place at all.

    `kept` remembers with whom a task could stay: with fewer others in its way it still can.
    """
    builder, order = running.builder(), running.open_tasks()
    pushed = {task for task in order if task not in moving and not running.keep(builder, task, kept)}
    if pushed:
        return pushed
    if not all(running.place(builder, task) for task in order if task in moving):
        return None
    plan = as_plan(builder)
    return _broken_followers(running.model, plan, moving, far=far) or plan


def _broken_followers(model: Model, plan: Plan, moving: Iterable[int], *, far: bool) -> set[int]:
    """Kept tasks that now start too early behind a moved one; `far` = and those that this pushes in turn."""
    at = plan.by_task()
    starts = [at[name].start for name in model.ids]
    length = [at[name].finish - at[name].start for name in model.ids]
    broken, moved = set(), set(moving)
    for task in topological(model):
        bounds = [
            earliest_after(link, starts[link.task], starts[link.task] + length[link.task], length[task]) for link in model.before[task]
        ]
        if task not in moved and max(bounds, default=0) > starts[task]:
            broken.add(task)
            starts[task] = max(bounds) if far else starts[task]
    return broken
