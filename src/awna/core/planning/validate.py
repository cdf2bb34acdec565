"""Says what makes a project impossible to plan before any search: circles, unknown names, skills nobody has, stock that never suffices."""

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import available_timezones

from ..problems import Problem
from .lags import lags_contradict
from .problem import PRECEDENCE_KINDS, SLOTS_MAX, TASKS_MAX, Project, Stock
from .supply import arrivals
from .validate_together import never_together


def validate(project: Project) -> list[Problem]:
    """The reasons why no plan can exist, each placed at its element; empty = worth searching."""
    problems = malformed(project)
    if problems:
        return problems
    found = [*_machines(project), *_skills(project), *_stocks(project), *_windows(project)]
    return found or [*never_together(project)] or lags_contradict(project)


def malformed(project: Project) -> list[Problem]:
    """Why a project cannot even be read as a model: what comes after looks things up by name and goes along the links."""
    return [*_limits(project), *_names(project)] or _circles(project)


def _limits(project: Project) -> Iterator[Problem]:
    if not project.tasks:
        yield Problem("project_has_no_tasks", "There is nothing to plan: the project has no tasks. Add at least one.")
    if len(project.tasks) > TASKS_MAX:
        yield Problem(
            "too_many_tasks",
            "The project has %(count)s tasks; up to %(limit)s are planned at once. Split it.",
            {"count": len(project.tasks), "limit": TASKS_MAX},
        )
    for task in project.tasks:
        if not task.methods:
            yield Problem("task_has_no_method", "The task has no method. Give it a duration.", {}, task.id)
        for method in task.methods:
            if not 0 <= method.imported_percent <= 100 or method.cost < 0 or method.imported_kg < 0:
                text = "Cost and carbon must be 0 or more, the imported share 0 to 100 per cent."
                yield Problem("method_values_out_of_range", text, {}, task.id)
            if not (method.optimistic or 0) <= method.duration <= (SLOTS_MAX if method.pessimistic is None else method.pessimistic):
                text = "The optimistic duration must not be above, the pessimistic not below the likely one (%(duration)s)."
                yield Problem("durations_out_of_order", text, {"duration": method.duration}, task.id)
            amounts = [*method.skills.values(), *method.machines.values(), *method.draws.values(), *method.gives.values()]
            if not 0 <= method.duration <= SLOTS_MAX or any(amount < 0 for amount in amounts):
                yield Problem(
                    "negative_or_too_long",
                    "Durations and quantities must be 0 or more, durations at most %(limit)s.",
                    {"limit": SLOTS_MAX},
                    task.id,
                )
        if task.handover_every < 0 or task.stay_min < 1:
            text = "A segment has 0 or more slots and the shortest stay 1 or more."
            yield Problem("segment_out_of_range", text, {}, task.id)
    yield from _calendar(project)
    slots = [slot for task in project.tasks for slot in (task.earliest,)]
    slots += [delivery.planned for stock in project.stocks for delivery in stock.deliveries]
    if any(not 0 <= slot < SLOTS_MAX for slot in slots) or _far_lags(project):
        yield Problem(
            "slot_out_of_range",
            "A slot lies before 0 or after %(limit)s. Check the dates and the start of the calendar.",
            {"limit": SLOTS_MAX},
        )


def _far_lags(project: Project) -> bool:
    return any(abs(lag) > SLOTS_MAX for edge in project.precedences for lag in (edge.lag, edge.maximum or 0))


def _calendar(project: Project) -> Iterator[Problem]:
    calendar = project.calendar
    if calendar is not None:
        wrong = not 1 <= calendar.slots_per_day <= 48 or len(calendar.rest_weekdays & set(range(7))) == 7
        wrong = wrong or (bool(calendar.day_starts) and len(calendar.day_starts) != calendar.slots_per_day)
        starts = calendar.day_starts or tuple(7 * 60 + n * calendar.slot_minutes for n in range(calendar.slots_per_day))
        wrong = wrong or any(b - a < calendar.slot_minutes for a, b in zip((-calendar.slot_minutes, *starts), (*starts, 1440), strict=True))
        wrong = wrong or not 1 <= calendar.slot_minutes <= 1440
        if wrong:
            text = "The calendar's slots do not fit into a day, or every weekday rests. Correct its slots, their starts and minutes."
            yield Problem("calendar_impossible", text, {}, "calendar")
        if calendar.zone and calendar.zone not in available_timezones():
            text = "There is no time zone %(zone)s. Write its name as in Europe/Berlin."
            yield Problem("zone_unknown", text, {"zone": calendar.zone}, "calendar")
        return
    needs = [edge.after for edge in project.precedences if edge.unit == "elapsed"]
    needs += [site.id for site in project.sites if site.hours is not None]
    if needs:
        text = "Lags in hours and the hours of a site need the project's calendar. Add it."
        yield Problem("calendar_missing", text, {}, needs[0])


def _names(project: Project) -> Iterator[Problem]:
    yield from _twice("task", (task.id for task in project.tasks))
    yield from _twice("machine", (resource.id for resource in project.resources))
    yield from _twice("person", (person.id for person in project.people))
    yield from _twice("stock", (stock.id for stock in project.stocks))
    yield from _twice("crossing", (crossing.id for crossing in project.crossings))
    yield from _twice("site", (site.id for site in project.sites))
    tasks = {task.id for task in project.tasks}
    machines = {resource.id for resource in project.resources}
    stocks = {stock.id for stock in project.stocks}
    sites = {site.id for site in project.sites}
    crossings = {crossing.id for crossing in project.crossings}
    for task in project.tasks:
        if task.site:
            yield from _unknown("site", [task.site], sites, task.id)
        for method in task.methods:
            yield from _unknown("machine", method.machines, machines, task.id)
            yield from _unknown("material", method.materials, stocks, task.id)
            yield from _unknown("material", method.gives, stocks, task.id)
            yield from _unknown("budget line", method.money, stocks, task.id)
    for edge in project.precedences:
        yield from _unknown("task", [edge.before], tasks, edge.after)
        yield from _unknown("task", [edge.after], tasks, edge.before)
        yield from _unknown("kind of dependency", [edge.kind], set(PRECEDENCE_KINDS), edge.after)
    yield from _twice("milestone", (milestone.id for milestone in project.milestones))
    for milestone in project.milestones:
        yield from _unknown("task", milestone.tasks, tasks, milestone.id)
    for stock in project.stocks:
        yield from _unknown("crossing", [d.crossing for d in stock.deliveries if d.crossing], crossings, stock.id)


def _twice(what: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(
                "name_used_twice", "This %(what)s is there %(count)s times. Give each its own id.", {"what": what, "count": count}, name
            )


def _unknown(what: str, names: Iterable[str], known: set[str], where: str) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield Problem(
                "name_unknown",
                "It names the %(what)s %(name)s, which is not there. Add it or correct the name.",
                {"what": what, "name": name},
                where,
            )


def _circles(project: Project) -> list[Problem]:
    """One circle, with its tasks in order."""
    followers: dict[str, list[str]] = {task.id: [] for task in project.tasks}
    for edge in project.precedences:
        followers[edge.before].append(edge.after)
    done: set[str] = set()
    for root in followers:
        path, stack = [root], [iter(followers[root])]
        on_path = {root}
        while stack and root not in done:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                done.add(path[-1])
                on_path.discard(path.pop())
            elif step in on_path:
                circle = [*path[path.index(step) :], step]
                text = "These tasks wait for each other in a circle: %(circle)s. Take one of these dependencies away."
                return [Problem("dependency_circle", text, {"circle": " > ".join(circle)}, step)]
            elif step not in done:
                path.append(step)
                on_path.add(step)
                stack.append(iter(followers[step]))
    return []


def _machines(project: Project) -> Iterator[Problem]:
    capacity = {resource.id: resource.capacity for resource in project.resources}
    for task in project.tasks:
        if all(any(amount > capacity[name] for name, amount in method.machines.items()) for method in task.methods):
            name, amount = next((n, a) for n, a in task.methods[0].machines.items() if a > capacity[n])
            yield Problem(
                "machine_never_suffices",
                "The task needs %(amount)s of %(name)s at once; there are %(there)s.",
                {"amount": amount, "name": name, "there": capacity[name]},
                task.id,
            )


def _skills(project: Project) -> Iterator[Problem]:
    count = Counter(skill for person in project.people for skill in person.skills)
    for task in project.tasks:
        if any(all(count[skill] >= seats for skill, seats in method.skills.items()) for method in task.methods):
            continue
        skill, seats = next((skill, seats) for skill, seats in task.methods[0].skills.items() if count[skill] < seats)
        if not count[skill]:
            text = "The task needs the skill %(skill)s, which nobody has. Find a person, or correct the name of the skill."
            yield Problem("skill_nobody_has", text, {"skill": skill}, task.id)
        else:
            text = "The task needs %(seats)s people with the skill %(skill)s; there are %(count)s."
            yield Problem("too_few_people_with_skill", text, {"skill": skill, "seats": seats, "count": count[skill]}, task.id)


def _stocks(project: Project) -> Iterator[Problem]:
    incoming = arrivals(project)
    for stock in project.stocks:
        there = stock.opening + sum(quantity for _, quantity in incoming[stock.id])
        lost = sum(delivery.quantity for delivery in stock.deliveries) - sum(quantity for _, quantity in incoming[stock.id])
        made = sum(max((method.gives.get(stock.id, 0) for method in task.methods), default=0) for task in project.tasks)
        need = sum(min((method.draws.get(stock.id, 0) for method in task.methods), default=0) for task in project.tasks)
        if need > there + made:
            takers = [task.id for task in project.tasks if any(method.draws.get(stock.id) for method in task.methods)]
            text = "The tasks (%(tasks)s) need %(need)s %(unit)s; in stock and arriving are %(there)s, so it never suffices."
            if made:
                text = "The tasks (%(tasks)s) need %(need)s %(unit)s; in stock, arriving and made are %(there)s, so it never suffices."
            if lost:
                text += " %(lost)s more wait at a crossing that does not open again."
            values = {
                "need": _told(need, stock),
                "there": _told(there + made, stock),
                "lost": _told(lost, stock),
                "unit": stock.unit,
                "tasks": ", ".join(takers[:8]),
            }
            yield Problem("stock_never_suffices", text, values, stock.id)


def _told(quantity: int, stock: Stock) -> float | int:
    """In units of the stock; 80, not 80.0."""
    return quantity // stock.scale if quantity % stock.scale == 0 else quantity / stock.scale


def _windows(project: Project) -> Iterator[Problem]:
    safe = {site.id: site.safe_windows for site in project.sites}
    for task in project.tasks:
        if task.site and not any(end is None or end > task.earliest for _, end in safe[task.site]):
            yield Problem(
                "site_never_safe", "The task may not start before its site %(site)s stops being cleared.", {"site": task.site}, task.id
            )
