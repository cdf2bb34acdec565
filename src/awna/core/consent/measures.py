"""What one steward may do alone: suspend a key and pause the book. Both stop, neither pays; both end by themselves and are public."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..problems import Problem
from .policy import Policy
from .rules import AGAIN_AFTER_DAYS, later

SUSPEND, PAUSE, DECLINED, RESUME = "suspend", "pause", "declined", "resume"
STATEMENTS = (SUSPEND, PAUSE, DECLINED)
"""What a steward says alone in a memo; with keys in the policy she signs it, see signatures.statement_challenge."""
PURPOSES_WHILE_PAUSED = frozenset({"policy", RESUME})


@dataclass(frozen=True)
class Suspension:
    """The key with this fingerprint counts for nothing from `since` through `until` (dates such as 2026-03-01)."""

    key: str
    by: str
    since: str
    until: str


@dataclass(frozen=True)
class Pause:
    """Nothing rests on a quorum from `since` through `until`, unless the quorum `ended` it."""

    by: str
    since: str
    until: str
    ended: bool = False


def suspend_payload(asked: Suspension, *, book: str) -> dict[str, object]:
    """The memo without its seal."""
    return {"about": SUSPEND, "book": book, "steward": asked.by, "key": asked.key, "date": asked.since, "until": asked.until}


def pause_payload(asked: Pause, *, book: str) -> dict[str, object]:
    return {"about": PAUSE, "book": book, "steward": asked.by, "date": asked.since, "until": asked.until}


def declined_payload(*, book: str, steward: str, proposal: str, date: str) -> dict[str, object]:
    return {"about": DECLINED, "book": book, "steward": steward, "proposal": proposal, "date": date}


def resume_payload(pause_seq: int) -> dict[str, object]:
    """What a proposal to resume asks for, and what the memo then says: the pause that stands in this entry is over."""
    return {"about": RESUME, "pause": str(pause_seq)}


def sealed_payload(payload: Mapping[str, object], *, seal: Mapping[str, str] | None) -> dict[str, object]:
    """The memo as it stands in the book; in a book by name `seal` is None."""
    return dict(payload) | ({"seal": {name: part for name, part in seal.items() if part}} if seal else {})


def is_suspended(key: str, *, on: str, suspensions: Iterable[Suspension]) -> bool:
    return bool(key) and any(one.key == key and one.since <= on <= one.until for one in suspensions)


def is_barred(key: str, *, on: str, suspensions: Iterable[Suspension]) -> bool:
    """Whether an entry of this date may carry nothing that the key signed, since a suspension in the book has not ended. See `is_paused`."""
    return bool(key) and any(one.key == key and on <= one.until for one in suspensions)


def is_paused(pauses: Iterable[Pause], *, on: str) -> bool:
    """Whether a pause that stands in the book still holds on this date. An earlier date is no way around a pause."""
    return any(on <= one.until and not one.ended for one in pauses)


def check_suspension(policy: Policy, *, asked: Suspension, earlier: Iterable[Suspension], sealed_by: str) -> list[Problem]:
    """Every reason why this steward cannot suspend this key; `sealed_by` is the fingerprint of the key with which she says so."""
    earlier, owners = list(earlier), {key.id: key.steward for key in policy.keys}
    problems = _check_time(asked.since, asked.until, most=policy.rules.suspend_days)
    if asked.by not in policy.stewards or owners.get(sealed_by) != asked.by:
        problems.append(Problem("not_a_steward", "Only a steward of this book can suspend a key, with a key of her own."))
    if is_suspended(sealed_by, on=asked.since, suspensions=earlier):
        problems.append(Problem("key_suspended", "This key is suspended itself. Sign with another key of yours."))
    if asked.key not in owners:
        problems.append(Problem("key_unknown", "The policy holds no such key. Choose one of the list."))
    return problems + _check_again([one.until for one in earlier if one.key == asked.key], asked.since)


def check_pause(
    policy: Policy, *, asked: Pause, earlier: Iterable[Pause], suspensions: Iterable[Suspension] = (), sealed_by: str = ""
) -> list[Problem]:
    """Every reason why this steward cannot pause the book; in a book by name `sealed_by` is empty."""
    problems = _check_time(asked.since, asked.until, most=policy.rules.pause_days)
    owners = {key.id: key.steward for key in policy.keys}
    if asked.by not in policy.stewards or (owners and owners.get(sealed_by) != asked.by):
        problems.append(Problem("not_a_steward", "Only a steward of this book can pause it, with a key of her own."))
    if is_suspended(sealed_by, on=asked.since, suspensions=suspensions):
        problems.append(Problem("key_suspended", "This key is suspended itself. Sign with another key of yours."))
    return problems + _check_again([one.until for one in earlier if one.by == asked.by], asked.since)


def _check_time(since: str, until: str, *, most: int) -> list[Problem]:
    if since <= until <= later(since, days=most):
        return []
    return [
        Problem(
            "days_wrong", "This can last %(limit)s days at most, until %(last)s.", {"limit": most, "last": later(since, days=most)}, "until"
        )
    ]


def _check_again(ends: list[str], since: str) -> list[Problem]:
    first = later(max(ends), days=AGAIN_AFTER_DAYS) if ends else since
    if since >= first:
        return []
    return [Problem("too_soon_again", "This was done before. It is possible again on %(first)s.", {"first": first})]
