"""Judges a plan against its project from first principles. Shares no code with the solvers: it must be able to disagree.

Time is judged in real dates and hours where the project has a calendar. People are judged in `check_people`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..problems import Problem
from .check_people import check_people
from .check_time import worked_slots
from .plan import Placement, Plan
from .problem import Calendar, Method, Precedence, Project, Task


def check_plan(project: Project, plan: Plan) -> list[Problem]:
    """Everything that is wrong with a plan; empty = it can be worked as it stands."""
    tasks = {task.id: task for task in project.tasks}
    problems = list(_presence(project, plan))
    placements = [placement for placement in plan.placements if placement.task in tasks]
    for placement in placements:
        problems += _shape(project, tasks[placement.task], placement)
    sound = [placement for placement in placements if 0 <= placement.method < len(tasks[placement.task].methods)]
    chosen = {placement.task: tasks[placement.task].methods[placement.method] for placement in sound}
    problems += _precedences(project, sound)
    problems += _machines(project, sound, chosen)
    problems += _stocks(project, sound, chosen)
    problems += _sites(project, sound)
    problems += check_people(project, sound, chosen)
    return problems


def _presence(project: Project, plan: Plan) -> Iterator[Problem]:
    count = Counter(placement.task for placement in plan.placements)
    known = [task.id for task in project.tasks]
    for task in known:
        if count[task] != 1:
            yield Problem(
                "task_not_planned_once",
                "The plan places this task %(count)s times; it must stand there once.",
                {"count": count[task]},
                task,
            )
    for task in count:
        if task not in known:
            yield Problem("task_not_in_project", "The plan places a task that the project does not have.", {}, task)


def _shape(project: Project, task: Task, placement: Placement) -> Iterator[Problem]:
    """Method, duration and start windows of one task."""
    if not 0 <= placement.method < len(task.methods):
        yield Problem(
            "method_unknown", "The plan uses method %(method)s, which the task does not have.", {"method": placement.method}, task.id
        )
        return
    method = task.methods[placement.method]
    worked = worked_slots(project, task, method, placement)
    if worked and worked[0] != placement.start and len(worked) == method.duration:
        yield Problem(
            "starts_while_site_rests",
            "The task starts in slot %(start)s, in which its site rests; it can start in slot %(first)s.",
            {"start": placement.start, "first": worked[0]},
            task.id,
        )
    if len(worked) != method.duration or placement.finish != (worked[-1] + 1 if worked else placement.start):
        yield Problem(
            "duration_differs",
            "The task lasts %(duration)s slots of its site, but the plan has it from %(start)s to %(finish)s.",
            {"duration": method.duration, "start": placement.start, "finish": placement.finish},
            task.id,
        )
    if placement.start < max(0, task.earliest):
        yield Problem(
            "starts_before_earliest",
            "The task starts in slot %(start)s; it may not start before %(earliest)s.",
            {"start": placement.start, "earliest": task.earliest},
            task.id,
        )
    if task.start_windows and not any(a <= placement.start and (b is None or placement.start < b) for a, b in task.start_windows):
        yield Problem(
            "starts_outside_window", "The task starts in slot %(start)s, outside its windows.", {"start": placement.start}, task.id
        )
    wanted = {name: quantity for name, quantity in (*method.materials.items(), *method.money.items()) if quantity}
    if dict(placement.draws) != wanted:
        yield Problem(
            "draws_differ",
            "The plan takes %(taken)s; the method needs %(wanted)s.",
            {"taken": dict(placement.draws), "wanted": wanted},
            task.id,
        )


def _precedences(project: Project, placements: list[Placement]) -> Iterator[Problem]:
    at = {placement.task: placement for placement in placements}
    for edge in project.precedences:
        if edge.before not in at or edge.after not in at:
            continue
        before, after = at[edge.before], at[edge.after]
        if edge.unit == "elapsed" and project.calendar is not None:
            yield from _elapsed(project.calendar, edge, before, after)
            continue
        reference = before.finish if edge.kind[0] == "F" else before.start
        bound = after.start if edge.kind[1] == "S" else after.finish
        if bound < reference + edge.lag:
            yield Problem(
                "precedence_broken",
                "The task follows %(before)s (%(kind)s, lag %(lag)s), but it comes %(short)s slots too soon.",
                {"before": edge.before, "kind": edge.kind, "lag": edge.lag, "short": reference + edge.lag - bound},
                edge.after,
            )
        if edge.maximum is not None and bound > reference + edge.maximum:
            yield Problem(
                "comes_too_late_after",
                "The task may come at most %(maximum)s slots after %(before)s (%(kind)s); it comes %(late)s slots too late.",
                {"before": edge.before, "kind": edge.kind, "maximum": edge.maximum, "late": bound - reference - edge.maximum},
                edge.after,
            )


def _elapsed(calendar: Calendar, edge: Precedence, before: Placement, after: Placement) -> Iterator[Problem]:
    """A lag in hours of the clock, between the real moments."""
    reference = _moment(calendar, before, edge.kind[0])
    bound = _moment(calendar, after, edge.kind[1])
    if bound - reference < timedelta(hours=edge.lag):
        yield Problem(
            "elapsed_lag_broken",
            "The task comes %(hours)s hours after %(before)s (%(kind)s); at least %(lag)s must pass.",
            {"before": edge.before, "kind": edge.kind, "lag": edge.lag, "hours": (bound - reference) / timedelta(hours=1)},
            edge.after,
        )
    if edge.maximum is not None and bound - reference > timedelta(hours=edge.maximum):
        yield Problem(
            "elapsed_lag_too_long",
            "The task comes %(hours)s hours after %(before)s (%(kind)s); at most %(maximum)s may pass.",
            {"before": edge.before, "kind": edge.kind, "maximum": edge.maximum, "hours": (bound - reference) / timedelta(hours=1)},
            edge.after,
        )


def _moment(calendar: Calendar, placement: Placement, end: str) -> datetime:
    return calendar.starts_at(placement.start) if end == "S" else calendar.ends_at(placement.finish - 1)


def _machines(project: Project, placements: list[Placement], chosen: dict[str, Method]) -> Iterator[Problem]:
    used: dict[tuple[str, int], int] = defaultdict(int)
    for placement in placements:
        for name, amount in chosen[placement.task].machines.items():
            for slot in range(placement.start, placement.finish):
                used[name, slot] += amount
    for resource in project.resources:
        for (name, slot), amount in sorted(used.items()):
            if name != resource.id or not amount:
                continue
            there = min([resource.capacity] + [low for start, end, low in resource.dips if start <= slot < end])
            if amount > there:
                yield Problem(
                    "capacity_exceeded",
                    "Slot %(slot)s needs %(amount)s of it; there are %(there)s.",
                    {"slot": slot, "amount": amount, "there": there},
                    resource.id,
                )
                break  # one finding per machine is enough to refuse


def _stocks(project: Project, placements: list[Placement], chosen: dict[str, Method]) -> Iterator[Problem]:
    entries = _entries(project)
    for stock in project.stocks:
        events = [(0, 0, stock.opening)] + [(slot, 0, quantity) for slot, quantity in entries[stock.id]]
        for placement in placements:
            method = chosen[placement.task]
            taken = method.materials.get(stock.id, 0) + method.money.get(stock.id, 0)
            events.append((placement.start, 1, -taken))
            events.append((placement.finish, 0, method.gives.get(stock.id, 0)))
        level = 0
        for slot, _, change in sorted(events):
            level += change
            if level < 0:
                yield Problem(
                    "stock_falls_below_zero",
                    "In slot %(slot)s the plan has taken %(short)s %(unit)s more than has arrived.",
                    {"slot": slot, "short": -level / stock.scale, "unit": stock.unit},
                    stock.id,
                )
                break


def _entries(project: Project) -> dict[str, list[tuple[int, int]]]:
    """Deliveries as they really come in: slot by slot, each crossing lets its queue through while it is open."""
    result: dict[str, list[tuple[int, int]]] = defaultdict(list)
    queues: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
    for stock in project.stocks:
        for place, delivery in enumerate(stock.deliveries):
            if delivery.crossing:
                queues[delivery.crossing].append((delivery.planned, place, stock.id, delivery.quantity))
            else:
                result[stock.id].append((delivery.planned, delivery.quantity))
    for crossing in project.crossings:
        queue = sorted(queues[crossing.id], key=lambda load: (load[0], load[1]))
        last = max([0, *(end or start for start, end in crossing.open_windows), *(load[0] for load in queue)]) + len(queue) + 1
        for slot in range(last):
            if not any(start <= slot and (end is None or slot < end) for start, end in crossing.open_windows):
                continue
            room = crossing.loads_per_slot or len(queue)
            passing = [load for load in queue if load[0] <= slot][:room]
            for load in passing:
                queue.remove(load)
                result[load[2]].append((slot, load[3]))
    return result


def _sites(project: Project, placements: list[Placement]) -> Iterator[Problem]:
    site_of = {task.id: task.site for task in project.tasks}
    sites = {site.id: site for site in project.sites}
    for placement in placements:
        site = sites.get(site_of[placement.task])
        if site and not any(a <= placement.start and (b is None or placement.start < b) for a, b in site.safe_windows):
            yield Problem(
                "site_not_safe_at_start",
                "The task starts in slot %(slot)s, when site %(site)s is not cleared.",
                {"slot": placement.start, "site": site.id},
                placement.task,
            )
