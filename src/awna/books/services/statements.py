"""What the bank says, said in the log: a memo for each statement and slip, and what still keeps book and bank apart."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction

from awna.core.amounts import format_minor
from awna.core.digest import canonical_json, keyed_id, salted_digest
from awna.core.ledger import rules
from awna.core.problems import Problem
from awna.parties.models import Role

from ..models import BankAccount, Book, Entry, Movement, Share, Statement, StatementFile, Transfer
from .posting import EntryDraft, next_seq, post_draft
from .reading import balance_of

FROM_MIRROR = "mirror:"
"""Begins the request of what was read back after a loss: the log said it already."""
MEMO_MOVEMENTS_MAX = 500
"""Lines in one memo: about 80 bytes each, so that the leaf stays below 65,535 bytes."""


@dataclass(frozen=True)
class Compared:
    """An account's book (with the open batches of a sheltered one) and bank, in minor units.

    `lines` are not (wholly) used yet, `advice` says what must be booked.
    """

    account: BankAccount
    in_book: int
    at_bank: int
    lines: tuple[Movement, ...]
    unexplained: int
    """What remains when every waiting line is booked: above 0 the bank has more than the book ever heard of."""
    advice: tuple[Problem, ...]

    @property
    def equal(self) -> bool:
        return self.in_book == self.at_bank


@transaction.atomic
def say_statements(*, book: Book, statements: Sequence[Statement], author: Role) -> list[Entry]:
    """Write the memo of each statement that the log does not know yet; a book without its policy waits until the first entry needs it."""
    if not next_seq(book):
        return []
    new = [statement for statement in statements if not statement.file.request_id.startswith(FROM_MIRROR)]
    ids = {statement.pk: keyed_id(book.secret_key, "entry", _request(statement, 1)) for statement in new}
    known = {str(pk) for pk in Entry.objects.filter(pk__in=ids.values()).values_list("pk", flat=True)}
    return [entry for statement in new if ids[statement.pk] not in known for entry in _say(book, statement, author)]


@transaction.atomic
def say_movements(*, book: Book, movements: Sequence[Any], author: Role) -> list[Entry]:
    """Before an entry uses these movements (ids): the memos of their statements."""
    found = Statement.objects.filter(movements__in=movements).distinct().order_by("file__stored_at", "position")
    return say_statements(book=book, statements=found, author=author)


@transaction.atomic
def say_closing_again(*, account: BankAccount, file: StatementFile, author: Role) -> Entry | None:
    """After an older statement came late: what the bank holds now is still what its newest one says, so that the log ends with that."""
    latest, book = latest_statement(account), account.book
    last_said = file.statements.order_by("-position").first()
    if latest is None or last_said is None or latest.pk == last_said.pk or book.sheltered or not next_seq(book):
        return None
    closing = str(latest.closing_minor)
    payload = {"about": "statement", "custody": str(account.custody_id), "opening": closing, "closing": closing}
    draft = EntryDraft("memo", f"statement:{latest.pk}:after:{file.pk}", memo=payload, custodies=(account.custody,))
    return post_draft(book=book, draft=draft, author=author)


def compare_accounts(book: Book) -> list[Compared]:
    """Book and bank of each account that has a statement, a slip or money, and what to do where they differ."""
    found = BankAccount.objects.filter(book=book).select_related("custody", "commodity").order_by("holder", "iban")
    return [compared for account in found if (compared := compare_account(account)) is not None]


def compare_account(account: BankAccount) -> Compared | None:
    at_bank = bank_side(account)
    if at_bank is None:
        return None
    inside = sum(
        balance_of(account.book, stage=stage, custody=account.custody, commodity=account.commodity) for stage in rules.BALANCE_STAGES
    )
    inside += Share.objects.collected(account.book, custody=account.custody, commodity=account.commodity)
    lines = tuple(Movement.objects.unfinished(account.book).filter(bank_account=account).order_by("booked_on", "position"))
    waiting = sum((abs(line.amount) - line.used) * (1 if line.amount > 0 else -1) for line in lines)
    unexplained = at_bank - inside - waiting
    return Compared(account, inside, at_bank, lines, unexplained, _advice(account, lines, unexplained))


def bank_side(account: BankAccount) -> int | None:
    """What the bank says that it holds: the newest statement's closing balance; of a cash box, its last slip or count."""
    last = latest_slip(account) if account.custody.type == rules.CASH else latest_statement(account)
    return last.closing_minor if last else None


def latest_slip(box: BankAccount) -> Statement | None:
    """The slip or count with the highest number."""
    return box.statements.exclude(slip=None).order_by("-slip").first()


def latest_statement(account: BankAccount) -> Statement | None:
    """The newest statement. Of several that close on one day, in whatever order they came, the one with which no other of them opens."""
    known = account.statements.exclude(closing_minor=None).order_by("-closing_on", "-file__stored_at", "-position")
    newest = known.first()
    if newest is None:
        return None
    same_day = list(known.filter(closing_on=newest.closing_on))
    followed = {row.opening_minor for row in same_day}
    return next((row for row in same_day if row.closing_minor not in followed), newest)


def _say(book: Book, statement: Statement, author: Role) -> list[Entry]:
    account = statement.bank_account
    about = "slip" if account.custody.type == rules.CASH else "statement"
    # By id, so that the order tells nothing that the statement does not.
    lines = sorted((str(pk), str(amount)) for pk, amount in statement.movements.values_list("pk", "amount"))
    parts = [lines[start : start + MEMO_MOVEMENTS_MAX] for start in range(0, len(lines), MEMO_MOVEMENTS_MAX)] or [[]]
    parts = [lines] if book.sheltered else parts
    entries = []
    for number, part in enumerate(parts, 1):
        said: dict[str, Any] = {"about": about, "custody": str(account.custody_id)}
        if about == "slip":
            said["number"] = statement.slip
        payload = dict(said)
        if number == 1 and statement.opening_minor is not None:
            payload["opening"] = str(statement.opening_minor)
        if number == len(parts) and statement.closing_minor is not None:
            payload["closing"] = str(statement.closing_minor)
        if part:
            payload["movements"] = [{"id": pk, "amount": amount} for pk, amount in part]
        if book.sheltered:
            # Lines and balances would show single gifts: the log learns that this statement, and no other, was there.
            payload = {**said, "commitment": salted_digest(_salt(book, statement), canonical_json(payload))}
        draft = EntryDraft("memo", _request(statement, number), memo=payload, custodies=(account.custody,))
        entries.append(post_draft(book=book, draft=draft, author=author))
    return entries


def _salt(book: Book, statement: Statement) -> bytes:
    """Of the statement's commitment: the same whenever it is said again, and unknown without the book's secret."""
    return hmac.new(book.secret_key, f"statement-salt:{statement.pk}".encode(), sha256).digest()


def _request(statement: Statement, part: int) -> str:
    return f"statement:{statement.pk}:{part}"


def _advice(account: BankAccount, lines: Sequence[Movement], unexplained: int) -> tuple[Problem, ...]:
    """What to do so that the book equals the bank, in the order in which to do it."""
    incoming, outgoing = [line for line in lines if line.amount > 0], [line for line in lines if line.amount < 0]
    advice = []
    if unexplained:
        shown = {"amount": format_minor(abs(unexplained), account.commodity.scale), "code": account.currency}
        advice.append(_of_unexplained(account, unexplained, shown))
    if incoming:
        advice.append(Problem("settle_incoming", "Lines that came in and are not booked: %(n)s. Match each with its gift or remittance, or set it aside.",
                              {"n": len(incoming)}))  # fmt: skip
    if outgoing:
        text = "Lines that went out and are not booked: %(n)s. Book each as the payment, remittance, charge or return that it is."
        advice.append(Problem("settle_outgoing", text, {"n": len(outgoing)}))
    return tuple(advice)


def _was_taken_over(account: BankAccount) -> bool:
    """Whether an entry of the kind `open` brought money into this account. By way of these few entries: the rows of an account are many."""
    opened = list(Entry.objects.filter(book=account.book, kind="open").values_list("seq", flat=True))
    rows = Transfer.objects.filter(book=account.book, entry_seq__in=opened, commodity=account.commodity)
    return rows.filter(credit_account__custody=account.custody).exists()


def _of_unexplained(account: BankAccount, unexplained: int, shown: dict[str, str]) -> Problem:
    if account.custody.type == rules.CASH:
        if unexplained < 0:
            return Problem("cash_is_short", "The last count found %(amount)s %(code)s too little. The stewards must allow the loss.", shown)
        return Problem("cash_is_over", "The box should hold %(amount)s %(code)s more than the book says. Count it again.", shown)
    opening = account.statements.exclude(opening_minor=None).order_by("opening_on", "position").first()
    if opening is not None and opening.opening_minor and not _was_taken_over(account):
        return Problem(
            "open_balance",
            "The first statement begins with money that the book does not know (%(amount)s %(code)s). The stewards must take it over.",
            shown,
        )
    return Problem("statement_missing", "%(amount)s %(code)s are in no line of any statement here. Import the missing statement.", shown)
