"""Working time on the axis: which slots a site works, where a stretched task ends, and lags told by the clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from .problem import Calendar, Project, SiteHours


def works_in(calendar: Calendar, hours: SiteHours, slot: int, *, outdoor: bool = False) -> bool:
    """Whether a site works in a slot of the axis."""
    return _works_on(hours, calendar.date_of(slot), slot % calendar.slots_per_day, outdoor=outdoor)


def _works_on(hours: SiteHours, day: date, of_day: int, *, outdoor: bool) -> bool:
    if day.weekday() in hours.rest_weekdays or day in hours.holidays:
        return False
    if any(season.first <= day <= season.last and of_day in season.closed for season in hours.seasons):
        return False
    return not (outdoor and of_day in hours.heat.get(str(day.month), frozenset()))


def days(calendar: Calendar, count: int) -> list[date]:
    """The first working days of a calendar, walked once: asking for each by its slot would count from the origin again."""
    found: list[date] = []
    day = calendar.origin
    while len(found) < count:
        if day.weekday() not in calendar.rest_weekdays and day not in calendar.holidays:
            found.append(day)
        day += timedelta(days=1)
    return found


def working_slots(project: Project, site: str, *, horizon: int, outdoor: bool = False) -> tuple[bool, ...]:
    """Per slot of the axis whether the site works; all true where the site has no hours or the project no calendar."""
    hours = next((one.hours for one in project.sites if one.id == site), None)
    calendar = project.calendar
    if hours is None or calendar is None:
        return (True,) * horizon
    parts = calendar.slots_per_day
    slots = (_works_on(hours, day, part, outdoor=outdoor) for day in days(calendar, -(-horizon // parts)) for part in range(parts))
    return tuple(slots)[:horizon]


@dataclass(frozen=True)
class WorkTable:
    """Look-ups over the working slots of one site: `count[s]` of them lie before slot s, `slots` lists them."""

    count: tuple[int, ...]
    slots: tuple[int, ...]

    @classmethod
    def of(cls, working: Sequence[bool]) -> "WorkTable":
        return cls((0, *accumulate(map(int, working))), tuple(slot for slot, works in enumerate(working) if works))

    @cached_property
    def always(self) -> bool:
        return len(self.slots) + 1 == len(self.count)

    @cached_property
    def bits(self) -> int:
        """The working slots as bits of one number."""
        worked = np.zeros(len(self.count), dtype=np.bool_)
        worked[list(self.slots)] = True
        return int.from_bytes(np.packbits(worked, bitorder="little").tobytes(), "little")

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

    def working_from(self, slot: int) -> int | None:
        """The first working slot from `slot` on."""
        at = self.count[min(slot, len(self.count) - 1)]
        return self.slots[at] if at < len(self.slots) else None

    def reaching(self, finish: int, duration: int) -> int:
        """The first start whose work does not end before `finish`; the horizon when there is none."""
        if duration == 0:
            return finish
        too_early = self.start(finish - 1, duration) if finish > 0 else None
        first = self.working_from(0 if too_early is None else too_early + 1)
        return len(self.count) - 1 if first is None else first


class Clock:
    """The real begin and end of every slot up to a horizon, for lags in hours: two binary searches per look-up."""

    def __init__(self, calendar: Calendar, horizon: int) -> None:
        parts = calendar.slots_per_day
        of_day = [time(minutes // 60, minutes % 60) for minutes in calendar.parts]
        walked = days(calendar, -(-horizon // parts))
        local = (datetime.combine(day, part, calendar.tz) for day in walked for part in of_day)
        self.begins = [moment.astimezone(UTC) for moment in local][:horizon]
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

    @cached_property
    def _minutes(self) -> tuple[Any, Any]:
        """Per slot boundary the minute at which what starts there starts, and what finishes there finishes."""
        begins = np.array([round(moment.timestamp() / 60) for moment in self.begins], dtype=np.int64)
        ends = np.array([round(moment.timestamp() / 60) for moment in self.ends], dtype=np.int64)
        return begins, np.concatenate([begins[:1], ends])

    def table(self, hours: int, *, from_finish: bool, to_finish: bool, latest: bool = False) -> tuple[int, ...]:
        """`earliest`, or `latest` where that is asked for, of every boundary at once.

        Where nothing within the horizon comes after, it is a boundary beyond it; where nothing comes before, -1.
        """
        begins, ends = self._minutes
        among, moments = ends if to_finish else begins, (ends if from_finish else begins) + hours * 60
        places = np.searchsorted(among, moments, "right") - 1 if latest else np.searchsorted(among, moments, "left")
        return tuple(int(place) for place in places)
