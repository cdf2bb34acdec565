"""What is known about bank files beside their lines: how they are read, files and lines that wait, details, and people who vouch for a fault."""

import json
import uuid
from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from awna.core.banking.statement import Line, line_from_plain
from awna.kit.sealed import SealedTextField

from .bank import BankAccount, Movement, StatementFile

PROVISIONAL_STATES = [
    ("waiting", _("waits for the final statement")),
    ("confirmed", _("confirmed")),
    ("withdrawn", _("not confirmed by the bank")),
]


class StatementProfile(models.Model):
    """What the columns of an account's CSV mean. A change is a new version; the newest is in force, and the older ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="profiles")
    version = models.PositiveIntegerField()
    content = models.TextField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)
    saved_at = models.DateTimeField(auto_now_add=True)

    field_classes = {
        "id": "I", "bank_account": "I", "version": "I", "content": "I", "author": "I", "request_id": "I", "saved_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_account", "version"], name="books_statement_profile_once")]

    def __str__(self) -> str:
        return f"profile {self.version}"


class StatementHoldQuerySet(models.QuerySet["StatementHold"]):
    def waiting(self) -> Self:
        """Files that brought nothing yet and that nobody put aside."""
        return self._by_last_word(aside=False)

    def put_aside(self) -> Self:
        return self._by_last_word(aside=True)

    def _by_last_word(self, *, aside: bool) -> Self:
        newest = StatementAside.objects.filter(file=models.OuterRef("file")).order_by("-said_at", "-pk").values("aside")[:1]
        found = self.filter(file__statements=None).annotate(is_aside=Coalesce(models.Subquery(newest), False))
        return found.filter(is_aside=aside).select_related("file__bank_account__book").order_by("held_at")


class StatementHold(models.Model):
    """A file that is kept and brings nothing yet: `problems` say what does not add up, and two people may vouch for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.OneToOneField(StatementFile, on_delete=models.PROTECT, related_name="hold")
    problems = models.TextField()
    profile = models.ForeignKey(StatementProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(auto_now_add=True)

    objects = StatementHoldQuerySet.as_manager()
    field_classes = {"id": "I", "file": "I", "problems": "I", "profile": "I", "held_at": "I"}

    def __str__(self) -> str:
        return f"hold of {self.file}"

    @property
    def found(self) -> list[dict[str, Any]]:
        return list(json.loads(self.problems))

    @property
    def subject(self) -> str:
        return f"file:{self.file.digest}"


class StatementAside(models.Model):
    """A waiting file put aside with the reason, or taken up again. The newest word on a file is in force, and the older ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="asides")
    aside = models.BooleanField()
    reason = models.TextField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "file": "I", "aside": "I", "reason": "I", "author": "I", "said_at": "I"}

    def __str__(self) -> str:
        return f"{'put aside' if self.aside else 'taken up again'}: {self.file}"


class StatementVoucher(models.Model):
    """One person's word, with the reason, that a fault of an account's statements is known and stands. It takes two people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="vouchers")
    subject = models.CharField(max_length=120)
    reason = models.TextField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "bank_account": "I", "subject": "I", "reason": "I", "author": "I", "said_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_account", "subject", "author"], name="books_statement_voucher_once")]

    def __str__(self) -> str:
        return f"word on {self.subject[:20]}"


class InterimRule(models.Model):
    """Whether the interim reports (CAMT.052, MT942) of an account are all that its bank gives, so that their lines are posted. The newest is in force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="interim_rules")
    posts = models.BooleanField()
    author = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "bank_account": "P", "posts": "P", "author": "I", "said_at": "I"}

    def __str__(self) -> str:
        return "interim reports are posted" if self.posts else "interim reports are shown"


class ProvisionalLine(models.Model):
    """A line of an interim report that no final statement has confirmed yet: shown and matched, never in the book."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="provisional_lines")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="provisional_lines")
    state = models.CharField(max_length=10, choices=PROVISIONAL_STATES, default="waiting")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, blank=True, related_name="provisional_lines")
    line_key = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    booked_on = models.DateField()
    content = SealedTextField()

    field_classes = {
        "id": "I", "file": "I", "bank_account": "I", "state": "I", "movement": "I", "line_key": "I", "amount": "I", "booked_on": "I", "content": "S",
    }  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["bank_account", "state", "booked_on"], name="books_provisional_waiting")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.booked_on}, {self.state}"

    @property
    def line(self) -> Line:
        return line_from_plain(json.loads(self.content))


class DetailNotice(models.Model):
    """What a notice (CAMT.054) says one booking consists of, kept so that whichever file comes first the booking has the same parts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="notices")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="notices")
    amount = models.BigIntegerField()
    content = SealedTextField()

    field_classes = {"id": "I", "file": "I", "bank_account": "I", "amount": "I", "content": "S"}

    class Meta:
        indexes = [models.Index(fields=["bank_account", "amount"], name="books_notice_amount")]

    def __str__(self) -> str:
        return f"details of {self.amount}"

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line_from_plain(one) for one in json.loads(self.content))


class MovementDetail(models.Model):
    """What a bank says of a line beside its words: by these ids a returned debit finds what it returns. Only where something is said."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    end_to_end_id = SealedTextField(blank=True)
    mandate_id = SealedTextField(blank=True)
    return_reason = SealedTextField(blank=True)
    purpose = SealedTextField(blank=True)

    field_classes = {"movement": "I", "end_to_end_id": "C", "mandate_id": "C", "return_reason": "S", "purpose": "S"}

    def __str__(self) -> str:
        return f"details of {self.movement_id}"
