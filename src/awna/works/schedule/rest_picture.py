"""Draws the working time of a site over the next weeks: a row for each week, a box for each part of each day."""

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, gettext

from awna.core.planning.problem import Calendar, SiteHours

from .gates import hours_of
from .models import SiteRest

WEEKS = 6
LABEL, DAY, BOX, ROW, TOP = 58, 34, 26, 30, 22  # user units: the column of dates, a day, a box, a week, above the first


def picture_of(calendar: Calendar, rests: Iterable[SiteRest]) -> SafeString:
    """Filled boxes are working time, empty ones rest; the first week is the one of today."""
    hours, today = hours_of(rests) or SiteHours(), timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=n) for n in range(7 * WEEKS)]
    worked = {day: [not rested(calendar, hours, day, part) for part in range(calendar.slots_per_day)] for day in days}
    told = gettext("Of %(all)s parts of days in the next %(weeks)s weeks, %(worked)s are worked.") % {
        "all": sum(map(len, worked.values())), "weeks": WEEKS, "worked": sum(map(sum, worked.values())),
    }  # fmt: skip
    width, height = LABEL + 7 * DAY, TOP + WEEKS * ROW
    marks = [_text(_x(column, width) + BOX / 2, 14, str(WEEKDAYS_ABBR[column]), "middle") for column in range(7)]
    for place, day in enumerate(days):
        week, column = divmod(place, 7)
        if column == 0:
            marks.append(_label(day, TOP + week * ROW, width))
        marks += _boxes(worked[day], _x(column, width), TOP + week * ROW)
    return mark_safe(  # noqa: S308 (numbers of ours and escaped words)
        f'<svg class="rest" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(told)}" width="{width}" height="{height}">{"".join(marks)}</svg>'
    )


def rested(calendar: Calendar, hours: SiteHours, day: date, part: int) -> bool:
    """Whether the site rests in that part of that day."""
    if day.weekday() in calendar.rest_weekdays | hours.rest_weekdays or day in calendar.holidays | hours.holidays:
        return True
    return any(season.first <= day <= season.last and part in season.closed for season in hours.seasons)


def _x(column: int, width: int) -> float:
    """From the side where reading begins."""
    start = LABEL + column * DAY
    return width - start - BOX if get_language_bidi() else start


def _label(day: date, y: float, width: int) -> str:
    x = width if get_language_bidi() else 0
    return _text(x, y + 17, date_format(day, "j M"), "start")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _boxes(parts: list[bool], x: float, y: float) -> list[str]:
    """The parts of a day below each other, the first on top."""
    tall = (ROW - 6) / len(parts)
    return [
        f'<rect class="{"g3" if works else "free"}" x="{x:.0f}" y="{y + place * tall:.1f}" width="{BOX}" height="{tall - 1:.1f}"/>'
        for place, works in enumerate(parts)
    ]
