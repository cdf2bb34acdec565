"""Orders in which to place tasks: the rules that seed the search, and the repair of any order to a possible one."""

import heapq
from collections.abc import Sequence

from .model import Model, topological
from .sgs import Schedule


def order_by(model: Model, keys: Sequence[float]) -> list[int]:
    """All tasks by key, smallest first, each after what it waits for."""
    waiting = [len(links) for links in model.before]
    heap = [(keys[task], task) for task in range(model.size) if not waiting[task]]
    heapq.heapify(heap)
    order = []
    while heap:
        _, task = heapq.heappop(heap)
        order.append(task)
        for link in model.after[task]:
            waiting[link.task] -= 1
            if not waiting[link.task]:
                heapq.heappush(heap, (keys[link.task], link.task))
    return order


def shortest(model: Model) -> list[int]:
    return [min(way.duration for way in ways) for ways in model.ways]


def heads(model: Model) -> list[int]:
    """The earliest start of each task when only precedences and windows count: a true bound."""
    starts = [windows[0][0] if windows else 0 for windows in model.windows]
    finishes = [0] * model.size
    for task in topological(model):
        for link in model.before[task]:
            bound = link.low(finishes[link.task] if link.kind[0] == "F" else starts[link.task])
            if link.kind[1] == "F":  # a longer method may start sooner
                bound = min(model.reaching(way, bound) for way in model.ways[task])
            starts[task] = max(starts[task], bound)
        finishes[task] = min(model.span(task, way, starts[task]) for way in range(len(model.ways[task])))
    return starts


def tails(model: Model) -> list[int]:
    """The work that must still follow the start of each task, itself included."""
    duration = shortest(model)
    result = list(duration)
    for task in reversed(topological(model)):
        for link in model.after[task]:
            gap = {"FS": duration[task], "SS": 0, "FF": duration[task] - duration[link.task], "SF": -duration[link.task]}[link.kind]
            result[task] = max(result[task], gap + link.lag + result[link.task])
    return result


def rules(model: Model) -> list[list[int]]:
    """Six orders by classical rules: latest start, latest finish, least slack, most followers, most rank weight, shortest."""
    head, tail, duration = heads(model), tails(model), shortest(model)
    length = max((head[task] + tail[task] for task in range(model.size)), default=0)
    followers = _followers(model)
    late_start = [float(length - tail[task]) for task in range(model.size)]
    late_finish = [late_start[task] + duration[task] for task in range(model.size)]
    slack = [late_start[task] - head[task] for task in range(model.size)]
    rank = [-float(duration[task] + sum(duration[other] for other in followers[task])) for task in range(model.size)]
    most = [-float(len(followers[task])) for task in range(model.size)]
    return [order_by(model, keys) for keys in (late_start, late_finish, slack, most, rank, [float(d) for d in duration])]


def _followers(model: Model) -> list[set[int]]:
    result: list[set[int]] = [set() for _ in range(model.size)]
    for task in reversed(topological(model)):
        for link in model.after[task]:
            result[task] |= {link.task} | result[link.task]
    return result


def backward_order(model: Model, schedule: Schedule) -> list[int]:
    """The order that right-shifting a schedule suggests (the backward half of double justification).

    It looks at precedences and machines and, roughly, at head counts per skill; stocks and exact crews are left
    to the forward pass, which alone decides what is possible.
    """
    finish = schedule.finish
    free = [list(levels[: finish + 1]) for levels in model.capacity]
    people: dict[str, list[int]] = {}
    for skill in {skill for ways in model.ways for way in ways for skill in way.seats}:
        people[skill] = [sum(skill in person.skills for person in model.people)] * (finish + 1)
    starts = [0] * model.size
    ends = list(schedule.finishes)
    for task in sorted(range(model.size), key=lambda task: (-schedule.finishes[task], -schedule.starts[task], -task)):
        way = model.ways[task][schedule.methods[task]]
        length = schedule.finishes[task] - schedule.starts[task]  # as it was stretched where it stood
        end = finish
        for link in model.after[task]:
            end = min(end, _latest_before(link.kind, link.lag, starts[link.task], ends[link.task], length))
        needs = [(free[resource], amount) for resource, amount in way.holds]
        needs += [(people[skill], way.seats.count(skill)) for skill in set(way.seats)]
        floor = schedule.finishes[task]
        while end > floor:
            clash = next((slot for levels, amount in needs for slot in range(end - length, end) if levels[slot] < amount), -1)
            if clash < 0:
                break
            end = clash
        end = max(end, floor)
        starts[task], ends[task] = end - length, end
        for levels, amount in needs:
            for slot in range(starts[task], end):
                levels[slot] -= amount
    return order_by(model, [float(start) for start in starts])


def _latest_before(kind: str, lag: int, start: int, end: int, duration: int) -> int:
    """The last finish that a precedence allows, given where the task after stands."""
    return {"FS": start - lag, "SS": start - lag + duration, "FF": end - lag, "SF": end - lag + duration}[kind]
