"""Working time on the axis: which slots a site works, where a stretched task ends, and lags told by the clock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from .problem import Calendar, Project, SiteHours

EPOCH_WEEKDAY = 3  # the first day that numpy counts was a Thursday (0 = Monday)
WEEK = 7  # days between two questions for the offset of a zone

Days = np.ndarray[Any, np.dtype[np.datetime64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Minutes = np.ndarray[Any, np.dtype[np.int64]]


def working_days(calendar: Calendar, count: int) -> Days:
    """The first working days of a calendar, as numpy dates."""
    week = "".join("0" if weekday in calendar.rest_weekdays else "1" for weekday in range(7))
    holidays = np.array(sorted(calendar.holidays), dtype="datetime64[D]")
    origin = np.datetime64(calendar.origin, "D")
    found: Days = np.busday_offset(origin, np.arange(count), roll="forward", weekmask=week, holidays=holidays)
    return found


def working_slots(project: Project, site: str, *, horizon: int, outdoor: bool = False) -> tuple[bool, ...]:
    """Per slot of the axis whether the site works; all true where the site has no hours or the project no calendar."""
    hours = next((one.hours for one in project.sites if one.id == site), None)
    calendar = project.calendar
    if hours is None or calendar is None:
        return (True,) * horizon
    days = working_days(calendar, -(-horizon // calendar.slots_per_day))
    works = np.repeat(_days_worked(hours, days)[:, None], calendar.slots_per_day, axis=1)
    for season in hours.seasons:
        works &= ~np.outer((np.datetime64(season.first) <= days) & (days <= np.datetime64(season.last)), _parts(calendar, season.closed))
    if outdoor:
        months = days.astype("datetime64[M]").astype(int) % 12 + 1
        for month, closed in hours.heat.items():
            works &= ~np.outer(months == int(month), _parts(calendar, closed))
    return tuple(works.ravel()[:horizon].tolist())


def _days_worked(hours: SiteHours, days: Days) -> Bools:
    weekday = (days.astype(int) + EPOCH_WEEKDAY) % 7
    resting = np.isin(weekday, sorted(hours.rest_weekdays)) | np.isin(days, np.array(sorted(hours.holidays), dtype="datetime64[D]"))
    return ~resting


def _parts(calendar: Calendar, closed: Collection[int]) -> Bools:
    """Per slot of the day whether it is one of these."""
    return np.isin(np.arange(calendar.slots_per_day), sorted(closed))


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
    """The real begin and end of every slot up to a horizon, in minutes, for lags in hours: two binary searches per look-up."""

    def __init__(self, calendar: Calendar, horizon: int) -> None:
        days = working_days(calendar, -(-horizon // calendar.slots_per_day))
        local = days.astype("datetime64[m]").astype(np.int64)[:, None] + np.array(calendar.parts, dtype=np.int64)
        begins = (local - _offsets(calendar, days)).ravel()[:horizon]
        self.begins = begins  # what starts at a boundary starts then
        self.ends = np.concatenate([begins[:1], begins + calendar.slot_minutes])  # what finishes at it finishes then

    def table(self, hours: int, *, from_finish: bool, to_finish: bool, latest: bool = False) -> tuple[int, ...]:
        """For every boundary the first one at least `hours` after it; or, for `latest`, the last one at most `hours` after it.

        Where nothing within the horizon comes after, it is a boundary beyond it; where nothing comes before, -1.
        """
        among, moments = self.ends if to_finish else self.begins, (self.ends if from_finish else self.begins) + hours * 60
        places = np.searchsorted(among, moments, "right") - 1 if latest else np.searchsorted(among, moments, "left")
        return tuple(places.tolist())


def _offsets(calendar: Calendar, days: Days) -> Minutes:
    """Minutes from universal to local time at the begin of every slot of the days.

    Asked for once a week, and day by day only in a week at whose ends it differs: no zone changes its clocks forth and back within one.
    """
    weeks = ((days - days[0]).astype(np.int64)) // WEEK
    first: date = days[0].item()
    asked = np.array([_offset(calendar, first + timedelta(days=WEEK * week)) for week in range(int(weeks[-1]) + 2)], dtype=np.int64)
    found: Minutes = asked[weeks]
    for index in np.flatnonzero((asked[weeks] != asked[weeks + 1]).any(axis=1)):
        found[index] = _offset(calendar, days[index].item())
    return found


def _offset(calendar: Calendar, day: date) -> list[int]:
    local = (datetime.combine(day, time(minutes // 60, minutes % 60), calendar.tz) for minutes in calendar.parts)
    return [round((moment.utcoffset() or timedelta()).total_seconds() / 60) for moment in local]
