"""Mends a running plan after an event: what has started stays, what can stays, the rest moves right as little as it must."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush

from ..problems import Problem, Refused
from .check import check_plan
from .events import Event, apply_event
from .model import Model, compile_model
from .plan import Placement, Plan
from .priority import order_by
from .problem import Project
from .standing import Standing
from .validate import malformed, validate

NO_PLACE = [
    Problem(
        "repair_found_no_place", "After this change no place was found for some tasks. Check windows of sites and people, or plan anew."
    )
]


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

    Tasks that started before `now` keep their place, and so does everything that can. Where that leads to no plan, all open tasks
    are shifted in the order of their start.
    """
    return settle(apply_event(project, event), running, now=now)


def settle(project: Project, running: Plan, *, now: int, begun: frozenset[str] | None = None) -> tuple[Plan, Difference]:
    """The running plan, made valid for a project whose facts have changed; judged by the checker. Refuses, with reasons.

    `begun` names the tasks that have really started, where that is known; otherwise those planned before `now` have.
    """
    problems = malformed(project)
    if problems:
        raise Refused(problems)
    wrong: list[Problem] = []
    for plan in _attempts(Running(compile_model(project), running.by_task(), now, begun)):
        wrong = check_plan(project, plan)
        if not wrong:
            return plan, difference(running, plan)
    raise Refused(validate(project) or wrong or NO_PLACE)


def mend(project: Project, running: Plan, *, now: int, begun: frozenset[str] | None = None) -> Plan:
    """A plan for the project as it is now, as near to the running plan as the simple repairs get; not judged yet."""
    found = next(_attempts(Running(compile_model(project), running.by_task(), now, begun)), None)
    if found is None:
        raise Refused(validate(project) or NO_PLACE)
    return found


def _attempts(state: "Running") -> Iterator[Plan]:
    kept = _keep_places(state)
    if kept is not None:
        yield kept.plan()
    shifted = shift_right(state)
    if shifted is not None:
        yield shifted


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

    def board(self) -> Standing:
        """Holds what is under way or done; their crews are facts, absent or not."""
        return self._base.copy()

    @cached_property
    def _base(self) -> Standing:
        board = Standing(self.model)
        for task in filter(self.started, range(self.model.size)):
            old = self.placement(task)
            board.put(task, old.method, start=old.start, crew=old.crew)
        return board

    def moved(self, board: Standing) -> int:
        """How many tasks stand elsewhere or with other people than before."""
        old = [self.placement(task) for task in range(self.model.size)]
        return sum(
            (one.start, one.finish) != (start, finish) or (one.crew != crew and set(one.crew) != set(crew))
            for one, start, finish, crew in zip(old, board.starts, board.finishes, board.crews, strict=True)
        )

    def open_tasks(self) -> list[int]:
        """Tasks not started, by old start, each after what it waits for."""
        keys = [float(self.placement(task).start) for task in range(self.model.size)]
        return [task for task in order_by(self.model, keys) if not self.started(task)]

    def keep(self, board: Standing, task: int) -> bool:
        """Put a task exactly where it was, with its crew if those are free, else with another."""
        old = self.placement(task)
        if old.start < self.now:
            return False  # planned earlier, but not begun
        return board.keep(task, old.method, start=old.start, crew=old.crew)

    def place(self, board: Standing, task: int) -> bool:
        """Put a task at the first place from its old start on, by its old method if that is still possible."""
        old = self.placement(task)
        release = max(self.now, old.start)
        return board.place_first(task, old.method, release=release, prefer=old.crew) or board.place_first(task, release=release)


def _keep_places(running: Running) -> Standing | None:
    """Every task that can keep its place does; the others find a new one, in order, and push only those that wait for them."""
    board, order = running.board(), running.open_tasks()
    moving = {task for task in order if not running.keep(board, task)}
    near = _settled(running, board, order, moving)
    if not moving:
        return near
    # Once more with all that moved out of the way from the beginning: they then stand in each other's way less.
    again = running.board()
    for task in order:
        if task not in moving:
            running.keep(again, task)
    return _nearer(running, near, _settled(running, again, order, {task for task in order if again.starts[task] < 0}))


def _settled(running: Running, board: Standing, order: list[int], moving: set[int]) -> Standing | None:
    """Place the moving tasks; who would now start too early behind one of them moves too, and is added to `moving`."""
    rank = {task: place for place, task in enumerate(order)}
    queue = [rank[task] for task in moving]
    heapify(queue)
    while queue:
        task = order[heappop(queue)]
        if not running.place(board, task):
            return None
        for link in running.model.after[task]:
            other = link.task
            if other in rank and board.starts[other] >= 0 and other not in moving and board.too_early(other):
                board.lift(other)
                moving.add(other)
                heappush(queue, rank[other])
    return board


def _nearer(running: Running, one: Standing | None, other: Standing | None) -> Standing | None:
    boards = [board for board in (one, other) if board is not None]
    return min(boards, key=lambda board: (running.moved(board), max(board.finishes)), default=None)


def shift_right(running: Running) -> Plan | None:
    """All open tasks in order of their old start, none earlier than before: the plain way, that others are measured against."""
    board = shifted_right(running)
    return None if board is None else board.plan()


def shifted_right(running: Running) -> Standing | None:
    board = running.board()
    return board if all(running.place(board, task) for task in running.open_tasks()) else None
