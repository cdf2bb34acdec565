"""What holds work back though people and material are there: clearances that are missing, and hours in which a site rests. For the planner and for pages."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from awna.core.planning.problem import Calendar, Season, Site, SiteHours, Task, Window
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign

from ..models.plans import PlanRun
from ..models.tasks import Task as TaskRow
from ..models.tasks import WorkCalendar
from .models import Clearance, ClearanceNeed, SiteRest

EVERYWHERE = "*"  # the site of tasks without one, where hours hold for every site
ALWAYS: tuple[Window, ...] = ((0, None),)
HOLIDAY_DAYS_MAX = 400


@dataclass(frozen=True)
class Gates:
    """The sites with the times when work may start and with their hours, and for some tasks times of their own."""

    sites: tuple[Site, ...]
    windows: Mapping[str, tuple[Window, ...]]
    hours_everywhere: bool = False

    def through(self, task: Task) -> Task:
        """The task behind its gates. What has begun is a fact: its start stands in the windows."""
        site = task.site or (EVERYWHERE if self.hours_everywhere else "")
        own = self.windows.get(task.id)
        if own is None:
            return replace(task, site=site) if site != task.site else task
        windows = both(task.start_windows or ALWAYS, own)
        # No window at all would mean any start: a closed one says that there is none.
        return replace(task, site=site, start_windows=windows or ((0, 0),))


def gates_of(campaign: Campaign, calendar: Calendar) -> Gates:
    """The gates as known now."""
    needs, today = list(needs_of(campaign)), timezone.localdate()
    begun = _begun_starts(campaign) if needs else []
    safe: dict[str, tuple[Window, ...]] = {}
    windows: dict[str, tuple[Window, ...]] = {}
    for need in needs:
        cleared = windows_of(need.clearances.all(), calendar)
        if need.expected_on:
            cleared = _merged([*cleared, (calendar.slot_of(max(need.expected_on, today)), None)])
        if need.site_id:
            facts = [(start, start + 1) for site, _code, start in begun if site == str(need.site_id)]
            safe[str(need.site_id)] = both(safe.get(str(need.site_id), ALWAYS), _merged([*cleared, *facts]))
        else:
            facts = [(start, start + 1) for _site, code, start in begun if code == need.task.code]
            windows[need.task.code] = both(windows.get(need.task.code, ALWAYS), _merged([*cleared, *facts]))
    rests = list(SiteRest.objects.filter(campaign=campaign, ended_at=None))
    everywhere = hours_of([rest for rest in rests if rest.site_id is None])
    sites = [
        Site(
            str(site.pk), campaign.site_language, safe.get(str(site.pk), ALWAYS), site.name,
            hours=hours_of([rest for rest in rests if rest.site_id in (None, site.pk)]),
        )
        for site in campaign.sites.all()
    ]  # fmt: skip
    if everywhere:
        sites.append(Site(EVERYWHERE, hours=everywhere))
    return Gates(tuple(sites), windows, everywhere is not None)


def needs_of(campaign: Campaign) -> Iterable[ClearanceNeed]:
    """The clearances that are asked for and were not dropped, each with what was given."""
    return ClearanceNeed.objects.filter(campaign=campaign, dropped_at=None).select_related("site", "task").prefetch_related("clearances")


def missing_on(campaign: Campaign, day: date, *, codes: Collection[str] | None = None) -> dict[str, list[ClearanceNeed]]:
    """By code of the task the clearances without which it may not start on that day: its own and those of its site."""
    open_needs = [need for need in needs_of(campaign) if not any(one.valid_on(day) for one in need.clearances.all())]
    if not open_needs:
        return {}
    of_sites: dict[object, list[ClearanceNeed]] = defaultdict(list)
    missing: dict[str, list[ClearanceNeed]] = defaultdict(list)
    for need in open_needs:
        if need.site_id:
            of_sites[need.site_id].append(need)
        else:
            missing[need.task.code].append(need)
    tasks = campaign.tasks.filter(site__in=of_sites)
    for code, site in (tasks if codes is None else tasks.filter(code__in=codes)).values_list("code", "site"):
        missing[code] += of_sites[site]
    return dict(missing)


def refuse_closed(campaign: Campaign) -> None:
    """Before a plan is made: every site and task with work left must be cleared some day. Names the keys that are missing."""
    calendar = WorkCalendar.objects.filter(campaign=campaign).first()
    if calendar is None:
        return
    axis, now = calendar.as_core(), calendar.as_core().slot_of(timezone.localdate())
    shut = [
        need
        for need in needs_of(campaign)
        if not need.expected_on and not any(end is None or end > now for _start, end in windows_of(need.clearances.all(), axis))
    ]
    waiting = campaign.tasks.filter(progress=None, issues=None) if shut else campaign.tasks.none()
    places = {place for pair in waiting.values_list("pk", "site") for place in pair}
    text = "“%(place)s” may not be planned: nobody has cleared it for the time that comes (%(kind)s). Record the clearance, or say when it is expected."
    problems = [
        Problem(
            "clearance_missing",
            text,
            {"place": need.place, "kind": gettext(str(need.get_kind_display()))},
            need.task.code if need.task else "",
        )
        for need in shut
        if (need.task_id or need.site_id) in places
    ]
    if problems:
        raise Refused(problems)


def refuse_uncleared(task: TaskRow, day: date) -> None:
    """Nothing begins on what is not cleared that day; what has begun goes on."""
    if task.issues.exists() or task.progress.exists():
        return
    missing = missing_on(task.campaign, day, codes=[task.code]).get(task.code, [])
    if missing:
        text = "“%(task)s” may not begin: this is not cleared: %(missing)s. Record the clearance first."
        values = {"task": task, "missing": ", ".join(str(need) for need in missing)}
        raise Refused(Problem("task_not_cleared", text, values))


def windows_of(clearances: Iterable[Clearance], calendar: Calendar) -> tuple[Window, ...]:
    """When at least one of them counts, in slots; empty = never."""
    found: list[Window] = []
    for one in clearances:
        last = one.valid_until
        if one.withdrawn_on is not None:
            before = one.withdrawn_on - timedelta(days=1)
            last = before if last is None else min(last, before)
        start = calendar.slot_of(one.valid_from)
        end = None if last is None else calendar.slot_of(last + timedelta(days=1))
        if end is None or end > start:
            found.append((start, end))
    return _merged(found)


def hours_of(rests: Iterable[SiteRest]) -> SiteHours | None:
    """The hours of a site out of its rows; None where it never rests."""
    weekdays: set[int] = set()
    holidays: set[date] = set()
    seasons: list[Season] = []
    for rest in rests:
        if rest.kind == "weekly":
            weekdays |= set(rest.weekdays)
        elif rest.first_day and rest.last_day and rest.kind == "holiday":
            holidays |= set(days_between(rest.first_day, rest.last_day))
        elif rest.first_day and rest.last_day:
            seasons.append(Season(rest.first_day, rest.last_day, frozenset(rest.parts)))
    if not (weekdays or holidays or seasons):
        return None
    return SiteHours(frozenset(weekdays), frozenset(holidays), tuple(seasons))


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(min((last - first).days + 1, HOLIDAY_DAYS_MAX)))


def both(one: Iterable[Window], other: Iterable[Window]) -> tuple[Window, ...]:
    """The slots that lie in windows of both."""
    rest = list(other)
    found: list[Window] = []
    for a, b in one:
        for c, d in rest:
            ends = [end for end in (b, d) if end is not None]
            start, end = max(a, c), min(ends) if ends else None
            if end is None or start < end:
                found.append((start, end))
    return _merged(found)


def _merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """In order, and none touching the next."""
    found: list[Window] = []
    for start, end in sorted(windows, key=lambda window: window[0]):
        if found and (found[-1][1] is None or start <= found[-1][1]):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((start, end))
    return tuple(found)


def _begun_starts(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Site, code and start by the plan in force of tasks that really began: a clearance that is missing today does not undo them."""
    run = PlanRun.objects.adopted(campaign)
    if run is None:
        return []
    seen = campaign.tasks.filter(Q(issues__isnull=False) | Q(progress__isnull=False)).distinct()
    sites = {code: str(site) for code, site in seen.values_list("code", "site")}
    return [(sites[one.task], one.task, one.start) for one in run.plan.placements if one.task in sites]
