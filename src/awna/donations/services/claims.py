"""Which open pledges the lines of a bank file name by their reference, asked for all of them together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from awna.books.models import Book, Movement
from awna.core.banking.matching import Match, Target, match_line, references_of
from awna.core.banking.statement import Line

from ..models import Pledge
from .dues import due_of

REFERENCES_AT_ONCE = 1_000
"""Of pledges, in one question."""


def line_of(movement: Movement) -> Line:
    return Line(
        amount=Decimal(movement.amount).scaleb(-movement.commodity.scale), currency=movement.commodity.code, booked_on=movement.booked_on,
        reference=movement.reference, text=movement.text,
    )  # fmt: skip


def named_pledges(lines: Mapping[Any, Line], movements: Sequence[Movement]) -> dict[tuple[Any, str], tuple[Pledge, int]]:
    """(book, reference) → each pledge that any of these lines names, locked, with what is due of it. Few questions for however many lines."""
    wanted = sorted({reference for line in lines.values() for reference in references_of(line)})
    accounts = {movement.bank_account_id for movement in movements}
    books_of = Book.objects.filter(bank_accounts__in=accounts)
    found: dict[tuple[Any, str], tuple[Pledge, int]] = {}
    for start in range(0, len(wanted), REFERENCES_AT_ONCE):
        part = wanted[start : start + REFERENCES_AT_ONCE]
        asked = (
            Pledge.objects.select_for_update(of=("self",))
            .filter(bank_account__book__in=books_of, reference__in=part)
            .exclude(state="draft")
        )
        pledges = list(asked.select_related("donor__campaign", "fund", "bank_account__commodity").order_by("pk"))
        due = due_of(pledges)
        found |= {(pledge.bank_account.book_id, pledge.reference): (pledge, due[pledge.pk]) for pledge in pledges}
    return found


def match_named(movement: Movement, line: Line, named: Mapping[tuple[Any, str], tuple[Pledge, int]]) -> tuple[Match | None, Pledge | None]:
    book = movement.bank_account.book_id
    if not named:
        return None, None
    found = {reference: named[book, reference] for reference in references_of(line) if (book, reference) in named}
    if not found:
        return None, None
    targets = {
        reference: Target(
            reference, Decimal(due).scaleb(-pledge.currency.scale), pledge.currency.code,
            # A pledge of another section is a question of who issues the receipt, so a person decides.
            open=pledge.state == "pledged" and pledge.bank_account_id == movement.bank_account_id,
        )
        for reference, (pledge, due) in found.items()
    }  # fmt: skip
    match = match_line(line, targets=targets)
    return match, found[match.target.reference][0] if match else None
