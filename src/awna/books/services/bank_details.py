"""What one booking consists of, told by a notice (CAMT.054) or by another statement: a batch becomes its parts, whichever file comes first."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from awna.core.amounts import parse_minor
from awna.core.banking import changes
from awna.core.banking.identity import line_key
from awna.core.banking.statement import Line, Statement, line_to_plain, plain
from awna.parties.models import Role

from ..models import BankAccount, DetailNotice, Movement, StatementFile
from .bank import movement_id
from .bank_lines import WORDS, add_movements, is_booked, keep_details, taken_back, told_of
from .opposites import OF_PARTS, cancel, is_undecided, later_lines, oppose

FILLED = tuple(name for name in WORDS if name != "bank_reference")
DETAILS_TEXT_CHARACTERS_MAX = 20_000
"""A batch of some hundred transfers; what is longer is cut, and the file keeps all of it."""


@dataclass(frozen=True)
class Detailed:
    """What details did to lines that stood already: `filled` with words, `apart` taken back for their `parts`. `waiting`: no line yet."""

    filled: list[Movement] = field(default_factory=list)
    apart: list[Movement] = field(default_factory=list)
    parts: list[Movement] = field(default_factory=list)
    waiting: int = 0


def keep_notices(*, account: BankAccount, file: StatementFile, statements: Sequence[Statement]) -> list[DetailNotice]:
    """Keep what each booking consists of: of notices every one, of statements those that stand in several lines. The first telling stays."""
    kept = []
    for statement in statements:
        for lines in changes.bookings_of(statement):
            told = [line for line in lines if is_booked(line)]
            if not told or not changes.names_of(told) or (statement.kind != "detail" and len(told) == 1):
                continue
            amount = total_of(account, told)
            earlier = [one.lines for one in DetailNotice.objects.filter(bank_account=account, amount=amount)]
            near = [lines for lines in earlier if changes.is_near(lines[0].booked_on, told[0].booked_on)]
            if any(set(changes.names_of(lines)) & set(changes.names_of(told)) for lines in near):
                continue
            content = json.dumps([line_to_plain(line) for line in told])
            kept.append(DetailNotice.objects.create(file=file, bank_account=account, amount=amount, content=content))
    return kept


def in_parts(*, account: BankAccount, item: Statement) -> Statement:
    """The statement with its batches in parts as they were told first, where no line of the whole stands here already."""
    bookings = [[line for line in lines if is_booked(line)] for lines in changes.bookings_of(item)]
    whole = [lines[0] for lines in bookings if len(lines) == 1]
    amounts = {total_of(account, lines) for lines in bookings if lines}
    notices = [one for one in DetailNotice.objects.filter(bank_account=account, amount__in=amounts) if len(one.lines) > 1]
    if not notices:
        return item
    keys = {_key(account, line) for line in whole}
    stored = list(Movement.objects.filter(bank_account=account, line_key__in=keys))
    gone = taken_back(account, stored)
    standing = {(movement.line_key, movement.bank_reference) for movement in stored if movement.pk not in gone}
    told = [replace(item, kind="detail", lines=one.lines) for one in notices]
    return changes.split_bookings(item, told, may_split=lambda line: (_key(account, line), line.bank_reference) not in standing)


def apply_notices(*, account: BankAccount, file: StatementFile, notices: Iterable[DetailNotice], author: Role) -> Detailed:
    """Take batches that stand in one line apart, or fill the words of single lines. What somebody decided on stays one line, with the words."""
    found = Detailed()
    pairs: list[tuple[Movement, Movement]] = []
    waiting = 0
    for notice in notices:
        movement = _booked(account, notice)
        if movement is None:
            waiting += not _stands_in_parts(account, notice)
        elif len(notice.lines) > 1 and is_undecided(movement):
            statement = later_lines(account=account, file=file, position=OF_PARTS, format="camt.054")
            pairs.append((movement, oppose(movement, statement)))
            found.parts.extend(_store_parts(movement, notice, statement))
        elif words := _words(movement, notice.lines):
            Movement.objects.filter(pk=movement.pk).update(**words)
            movement.refresh_from_db()
            found.filled.append(movement)
        if movement is not None and len(notice.lines) == 1:
            keep_details({movement.pk: notice.lines[0]})
    # All opposite lines and parts stand before the first of them is used.
    for movement, opposite in pairs:
        cancel(movement, opposite, author=author)
        found.apart.append(movement)
    return replace(found, waiting=waiting)


def retold(*, account: BankAccount, item: Statement, known: Sequence[Movement]) -> list[Movement]:
    """Parts that stand here and that this statement words otherwise: the first telling stays."""
    told = {_key(account, line) for line in item.lines if is_booked(line)}
    several = {name[0] for lines in changes.bookings_of(item) if len(lines) > 1 for name in changes.names_of(lines)}
    if not several:
        return []
    notices = DetailNotice.objects.filter(
        bank_account=account, amount__in={total_of(account, lines) for lines in changes.bookings_of(item)}
    )
    parts = {_key(account, line) for one in notices if {name[0] for name in changes.names_of(one.lines)} & several for line in one.lines}
    return [movement for movement in known if movement.line_key in parts - told]


def total_of(account: BankAccount, lines: Sequence[Line]) -> int:
    return _minor(account, sum((line.amount for line in lines[1:]), lines[0].amount))


def altered_bookings(*, account: BankAccount, item: Statement) -> list[tuple[int, Line]]:
    """(number in the statement, first line) of bookings in parts of which an earlier file told another sum under the bank's reference."""
    found = []
    for lines in changes.bookings_of(item):
        names = changes.names_of(lines)
        if len(lines) < 2 or not names or not is_booked(lines[0]):
            continue
        same_day = Movement.objects.filter(bank_account=account, booked_on=lines[0].booked_on).select_related("commodity")
        held = [one for one in same_day if one.bank_reference == names[0][0]]
        gone = taken_back(account, held)
        total = sum(one.amount for one in held if one.pk not in gone)
        if held and total != total_of(account, lines):
            found.append((lines[0].entry, lines[0]))
    return found


def notices_for(account: BankAccount, movements: Sequence[Movement]) -> list[DetailNotice]:
    """Notices of single transfers that came before these lines."""
    amounts = {movement.amount for movement in movements if movement.bank_reference}
    references = {movement.bank_reference for movement in movements if movement.bank_reference}
    found = DetailNotice.objects.filter(bank_account=account, amount__in=amounts)
    return [one for one in found if len(one.lines) == 1 and any(name[0] in references for name in changes.names_of(one.lines))]


def _store_parts(movement: Movement, notice: DetailNotice, statement: Any) -> list[Movement]:
    """The parts as lines of their own, each one more than those that stand alike already."""
    account = movement.bank_account
    booked = Line(told_of(movement).amount, account.currency, movement.booked_on, movement.value_on, entry=movement.position)
    placed = {}
    seen: dict[str, int] = {}
    for number, line in enumerate((changes.dated(line, booked) for line in notice.lines), 1):
        key = _key(account, line)
        seen.setdefault(key, Movement.objects.filter(bank_account=account, line_key=key).count())
        seen[key] += 1
        placed[movement_id(account, key, seen[key], day=line.booked_on)] = (number, line, key, seen[key])
    return add_movements(statement, placed)[0]


def _booked(account: BankAccount, notice: DetailNotice) -> Movement | None:
    """The line that stands for this whole booking; None where there is none, or more than one that fits."""
    references = {name[0] for name in changes.names_of(notice.lines)} | {line.bank_reference for line in notice.lines} - {""}
    same = Movement.objects.filter(bank_account=account, amount=notice.amount).with_file()
    day = notice.lines[0].booked_on
    fitting = [one for one in same if one.bank_reference and one.bank_reference in references and changes.is_near(day, one.booked_on)]
    gone = taken_back(account, fitting)
    fitting = [movement for movement in fitting if movement.pk not in gone]
    return fitting[0] if len(fitting) == 1 else None


def _stands_in_parts(account: BankAccount, notice: DetailNotice) -> bool:
    """Whether every part is a line here: then the booking came in parts."""
    amounts = [_minor(account, line.amount) for line in notice.lines]
    references = {name[0] for name in changes.names_of(notice.lines)} | {line.bank_reference for line in notice.lines} - {""}
    found = Movement.objects.filter(bank_account=account, amount__in=amounts)
    held = [movement.amount for movement in found if movement.bank_reference in references]
    return all(held.count(amount) >= amounts.count(amount) for amount in set(amounts))


def _words(movement: Movement, lines: Sequence[Line]) -> dict[str, Any]:
    """Blank fields of a single transfer; of a batch the parts, one after another, in the text."""
    if len(lines) == 1:
        return {name: getattr(lines[0], name) for name in FILLED if getattr(lines[0], name) and not getattr(movement, name)}
    parts = [" ".join(part for part in (plain(line.amount), line.counterparty, line.reference, line.text) if part) for line in lines]
    told = " / ".join(parts)[:DETAILS_TEXT_CHARACTERS_MAX]
    return {} if told in movement.text else {"text": f"{movement.text} / {told}".removeprefix(" / ")}


def _key(account: BankAccount, line: Line) -> str:
    return line_key(line, account=account.iban, secret=account.book.secret_key)


def _minor(account: BankAccount, amount: Any) -> int:
    return parse_minor(plain(amount), account.commodity.scale)
