"""The lines of one statement stored by their identity: each once, twins kept, repeats known, in whatever order files come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from awna.core.amounts import parse_minor
from awna.core.banking import changes, identity, statement
from awna.core.digest import keyed_id

from ..models import BankAccount, Movement, MovementDetail, Statement, StatementFile
from .bank import movement_id
from .tables import add_models

WORDS = ("reference", "text", "counterparty", "counter_account", "bank_reference")
"""What the bank wrote beside a line."""
DETAILS = ("end_to_end_id", "mandate_id", "return_reason", "purpose")
"""What it wrote beside few lines: kept apart, so that the lines that are used every day stay short."""
OPPOSITE = "opposite:"
"""Begins the key of a line that takes another back."""
ROWS_AT_ONCE, KEYS_AT_ONCE = 500, 5_000


@dataclass(frozen=True)
class Stored:
    """New movements; those that an earlier file brought; and those that this file tells with other words."""

    new: list[Movement]
    known: list[Movement]
    changed: list[Movement]

    def and_also(self, other: "Stored") -> "Stored":
        return Stored([*self.new, *other.new], [*self.known, *other.known], [*self.changed, *other.changed])


def store_lines(*, account: BankAccount, file: StatementFile, position: int, item: statement.Statement) -> Stored:
    """Store a statement and what is new in it; the caller has locked the account."""
    changed = dict(changed_lines(account=account, item=item, same_amount=True))
    stored = new_statement(account=account, file=file, position=position, item=item)
    booked = [line for number, line in enumerate(item.lines, 1) if is_booked(line) and number not in changed]
    held = _held(account, booked, but=stored)
    placed = identity.place_lines(
        statement.Statement(**{**item.__dict__, "lines": tuple(booked)}),
        secret=account.book.secret_key,
        seen={key: [period_of(movement) for movement in found.standing] for key, found in held.items()},
        account=account.iban,
    )
    lines = {
        movement_id(account, one.key, occurrence, day=one.line.booked_on): (number, one.line, one.key, occurrence)
        for number, one in enumerate(placed, 1)
        if not one.known and (occurrence := one.occurrence + held[one.key].taken_back)
    }
    new, adopted = add_movements(stored, lines)
    known = [held[one.key].standing[one.occurrence - 1] for one in placed if one.known]
    return Stored(new, [*known, *adopted], list(changed.values()))


def new_statement(*, account: BankAccount, file: StatementFile, position: int, item: statement.Statement) -> Statement:
    scale = account.commodity.scale
    return Statement.objects.create(
        pk=UUID(keyed_id(account.book.secret_key, "statement", file.digest, str(position))), bank_account=account, file=file, number=item.number,
        position=position, opening_minor=_minor(item.opening, scale), closing_minor=_minor(item.closing, scale), opening_on=item.opening_on,
        closing_on=item.closing_on, format=item.format[:20])  # fmt: skip


def add_movements(stored: Statement, lines: Mapping[UUID, tuple[int, statement.Line, str, int]]) -> tuple[list[Movement], list[Movement]]:
    """Movements by id, from (position, line, key, occurrence). The second list: read back from a mirror after a loss, so only their words are new."""
    account = stored.bank_account
    adopted = {movement.pk: movement for part in _chunks(lines) for movement in Movement.objects.filter(pk__in=part)}
    for pk, movement in adopted.items():
        Movement.objects.filter(pk=movement.pk).update(**{name: getattr(lines[pk][1], name) for name in WORDS})
    new = [
        Movement(
            id=pk, bank_account=account, custody=account.custody, commodity=account.commodity, statement=stored, line_key=key,
            occurrence=occurrence, position=number, amount=parse_minor(statement.plain(line.amount), account.commodity.scale),
            booked_on=line.booked_on, value_on=line.value_on, **{name: getattr(line, name) for name in WORDS})
        for pk, (number, line, key, occurrence) in lines.items() if pk not in adopted
    ]  # fmt: skip
    add_models(new)
    keep_details({pk: line for pk, (_, line, _, _) in lines.items()})
    return new, list(adopted.values())


def keep_details(lines: Mapping[UUID, statement.Line]) -> None:
    """Ids and codes beside the words of these movements, as far as the bank gave any and none are kept yet."""
    said = {pk: {name: getattr(line, name) for name in DETAILS} for pk, line in lines.items()}
    rows = [MovementDetail(movement_id=pk, **one) for pk, one in said.items() if any(one.values())]
    MovementDetail.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)


def _chunks(keys: Iterable[Any]) -> Iterable[list[Any]]:
    """An engine takes so many values in one question."""
    found = list(keys)
    return (found[start : start + KEYS_AT_ONCE] for start in range(0, len(found), KEYS_AT_ONCE))


def changed_lines(*, account: BankAccount, item: statement.Statement, same_amount: bool) -> list[tuple[int, Movement]]:
    """(number of the line in the statement, the movement that an earlier file brought) of lines that this statement tells otherwise."""
    secret, scale = account.book.secret_key, account.commodity.scale
    lines = {number: line for number, line in enumerate(item.lines, 1) if is_booked(line)}
    days = {line.booked_on for line in lines.values() if line.bank_reference}
    stored = list(Movement.objects.filter(bank_account=account, booked_on__in=days).with_file())
    gone = taken_back(account, stored)
    earlier = [
        movement for movement in stored
        if movement.statement and not identity.are_disjoint(period_of(movement), identity.period_of(item))
        and movement.pk not in gone and not movement.line_key.startswith(OPPOSITE)
    ]  # fmt: skip
    if not earlier:
        return []
    numbers = list(lines)
    asked = [changes.told(line, account=account.iban, secret=secret) for line in lines.values()]
    found = changes.changed_lines(asked, [told_of(movement) for movement in earlier])
    return [
        (numbers[here], earlier[there]) for here, there in found
        if (earlier[there].amount == parse_minor(statement.plain(asked[here].amount), scale)) == same_amount
    ]  # fmt: skip


def told_of(movement: Movement) -> changes.Told:
    return changes.Told(
        movement.line_key, movement.booked_on, movement.bank_reference, Decimal(movement.amount).scaleb(-movement.commodity.scale)
    )


def taken_back(account: BankAccount, movements: Iterable[Movement]) -> set[UUID]:
    """Those of these lines that a line of the opposite amount took back: they count no more."""
    by_key = {OPPOSITE + movement.pk.hex: movement.pk for movement in movements}
    found = (
        Movement.objects.filter(bank_account=account, line_key__in=part).values_list("line_key", flat=True) for part in _chunks(by_key)
    )
    return {by_key[key] for part in found for key in part}


def is_booked(line: statement.Line) -> bool:
    """Whether it is money: announced lines, lines for information and zeros are none."""
    return line.status == "booked" and bool(line.amount)


def is_interim(format: str) -> bool:
    """Reports whose lines the bank may still change."""
    return format.startswith(("camt.052", "mt942"))


def period_of(movement: Movement) -> identity.Period:
    """The period of the statement that brought a movement."""
    stored, scale = movement.statement, movement.commodity.scale
    if stored is None:
        return identity.Period("detail", "", None, None, None, None)

    def balance(minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor).scaleb(-scale)

    kind: statement.Kind = "interim" if is_interim(stored.format) else "final"
    return identity.Period(
        kind, stored.number, stored.opening_on, stored.closing_on, balance(stored.opening_minor), balance(stored.closing_minor)
    )


@dataclass
class _Held:
    """The movements of one key, in the order of their occurrences, and how many more were taken back."""

    standing: list[Movement]
    taken_back: int = 0


def _held(account: BankAccount, lines: Iterable[statement.Line], *, but: Statement) -> dict[str, _Held]:
    keys = {identity.line_key(line, account=account.iban, secret=account.book.secret_key) for line in lines}
    held = {key: _Held([]) for key in keys}
    found = Movement.objects.filter(bank_account=account).exclude(statement=but).with_file()
    rows = [movement for part in _chunks(keys) for movement in found.filter(line_key__in=part).order_by("line_key", "occurrence")]
    gone = taken_back(account, rows)
    for movement in rows:
        if movement.pk in gone:
            held[movement.line_key].taken_back += 1
        else:
            held[movement.line_key].standing.append(movement)
    return held


def _minor(amount: Decimal | None, scale: int) -> int | None:
    return None if amount is None else parse_minor(statement.plain(amount), scale)
