"""Reads Patterson files (`.rcp`): single-mode projects, and the RCPSP-CPR dialect whose tasks also consume and produce stock."""

from dataclasses import replace

from ..problem import TASKS_MAX, Method, Precedence, Project, Resource, Stock, Task
from .lines import Numbers, damaged, text_of

PLAIN, CPR = "patterson", "cpr"
RESOURCES_MAX = 1000


def read_patterson(data: bytes) -> Project:
    """The project of a `.rcp` file. Two numbers in the first line are plain Patterson, three are RCPSP-CPR."""
    text = text_of(data, PLAIN)
    first = next((line.split() for line in text.splitlines() if line.split()), [])
    if len(first) == 3:
        return read_cpr(data)
    numbers = Numbers.of(text, PLAIN)
    size, kinds = numbers.next("the number of tasks", most=TASKS_MAX), numbers.next("the number of resources", most=RESOURCES_MAX)
    resources = tuple(Resource(f"R{index + 1}", numbers.next("a capacity")) for index in range(kinds))
    tasks, edges = [], []
    for index in range(size):
        duration, requests = numbers.next("a duration"), numbers.many(kinds, "a request")
        machines = {f"R{n + 1}": amount for n, amount in enumerate(requests) if amount}
        tasks.append(Task(str(index + 1), (Method(duration, machines=machines),)))
        edges += _followers(numbers, str(index + 1), size)
    numbers.end()
    return _project(PLAIN, Project(tuple(tasks), tuple(edges), resources))


def read_cpr(data: bytes) -> Project:
    """Tasks that take stock at their start and give stock at their finish; source README of the instances (Kone and others, 2013).

    Like the published results, it leaves out what the marks of begin and end (no duration, first and last) are said to take and give.
    """
    numbers = Numbers.of(text_of(data, CPR), CPR)
    size, kinds, goods = (
        numbers.next("the number of tasks", most=TASKS_MAX),
        numbers.next("the number of resources", most=RESOURCES_MAX),
        numbers.next("the number of stocks", most=RESOURCES_MAX),
    )
    resources = tuple(Resource(f"R{index + 1}", numbers.next("a capacity")) for index in range(kinds))
    stocks = tuple(Stock(f"Q{index + 1}", numbers.next("an opening stock")) for index in range(goods))
    tasks, edges = [], []
    for index in range(size):
        duration, requests = numbers.next("a duration"), numbers.many(kinds, "a request")
        pairs = [(numbers.next("what is consumed"), numbers.next("what is produced")) for _ in range(goods)]
        if duration == 0 and index in (0, size - 1):
            requests, pairs = [0] * kinds, [(0, 0)] * goods
        method = Method(
            duration,
            machines={f"R{n + 1}": amount for n, amount in enumerate(requests) if amount},
            materials={f"Q{n + 1}": taken for n, (taken, _) in enumerate(pairs) if taken},
            gives={f"Q{n + 1}": given for n, (_, given) in enumerate(pairs) if given},
        )
        tasks.append(Task(str(index + 1), (method,)))
        edges += _followers(numbers, str(index + 1), size)
    numbers.end()
    return _project(CPR, Project(tuple(tasks), tuple(edges), resources, stocks=stocks))


def _followers(numbers: Numbers, task: str, size: int) -> list[Precedence]:
    result = []
    for _ in range(numbers.next("the number of successors", most=size)):
        follower = numbers.next("a successor", most=size)
        if follower == 0:
            raise damaged(numbers.form, "a successor is 0; tasks are counted from 1", numbers.line)
        result.append(Precedence(task, str(follower)))
    return result


def _project(form: str, project: Project) -> Project:
    if not project.tasks:
        raise damaged(form, "it has no tasks", 1)
    return replace(project, precedences=tuple(dict.fromkeys(project.precedences)))
