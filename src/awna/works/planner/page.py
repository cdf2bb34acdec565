"""What the plan page shows of a plan in force: what is critical, who and what is asked for against what is there, and how sure the days are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from awna.core.planning.floats import floats
from awna.core.planning.formats.json_project import project_from_json
from awna.core.planning.loads import EVERYBODY, PeopleLoad, StockLoad, people_loads, stock_loads
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign

from ..models.plans import PlanRun
from ..pages import Line, desk_lines, finish_day, picture
from ..services import moves_of
from .changes import skill_name
from .charts import Steps, stepped
from .compare import beside, moved_lines
from .history import FEW
from .models import PlanJob

NEAR_DAYS = 2  # days of float up to which a task is nearly critical
SKILLS_SHOWN, STOCKS_SHOWN = 6, 9  # charts; the tightest first
PLANS_REMEMBERED = 8


@dataclass(frozen=True)
class Load:
    """One chart and its words."""

    name: str
    said: str
    chart: SafeString


@dataclass(frozen=True)
class Chance:
    """One milestone: the planned day, and the days by which half, 80 % and 95 % of the scenarios have it; None = fewer ever do."""

    name: str
    planned: date
    p50: date | None
    p80: date | None
    p95: date | None
    never: int  # per cent


@dataclass(frozen=True)
class Worth:
    """What a crossing is worth: days won on average, were it always open; and how much of its past is known."""

    name: str
    days: float
    changes: int
    past_days: int
    loads: int

    @property
    def is_short(self) -> bool:
        return self.changes < FEW


@dataclass(frozen=True)
class Doubt:
    """A simulation, told in days."""

    job: PlanJob
    chances: Sequence[Chance]
    worths: Sequence[Worth]
    often: Sequence[tuple[str, int]]  # task, per cent of the scenarios in which it held up the end
    scenarios: int

    @property
    def is_short(self) -> bool:
        return any(worth.is_short for worth in self.worths)


def plan_context(campaign: Campaign, run: PlanRun) -> dict[str, Any]:
    """All that the page of the plan in force shows of it."""
    asked, lines = asked_of(run), desk_lines(campaign, run)
    mark_floats(asked, lines)
    people, stocks = [_people(load) for load in asked.people], [_stock(load, asked.calendar) for load in asked.stocks]
    return {
        "lines": lines, "axis": picture(lines), "all_lines": len(lines), "tasks": len(lines), "finish": finish_day(run), "first": asked.calendar.date_of(0), "people": people,
        "stocks": stocks, "doubt": doubt_of(campaign, run, {line.task.code: str(line.task) for line in lines}),
        "critical": sum(line.slack == "critical" for line in lines), "near": sum(line.slack == "near" for line in lines),
    }  # fmt: skip


def run_context(campaign: Campaign, run: PlanRun) -> dict[str, Any]:
    """One plan, in force or not, beside the one before it."""
    lines = desk_lines(campaign, run)
    mark_floats(asked_of(run), lines)
    moves, rows = moves_of(run), []
    if run.based_on and run.calendar:
        rows = beside(run, moves, run.calendar)
    return {
        "run": run, "lines": lines, "axis": picture(lines), "finish": finish_day(run), "rows": rows,
        "old_finish": finish_day(run.based_on) if run.based_on else None, "moved_count": len(moves),
        "moved": moved_lines(moves, {line.task.code: line.task for line in lines}, run.calendar) if moves and run.calendar else [],
    }  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a plan asks for and how far its tasks may slip, worked out once: a plan that is kept never changes."""

    calendar: Calendar
    slack: Mapping[str, int]
    people: Sequence[PeopleLoad]
    stocks: Sequence[StockLoad]


_asked: dict[Any, Asked] = {}  # of the plans that were looked at last


def asked_of(run: PlanRun) -> Asked:
    """From this process's memory, or read and worked out."""
    if run.pk not in _asked:
        project, plan = project_from_json(run.project_json.encode()), run.plan
        assert project.calendar is not None  # tasks are loaded with a calendar only
        while len(_asked) >= PLANS_REMEMBERED:
            _asked.pop(next(iter(_asked)), None)
        _asked[run.pk] = Asked(
            project.calendar,
            floats(project, plan),
            people_loads(project, plan)[: SKILLS_SHOWN + 1],
            stock_loads(project, plan)[:STOCKS_SHOWN],
        )
    return _asked[run.pk]


def forget_asked() -> None:
    """For measurements: work out anew what the next page shows."""
    _asked.clear()


def mark_floats(asked: Asked, lines: Sequence[Line]) -> None:
    """Writes into each line how far it may slip, in days; tasks that are done have none."""
    critical, near, spare = gettext("critical"), gettext("%(days)s days to spare: nearly critical"), gettext("%(days)s days to spare")
    for line in lines:
        if line.task.code in asked.slack and line.task.done < line.task.quantity:
            days = asked.slack[line.task.code] / asked.calendar.slots_per_day
            line.slack = "critical" if days <= 0 else "near" if days <= NEAR_DAYS else ""
            line.spare = critical if days <= 0 else (near if line.slack else spare) % {"days": f"{days:.1f}".removesuffix(".0")}


def _people(load: PeopleLoad) -> Load:
    name = gettext("Everybody") if load.skill == EVERYBODY else skill_name(load.skill)
    least, most = min(load.there, default=0), max(load.there, default=0)
    if least == most:
        said = gettext("At most %(peak)s at work; %(there)s are there.") % {"peak": load.peak, "there": most}
    else:
        said = gettext("At most %(peak)s at work; %(least)s to %(most)s are there.") % {"peak": load.peak, "least": least, "most": most}
    return Load(name, said, stepped([Steps("g3", load.working, filled=True), Steps("there", load.there)]))


def _stock(load: StockLoad, calendar: Calendar) -> Load:
    """Money lines count in their currency, materials in their unit."""
    least, slot = load.lowest
    scale = load.stock.scale or 1
    values = {"taken": _amount(load.taken[-1], scale), "left": _amount(least, scale), "unit": load.stock.unit}
    values["day"] = date_format(calendar.date_of(slot), "j M Y")
    said = gettext("%(taken)s %(unit)s are taken; least is left on %(day)s: %(left)s.") % values
    came = Steps("there", [value / scale for value in load.came])
    return Load(load.stock.name or load.stock.id, said, stepped([Steps("g3", [value / scale for value in load.taken], filled=True), came]))


def _amount(units: int, scale: int) -> str:
    return f"{units // scale:,}".replace(",", "\u00a0") if units % scale == 0 else f"{units / scale:,.2f}".replace(",", "\u00a0")


def doubt_of(campaign: Campaign, run: PlanRun, names: dict[str, str]) -> Doubt | None:
    """The last simulation of this plan; `names` of its tasks by code."""
    job = PlanJob.objects.filter(campaign=campaign, kind="simulate", run=run, state="done").first()
    if job is None or run.calendar is None:
        return None
    told, calendar = job.result, run.calendar
    crossings = {crossing.code: crossing.name for crossing in campaign.crossings.all()}
    return Doubt(
        job,
        [_chance(row, calendar, told["scenarios"]) for row in told["milestones"]],
        [
            Worth(crossings.get(code, code), round(slots / calendar.slots_per_day, 1), *_past(told, code), told["loads"].get(code, 0))
            for code, slots in told["crossings"].items()
        ],
        [(names.get(code, code), round(100 * share)) for code, share in told["critical"][:5]],
        told["scenarios"],
    )  # fmt: skip


def _past(told: dict[str, Any], code: str) -> tuple[int, int]:
    past = told["history"].get(code, {})
    return past.get("openings", 0) + past.get("closings", 0), past.get("days", 0)


def _chance(row: dict[str, Any], calendar: Calendar, scenarios: int) -> Chance:
    def day(slot: int | None) -> date | None:
        return None if slot is None else calendar.date_of(max(0, slot - 1))

    planned = calendar.date_of(max(0, row["planned"] - 1))
    name = row["name"] or gettext("The whole plan")
    return Chance(name, planned, day(row["p50"]), day(row["p80"]), day(row["p95"]), round(100 * row["never"] / scenarios))
