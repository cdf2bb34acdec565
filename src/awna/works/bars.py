"""A plan as rows: beside each task a bar on the one axis of the whole plan. It fits a phone as it fits a desk, and no script draws it.

Places are shares of the width, so the picture stretches with its column; on right-to-left pages they are mirrored here and texts stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MONTHS_MAX = 8  # labels on the axis at most
FEW_DAYS = 45  # a plan shorter than this has its axis in weeks
DAY = timedelta(days=1)
LABEL_SHARE_MAX = 92
"""A day nearer to the end would be written over the one before it."""


@dataclass(frozen=True)
class Stretch:
    """What one bar needs: days, both included; where it stood before; the share that is done, 0..1."""

    first: date
    last: date
    old_first: date | None = None
    old_last: date | None = None
    done: float = 0.0
    is_missing: bool = False
    is_critical: bool = False


class Axis:
    """The days of a plan as shares of a width."""

    def __init__(self, stretches: Sequence[Stretch], *, today: date, rtl: bool) -> None:
        self.first = min(min(item.first, item.old_first or item.first) for item in stretches)
        self.last = max(max(item.last, item.old_last or item.last) for item in stretches) + DAY
        self.today, self.rtl = today, rtl

    def share(self, day: date) -> float:
        return 100 * (day - self.first).days / max(1, (self.last - self.first).days)

    def at(self, day: date) -> str:
        share = self.share(day)
        return f"{100 - share if self.rtl else share:.1f}%"

    def ticks(self) -> list[tuple[date, str]]:
        """The first day and those of months after it, or of weeks in a short plan; not more than fit beside each other on a phone."""
        if (self.last - self.first).days <= FEW_DAYS:
            days = [self.first + timedelta(days=7 * week) for week in range((self.last - self.first).days // 7 + 1)]
            return [(day, date_format(day, "j M")) for day in days[:: 1 + len(days) // 5] if self.share(day) <= LABEL_SHARE_MAX]
        days, day = [self.first], (self.first.replace(day=1) + timedelta(days=32)).replace(day=1)
        while day < self.last:
            days.append(day)
            day = (day + timedelta(days=32)).replace(day=1)
        return [
            (day, date_format(day, "M Y" if day == self.first or day.month == 1 else "M")) for day in days[:: -(-len(days) // MONTHS_MAX)]
        ]

    def head(self) -> SafeString:
        """The names of the months, and the lines that every row repeats under the id `pg`."""
        names = format_html_join(
            "", '<text x="{}" y="13"{}>{}</text>', ((self.at(day), self._anchor(day), text) for day, text in self.ticks())
        )
        lines = format_html_join("", '<line class="grid" x1="{0}" x2="{0}" y2="100%"/>', ((self.at(day),) for day, _text in self.ticks()))
        now = (
            format_html('<line class="today" x1="{0}" x2="{0}" y2="100%"/>', self.at(self.today))
            if self.first <= self.today <= self.last
            else ""
        )
        return format_html('<svg class="axis" aria-hidden="true"><defs><g id="pg">{}{}</g></defs>{}</svg>', lines, now, names)

    def bar(self, item: Stretch) -> SafeString:
        """One row of the picture. What it says stands in words in the same row."""
        parts = []
        if item.old_first and item.old_last and (item.old_first, item.old_last) != (item.first, item.last):
            parts.append(self._box("ghost", item.old_first, item.old_last + DAY, 17, 4))
        end = item.last + DAY
        parts.append(self._box("g4" if item.is_missing else "g5" if item.is_critical else "g3", item.first, end, 3, 13))
        if item.done > 0:
            until = self.share(item.first) + (self.share(end) - self.share(item.first)) * min(item.done, 1.0)
            parts.append(self._rect("g1", self.share(item.first), until, 3, 13))
        return format_html(
            '<svg class="bar1" aria-hidden="true"><use href="#pg"/>{}</svg>', format_html_join("", "{}", ((part,) for part in parts))
        )

    def _anchor(self, day: date) -> SafeString | str:
        """Labels run on from their line; near the far end they lean back, so that none is cut off."""
        return SafeString(' text-anchor="end"') if self.share(day) > 88 else ""

    def _box(self, kind: str, first: date, end: date, top: int, height: int) -> SafeString:
        return self._rect(kind, self.share(first), self.share(end), top, height)

    def _rect(self, kind: str, low: float, high: float, top: int, height: int) -> SafeString:
        start = 100 - high if self.rtl else low
        return format_html(
            '<rect class="{}" x="{}%" width="{}%" y="{}" height="{}"/>', kind, f"{start:.1f}", f"{max(high - low, 0.6):.1f}", top, height
        )
