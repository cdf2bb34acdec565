"""What every provider's module offers, and the plain values in which it speaks. No Django, network or clock in here or in the siblings."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from awna.core.problems import Problem, Refused

BODY_BYTES_MAX = 1_000_000
EVENTS_MAX = 250
"""In one delivery; GoCardless sends that many."""
REPORT_BYTES_MAX = 20_000_000
REPORT_ROWS_MAX = 50_000
TOLERANCE_S = 300
AMOUNT_MAX = 10**15


@dataclass(frozen=True)
class Event:
    """One event of a delivery as it came: `id` is the provider's own, `content` its JSON."""

    id: str
    kind: str
    content: str


@dataclass(frozen=True)
class Fact:
    """What one event or report row says of one thing at the provider, whose id is `id`.

    `kind`: payment, refund or payout. `reference`: ours, which a payment carried; of a refund the id of its payment. Amounts are minor units above zero, None where the provider does not say. `at`: when it became so,
    in UTC; of two facts the later one counts, whichever came in first.
    """

    kind: str
    id: str
    status: str
    at: str
    amount: int | None = None
    fee: int | None = None
    currency: str = ""
    reference: str = ""
    payout: str = ""

    def plain(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.plain().encode()).hexdigest()


class Adapter(Protocol):
    """`verify` raises Refused for a forged, stale or damaged delivery and returns its events; the others are pure readings."""

    name: str

    def verify(self, body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> list[Event]: ...

    def facts(self, event: Event) -> list[Fact]: ...

    def read_report(self, data: bytes) -> list[Fact]: ...


def signed(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def forged() -> Refused:
    return Refused(Problem("webhook_forged", "The signature does not fit the body. Check the secret on both sides."))


def stale() -> Refused:
    return Refused(
        Problem("webhook_stale", "The delivery is older than %(seconds)s seconds, or its clock is wrong.", {"seconds": TOLERANCE_S})
    )


def unreadable() -> Refused:
    return Refused(Problem("webhook_unreadable", "The body is not what this provider sends."))


def read_json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(found, dict):
        raise unreadable()
    return found


def minor(value: object) -> int | None:
    """A whole number of minor units within bounds; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= AMOUNT_MAX else None


def text(value: object, *, most: int = 200) -> str:
    return value[:most].replace("\x00", "") if isinstance(value, str) else ""


def moment(seconds: object) -> str:
    """Unix seconds as ISO 8601 in UTC, which sorts as text; the epoch for nonsense, so that it never wins."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < 2**33:
        seconds = 0
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def moment_of(iso: object) -> str:
    try:
        found = datetime.fromisoformat(str(iso).replace("Z", "+00:00"))
    except ValueError:
        return moment(0)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="milliseconds")
