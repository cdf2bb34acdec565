"""How an account is named in payment codes and in files for its bank."""

from django.db import models

from awna.books.models import BankAccount

NOTICE_DAYS = 14
"""Calendar days by which a debit is announced, unless the mandate agrees on fewer (SEPA Direct Debit Core rulebook, 4.3)."""


class Creditor(models.Model):
    """The address of an account's holder in fields, as banks ask since November 2026, and the id under which it may debit.

    The account itself is named in `books` alone: whatever is shown, encoded or filed reads holder and IBAN from there.
    """

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="creditor")
    street = models.CharField(max_length=70, blank=True)
    building = models.CharField(max_length=16, blank=True)
    post_code = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    creditor_id = models.CharField(max_length=35, blank=True)
    notice_days = models.PositiveSmallIntegerField(default=NOTICE_DAYS)

    field_classes = {
        "id": "I", "bank_account": "P", "street": "P", "building": "P", "post_code": "P", "town": "P", "country": "P", "creditor_id": "P",
        "notice_days": "P",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.town} {self.country}"
