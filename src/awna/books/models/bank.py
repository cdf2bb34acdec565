"""What the bank says: accounts, the files it gave, statements, and movements, each of which may be used once."""

import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Abs

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Section

from .naming import Book, Commodity, Custody


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def for_actor(self, actor: Actor) -> Self:
        """The accounts of the actor's section; all of the campaign for a role without a section."""
        campaigns = {role.campaign_id for role in actor.roles if role.section_id is None}
        return self.filter(models.Q(section__in=Section.objects.for_actor(actor)) | models.Q(book__campaign__in=campaigns))


class BankAccount(models.Model):
    """An account at a bank, published on the giving page, held by the owner (no section) or by a section."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="bank_accounts")
    section = models.ForeignKey("parties.Section", on_delete=models.PROTECT, null=True, blank=True, related_name="bank_accounts")
    holder = models.CharField(max_length=160)
    iban = models.CharField(max_length=40)
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="bank_accounts")
    custody = models.OneToOneField(Custody, on_delete=models.PROTECT, related_name="bank_account")

    objects = BankAccountQuerySet.as_manager()
    field_classes = {"id": "P", "book": "P", "section": "P", "holder": "P", "iban": "P", "commodity": "P", "custody": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "iban", "commodity"], name="books_bank_account_once")]

    def __str__(self) -> str:
        return f"{self.holder} {self.iban}"

    @property
    def currency(self) -> str:
        return self.commodity.code


class StatementFile(models.Model):
    """A file as the bank gave it, sealed; its digest tells a second import of the same bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="files")
    name = SealedTextField()
    digest = models.CharField(max_length=64)
    content = SealedTextField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)
    stored_at = models.DateTimeField(auto_now_add=True)

    field_classes = {
        "id": "I", "bank_account": "I", "name": "S", "digest": "I", "content": "S", "author": "I", "request_id": "I", "stored_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_account", "digest"], name="books_statement_file_once")]

    def __str__(self) -> str:
        return f"file {self.digest[:8]}"


class Statement(models.Model):
    """One statement of a file: its period and the two balances that the bank vouches for. Of a cash box: one `slip` or count, by its number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(max_length=60, blank=True)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    opening_on = models.DateField(null=True)
    closing_on = models.DateField(null=True)
    position = models.PositiveIntegerField()
    slip = models.PositiveIntegerField(null=True)
    format = models.CharField(max_length=20, blank=True, default="")

    field_classes = {
        "id": "I", "bank_account": "I", "file": "I", "number": "I", "opening_minor": "P", "closing_minor": "P",
        "opening_on": "P", "closing_on": "P", "position": "I", "slip": "P", "format": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_account", "slip"], name="books_statement_slip_once")]

    def __str__(self) -> str:
        return f"statement {self.number or self.position}"


class MovementQuerySet(models.QuerySet["Movement"]):
    def unclaimed(self, book: Book) -> Self:
        """Movements of which no entry of the book has used anything yet, oldest first."""
        return self.filter(bank_account__book=book, used=0).select_related("bank_account__commodity").order_by("booked_on", "position")

    def unfinished(self, book: Book) -> Self:
        """Said as the index of waiting lines says it; more than its amount is never used of a line."""
        return self.filter(bank_account__book=book, used__lt=Abs("amount"))

    def with_file(self) -> Self:
        """With the statement and the file that brought each; not with the file's content, which would be unsealed for each line."""
        joined = self.select_related("statement__file", "commodity", "custody__book", "bank_account__book", "bank_account__custody")
        return joined.defer("statement__file__content", "statement__file__name")

    def for_actor(self, actor: Actor) -> Self:
        return self.filter(bank_account__in=BankAccount.objects.for_actor(actor))


class Movement(models.Model):
    """One booked line of a statement, or of a cash box's numbered slip.

    `amount` is in signed minor units; `used` is what entries have taken of it. Without an account or a statement it was read back from
    a mirror, after both were lost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Every use of a line writes a row version into each index on PostgreSQL: no index of its own for what has few values or begins another.
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="movements", db_index=False)
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="movements")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+", db_index=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="movements")
    line_key = models.CharField(max_length=64, blank=True)
    occurrence = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    reference = SealedTextField(blank=True)
    text = SealedTextField(blank=True)
    counterparty = SealedTextField(blank=True)
    counter_account = SealedTextField(blank=True)
    bank_reference = SealedTextField(blank=True)
    used = models.BigIntegerField(default=0)

    objects = MovementQuerySet.as_manager()
    field_classes = {
        "id": "P", "bank_account": "I", "custody": "P", "commodity": "P", "statement": "I", "line_key": "I", "occurrence": "I",
        "position": "I", "amount": "P", "booked_on": "P", "value_on": "I", "reference": "C", "text": "S", "counterparty": "S",
        "counter_account": "S", "bank_reference": "I", "used": "P",
    }  # fmt: skip

    class Meta:
        indexes = [
            # The lines that wait are few among many that are settled: pages that compare book and bank ask for them each time.
            models.Index(
                fields=["bank_account", "amount", "used"], name="books_movement_waiting", condition=models.Q(used__lt=Abs("amount"))
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "line_key", "occurrence"], name="books_movement_once"),
            models.CheckConstraint(
                condition=models.Q(used__gte=0) & models.Q(used__lte=Abs("amount")), name="books_movement_used_within_amount"
            ),
            models.CheckConstraint(
                condition=models.Q(bank_account__isnull=False, statement__isnull=False)
                | models.Q(bank_account__isnull=True, statement__isnull=True),
                name="books_movement_of_a_statement",
            ),
            models.CheckConstraint(condition=~models.Q(amount=0), name="books_movement_not_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.booked_on}"

    @property
    def currency(self) -> str:
        return self.commodity.code
