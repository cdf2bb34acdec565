"""The lines of one statement stored by their identity: each once, twins kept, repeats known, in whatever order files come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from awna.core.amounts import parse_minor
from awna.core.banking import identity, statement
from awna.core.digest import keyed_id

from ..models import BankAccount, Movement, Statement, StatementFile
from .bank import movement_id

WORDS = ("reference", "text", "counterparty", "counter_account", "bank_reference")
"""What the bank wrote beside a line."""


@dataclass(frozen=True)
class Stored:
    """New movements; those that an earlier file brought; and those that this file tells with other words."""

    new: list[Movement]
    known: list[Movement]
    changed: list[Movement]


def store_lines(*, account: BankAccount, file: StatementFile, position: int, item: statement.Statement) -> Stored:
    """Store a statement and what is new in it; the caller has locked the account."""
    scale = account.commodity.scale
    changed = dict(changed_lines(account=account, item=item, same_amount=True))
    stored = Statement.objects.create(
        pk=UUID(keyed_id(account.book.secret_key, "statement", file.digest, str(position))), bank_account=account, file=file, number=item.number,
        position=position, opening_minor=_minor(item.opening, scale), closing_minor=_minor(item.closing, scale), opening_on=item.opening_on,
        closing_on=item.closing_on, format=item.format[:20])  # fmt: skip
    booked = [line for number, line in enumerate(item.lines, 1) if is_booked(line) and number not in changed]
    placed = identity.place_lines(
        statement.Statement(**{**item.__dict__, "lines": tuple(booked)}),
        secret=account.book.secret_key,
        seen=_seen(account, booked, but=stored),
        account=account.iban,
    )
    lines = {
        movement_id(account, one.key, one.occurrence, day=one.line.booked_on): (number, one)
        for number, one in enumerate(placed, 1)
        if not one.known
    }
    words = {pk: {name: getattr(one.line, name) for name in WORDS} for pk, (_, one) in lines.items()}
    # Read back from a mirror after a loss: the line is in the book, and only its words are new.
    adopted = {movement.pk: movement for movement in Movement.objects.filter(pk__in=lines)}
    for movement in adopted.values():
        Movement.objects.filter(pk=movement.pk).update(**words[movement.pk])
    new = [
        Movement.objects.create(
            pk=pk, bank_account=account, custody=account.custody, commodity=account.commodity, statement=stored, line_key=one.key,
            occurrence=one.occurrence, position=number, amount=parse_minor(statement.plain(one.line.amount), scale),
            booked_on=one.line.booked_on, value_on=one.line.value_on, **words[pk])
        for pk, (number, one) in lines.items() if pk not in adopted
    ]  # fmt: skip
    return Stored(new, [*_known(account, placed), *adopted.values()], list(changed.values()))


def changed_lines(*, account: BankAccount, item: statement.Statement, same_amount: bool) -> list[tuple[int, Movement]]:
    """(number of the line in the statement, the movement that an earlier file brought) where both carry one reference of the bank and differ.

    Only a reference that stands once on each side tells this, on one day, between statements that may overlap, and where the older
    wording is gone from the new file: banks share references among lines and use them again.
    """
    lines = {number: line for number, line in enumerate(item.lines, 1) if is_booked(line)}
    keys = {number: identity.line_key(line, account=account.iban, secret=account.book.secret_key) for number, line in lines.items()}
    count = Counter(line.bank_reference for line in lines.values())
    days = {line.booked_on for line in lines.values() if line.bank_reference}
    earlier: dict[tuple[object, str], list[Movement]] = {}
    for movement in Movement.objects.filter(bank_account=account, booked_on__in=days).select_related("statement__file", "commodity"):
        if movement.statement and not identity.are_disjoint(_period(movement.statement, account.commodity.scale), identity.period_of(item)):
            earlier.setdefault((movement.booked_on, movement.bank_reference), []).append(movement)
    stored = {movement.line_key for found in earlier.values() for movement in found}
    changed = []
    for number, line in lines.items():
        found = earlier.get((line.booked_on, line.bank_reference), [])
        alone = line.bank_reference and count[line.bank_reference] == 1 and len(found) == 1
        if not alone or keys[number] in stored or found[0].line_key in keys.values():
            continue
        equal = found[0].amount == parse_minor(statement.plain(line.amount), account.commodity.scale)
        if equal == same_amount:
            changed.append((number, found[0]))
    return changed


def is_booked(line: statement.Line) -> bool:
    """Whether it is money: announced lines, lines for information and zeros are none."""
    return line.status == "booked" and bool(line.amount)


def _known(account: BankAccount, placed: Iterable[identity.Placed]) -> list[Movement]:
    wanted = [(one.key, one.occurrence) for one in placed if one.known]
    found = Movement.objects.filter(bank_account=account, line_key__in={key for key, _ in wanted}).select_related(
        "statement__file", "commodity"
    )
    by_identity = {(movement.line_key, movement.occurrence): movement for movement in found}
    return [by_identity[one] for one in wanted]


def _seen(account: BankAccount, lines: Iterable[statement.Line], *, but: Statement) -> dict[str, list[identity.Period]]:
    """For each key of these lines, the periods of its stored occurrences, in order."""
    keys = {identity.line_key(line, account=account.iban, secret=account.book.secret_key) for line in lines}
    seen: dict[str, list[identity.Period]] = {}
    found = Movement.objects.filter(bank_account=account, line_key__in=keys).exclude(statement=but)
    for movement in found.select_related("statement").order_by("line_key", "occurrence"):
        seen.setdefault(movement.line_key, []).append(_period(movement.statement, account.commodity.scale))
    return seen


def _period(stored: Statement, scale: int) -> identity.Period:
    def balance(minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor).scaleb(-scale)

    return identity.Period(
        "final", stored.number, stored.opening_on, stored.closing_on, balance(stored.opening_minor), balance(stored.closing_minor)
    )


def _minor(amount: Decimal | None, scale: int) -> int | None:
    return None if amount is None else parse_minor(statement.plain(amount), scale)
