"""What cannot be met by a task whose needs are each fine alone: windows, levels, languages, beds, clearances."""

from collections.abc import Iterator

from ..problems import Problem
from .problem import CLEARED_ADULTS, INTERPRETER, Method, Person, Project, Site, Task


def never_together(project: Project) -> Iterator[Problem]:
    """The reasons of this kind, each placed at its task."""
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
