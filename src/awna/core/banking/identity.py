"""When is a movement the same movement? Key version 1, and occurrence numbers that keep twins and drop repeats.

The key is a keyed hash of account, booking date, signed amount, currency, normalised text and counter-account. Its
format never changes: another one becomes version 2, computed beside it.
"""

import hmac
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

from .statement import Kind, Line, Statement, plain

KEYS_REMEMBERED = 8_192
"""Of the lines of one long file."""


@dataclass(frozen=True)
class Period:
    """What a statement says about its own place: enough to know whether two of them can hold the same movement."""

    kind: Kind
    number: str
    opening_on: date | None
    closing_on: date | None
    opening: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True)
class Placed:
    """A line with its identity; `known` when an earlier file already brought it."""

    line: Line
    key: str
    occurrence: int
    known: bool


def period_of(statement: Statement) -> Period:
    return Period(statement.kind, statement.number, statement.opening_on, statement.closing_on, statement.opening, statement.closing)


def line_key(line: Line, *, account: str, secret: bytes) -> str:
    """Key v1 in hex. No database id, line number, file name or match result goes in."""
    return _key_of(account, line.booked_on, line.amount, line.currency, line.text, line.reference, line.counter_account, secret)


@lru_cache(maxsize=KEYS_REMEMBERED)
def _key_of(
    account: str, booked_on: date | None, amount: Decimal, currency: str, text: str, reference: str, counter_account: str, secret: bytes
) -> str:
    """Each line is asked for its key several times on its way into the book."""
    parts = (
        "1",
        normalise(account),
        booked_on.isoformat() if booked_on else "",
        plain_amount(amount),
        currency,
        # The structured reference is part of the text that the payer gave: two gifts must not look alike.
        normalise(text) + "\x1e" + normalise(reference),
        normalise(counter_account),
    )
    return hmac.new(secret, "\x1f".join(parts).encode(), sha256).hexdigest()


def normalise(text: str) -> str:
    """Compatibility form, case folded, without spaces: banks wrap and pad the same text differently in each export."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain_amount(amount: Decimal) -> str:
    """`10`, `10.0` and `10.00` are one amount."""
    text = plain(amount)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def place_lines(
    statement: Statement, *, secret: bytes, seen: Mapping[str, Sequence[Period]] | None = None, account: str = ""
) -> list[Placed]:
    """Give every line its key and occurrence number.

    `seen` maps a key to the periods of its stored occurrences, in order. Occurrences from statements that may overlap
    with this one are the same movements (the maximum counts); those of disjoint periods add up.
    """
    seen = seen or {}
    here = period_of(statement)
    met: Counter[str] = Counter()
    placed = []
    for line in statement.lines:
        key = line_key(line, account=account or statement.account, secret=secret)
        stored = seen.get(key, ())
        overlapping = [number for number, period in enumerate(stored, 1) if not are_disjoint(period, here)]
        index = met[key]
        met[key] += 1
        if index < len(overlapping):
            placed.append(Placed(line, key, overlapping[index], known=True))
        else:
            placed.append(Placed(line, key, len(stored) + index - len(overlapping) + 1, known=False))
    return placed


def are_disjoint(one: Period, other: Period) -> bool:
    """True only when both are final and their declared periods cannot share a movement; when in doubt, False."""
    if one.kind != "final" or other.kind != "final":
        return False
    if None in (one.opening_on, one.closing_on, other.opening_on, other.closing_on):
        return False
    return _before(one, other) or _before(other, one)


def _before(one: Period, other: Period) -> bool:
    assert one.closing_on is not None and other.opening_on is not None
    if one.closing_on < other.opening_on:
        return True
    # Two statements of one day touch: only another number and a balance that carries on tell them apart.
    touching = one.closing_on == other.opening_on and one.number != other.number and "" not in (one.number, other.number)
    return touching and one.closing is not None and one.closing == other.opening
