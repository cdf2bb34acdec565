"""What the pages of a closing show: what moves, whom to call, the ways side by side; for everyone weeks, districts and the office."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from awna.core.planning.plan import Plan
from awna.core.planning.problem import Calendar
from awna.core.planning.replan import Move
from awna.core.planning.ways import Days, people_to_call
from awna.crews.models import Volunteer
from awna.kit.policies import Actor
from awna.parties.models import Campaign

from ..models import PlanRun, Task
from ..services import moves_of
from ..standing import WEEK, monday
from .forms import AS_MENDED
from .models import Closing

LEAD_LEVEL = 3
CHANGES_SHOWN = 20


@dataclass(frozen=True)
class Span:
    """A task with its days, both included."""

    task: str
    first: date
    last: date


@dataclass(frozen=True)
class Moved:
    """A task before and after."""

    task: str
    district: str
    old: Span
    new: Span
    crew_changed: bool
    crew: str = ""


@dataclass(frozen=True)
class Call:
    """Somebody whose days change. Without the right to read people, `name` and `mail` are empty and the code stands alone."""

    code: str
    name: str
    mail: str
    is_lead: bool
    crews: str
    loses: Sequence[Span]
    gets: Sequence[Span]


@dataclass(frozen=True)
class Way:
    """One row of the table side by side."""

    key: str
    name: Any
    finish: date
    later_days: int
    tasks_moved: int
    people: int
    cost: int
    same_as: Any = ""
    adopted: bool = False
    moved: Sequence[Moved] = ()
    calls: Sequence[Call] = ()


@dataclass(frozen=True)
class Change:
    """One adopted plan for everyone: why, by which office, what moved by week and district."""

    run: PlanRun
    adopted_on: date
    crossing: str
    weeks: int
    office: Any
    moved: Sequence[Moved] = field(default_factory=tuple)
    within: int = 0


class Pages:
    """The names and days that all parts of a page need, read once."""

    def __init__(self, campaign: Campaign, calendar: Calendar) -> None:
        self.campaign, self.calendar = campaign, calendar
        self.tasks: dict[str, Task] = {task.code: task for task in campaign.tasks.select_related("site")}

    def span(self, code: str, start: int, finish: int) -> Span:
        return Span(self.name(code), self.calendar.date_of(start), self.calendar.date_of(max(start, finish - 1)))

    def name(self, code: str) -> str:
        return str(self.tasks[code]) if code in self.tasks else code

    def moved(self, moves: Sequence[Move], plan: Plan | None = None) -> list[Moved]:
        at = plan.by_task() if plan else {}
        return [
            Moved(
                self.name(move.task), self.district(move.task), self.span(move.task, move.old_start, move.old_finish),
                self.span(move.task, move.new_start, move.new_finish), move.crew_changed,
                ", ".join(dict.fromkeys(seat.person for seat in at[move.task].crew)) if move.task in at else "",
            )
            for move in moves
        ]  # fmt: skip

    def district(self, code: str) -> str:
        task = self.tasks.get(code)
        return (task.site.place_public if task and task.site else "") or self.campaign.place_public

    def calls(self, old: Plan, new: Plan, people: Mapping[str, Volunteer]) -> list[Call]:
        """Whom to call, leads first. `people` holds those that the reader may know."""
        found = [self._call(code, *days, people.get(code)) for code, days in people_to_call(old, new).items()]
        return sorted(found, key=lambda call: (not call.is_lead, call.name or call.code))

    def _call(self, code: str, loses: Sequence[Days], gets: Sequence[Days], person: Volunteer | None) -> Call:
        spans = [[self.span(*one) for one in days] for days in (loses, gets)]
        if person is None:
            return Call(code, "", "", False, "", *spans)
        return Call(
            code, person.name, person.user.email if person.user else "", any(skill.level >= LEAD_LEVEL for skill in person.skills.all()),
            ", ".join(crew.name for crew in person.crews.all()), *spans,
        )  # fmt: skip


def known_people(actor: Actor, campaign: Campaign) -> dict[str, Volunteer]:
    """By code: the volunteers that this reader's roles and section may know; nobody for the others."""
    found = Volunteer.objects.for_actor(actor).filter(campaign=campaign).select_related("user").prefetch_related("skills", "crews")
    return {person.code: person for person in found}


def ways_of(closing: Closing, pages: Pages, people: Mapping[str, Volunteer]) -> list[Way]:
    """The mended plan first, then what the job has found; a plan that came out twice says so."""
    repair = closing.repair
    assert repair is not None and repair.based_on is not None  # asked for mended plans only
    old = repair.based_on.plan
    seen: dict[str, Any] = {}
    rows = [(AS_MENDED, gettext("As mended at once"), repair.plan, moves_of(repair), None, repair.adopted_at is not None, repair.plan_json)]
    for way in closing.ways.all():
        moves = sorted((Move(**row) for row in way.moved), key=lambda move: (move.old_start, move.task))
        rows.append((str(way.pk), way.get_name_display(), way.plan, moves, way.cost, way.adopted_as_id is not None, way.plan_json))
    costs = [cost for *_rest, cost, _adopted, _text in rows if cost is not None]
    found = []
    before = pages.span("", 0, old.finish).last
    for key, name, plan, moves, cost, adopted, text in rows:
        finish, calls = pages.span("", 0, plan.finish).last, pages.calls(old, plan, people)
        found.append(
            Way(
                key, name, finish, (finish - before).days, len(moves), len(calls), costs[0] if cost is None and costs else cost or 0,
                seen.get(text, ""), adopted, pages.moved(moves, plan), calls,
            )
        )  # fmt: skip
        seen.setdefault(text, name)
    return found


def public_changes(campaign: Campaign) -> Iterator[Change]:
    """Every plan that took another's place, newest first; a campaign at risk does not say which crossing it was."""
    runs = list(
        PlanRun.objects.filter(campaign=campaign, adopted_at__isnull=False).defer("plan_json", "project_json")
        .select_related("report__crossing", "adopted_by").order_by("adopted_at")
    )  # fmt: skip
    if len(runs) < 2:
        return
    pages = Pages(campaign, campaign.work_calendar.as_core())
    ends = [monday(pages.span("", 0, run.finish).last) for run in runs]
    rows = list(zip(runs[1:], ends, ends[1:], strict=False))
    for run, before, after in rows[: -CHANGES_SHOWN - 1 : -1]:
        moved = pages.moved(moves_of(run))
        seen = [_by_week(one) for one in moved]
        weekly = [one for one in seen if (one.old.first, one.old.last) != (one.new.first, one.new.last)]
        crossing = run.report.crossing.name if run.report and not campaign.at_risk else ""
        office = run.adopted_by.get_name_display() if run.adopted_by else ""
        yield Change(run, run.adopted_at.date(), crossing, (after - before) // WEEK, office, weekly, len(moved) - len(weekly))


def _by_week(moved: Moved) -> Moved:
    """Mondays only, and nobody of the crew."""
    old, new = (Span(span.task, monday(span.first), monday(span.last)) for span in (moved.old, moved.new))
    return Moved(moved.task, moved.district, old, new, False)
