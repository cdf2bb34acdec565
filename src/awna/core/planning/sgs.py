"""Serial schedule generation: places the tasks of a list one by one at the first slot where everything that they need is there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .board import ANY_METHOD, Board
from .model import Link, Model, to_plan
from .plan import Plan, Seat

__all__ = ["ANY_METHOD", "Builder", "Schedule", "close_together", "earliest_after", "forward"]

BIG = 60  # tasks: from here on a walk takes long
REPAIRS, REPAIRS_BIG = 40, 3  # times that a list is begun anew with a task later, because another must not come too long after it


@dataclass
class Schedule:
    """Starts, finishes, methods and crews of the tasks placed so far; -1 = not placed."""

    starts: list[int]
    finishes: list[int]
    methods: list[int]
    crews: dict[int, tuple[Seat, ...]] = field(default_factory=dict)
    stuck: int = -1  # the task that found no place

    @property
    def finish(self) -> int:
        return max(self.finishes, default=0)

    @property
    def complete(self) -> bool:
        return self.stuck < 0

    def plan(self, model: Model) -> Plan:
        rows = [
            (start, method, self.crews.get(task, ())) for task, (start, method) in enumerate(zip(self.starts, self.methods, strict=True))
        ]
        return to_plan(model, rows)


class Builder(Board):
    """A board that remembers which task found no place, and gives what it holds as a schedule."""

    stuck = -1

    def place_first(self, task: int, method: int = ANY_METHOD, *, release: int = 0, prefer: Sequence[Seat] = ()) -> bool:
        found = super().place_first(task, method, release=release, prefer=prefer)
        self.stuck = self.stuck if found else task
        return found

    @property
    def schedule(self) -> Schedule:
        crews = {task: crew for task, crew in enumerate(self.crews) if crew}
        return Schedule(self.starts, self.finishes, self.methods, crews, self.stuck)

    def later(self, task: int, method: int, release: int) -> dict[int, int]:
        """Who must start how much later so that a task comes soon enough behind them; empty when that does not help."""
        choices = range(len(self.model.ways[task])) if method == ANY_METHOD else (method,)
        starts = [(self.without_limit(task, choice, release), choice) for choice in choices]
        found = [(start, choice) for start, choice in starts if start is not None]
        if not found:
            return {}
        start, choice = min(found, key=lambda one: (self.model.span(task, one[1], one[0]), one[1]))
        finish, result = self.model.span(task, choice, start), dict[int, int]()
        for link in self.model.before[task]:
            if link.maximum is not None:
                wanted = start if link.kind[1] == "S" else finish
                at = self._late_enough(link, wanted)
                if at > self.starts[link.task]:
                    result[link.task] = at
        return result

    def _late_enough(self, link: Link, wanted: int) -> int:
        """The first start of the one before from its own on, so that `wanted` is not too late behind it."""
        way = self.methods[link.task]
        for start in range(self.starts[link.task], self.model.horizon):
            end = self.model.span(link.task, way, start) if link.kind[0] == "F" else start
            high = link.high(end)
            if high is None or high >= wanted:
                return start
        return self.model.horizon


def earliest_after(link: Link, start: int, finish: int, duration: int) -> int:
    """The first start that a precedence allows, given where the task before stands."""
    bound = link.low(finish if link.kind[0] == "F" else start)
    return bound if link.kind[1] == "S" else bound - duration


def close_together(model: Model, order: Sequence[int]) -> list[int]:
    """The order with each task that must follow soon right behind the one that it follows, as far as others let it."""
    if not model.limited:
        return list(order)
    waiting = [len(links) for links in model.before]
    result: list[int] = []
    done = [False] * model.size
    for first in order:
        stack = [first]
        while stack:
            task = stack.pop()
            if done[task] or waiting[task]:
                continue
            done[task] = True
            result.append(task)
            for link in model.after[task]:
                waiting[link.task] -= 1
            stack += [link.task for link in reversed(model.after[task]) if link.maximum is not None]
    return result


def forward(model: Model, order: Sequence[int], methods: Sequence[int] | None = None) -> Schedule:
    """The schedule of a list of tasks in which each stands after what it waits for.

    A task that finds no place soon enough behind another sends that one to a later start, and the list is begun anew; where that
    does not help, once more with the tasks of each such group close together.
    """
    state = _walk(model, order, methods)
    if state.stuck >= 0 and model.limited:
        state = _walk(model, close_together(model, order), methods)
    return state.schedule


def _walk(model: Model, order: Sequence[int], methods: Sequence[int] | None) -> Builder:
    release = [0] * model.size
    for left in range(REPAIRS if model.size < BIG else REPAIRS_BIG, -1, -1):
        state = Builder(model)
        later: dict[int, int] = {}
        for task in order:
            method = ANY_METHOD if methods is None else methods[task]
            if not state.place_first(task, method, release=release[task]):
                later = state.later(task, method, release[task]) if model.limited and left else {}
                break
        if not later:
            break
        for other, start in later.items():
            release[other] = start
    return state
