"""Which accounts may collect today: those of the owner, and of sections whose permit runs."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from awna.books.models import BankAccount, Book
from awna.core.ledger.rules import BANK
from awna.core.problems import Problem, Refused
from awna.parties.models import Section


def collecting_accounts(book: Book, *, day: date | None = None) -> QuerySet[BankAccount]:
    """The bank accounts that a giver may choose."""
    open_sections = Section.objects.filter(campaign=book.campaign_id).collecting_on(day or timezone.localdate())
    return BankAccount.objects.filter(Q(section=None) | Q(section__in=open_sections), book=book, custody__type=BANK).order_by("holder")


def closed_sections(book: Book, *, day: date | None = None) -> list[Problem]:
    """Why sections with an account collect nothing today."""
    found = Section.objects.filter(bank_accounts__book=book).distinct().order_by("name")
    return [problem for section in found if (problem := section.permit_problem(day or timezone.localdate()))]


def refuse_unless_collecting(*, account: BankAccount, day: date | None = None) -> None:
    """Refused on a day on which the account's section has no permit."""
    problem = account.section.permit_problem(day or timezone.localdate()) if account.section else None
    if problem:
        raise Refused(problem)
