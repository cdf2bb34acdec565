"""How an outcome stands on a day: what was measured against what was promised. Pure: rows in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MET, MET_LATE, MISSED, LATE, ON_THE_WAY, UNKNOWN = "met", "met_late", "missed", "late", "on_the_way", "unknown"


@dataclass(frozen=True)
class Reading:
    """One figure on one day."""

    day: date
    value: Decimal


@dataclass(frozen=True)
class Aim:
    """Where an indicator started, where it should be, and what was read, oldest first. `falls`: less is better."""

    baseline: Decimal
    target: Decimal
    falls: bool
    readings: Sequence[Reading]

    def reaches(self, value: Decimal) -> bool:
        return value <= self.target if self.falls else value >= self.target

    @property
    def met_on(self) -> date | None:
        """Since when every reading has reached the target; None where the last one does not."""
        since = None
        for reading in self.readings:
            if not self.reaches(reading.value):
                since = None
            elif since is None:
                since = reading.day
        return since

    @property
    def per_cent(self) -> int | None:
        """The way from baseline to target that is behind us, 0 to 100, rounded down; None where nothing was read."""
        if not self.readings:
            return None
        if self.target == self.baseline:
            return 100 if self.reaches(self.readings[-1].value) else 0
        share = (self.readings[-1].value - self.baseline) * 100 / (self.target - self.baseline)
        return max(0, min(100, int(share)))


def state_of(aims: Sequence[Aim], *, promised_on: date, expected_on: date | None, today: date) -> str:
    """One of the words above. An outcome is met when each of its indicators is, since the day of the last one."""
    met = [aim.met_on for aim in aims]
    days = [day for day in met if day is not None]
    if aims and len(days) == len(met):
        return MET if max(days) <= promised_on else MET_LATE
    if today > promised_on:
        return MISSED
    if expected_on is not None and expected_on > promised_on:
        return LATE
    return ON_THE_WAY if any(aim.readings for aim in aims) else UNKNOWN
