"""The facts that a what-if changes: a crossing shut for weeks, people more or fewer, a load later, a task longer or shorter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from awna.core.planning.events import CrossingClosed, DeliveryMoved, Event, PersonAbsent, TaskSlipped, apply_event
from awna.core.planning.problem import INTERPRETER, Calendar, Person, Project
from awna.core.problems import Problem, Refused

CHANGES_MAX = 20  # changes that one copy holds
Change = Mapping[str, Any]


def with_changes(project: Project, changes: Iterable[Change], *, language: str = "") -> Project:
    """The project as it would be; refuses a change that names what is no longer there. `language` is spoken by people who come."""
    for number, change in enumerate(changes):
        if change["kind"] == "people" and change["count"] > 0:
            project = _joined(project, change, number, language)
        else:
            for event in _events(project, change):
                project = apply_event(project, event)
    return project


def _events(project: Project, change: Change) -> Iterator[Event]:
    calendar = _calendar(project)
    match change["kind"]:
        case "close":
            first = date.fromisoformat(change["from"])
            until = calendar.slot_of(first + timedelta(weeks=change["weeks"]))
            yield CrossingClosed(change["crossing"], calendar.slot_of(first), until)
        case "people":
            able = sorted((p for p in project.people if change["skill"] in p.skills), key=lambda p: (len(p.skills), p.id))
            for person in able[: -change["count"]]:
                yield PersonAbsent(person.id, calendar.slot_of(date.fromisoformat(change["from"])))
        case "delay":
            later = calendar.slots_per_day * change["days"]
            for stock in project.stocks:
                for load in stock.deliveries:
                    if load.id == change["load"]:
                        yield DeliveryMoved(stock.id, load.id, load.planned + later)
        case "duration":
            task = next((task for task in project.tasks if task.id == change["task"]), None)
            now = task.methods[0].duration if task else 0
            yield TaskSlipped(change["task"], change["days"] * calendar.slots_per_day - now)


def _joined(project: Project, change: Change, number: int, language: str) -> Project:
    """New people who know the one skill, speak the language of the site and stay to the end."""
    since = _calendar(project).slot_of(date.fromisoformat(change["from"]))
    tongues = frozenset({language} if language else ())
    more = tuple(
        Person(f"+{change['skill']}-{number + 1}.{one + 1}", frozenset({change["skill"]}), tongues, presence=((since, None),))
        for one in range(change["count"])
    )
    return replace(project, people=(*project.people, *more))


def _calendar(project: Project) -> Calendar:
    if project.calendar is None:
        raise Refused(Problem("what_if_without_calendar", "The plan has no calendar. Load a table of tasks first."))
    return project.calendar


def words_of(change: Change, names: Mapping[str, str]) -> str:
    """The change as a sentence; `names` of crossings and tasks by code."""
    match change["kind"]:
        case "close":
            text = ngettext(
                "%(crossing)s stays closed for %(count)s week from %(day)s.", "%(crossing)s stays closed for %(count)s weeks from %(day)s.",
                change["weeks"],
            )  # fmt: skip
            return text % {"crossing": names.get(change["crossing"], change["crossing"]), "count": change["weeks"], "day": _day(change)}
        case "people":
            return _people_words(change)
        case "delay":
            text = ngettext("Load %(load)s comes %(count)s day later.", "Load %(load)s comes %(count)s days later.", change["days"])
            return text % {"load": change["load"], "count": change["days"]}
        case _:
            text = ngettext("“%(task)s” takes %(count)s day.", "“%(task)s” takes %(count)s days.", change["days"])
            return text % {"task": names.get(change["task"], change["task"]), "count": change["days"]}


def _people_words(change: Change) -> str:
    count, values = abs(change["count"]), {"count": abs(change["count"]), "skill": skill_name(change["skill"]), "day": _day(change)}
    if change["count"] > 0:
        text = ngettext(
            "%(count)s person more who can work as %(skill)s, from %(day)s.",
            "%(count)s people more who can work as %(skill)s, from %(day)s.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s person fewer who can work as %(skill)s, from %(day)s.",
            "%(count)s people fewer who can work as %(skill)s, from %(day)s.",
            count,
        )
    return text % values


def skill_name(skill: str) -> str:
    return gettext("interpreter") if skill == INTERPRETER else skill


def _day(change: Change) -> str:
    return date_format(date.fromisoformat(change["from"]), "j M Y")
