"""Turns overlapping reports into the spans of days in which a crossing was said to be passable. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

OPEN, CLOSED, RESTRICTED = "open", "closed", "restricted"
_DAY = timedelta(days=1)


class Report(Protocol):
    status: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Window:
    """Days, both included; `until` None = no end was reported. `status` is open or restricted."""

    start: date
    until: date | None
    status: str


def open_windows(reports: Iterable[Report]) -> list[Window]:
    """`reports` in the order in which they were made: a later one overrides an earlier one on the days that it covers."""
    spans: list[Window] = []
    for report in reports:
        new = Window(report.valid_from, report.valid_until, report.status)
        spans = [part for span in spans for part in _without(span, new)] + [new]
    spans.sort(key=lambda span: span.start)
    return _joined(span for span in spans if span.status != CLOSED)


def _without(span: Window, cut: Window) -> list[Window]:
    """What is left of a span outside another."""
    parts = []
    if span.start < cut.start:
        end = cut.start - _DAY
        parts.append(Window(span.start, end if span.until is None else min(span.until, end), span.status))
    if cut.until is not None and (span.until is None or span.until > cut.until):
        parts.append(Window(max(span.start, cut.until + _DAY), span.until, span.status))
    return parts


def _joined(spans: Iterable[Window]) -> list[Window]:
    """Neighbouring spans of one status as one."""
    joined: list[Window] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.status == span.status and last.until is not None and last.until + _DAY == span.start:
            joined[-1] = Window(last.start, span.until, last.status)
        else:
            joined.append(span)
    return joined
