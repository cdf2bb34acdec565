"""What a bank file says anew of days that are stored already: lines told otherwise, interim ones confirmed or withdrawn, batches taken apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from .identity import line_key, plain_amount
from .statement import Line, Statement

DAYS_APART_MAX = 10
"""Between a booking and its details. Banks use their references again, some each year."""
State = Literal["waiting", "confirmed", "withdrawn"]


@dataclass(frozen=True)
class Told:
    """What tells a line again when its words were changed: its key, its day, and the reference that the bank itself gave it."""

    key: str
    booked_on: date | None
    bank_reference: str
    amount: Decimal


def told(line: Line, *, account: str, secret: bytes = b"") -> Told:
    return Told(line_key(line, account=account, secret=secret), line.booked_on, line.bank_reference, line.amount)


def changed_lines(lines: Sequence[Told], stored: Sequence[Told]) -> list[tuple[int, int]]:
    """(position in the file, position among those stored) where both carry one reference of the bank and differ.

    Only a reference that stands once on each side tells this, on one day, and where the older wording is gone from the new file: banks
    share references among lines and use them again. Nothing is decided: it may be a correction of the bank or an altered file.
    """
    count = Counter(line.bank_reference for line in lines)
    keys = {line.key for line in lines}
    earlier: dict[tuple[date | None, str], list[int]] = defaultdict(list)
    for number, line in enumerate(stored):
        earlier[line.booked_on, line.bank_reference].append(number)
    old_keys = {line.key for line in stored}
    changed = []
    for number, line in enumerate(lines):
        found = earlier.get((line.booked_on, line.bank_reference), [])
        alone = line.bank_reference and count[line.bank_reference] == 1 and len(found) == 1
        if alone and line.key not in old_keys and stored[found[0]].key not in keys:
            changed.append((number, found[0]))
    return changed


def states_of(
    report: Sequence[Told], stored: Sequence[Told], *, is_covered: Callable[[date], bool], bookings: Sequence[Told] = ()
) -> list[State]:
    """What became of each line of interim reports: confirmed by what final statements hold, withdrawn, or still waiting for one of its day.

    Confirmed is a line that a final statement words alike, or a booking of the same amount on the same day under the same reference of
    the bank, also where it came in parts. `bookings`: lines that confirmed another one already, and still are parts of their booking.
    """
    held = Counter(line.key for line in stored)
    parts: dict[tuple[date | None, str], list[Decimal]] = defaultdict(list)
    for line in (*stored, *bookings):
        parts[line.booked_on, line.bank_reference].append(line.amount)
    states: list[State] = []
    for line in report:
        amounts = parts.get((line.booked_on, line.bank_reference), []) if line.bank_reference else []
        if held[line.key] > 0:
            held[line.key] -= 1
            states.append("confirmed")
        elif amounts and (line.amount in amounts or line.amount == sum(amounts, Decimal(0))):
            states.append("confirmed")
        else:
            states.append("withdrawn" if line.booked_on is not None and is_covered(line.booked_on) else "waiting")
    return states


def covers(first: date | None, last: date | None, day: date, *, begins: bool) -> bool:
    """Whether a final statement of these days tells all of `day`. That of its opening balance is often the day before, so its lines must begin there."""
    if first is None or last is None:
        return False
    return first < day <= last or (first == day and (first == last or begins))


def split_bookings(statement: Statement, notices: Sequence[Statement], *, may_split: Callable[[Line], bool] = lambda _: True) -> Statement:
    """The statement with each booking replaced by its parts, where a notice (CAMT.054) of the account or an earlier statement tells them.

    Same amount, currency and bank reference, and only one notice that fits. What one transfer says beside its booking makes no parts;
    `may_split` is asked about bookings in one line.
    """
    details: dict[tuple[str, str, str], list[list[Line]]] = defaultdict(list)
    for notice in notices:
        for lines in bookings_of(notice) if notice.kind == "detail" and notice.account == statement.account else []:
            for name in names_of(lines):
                details[name].append(lines)
    parts: list[Line] = []
    for lines in bookings_of(statement):
        fitting = {id(one): one for name in names_of(lines) for one in details.get(name, [])}
        found = [one for one in fitting.values() if is_near(one[0].booked_on, lines[0].booked_on)]
        splits = len(found) == 1 and len(found[0]) > 1 and (len(lines) > 1 or may_split(lines[0]))
        parts += [dated(line, lines[0]) for line in found[0]] if splits else lines
    return replace(statement, lines=tuple(parts))


def is_near(one: date | None, other: date | None) -> bool:
    return one is None or other is None or abs((one - other).days) <= DAYS_APART_MAX


def bookings_of(statement: Statement) -> list[list[Line]]:
    """Lines by the bank's own entry; where a format has none, each line alone."""
    groups: dict[tuple[int, int], list[Line]] = {}
    for number, line in enumerate(statement.lines):
        groups.setdefault((line.entry, 0 if line.entry else number), []).append(line)
    return list(groups.values())


def dated(line: Line, booked: Line) -> Line:
    """The detail under the day, state and number of the booking in the final statement."""
    return replace(line, booked_on=booked.booked_on, value_on=booked.value_on, status=booked.status, entry=booked.entry)


def names_of(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    """How a booking is known in another file: each reference of the bank for it, the whole amount and the currency."""
    total = sum((line.amount for line in lines[1:]), lines[0].amount)
    references = (lines[0].entry_reference, lines[0].bank_reference if len(lines) == 1 else "")
    return [(one, plain_amount(total), lines[0].currency) for one in dict.fromkeys(references) if one]
