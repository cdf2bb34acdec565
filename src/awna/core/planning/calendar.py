"""Working time on the axis: which slots a site works, where a stretched task ends, and lags told by the clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from .problem import Calendar, Project, SiteHours


def works_in(calendar: Calendar, hours: SiteHours, slot: int, *, outdoor: bool = False) -> bool:
    """Whether a site works in a slot of the axis."""
    day, of_day = calendar.date_of(slot), slot % calendar.slots_per_day
    if day.weekday() in hours.rest_weekdays or day in hours.holidays:
        return False
    if any(season.first <= day <= season.last and of_day in season.closed for season in hours.seasons):
        return False
    return not (outdoor and of_day in hours.heat.get(str(day.month), frozenset()))


def working_slots(project: Project, site: str, *, horizon: int, outdoor: bool = False) -> tuple[bool, ...]:
    """Per slot of the axis whether the site works; all true where the site has no hours or the project no calendar."""
    hours = next((one.hours for one in project.sites if one.id == site), None)
    if hours is None or project.calendar is None:
        return (True,) * horizon
    return tuple(works_in(project.calendar, hours, slot, outdoor=outdoor) for slot in range(horizon))


@dataclass(frozen=True)
class WorkTable:
    """Look-ups over the working slots of one site: `count[s]` of them lie before slot s, `slots` lists them."""

    count: tuple[int, ...]
    slots: tuple[int, ...]

    @classmethod
    def of(cls, working: Sequence[bool]) -> "WorkTable":
        return cls((0, *accumulate(map(int, working))), tuple(slot for slot, works in enumerate(working) if works))

    def finish(self, start: int, duration: int) -> int | None:
        """Where `duration` working slots from `start` on end; None beyond the horizon."""
        if duration == 0:
            return start
        last = self.count[min(start, len(self.count) - 1)] + duration - 1
        return self.slots[last] + 1 if last < len(self.slots) else None

    def start(self, finish: int, duration: int) -> int | None:
        """The latest start whose work of `duration` slots ends by `finish`; None when there is none."""
        if duration == 0:
            return finish
        first = self.count[min(finish, len(self.count) - 1)] - duration
        return self.slots[first] if first >= 0 else None


class Clock:
    """The real begin and end of every slot up to a horizon, for lags in hours: two binary searches per look-up."""

    def __init__(self, calendar: Calendar, horizon: int) -> None:
        self.begins = [calendar.starts_at(slot).astimezone(UTC) for slot in range(horizon)]
        self.ends = [begin + timedelta(minutes=calendar.slot_minutes) for begin in self.begins]

    def moment(self, slot: int, *, finish: bool) -> datetime:
        """When what stands at this slot boundary really happens: a start at the begin of it, a finish at the end of the one before."""
        if finish and slot > 0:
            return self.ends[slot - 1]
        return self.begins[slot]

    def earliest(self, slot: int, hours: int, *, from_finish: bool, to_finish: bool = False) -> int:
        """The first boundary at least `hours` after the one at `slot`; the horizon when it lies beyond."""
        moment = self.moment(slot, finish=from_finish) + timedelta(hours=hours)
        return bisect_left(self.ends, moment) + 1 if to_finish else bisect_left(self.begins, moment)

    def latest(self, slot: int, hours: int, *, from_finish: bool, to_finish: bool = False) -> int:
        """The last boundary at most `hours` after the one at `slot`; -1 when there is none."""
        moment = self.moment(slot, finish=from_finish) + timedelta(hours=hours)
        return bisect_right(self.ends, moment) if to_finish else bisect_right(self.begins, moment) - 1
