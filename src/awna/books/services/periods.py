"""The frame of the book: what it opens with, and periods that close."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.digest import digest_of
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, Book, Document, Entry, Fund, Movement, Statement
from .accounts import Row, Spot
from .acts import carry_out, first_answer, propose_act
from .posting import post_entry
from .reading import trial_balance
from .vouchers import refuse_open_holes


@transaction.atomic
def propose_opening_balance(
    *, bank_account: BankAccount, parts: Sequence[tuple[Fund, int]], documents: Sequence[Document], filed_by: Role, expires_on: date,
    request_id: str,
) -> Proposal:  # fmt: skip
    """Ask the stewards to take over what the account's first statement opens with, divided among funds."""
    book = bank_account.book
    _refuse_after_first_period(book)
    first = first_statement(bank_account)
    opening = first.opening_minor if first else None
    if not opening or sum(amount for _, amount in parts) != opening:
        scale, code = bank_account.commodity.scale, bank_account.commodity.code
        raise Refused(Problem(
            "opening_is_not_the_statements", "The first statement opens with %(has)s %(code)s; the parts make %(asked)s. They must be the same.",
            {"has": format_minor(opening or 0, scale), "asked": format_minor(sum(amount for _, amount in parts), scale), "code": code}))  # fmt: skip
    if not documents:
        raise Refused(Problem("document_missing", "Attach the evidence for the opening balance, such as the first statement."))
    rows = []
    for fund, amount in parts:
        place = (str(fund.pk), str(bank_account.commodity_id))
        rows.append(Row(Spot(rules.EXT, None, *place), Spot(rules.FREE, str(bank_account.custody_id), *place), amount))
    return propose_act(
        book=book, kind="open", rows=rows, documents=documents, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )


@transaction.atomic
def propose_opening_stock(
    *, book: Book, rows: Sequence[Row], documents: Sequence[Document], filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Ask the stewards to take over goods that lie in stores, and advances that suppliers already hold."""
    _refuse_after_first_period(book)
    if any(row.credit.stage not in (rules.STOCK, rules.ADVANCE) for row in rows) or not documents:
        raise Refused(
            Problem("opening_wrong", "Open stores and advances with evidence; a bank balance is opened from its first statement.")
        )
    return propose_act(
        book=book, kind="open", rows=rows, documents=documents, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )


@transaction.atomic
def open_balances(*, proposal: Proposal, author: Role, effective_date: date | None = None, request_id: str) -> Entry:
    """Post the opening that the stewards approved, before any period is closed."""
    book = proposal.campaign.book
    first = first_answer(book, request_id=request_id, kind="open")
    if first is not None:
        return first
    _refuse_after_first_period(book)
    return carry_out(proposal=proposal, author=author, effective_date=effective_date, request_id=request_id)


@transaction.atomic
def close_period(*, book: Book, through: date, author: Role, request_id: str) -> Entry:
    """Close every day up to `through`: from then on nothing can be dated there. The entry carries the digest of the trial balance."""
    first = first_answer(book, request_id=request_id, kind="close")
    if first is not None:
        return first
    today, before = timezone.localdate(), closed_through(book)
    if through >= today:
        raise Refused(
            Problem("period_not_over", "The period ends on %(through)s; close it after that day.", {"through": through}, "through")
        )
    if before is not None and through <= before:
        raise Refused(
            Problem("period_closed", "Everything up to %(before)s is closed already. Name a later day.", {"before": before}, "through")
        )
    waiting = Movement.objects.unfinished(book).filter(booked_on__lte=through).count()
    if waiting:
        raise Refused(Problem("period_has_open_lines", "Lines of statements up to %(through)s that are not settled: %(n)s. Settle them first.",
                              {"n": waiting, "through": through}, "through"))  # fmt: skip
    refuse_open_holes(book=book, through=through)
    payload = {"about": "close", "through": through.isoformat(), "balances": digest_of(trial_balance(book))}
    return post_entry(book=book, kind="close", rows=(), author=author, effective_date=today, request_id=request_id, memo=payload)


def closed_through(book: Book) -> date | None:
    """The last day of the last closed period."""
    last = Entry.objects.filter(book=book, kind="close").order_by("-seq").first()
    return date.fromisoformat(json.loads(bytes(last.leaf))["payload"]["through"]) if last else None


def open_day(book: Book, day: date) -> date:
    """The day under which something of `day` can still be written: itself, or the first one after the last closed period."""
    return day_after(closed_through(book), day)


def day_after(closed: date | None, day: date) -> date:
    return day if closed is None or day > closed else closed + timedelta(days=1)


def first_statement(account: BankAccount) -> Statement | None:
    """The oldest statement of the account."""
    return account.statements.exclude(opening_minor=None).order_by("opening_on", "file__stored_at", "position").first()


def _refuse_after_first_period(book: Book) -> None:
    if closed_through(book) is not None:
        raise Refused(Problem("first_period_is_over", "Balances are taken over only before the first period is closed. Post a correction."))
