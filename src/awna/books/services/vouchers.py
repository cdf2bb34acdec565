"""Faults of statements that two people vouch for: a file that does not add up, a hole that no statement will fill."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from awna.core.banking.coverage import Period, Span, coverage, faults
from awna.core.ledger.rules import CASH
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, Book, Statement, StatementVoucher
from .posting import next_seq, post_entry

TABLE = "csv"
PEOPLE_MIN = 2
"""Different people whose word lets a fault stand."""
REASON_CHARACTERS_MIN, REASON_CHARACTERS_MAX = 10, 1000
NOT_VOUCHED = Problem("not_vouched_yet", "Two different people must vouch for this, each with a reason. Ask a second one to read it.")
VOUCHING_ROLES = ("treasurer", "steward")


def holes_of(account: BankAccount, *, through: date | None = None) -> list[Span]:
    """Days or money that no statement here tells of, as far as nobody vouched for them; days told twice count nothing twice."""
    stored = list(Statement.objects.filter(bank_account=account, slip=None).exclude(closing_on=None))
    open_ones = [
        span
        for span in faults(coverage(_periods(stored)))
        if span.fault != "overlap" and (through is None or span.first is None or span.first <= through)
    ]
    return [span for span in open_ones if not vouched(bank_account=account, subject=subject_of(span))]


def subject_of(span: Span) -> str:
    return f"{span.fault}:{span.first}/{span.last}"


def refuse_open_holes(*, book: Book, through: date) -> None:
    """A period closes when its statements are without a hole, or two people have vouched for it."""
    problems = []
    for account in BankAccount.objects.filter(book=book).exclude(custody__type=CASH).select_related("commodity"):
        for hole in holes_of(account, through=through):
            text = "No statement of %(account)s tells of %(first)s to %(last)s. Bring in the one that is missing, or let two people vouch for the hole."
            problems.append(Problem("period_has_holes", text, {"account": account.iban, "first": hole.first, "last": hole.last}, "through"))
    if problems:
        raise Refused(problems)


@transaction.atomic
def vouch(*, bank_account: BankAccount, subject: str, reason: str, author: Role) -> StatementVoucher:
    """One person's word; with the second person's the log says it. The same person counts once, whatever hats she wears."""
    account = BankAccount.objects.select_for_update(of=("self",)).select_related("book", "custody").get(pk=bank_account.pk)
    first = StatementVoucher.objects.filter(bank_account=account, subject=subject, author__user=author.user_id).first()
    if first is not None:
        return first
    reason = " ".join(reason.split())
    if not REASON_CHARACTERS_MIN <= len(reason) <= REASON_CHARACTERS_MAX:
        raise Refused(Problem("voucher_needs_a_reason", "Say why this stands, in %(least)s to %(most)s characters.",
                              {"least": REASON_CHARACTERS_MIN, "most": REASON_CHARACTERS_MAX}, "reason"))  # fmt: skip
    mine = author.section_id is None or author.section_id == account.section_id
    if author.name not in VOUCHING_ROLES or author.campaign_id != account.book.campaign_id or not mine:
        raise Refused(Problem("not_a_voucher", "Treasurers of this account and stewards vouch for its statements. Ask one of them."))
    word = StatementVoucher.objects.create(bank_account=account, subject=subject, reason=reason, author=author)
    if vouched(bank_account=account, subject=subject) and next_seq(account.book):
        payload = {"about": "vouched", "custody": str(account.custody_id), "subject": subject}
        before = words_on(bank_account=account, subject=subject)[0]
        post_entry(book=account.book, kind="memo", rows=(), author=before.author, second=author, memo=payload,
                   request_id=f"vouched:{account.pk}:{subject}")  # fmt: skip
    return word


def words_on(*, bank_account: BankAccount, subject: str) -> list[StatementVoucher]:
    found = StatementVoucher.objects.filter(bank_account=bank_account, subject=subject)
    return list(found.select_related("author__user").order_by("said_at", "pk"))


def vouched_of(book: Book) -> dict[tuple[Any, str], date]:
    """(Account, subject) → the day on which the second person's word let it stand; all of a book in one question."""
    found: dict[tuple[Any, str], dict[Any, date]] = {}
    words = StatementVoucher.objects.filter(bank_account__book=book).order_by("said_at")
    for account, subject, user, said_at in words.values_list("bank_account", "subject", "author__user", "said_at"):
        found.setdefault((account, subject), {}).setdefault(user, said_at.date())
    return {key: sorted(days.values())[PEOPLE_MIN - 1] for key, days in found.items() if len(days) >= PEOPLE_MIN}


def vouched(*, bank_account: BankAccount, subject: str) -> bool:
    found = StatementVoucher.objects.filter(bank_account=bank_account, subject=subject)
    return found.values("author__user").distinct().count() >= PEOPLE_MIN


def _periods(statements: Iterable[Statement]) -> list[Period]:
    return [
        Period(row.number, row.opening_on, row.closing_on, row.opening_minor, row.closing_minor, row.format == TABLE) for row in statements
    ]
