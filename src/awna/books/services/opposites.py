"""A bank line that turned out to be something else is taken back by a line of the opposite amount: both stay in the log and cancel out."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from awna.core.banking.statement import Statement as Told
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, Entry, Movement, Share, Statement, StatementFile, Transfer
from ..models.naming import UNIDENTIFIED
from .bank import movement_id, post_unidentified
from .bank_lines import OPPOSITE, new_statement, taken_back
from .facts import post_bank_fact
from .mending import reverse_entry
from .reposting import entries_using
from .statements import say_statements

OF_PARTS, OF_WITHDRAWN = 1_000, 1_001
"""Positions in a file of the statements that hold what it says of lines of earlier files."""


def is_undecided(movement: Movement) -> bool:
    """Whether nothing but the import itself has booked this line: no person and no reference said what it is."""
    book = movement.bank_account.book
    if book.sheltered or movement.line_key.startswith(OPPOSITE) or Share.objects.filter(movement=movement).exists():
        return False
    if movement.used == 0:
        return True
    standing = entries_using(movement)
    if len(standing) != 1 or movement.used != abs(movement.amount):
        return False
    rows = Transfer.objects.filter(entry=standing[0], movement=movement, kind="gift", credit_fund__code=UNIDENTIFIED)
    gone = Entry.objects.filter(book=book, kind="reverse").exclude(reverses=None).values("reverses")
    moved = Transfer.objects.filter(book=book, lot_seq=standing[0].seq).exclude(entry_seq__in=gone)
    return rows.count() == 1 and not moved.exists()


def later_lines(*, account: BankAccount, file: StatementFile, position: int, format: str) -> Statement:
    """The statement row of a file under which stands what it says of lines that earlier files brought. It states no period and no balance."""
    found = file.statements.filter(position=position).first()
    item = Told(account=account.iban, currency=account.currency, kind="detail", format=format)
    return found or new_statement(account=account, file=file, position=position, item=item)


def oppose(movement: Movement, statement: Statement) -> Movement:
    """The line of the opposite amount; it is posted by `cancel`, after everything else of its statement stands."""
    account, key = movement.bank_account, OPPOSITE + movement.pk.hex
    found, _ = Movement.objects.get_or_create(
        pk=movement_id(account, key, day=movement.booked_on),
        defaults={
            "bank_account": account, "custody": account.custody, "commodity": movement.commodity, "statement": statement, "line_key": key,
            "occurrence": 1, "position": movement.position, "amount": -movement.amount, "booked_on": movement.booked_on,
            "value_on": movement.value_on,
        },
    )  # fmt: skip
    return found


def cancel(movement: Movement, opposite: Movement, *, author: Role) -> Entry:
    """Book the line as what it would be by itself, where nothing is booked, and reverse that by the opposite line.

    The log lists the opposite line, and all that stands with it, before it is used.
    """
    name = f"opposite:{movement.pk}"
    if movement.used == 0:
        if movement.amount > 0:
            post_unidentified(movement=movement, author=author)
        else:
            post_bank_fact(movement=movement, author=author, request_id=f"{name}:first")
    (wrong,) = entries_using(movement)
    say_statements(book=wrong.book, statements=[opposite.statement] if opposite.statement else [], author=author)
    lines = Transfer.objects.filter(entry=wrong, movement=movement).values_list("line", flat=True)
    return reverse_entry(entry=wrong, author=author, movements=dict.fromkeys(lines, opposite), request_id=f"{name}:{wrong.seq}")


@transaction.atomic
def take_back_lines(*, movements: Iterable[Movement], file: StatementFile, author: Role) -> list[Movement]:
    """Take back lines of interim reports that the final statement of their days does not hold; whoever decided on them has freed them before."""
    wanted = list(movements)
    if not wanted:
        return []
    account = wanted[0].bank_account
    fresh = list(
        Movement.objects.filter(pk__in=[one.pk for one in wanted]).select_related(
            "bank_account__book", "bank_account__custody", "commodity"
        )
    )
    gone = taken_back(account, fresh)
    left = [movement for movement in fresh if movement.pk not in gone]
    if any(not is_undecided(movement) for movement in left):
        raise Refused(Problem("line_decided", "Somebody decided what this line is. Take that decision back first."))
    statement = later_lines(account=account, file=file, position=OF_WITHDRAWN, format=_format_of(file))
    pairs = [(movement, oppose(movement, statement)) for movement in left]
    for movement, opposite in pairs:
        cancel(movement, opposite, author=author)
    return left


def _format_of(file: StatementFile) -> Any:
    first = file.statements.order_by("position").first()
    return first.format if first else ""
