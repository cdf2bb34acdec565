"""What a bank file says anew of days that are stored already: known, new, changed in some fields, or gone."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .identity import line_key, normalise, plain_amount
from .statement import Line, Statement

FIELDS_CHANGED_MAX = 2
PAIRS_MAX = 1_000_000
KEY_FIELDS = ("booked_on", "amount", "currency", "text", "reference", "counter_account")


@dataclass(frozen=True)
class Changed:
    """A line that is new by its key, and the stored one that it seems to be, with the fields that differ."""

    line: Line
    earlier: Line
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Counts of every line of the file: `known`, `new` and `changed` add up to it. `gone` were stored and are not in the file."""

    known: tuple[Line, ...]
    new: tuple[Line, ...]
    changed: tuple[Changed, ...]
    gone: tuple[Line, ...]


def compare_statement(statement: Statement, stored: Sequence[Line], *, account: str = "") -> Comparison:
    """The booked lines of a statement beside those stored of its account; only lines of days that it covers can be gone or changed.

    Nothing is decided here: a changed line is for a person, because it may be a correction of the bank or an altered file.
    """
    name = account or statement.account

    def key(line: Line) -> str:
        return line_key(line, account=name, secret=b"")

    waiting: dict[str, list[Line]] = defaultdict(list)
    for line in stored:
        waiting[key(line)].append(line)
    known, new = [], []
    for line in statement.lines:
        if line.status != "booked":
            continue
        found = waiting[key(line)]
        if found:
            found.pop()
            known.append(line)
        else:
            new.append(line)
    gone = [line for lines in waiting.values() for line in lines if _covers(statement, line)]
    changed = _pairs(new, gone)
    paired = Counter(id(one.line) for one in changed) + Counter(id(one.earlier) for one in changed)
    return Comparison(
        known=tuple(known),
        new=tuple(line for line in new if id(line) not in paired),
        changed=tuple(changed),
        gone=tuple(line for line in gone if id(line) not in paired),
    )


def unconfirmed(report: Statement, finals: Sequence[Statement]) -> list[Line]:
    """Lines of an interim report whose days a final statement covers and does not confirm; those not covered yet still wait."""
    held = Counter(line_key(line, account=one.account, secret=b"") for one in finals for line in one.lines if line.status == "booked")
    missing = []
    for line in report.lines:
        if line.status != "booked" or not any(_covers(one, line) for one in finals):
            continue
        key = line_key(line, account=report.account, secret=b"")
        if held[key] > 0:
            held[key] -= 1
        else:
            missing.append(line)
    return missing


def fill_details(statement: Statement, notices: Sequence[Statement]) -> Statement:
    """The statement with each unsplit booking replaced by its details from a notice (CAMT.054) of the same account.

    Same amount, currency and bank reference, and only one notice that fits: a notice makes no movement of its own.
    """
    details: dict[tuple[str, str, str], list[list[Line]]] = defaultdict(list)
    for notice in notices:
        for lines in _bookings(notice) if notice.kind == "detail" and notice.account == statement.account else []:
            details[_booking_id(lines)].append(lines)
    filled: list[Line] = []
    for lines in _bookings(statement):
        found = details.get(_booking_id(lines), []) if len(lines) == 1 and lines[0].entry_reference else []
        filled += [_dated(line, lines[0]) for line in found[0]] if len(found) == 1 else lines
    return replace(statement, lines=tuple(filled))


def _pairs(new: Sequence[Line], gone: Sequence[Line]) -> list[Changed]:
    """Each new line with the gone one that differs in the fewest fields; an equal bank reference goes first."""
    if len(new) * len(gone) > PAIRS_MAX:  # two different accounts or periods: nothing is a change of the other
        return []
    candidates = sorted(
        (one.bank_reference != other.bank_reference or not one.bank_reference, len(fields), i, j)
        for i, one in enumerate(new)
        for j, other in enumerate(gone)
        if (fields := _differing(one, other))
        and (len(fields) <= FIELDS_CHANGED_MAX or (one.bank_reference and one.bank_reference == other.bank_reference))
    )
    changed, used_new, used_gone = [], set(), set()
    for _, _, i, j in candidates:
        if i not in used_new and j not in used_gone:
            used_new.add(i)
            used_gone.add(j)
            changed.append(Changed(new[i], gone[j], _differing(new[i], gone[j])))
    return changed


def _differing(one: Line, other: Line) -> tuple[str, ...]:
    def comparable(line: Line, name: str) -> str:
        return plain_amount(line.amount) if name == "amount" else normalise(str(getattr(line, name)))

    return tuple(name for name in KEY_FIELDS if comparable(one, name) != comparable(other, name))


def _covers(statement: Statement, line: Line) -> bool:
    days = (statement.opening_on, line.booked_on, statement.closing_on)
    return statement.kind == "final" and None not in days and days[0] <= days[1] <= days[2]  # type: ignore[operator]


def _bookings(statement: Statement) -> list[list[Line]]:
    """Lines by the bank's own entry; where a format has none, each line alone."""
    groups: dict[tuple[int, int], list[Line]] = {}
    for number, line in enumerate(statement.lines):
        groups.setdefault((line.entry, 0 if line.entry else number), []).append(line)
    return list(groups.values())


def _booking_id(lines: Sequence[Line]) -> tuple[str, str, str]:
    total = sum((line.amount for line in lines[1:]), lines[0].amount)
    return lines[0].entry_reference, plain_amount(total), lines[0].currency


def _dated(line: Line, booked: Line) -> Line:
    """The detail under the day, state and number of the booking in the final statement."""
    return replace(line, booked_on=booked.booked_on, value_on=booked.value_on, status=booked.status, entry=booked.entry)
