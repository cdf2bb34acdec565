"""Lines of the bank that no entry has used whole yet: what explains a difference between book and bank."""

from typing import Any

from django.db.models import Case, Count, F, Sum, When
from django.db.models.functions import Abs

from ..models import BankAccount, Book, Movement

_LEFT = Abs("amount") - F("used")


def waiting_at(book: Book) -> dict[Any, tuple[int, int]]:
    """Bank account → (number of lines, signed minor units of them that no entry has used). Answered by the index of waiting lines alone."""
    accounts = list(BankAccount.objects.filter(book=book).values_list("pk", flat=True))
    found = Movement.objects.filter(bank_account__in=accounts, used__lt=Abs("amount")).order_by().values_list("bank_account")
    sums = found.annotate(lines=Count("*"), left=Sum(Case(When(amount__gt=0, then=_LEFT), default=-_LEFT)))
    return {account: (lines, int(left)) for account, lines, left in sums}
