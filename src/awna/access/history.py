"""The opening history of a crossing: the state of each day, stretches, months, and what was asked to pass and what became of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

from . import chances
from .windows import CLOSED, OPEN, RESTRICTED, Report

UNKNOWN = "unknown"
STATES = (OPEN, RESTRICTED, CLOSED, UNKNOWN)
PASSED = frozenset({"allowed", "partly"})
NOT_PASSED = frozenset({"refused", "turned_back"})
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Days of one state in a row, both included. `whole`: its beginning and its end were both seen."""

    state: str
    first: date
    last: date
    whole: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Month:
    """A month of the history: its stretches, and how many days each state had."""

    first: date
    stretches: tuple[Stretch, ...]

    def days(self, state: str) -> int:
        return sum(one.days for one in self.stretches if one.state == state)

    @property
    def counts(self) -> list[int]:
        """Open, restricted, closed, unknown."""
        return [self.days(state) for state in STATES]


class Seen(Protocol):
    """What one source said for some days, both included; `observed_on` is when it looked, `reported_at` when we heard of it."""

    valid_from: date
    valid_until: date | None
    observed_on: date
    reported_at: datetime


A_SEEN = TypeVar("A_SEEN", bound=Seen)


class Decision(Protocol):
    outcome: str
    decided_on: date
    reason: str
    inspection_days: int | None


@dataclass(frozen=True)
class Asked:
    """A request with its decisions in their order."""

    item: str
    asked_on: date
    decisions: Sequence[Decision] = ()

    @property
    def outcome(self) -> str:
        """What holds now; empty while nobody answered."""
        return self.decisions[-1].outcome if self.decisions else ""

    @property
    def waited(self) -> int | None:
        """Days until the first answer."""
        return (self.decisions[0].decided_on - self.asked_on).days if self.decisions else None


@dataclass(frozen=True)
class Record:
    """What became of the requests for one item, or for all."""

    item: str
    asked: int
    outcomes: dict[str, int]
    passed: chances.Share
    wait: chances.Wait
    inspection: chances.Wait
    reasons: tuple[tuple[str, int], ...]
    unreasoned: int

    @property
    def waiting(self) -> int:
        return self.outcomes.get("", 0)


def as_seen(report: Seen) -> tuple[date, datetime]:
    """Sorts reports as the world was seen: one that comes in late stands where its source looked."""
    return report.observed_on, report.reported_at


def overtaking(report: Seen, others: Iterable[A_SEEN]) -> A_SEEN | None:
    """The newest of those that looked later at some of its days and were known when it came in; None where it is the newest itself."""
    newer = [
        one for one in others
        if one.observed_on > report.observed_on and one.reported_at <= report.reported_at
        and (report.valid_until is None or one.valid_from <= report.valid_until)
        and (one.valid_until is None or one.valid_until >= report.valid_from)
    ]  # fmt: skip
    return max(newer, key=as_seen, default=None)


def day_states(reports: Iterable[Report], first: date, last: date) -> list[str]:
    """One state for each day from `first` to `last`; `reports` in the order in which they were seen. A day of no report is unknown."""
    length = (last - first).days + 1
    states = [UNKNOWN] * max(0, length)
    for report in reports:
        start = max(0, (report.valid_from - first).days)
        end = length if report.valid_until is None else min(length, (report.valid_until - first).days + 1)
        if start < end:
            states[start:end] = [report.status] * (end - start)
    return states


def stretches(states: Sequence[str], first: date) -> list[Stretch]:
    """Neighbouring days of one state as one; those at either end of the history, or beside unknown days, are not whole."""
    found: list[Stretch] = []
    day = first
    for state, group in groupby(states):
        length = len(list(group))
        found.append(Stretch(state, day, day + (length - 1) * DAY))
        day += length * DAY
    known = [UNKNOWN, *(one.state for one in found), UNKNOWN]
    return [
        Stretch(one.state, one.first, one.last, whole=UNKNOWN not in (known[place], one.state, known[place + 2]))
        for place, one in enumerate(found)
    ]


def months(states: Sequence[str], first: date) -> list[Month]:
    """The same, month after month."""
    days = [(first + number * DAY, state) for number, state in enumerate(states)]
    found = []
    for _key, group in groupby(days, key=lambda pair: (pair[0].year, pair[0].month)):
        part = list(group)
        found.append(Month(part[0][0].replace(day=1), tuple(stretches([state for _day, state in part], part[0][0]))))
    return found


def closings(parts: Sequence[Stretch]) -> tuple[list[int], list[int], int]:
    """(Days of the closings that are over, days so far of the one that is not, closings begun); restricted is not closed."""
    over, running, begun = [], [], 0
    for place, one in enumerate(parts):
        if one.state != CLOSED:
            continue
        begun += place > 0 and parts[place - 1].state in (OPEN, RESTRICTED)
        if one.whole:
            over.append(one.days)
        elif place == len(parts) - 1:
            running.append(one.days)
    return over, running, begun


def record(asked: Sequence[Asked], *, today: date, item: str = "") -> Record:
    """Base rates and waiting times of some requests."""
    outcomes = Counter(one.outcome for one in asked)
    decided = [one for one in asked if one.outcome]
    refused = [one.decisions[-1].reason for one in decided if one.outcome in NOT_PASSED]
    stood = [days for one in decided for days in (decision.inspection_days for decision in one.decisions) if days is not None]
    return Record(
        item, len(asked), dict(outcomes), chances.share(sum(one.outcome in PASSED for one in decided), len(decided)),
        chances.next_wait([one.waited for one in decided if one.waited is not None],
                          [(today - one.asked_on).days for one in asked if not one.outcome]),
        chances.next_wait(stood), tuple(Counter(reason for reason in refused if reason).most_common()), sum(not reason for reason in refused),
    )  # fmt: skip


def records(asked: Sequence[Asked], *, today: date) -> list[Record]:
    """One for each item, the most asked first."""
    by_item: dict[str, list[Asked]] = {}
    for one in asked:
        by_item.setdefault(one.item, []).append(one)
    return sorted((record(rows, today=today, item=item) for item, rows in by_item.items()), key=lambda found: (-found.asked, found.item))
