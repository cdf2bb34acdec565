"""A bank file becomes gifts: stored, claimed by the rooms, the rest of what came in put into Unidentified."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from awna.books import services as books
from awna.books.models import BankAccount, Movement, StatementFile
from awna.core.problems import Problem, Refused
from awna.donations import services as donations
from awna.parties.models import Role

from .bank_open import under_way_to

ROWS_TOLD_MAX = 200
"""Rows of each list of a report; the counts tell of all."""


@dataclass(frozen=True)
class ImportReport:
    """What one bank file brought: new movements, how many were known, and where the new ones went."""

    new: int
    known: int
    claimed: int
    unidentified: int
    waiting: int
    """Lines that the treasurer must settle: outgoing ones, and incoming ones that may be money sent on by another account."""
    file: str = ""
    repeated: bool = False
    held: list[dict[str, Any]] = field(default_factory=list)
    """Why the file waits: code, text, params, where of each problem."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    filled: int = 0
    changed: int = 0
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """`new`, `known`, `changed`, `filled` → rows of day, amount, currency, and the file that first brought them with its day."""


@transaction.atomic
def import_statement(*, bank_account: Any, data: bytes, filename: str, author: Role, request_id: str) -> ImportReport:
    """Store a bank file, let the rooms claim its movements, and put the rest of what came in into Unidentified.

    One transaction: a file that cannot be read as a whole leaves nothing behind; one that does not add up is kept and waits.
    """
    _refuse_foreign(bank_account, author)
    stored = books.store_statement(bank_account=bank_account, data=data, filename=filename, author=author, request_id=request_id)
    return _settle(bank_account, stored, author)


@transaction.atomic
def keep_table(*, bank_account: BankAccount, data: bytes, filename: str, author: Role, request_id: str) -> StatementFile:
    """Keep a table until somebody says what its columns are."""
    _refuse_foreign(bank_account, author)
    return books.keep_table(bank_account=bank_account, data=data, filename=filename, author=author, request_id=request_id)


@transaction.atomic
def release_file(*, file: StatementFile, author: Role) -> ImportReport:
    """The same for a file that was kept and waited."""
    _refuse_foreign(file.bank_account, author)
    return _settle(file.bank_account, books.release_file(file=file, author=author), author)


def _refuse_foreign(bank_account: BankAccount, author: Role) -> None:
    if author.section_id is not None and author.section_id != bank_account.section_id:
        raise Refused(Problem("account_of_another_section", "This account belongs to another section. Import it there."))


def _settle(bank_account: BankAccount, stored: books.StatementImport, author: Role) -> ImportReport:
    # Details that came later may name the gift of a line that nothing used yet.
    fresh = [*stored.new, *(movement for movement in stored.filled if not movement.used)]
    claimed = donations.claim_movements(movements=fresh, author=author)
    claimed_ids = {gift.movement_id for gift in claimed.gifts}
    rest = [movement for movement in stored.new if movement.pk not in claimed_ids]
    # Money on its way here could be any of these lines, so a person says which one before it counts as a gift.
    expects = under_way_to(bank_account).exists()
    incoming = [movement for movement in rest if movement.amount > 0 and not expects]
    books.post_all_unidentified(movements=incoming, author=author)
    books.publish_after_commit(bank_account.book)
    lists = {"new": stored.new, "known": stored.known_lines, "changed": stored.changed, "filled": stored.filled}
    return ImportReport(
        len(stored.new), stored.known, len(claimed.gifts), len(incoming), len(rest) - len(incoming), file=str(stored.file.pk),
        repeated=stored.repeated, held=[_said(problem) for problem in stored.held], notes=[_said(problem) for problem in stored.notes],
        filled=len(stored.filled), changed=len(stored.changed), rows={name: _rows(found) for name, found in lists.items()},
    )  # fmt: skip


def _rows(movements: Sequence[Movement]) -> list[dict[str, Any]]:
    return [_row(movement) for movement in movements[:ROWS_TOLD_MAX]]


def _row(movement: Movement) -> dict[str, Any]:
    file = movement.statement.file if movement.statement else None
    return {
        "day": movement.booked_on.isoformat(), "minor": movement.amount, "scale": movement.commodity.scale, "code": movement.commodity.code,
        "file": str(file.pk) if file else "", "stored_on": file.stored_at.date().isoformat() if file else "",
    }  # fmt: skip


def _said(problem: Problem) -> dict[str, Any]:
    params = {name: str(value) for name, value in problem.params.items()}
    return {"code": problem.code, "text": problem.text, "params": params, "where": problem.where}
