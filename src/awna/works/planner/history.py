"""How crossings opened and closed so far, from the reports: what the simulation is fitted on, and how little that may be."""

from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from awna.access.history import day_states
from awna.access.models import Crossing
from awna.access.windows import OPEN, RESTRICTED
from awna.core.planning.problem import Calendar
from awna.core.planning.scenario import Doubts, fit
from awna.parties.models import Campaign

DAYS_OF_A_WEEK = 7
PASSABLE = frozenset({OPEN, RESTRICTED})
FEW = 8  # openings and closings below which the page calls a history short


@dataclass(frozen=True)
class Past:
    """Completed stretches of one crossing: how often it was open and closed from end to end, over how many days."""

    openings: int
    closings: int
    days: int

    @property
    def is_short(self) -> bool:
        return self.openings + self.closings < FEW

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def doubts_of(campaign: Campaign, calendar: Calendar, today: date) -> tuple[Doubts, dict[str, Past]]:
    """The habits of each crossing with a past, and how much each rests on."""
    habits, pasts = {}, {}
    for crossing in campaign.crossings.prefetch_related("reports"):
        stretches = stretches_of(crossing, today)
        lengths = [(is_open, _slots(days, calendar)) for is_open, days in stretches]
        pasts[crossing.code] = Past(
            sum(is_open for is_open, _days in stretches),
            sum(not is_open for is_open, _days in stretches),
            sum(days for _, days in stretches),
        )
        if lengths:
            habits[crossing.code] = fit(lengths)
    return Doubts(habits=habits), pasts


def stretches_of(crossing: Crossing, today: date) -> list[tuple[bool, int]]:
    """(open?, days) by turns from the first report until the change before today. The present stretch is not over and not counted."""
    reports = crossing.reports_as_seen()
    if not reports:
        return []
    states = day_states(reports, min(report.valid_from for report in reports), today)
    turns = [(is_open, sum(1 for _day in days)) for is_open, days in groupby(states, key=PASSABLE.__contains__)]
    return turns[:-1]


def _slots(days: int, calendar: Calendar) -> int:
    """Days of the week as slots of work."""
    share = (DAYS_OF_A_WEEK - len(calendar.rest_weekdays)) / DAYS_OF_A_WEEK
    return max(1, round(days * calendar.slots_per_day * share))
