"""What cannot be met by a task whose needs are each fine alone: windows, levels, languages, beds, clearances, lags against each other."""

from collections.abc import Iterator

from ..problems import Problem
from .problem import CLEARED_ADULTS, INTERPRETER, Method, Person, Precedence, Project, Site, Task


def never_together(project: Project) -> Iterator[Problem]:
    """The reasons of this kind, each placed at its task."""
    yield from _lag_circle(project)
    yield from _windows(project)
    sites = {site.id: site for site in project.sites}
    counts = _Counts(project.people)
    for task in project.tasks:
        reasons = [_crew_reason(project, counts, task, method, sites.get(task.site)) for method in task.methods]
        found = [reason for reason in reasons if reason is not None]
        if found and len(found) == len(reasons):
            yield found[0]


def _windows(project: Project) -> Iterator[Problem]:
    """A task whose own windows and those of its site never meet."""
    safe = {site.id: site.safe_windows for site in project.sites}
    for task in project.tasks:
        own = task.start_windows or ((0, None),)
        theirs = safe[task.site] if task.site else ((0, None),)
        if not any(_meet(max(a, c, task.earliest), b, d) for a, b in own for c, d in theirs):
            text = "No start is allowed: the windows of the task, those of its site and its earliest start %(earliest)s never meet."
            yield Problem("window_never_opens", text, {"earliest": task.earliest}, task.id)


def _meet(low: int, first_end: int | None, second_end: int | None) -> bool:
    return all(end is None or low < end for end in (first_end, second_end))


class _Counts:
    """How many people have a skill at a level, and are understood in a language; counted once each."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.people = people
        self.known: dict[tuple[str, int, str], int] = {}
        self.near = sum(not person.lodges for person in people)

    def of(self, skill: str, level: int, language: str = "") -> int:
        key = (skill, level, language)
        if key not in self.known:
            helpers = [one for one in self.people if INTERPRETER in one.skills and language in one.languages]
            spoken = {tongue for one in helpers for tongue in one.languages} | {language}
            able = (person for person in self.people if person.level(skill) >= level)
            self.known[key] = sum(not language or bool(spoken & person.languages) for person in able)
        return self.known[key]


def _crew_reason(project: Project, counts: _Counts, task: Task, method: Method, site: Site | None) -> Problem | None:
    """Why nobody can form the crew of a method, or None."""
    for skill, seats in method.skills.items():
        level = method.levels.get(skill, 1)
        if counts.of(skill, level) < seats:
            text = "The task needs %(seats)s people with the skill %(skill)s at level %(level)s; there are %(count)s."
            return Problem(
                "too_few_at_level", text, {"seats": seats, "skill": skill, "level": level, "count": counts.of(skill, level)}, task.id
            )
        if site is not None and site.language:
            understood = counts.of(skill, level, site.language)
            if understood < seats:
                text = (
                    "The task needs %(seats)s of %(skill)s who are understood in %(language)s; there are %(count)s. Find an interpreter who "
                    "speaks it and a language of the others."
                )
                values = {"seats": seats, "skill": skill, "language": site.language, "count": understood}
                return Problem("language_never_bridged", text, values, task.id)
    return _beds(counts.near, task, method, site) or _children(project, task, method)


def _beds(near: int, task: Task, method: Method, site: Site | None) -> Problem | None:
    seats = sum(method.skills.values())
    if site is None or site.beds is None or seats <= site.beds + near:
        return None
    text = "The task needs %(seats)s people at %(site)s, which has %(beds)s beds; %(near)s live nearby."
    return Problem("beds_never_suffice", text, {"seats": seats, "site": site.id, "beds": site.beds, "near": near}, task.id)


def _children(project: Project, task: Task, method: Method) -> Problem | None:
    if not task.child_contact or not method.duration:
        return None
    cleared = [person for person in project.people if person.adult and person.cleared and person.skills & set(method.skills)]
    if len(cleared) >= CLEARED_ADULTS and sum(method.skills.values()) >= CLEARED_ADULTS:
        return None
    text = "The task touches children: its crew needs %(wanted)s cleared adults in its seats; %(count)s have a clearance and such a skill."
    return Problem("too_few_cleared_adults", text, {"wanted": CLEARED_ADULTS, "count": len(cleared)}, task.id)


def _lag_circle(project: Project) -> list[Problem]:
    """Links and largest lags that ask for more time than they allow, with the tasks in order.

    Judged where it is certain: tasks of one duration, without hours of their site, lags in slots.
    """
    if not any(edge.maximum is not None for edge in project.precedences):
        return []
    resting = {site.id for site in project.sites if site.hours is not None}
    fixed = {t.id: t.methods[0].duration for t in project.tasks if len({m.duration for m in t.methods}) == 1 and t.site not in resting}
    arcs: list[tuple[str, str, int]] = []
    for edge in project.precedences:
        if edge.before in fixed and edge.after in fixed and edge.unit == "work":
            arcs.append((edge.before, edge.after, _gap(edge, edge.lag, fixed)))
            if edge.maximum is not None:
                arcs.append((edge.after, edge.before, -_gap(edge, edge.maximum, fixed)))
    circle = _positive_circle(arcs, list(fixed))
    if not circle:
        return []
    text = "The links between these tasks ask for more time than their largest lags allow: %(circle)s. Loosen one of them."
    return [Problem("lags_contradict", text, {"circle": " > ".join(circle)}, circle[0])]


def _gap(edge: Precedence, lag: int, duration: dict[str, int]) -> int:
    """The distance between the two starts that a lag means."""
    return lag + (duration[edge.before] if edge.kind[0] == "F" else 0) - (duration[edge.after] if edge.kind[1] == "F" else 0)


def _positive_circle(arcs: list[tuple[str, str, int]], nodes: list[str]) -> list[str]:
    """Bellman-Ford for longest paths: the nodes of a circle of positive length, closed, or nothing."""
    reach, came = dict.fromkeys(nodes, 0), dict.fromkeys(nodes, "")
    last = ""
    for _ in range(len(nodes) + 1):
        last = ""
        for before, after, length in arcs:
            if reach[before] + length > reach[after]:
                reach[after], came[after], last = reach[before] + length, before, after
        if not last:
            return []
    for _ in nodes:
        last = came[last]  # now surely on the circle
    circle, node = [last], came[last]
    while node != last:
        circle.append(node)
        node = came[node]
    return [last, *reversed(circle[1:]), last]
