"""Lags against each other: whether the links, largest lags, hours and windows of a project leave room even if nothing else were short."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..problems import Problem
from .causes import smallest_causes
from .model import Link, Model, Way, compile_model
from .problem import Project


def lags_contradict(project: Project) -> list[Problem]:
    """The tasks whose links ask for more time than their largest lags allow, and the causes; empty when there are none.

    The earliest starts are pushed until all links hold. Each push is needed in every plan, so a push beyond the axis is a proof.
    """
    tasks = _pushed_out(project)
    if not tasks:
        return []
    causes = smallest_causes(_alone(project, tasks), lambda loose: not _pushed_out(loose))
    values = {"tasks": " > ".join(tasks), "causes": "; ".join(causes)}
    text = "The links between these tasks ask for more time than their largest lags allow: %(tasks)s. Loosen one of them."
    if causes:
        text = (
            "The links between these tasks ask for more time than their largest lags allow: %(tasks)s. What cannot be met together: "
            "%(causes)s. Each of these counts; loosen one."
        )
    return [Problem("lags_contradict", text, values, tasks[0])]


def _pushed_out(project: Project) -> list[str]:
    """The tasks that push each other beyond the axis: a circle is closed, a chain that ends at a window is not."""
    if not any(edge.maximum is not None for edge in project.precedences):
        return []
    pushes = _Pushes(compile_model(project))
    beyond = pushes.run()
    return [] if beyond is None else [pushes.model.ids[task] for task in pushes.chain(beyond)]


def _alone(project: Project, names: Sequence[str]) -> Project:
    """The tasks of a circle with the links among them, for the search for causes; the days of the others stay in the calendar."""
    wanted = set(names)
    return replace(
        project,
        tasks=tuple(task for task in project.tasks if task.id in wanted),
        precedences=tuple(edge for edge in project.precedences if {edge.before, edge.after} <= wanted),
        milestones=(),
    )


@dataclass
class _Pushes:
    """Per task the earliest start that is known to be needed, and which task pushed it there last."""

    model: Model
    starts: list[int] = field(default_factory=list)
    pushed_by: list[int] = field(default_factory=list)

    def run(self) -> int | None:
        """Pushes until nothing moves; the task that was pushed beyond the axis, or None."""
        model = self.model
        self.starts, self.pushed_by = [0] * model.size, [-1] * model.size
        short = [min(ways, key=lambda way: way.duration) for ways in model.ways]
        long = [max(ways, key=lambda way: way.duration) for ways in model.ways]
        queue, waiting = deque(range(model.size)), [True] * model.size
        for task in range(model.size):
            self.starts[task] = self._allowed(task, 0)
        while queue:
            task = queue.popleft()
            waiting[task] = False
            for other, needed in self._needed(task, short, long):
                start = self._allowed(other, needed)
                if start <= self.starts[other]:
                    continue
                self.starts[other], self.pushed_by[other] = start, task
                if start >= model.horizon:
                    return other
                if not waiting[other]:
                    waiting[other] = True
                    queue.append(other)
        return None

    def chain(self, task: int) -> list[int]:
        """The tasks that pushed each other in turn, the first one again at the end where they went in a circle."""
        found: list[int] = []
        while task >= 0 and task not in found:
            found.append(task)
            task = self.pushed_by[task]
        return found[::-1] if task < 0 else [*found[found.index(task) :], task][::-1]

    def _needed(self, task: int, short: list[Way], long: list[Way]) -> Iterator[tuple[int, int]]:
        """Who must start when at the earliest because this task starts when it does."""
        for link in self.model.after[task]:
            low = link.low(self._end(link.kind[0], task, short[task]))
            other = long[link.task]
            yield link.task, self.model.reaching(other, low) if link.kind[1] == "F" else low
        for link in self.model.before[task]:
            if link.maximum is not None:
                yield link.task, self._soon_enough(link, self._end(link.kind[1], task, short[task]), long[link.task])

    def _end(self, kind: str, task: int, way: Way) -> int:
        """The end of a task that a link speaks of, as early as it can be."""
        start = self.starts[task]
        finish = self.model.finish(way, start) if kind == "F" else start
        return self.model.horizon if finish is None else finish

    def _soon_enough(self, link: Link, wanted: int, way: Way) -> int:
        """The first start of the one before from which `wanted` is not too late behind it."""
        start = self.starts[link.task]
        while start < self.model.horizon:
            end = self.model.finish(way, start) if link.kind[0] == "F" else start
            high = None if end is None else link.high(end)
            if high is None or high >= wanted:
                return start
            start += 1
        return start

    def _allowed(self, task: int, start: int) -> int:
        """The first start that windows and hours of the site allow and from which the task ends on the axis; the horizon when there is none."""
        ways = self.model.ways[task]
        for low, high in self.model.windows[task]:
            if high is None or start < high:
                found = [(way, self.model.working_from(way, max(start, low))) for way in ways]
                ending = (slot for way, slot in found if slot is not None and self.model.finish(way, slot) is not None)
                first = min(ending, default=self.model.horizon)
                if high is None or first < high:
                    return first
        return self.model.horizon
