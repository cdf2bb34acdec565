"""Looks at the books of each campaign: guards, log, statements, the bank beside the book, cash boxes that nobody counts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from awna.approvals.cash.box_shown import COUNT_AGE_DAYS_MAX, all_boxes
from awna.books.checks import migrations_wait, standing_problems
from awna.books.models import BankAccount, Book, Statement
from awna.books.services import log_standing
from awna.books.services.publish import continuity_problems
from awna.books.services.vouchers import holes_of
from awna.books.services.waiting import waiting_at
from awna.core.problems import Problem

from .findings import BAD, LOOK, Finding

SIGNED_AGE_MAX = timedelta(hours=3)
STATEMENT_AGE_MAX = timedelta(days=45)


def guards_look() -> Iterator[Finding]:
    if migrations_wait(connection):
        return  # said already; the guards of an older version are not those of this one
    for problem in standing_problems(connection):
        yield Finding("guards", BAD, problem, "awna restore")


def log_look(book: Book) -> Iterator[Finding]:
    name = f"log {book.campaign.slug}"
    for problem in continuity_problems(book):
        yield Finding(name, BAD, problem, f"awna checklog {book.campaign.slug}")
    standing = log_standing(book)
    if standing.waiting and (standing.signed_at is None or timezone.now() - standing.signed_at > SIGNED_AGE_MAX):
        yield Finding(name, BAD, Problem("entries_not_signed", "%(n)s entries of the book wait to be signed and published.", {"n": standing.waiting}),
                      f"awna publishlog {book.campaign.slug}")  # fmt: skip


def statements_look(book: Book) -> Iterator[Finding]:
    name, slug = f"statements {book.campaign.slug}", book.campaign.slug
    for account in BankAccount.objects.filter(book=book).exclude(custody__type="cash").select_related("commodity"):
        where = f"…{account.iban.replace(' ', '')[-4:]} {account.currency}"
        holes = holes_of(account)
        if holes:
            yield Finding(name, BAD, Problem("statements_missing", "Account %(account)s has %(n)s holes between its statements.", {"account": where, "n": len(holes)}),
                          f"awna importstatement FILE --iban {account.iban} --campaign {slug} --as EMAIL")  # fmt: skip
        last = (
            Statement.objects.filter(bank_account=account)
            .exclude(closing_on=None)
            .order_by("-closing_on")
            .values_list("closing_on", flat=True)
            .first()
        )
        if last and timezone.localdate() - last > STATEMENT_AGE_MAX:
            yield Finding(name, LOOK, Problem("statements_old", "The last statement of account %(account)s ends on %(day)s.", {"account": where, "day": last}),
                          f"awna importstatement FILE --iban {account.iban} --campaign {slug} --as EMAIL")  # fmt: skip
    waiting = sum(lines for lines, _left in waiting_at(book).values())
    if waiting:
        yield Finding(
            name, LOOK, Problem("lines_wait", "%(n)s lines of the bank are not booked yet.", {"n": waiting}), f"/desk/{slug}/bank/"
        )


def boxes_look(book: Book) -> Iterator[Finding]:
    """Cash that nobody counted for long is cash that may be gone without anybody knowing."""
    for one in all_boxes(book.campaign):
        if not one.is_stale:
            continue
        said = {"box": one.box.name, "days": COUNT_AGE_DAYS_MAX}
        yield Finding(f"cash {book.campaign.slug}", LOOK, Problem("box_not_counted", "Nobody counted the cash box “%(box)s” for more than %(days)s days.", said),
                      f"awna countcash {one.box.pk} AMOUNT --as EMAIL")  # fmt: skip


def published_look(book: Book) -> Iterator[Finding]:
    """Files of the log that somebody deleted or that the disk lost are noticed by the whole check; here only that the newest is there."""
    from awna.books.services.heads import log_folder

    standing = log_standing(book)
    if standing.size and not (Path(log_folder(book)) / "checkpoint").is_file():
        yield Finding(f"log {book.campaign.slug}", BAD, Problem("log_not_published", "The published files of the log are gone."),
                      f"awna publishlog {book.campaign.slug} --rebuild")  # fmt: skip
