"""Which accounts may collect today: those of bodies whose permit runs and whose legal pages stand (the rule is in `parties.legal.rules`)."""

from datetime import date

from django.db.models import Q, QuerySet

from awna.books.models import BankAccount, Book
from awna.core.ledger.rules import BANK
from awna.core.problems import Problem, Refused
from awna.parties.legal.rules import collecting_problem, collecting_problems, may_collect, owners_that_may_collect
from awna.parties.models import Campaign


def accounts_that_collect(day: date | None = None) -> QuerySet[BankAccount]:
    """The bank accounts of every campaign on which may be collected."""
    owner = Q(section=None, book__campaign__in=owners_that_may_collect())
    return BankAccount.objects.filter(owner | Q(section__in=may_collect(day)), custody__type=BANK)


def collecting_accounts(book: Book, *, day: date | None = None) -> QuerySet[BankAccount]:
    """The bank accounts that a giver may choose."""
    return accounts_that_collect(day).filter(book=book).order_by("holder")


def is_collecting(campaign: Campaign) -> bool:
    """Somebody takes gifts of money today: pages offer to give."""
    return accounts_that_collect().filter(book__campaign=campaign).exists()


def closed_bodies(book: Book, *, day: date | None = None) -> list[Problem]:
    """Why sections with an account, or the owner with one, collect nothing today."""
    barred = collecting_problems(book.campaign, day=day)
    if not barred:
        return []
    held = set(BankAccount.objects.filter(book=book, custody__type=BANK).order_by().values_list("section", flat=True))
    return [problem for body, problem in barred.items() if body in held]


def account_problem(account: BankAccount, *, day: date | None = None) -> Problem | None:
    """Why nothing may be collected on an account on a day, or None."""
    return collecting_problem(campaign=account.book.campaign, section=account.section, day=day)


def refuse_unless_collecting(*, account: BankAccount, day: date | None = None) -> None:
    """Refused on a day on which the account's body may not collect."""
    problem = account_problem(account, day=day)
    if problem:
        raise Refused(problem)
