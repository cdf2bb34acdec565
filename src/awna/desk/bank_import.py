"""A bank file becomes gifts: stored, claimed by the rooms, the rest of what came in put into Unidentified."""

import contextlib
import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from awna.books import services as books
from awna.books.models import BankAccount, Movement, ProvisionalLine, StatementFile
from awna.core.problems import Problem, Refused
from awna.donations import services as donations
from awna.donations.debit import services as debits
from awna.donations.models import Gift
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
    """`new`, `known`, `changed`, `filled`, `apart`, `returned`, `provisional`, `confirmed`, `withdrawn`, `unconfirmed` → rows of day, amount,
    currency, and the file that first brought them with its day."""
    provisional: int = 0
    """New lines of interim reports: shown and matched, not in the book."""
    returned: int = 0
    """Debits that came back and found their gift."""


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Thousands of rows that all stay until the end: looking for garbage among them again and again took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
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


@_uncollected()
@transaction.atomic
def release_file(*, file: StatementFile, author: Role) -> ImportReport:
    """The same for a file that was kept and waited."""
    _refuse_foreign(file.bank_account, author)
    return _settle(file.bank_account, books.release_file(file=file, author=author), author)


@transaction.atomic
def set_interim_rule(*, bank_account: BankAccount, posts: bool, author: Role) -> ImportReport | None:
    """Say whether interim reports are all that the bank gives. From then on their lines are posted, and so are those that wait."""
    _refuse_foreign(bank_account, author)
    said = books.set_interim_rule(bank_account=bank_account, posts=posts, author=author)
    brought = books.post_waiting_interim(bank_account=bank_account, author=author) if said and posts else []
    reports = [_settle(bank_account, one, author) for one in brought]
    return reports[-1] if reports else None


def _refuse_foreign(bank_account: BankAccount, author: Role) -> None:
    if author.section_id is not None and author.section_id != bank_account.section_id:
        raise Refused(Problem("account_of_another_section", "This account belongs to another section. Import it there."))


def _settle(bank_account: BankAccount, stored: books.StatementImport, author: Role) -> ImportReport:
    # Details that came later may name the gift of a line that nothing used yet.
    fresh = [*stored.new, *(movement for movement in stored.filled if not movement.used)]
    claimed = donations.claim_movements(movements=fresh, author=author)
    claimed_ids = {gift.movement_id for gift in claimed.gifts}
    returned = debits.claim_returns(movements=fresh, author=author)
    claimed_ids |= {movement.pk for movement in returned}
    unconfirmed, left = _take_back(stored, author)
    rest = [movement for movement in stored.new if movement.pk not in claimed_ids]
    # Money on its way here could be any of these lines, so a person says which one before it counts as a gift.
    expects = under_way_to(bank_account).exists()
    incoming = [movement for movement in rest if movement.amount > 0 and not expects]
    books.post_all_unidentified(movements=incoming, author=author)
    books.publish_after_commit(bank_account.book)
    lists = {
        "withdrawn": stored.interim.withdrawn, "unconfirmed": unconfirmed, "returned": returned, "changed": stored.changed, "apart": stored.apart,
        "filled": stored.filled, "provisional": stored.interim.new, "confirmed": stored.interim.confirmed, "new": stored.new,
        "known": stored.known_lines,
    }  # fmt: skip
    return ImportReport(
        len(stored.new), stored.known, len(claimed.gifts), len(incoming), len(rest) - len(incoming), file=str(stored.file.pk),
        repeated=stored.repeated, held=[_said(problem) for problem in stored.held], notes=[_said(problem) for problem in (*left, *stored.notes)],
        filled=len(stored.filled), changed=len(stored.changed), rows={name: _rows(found) for name, found in lists.items()},
        provisional=len(stored.interim.new), returned=len(returned),
    )  # fmt: skip


def _take_back(stored: books.StatementImport, author: Role) -> tuple[list[Movement], list[Problem]]:
    """Lines of interim reports that were posted and that the final statement does not hold: taken back, with the gifts that they were thought to be."""
    gone: list[Movement] = []
    left: list[Problem] = []
    for movement in stored.unconfirmed:
        try:
            with transaction.atomic():
                if Gift.objects.filter(movement=movement).exists():
                    donations.undo_gifts(movement=movement, author=author)
                gone += books.take_back_lines(movements=[movement], file=stored.file, author=author)
        except Refused as refused:
            text = "The line of %(day)s was posted from an interim report, and the final statement does not hold it. Take back what was decided on it."
            left += [Problem("interim_line_stays", text, {"day": movement.booked_on}), *refused.problems]
    return gone, left


def _rows(movements: Sequence[Movement | ProvisionalLine]) -> list[dict[str, Any]]:
    return [_row(movement) for movement in movements[:ROWS_TOLD_MAX]]


def _row(movement: Movement | ProvisionalLine) -> dict[str, Any]:
    provisional = isinstance(movement, ProvisionalLine)
    file = movement.file if provisional else movement.statement.file if movement.statement else None
    commodity = movement.bank_account.commodity if provisional else movement.commodity
    return {
        "day": movement.booked_on.isoformat(), "minor": movement.amount, "scale": commodity.scale, "code": commodity.code,
        "file": str(file.pk) if file else "", "stored_on": file.stored_at.date().isoformat() if file else "",
    }  # fmt: skip


def _said(problem: Problem) -> dict[str, Any]:
    params = {name: str(value) for name, value in problem.params.items()}
    return {"code": problem.code, "text": problem.text, "params": params, "where": problem.where}
