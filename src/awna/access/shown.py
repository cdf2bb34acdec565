"""What the pages of access show: a crossing with its history, base rates and waits; for everyone finished weeks and districts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from awna.parties.models import Campaign

from . import chances, history, strip
from .models import Crossing, CrossingReport, PassRequest, SiteReport
from .windows import CLOSED, OPEN, RESTRICTED

YEAR_DAYS = 365
PUBLIC_DELAY_DAYS = 14  # a week is told to everyone this many days after its end: nobody plans a journey or an ambush by it
PUBLIC_WEEKS = 26
PUBLIC_CASES_MIN = 10  # decided requests below which a share is not told to everyone
PUBLIC_STEP = 5  # per cent to which it is rounded
MOST_DAYS = 4  # of a week


@dataclass(frozen=True)
class Told:
    """A report, and what overrides it where something newer was known when it came in."""

    report: CrossingReport
    overtaken: CrossingReport | None = None


@dataclass(frozen=True)
class Opening:
    """The opening history of one crossing."""

    picture: SafeString
    months: Sequence[history.Month]
    first: date
    days: int
    counts: Sequence[int]
    rate: chances.Rate
    closed_for: chances.Wait

    @property
    def known(self) -> int:
        return self.days - self.counts[-1]


@dataclass(frozen=True)
class Week:
    """A finished week in words that carry no day."""

    monday: date
    state: str
    word: Any


@dataclass(frozen=True)
class PublicCrossing:
    """A crossing for everyone. `weeks` newest first; `passed` in per cent or None where too few cases would tell too much."""

    name: str
    district: str
    weeks: Sequence[Week]
    counts: Sequence[tuple[Any, int]]
    passed: int | None


def opening_of(crossing: Crossing, reports: Sequence[CrossingReport], today: date) -> Opening | None:
    """The last year, or as much of it as reports tell; None without any."""
    if not reports:
        return None
    first = max(today - timedelta(days=YEAR_DAYS - 1), min(report.valid_from for report in reports))
    first = min(first, today)
    states = history.day_states(reports, first, today)
    parts, months = history.stretches(states, first), history.months(states, first)
    over, running, begun = history.closings(parts)
    counts = [states.count(state) for state in history.STATES]
    title = _(
        "%(crossing)s day by day: open on %(open)s, restricted on %(restricted)s, closed on %(closed)s, not known on %(unknown)s days."
    )
    words = {"crossing": crossing.name, **dict(zip(history.STATES, counts, strict=True))}
    return Opening(
        strip.draw(months, title=title % words), months[::-1], first, len(states), counts,
        chances.closing_rate(begun, counts[0] + counts[1]), chances.next_wait(over, running),
    )  # fmt: skip


def told(reports: Sequence[CrossingReport]) -> list[Told]:
    """Newest knowledge first; each late one with what stood above it already when it came in."""
    return [Told(report, history.overtaking(report, reports)) for report in reversed(reports)]


def asked_of(requests: Sequence[PassRequest]) -> list[history.Asked]:
    return [history.Asked(one.item, one.asked_on, list(one.decisions.all())) for one in requests]


def conditions_today(reports: Sequence[SiteReport], today: date) -> list[SiteReport]:
    """Of each site: what stands in the way today, by the newest report of each kind; “clear” ends all that was seen before it."""
    standing: dict[Any, dict[str, SiteReport]] = {}
    for report in sorted(reports, key=history.as_seen):
        if report.valid_from > today or (report.valid_until is not None and report.valid_until < today):
            continue
        at = standing.setdefault(report.site_id, {})
        if report.condition == "clear":
            at.clear()
        else:
            at[report.condition] = report
    return [report for at in standing.values() for report in at.values()]


def public_crossings(campaign: Campaign, *, today: date | None = None) -> list[PublicCrossing]:
    """Weeks that ended some time ago, the district, rounded shares of many cases. A campaign at risk tells nothing."""
    if campaign.at_risk:
        return []
    now = today or timezone.localdate()
    last = _sunday(now - timedelta(days=PUBLIC_DELAY_DAYS))
    found = []
    for crossing in campaign.crossings.prefetch_related("reports", "pass_requests__decisions"):
        reports = crossing.reports_as_seen()
        asked = [one for one in asked_of(list(crossing.pass_requests.all())) if one.asked_on <= last]
        weeks = _weeks(reports, last)
        words = {week.state: week.word for week in weeks}
        counts = [(words[state], sum(week.state == state for week in weeks)) for state in history.STATES if state in words]
        found.append(PublicCrossing(crossing.name, crossing.district or campaign.place_public, weeks, counts, _public_share(asked, now)))
    return found


def _weeks(reports: Sequence[CrossingReport], last: date) -> list[Week]:
    if not reports:
        return []
    first = max(last - timedelta(days=7 * PUBLIC_WEEKS - 1), _monday(min(report.valid_from for report in reports)))
    states = history.day_states(reports, first, last) if first <= last else []
    words = {
        OPEN: _("mostly open"), RESTRICTED: _("mostly restricted"), CLOSED: _("mostly closed"),
        history.UNKNOWN: _("changing, or not known"),
    }  # fmt: skip
    weeks = []
    for start in range(0, len(states), 7):
        week = states[start : start + 7]
        state = next((state for state in (OPEN, RESTRICTED, CLOSED) if week.count(state) >= MOST_DAYS), history.UNKNOWN)
        weeks.append(Week(first + timedelta(days=start), state, words[state]))
    return weeks[::-1]


def _public_share(asked: Sequence[history.Asked], today: date) -> int | None:
    record = history.record(asked, today=today)
    if record.passed.cases < PUBLIC_CASES_MIN:
        return None
    return round(100 * record.passed.yes / record.passed.cases / PUBLIC_STEP) * PUBLIC_STEP


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sunday(day: date) -> date:
    """The last Sunday that is not after this day."""
    return day - timedelta(days=(day.weekday() + 1) % 7)
