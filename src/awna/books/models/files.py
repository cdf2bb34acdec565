"""What is known about bank files beside their lines: how a bank's tables are read, files that wait, and people who vouch for a fault."""

import json
import uuid
from typing import Any

from django.db import models

from .bank import BankAccount, StatementFile


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


class StatementHold(models.Model):
    """A file that is kept and brings nothing yet: `problems` say what does not add up, and two people may vouch for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.OneToOneField(StatementFile, on_delete=models.PROTECT, related_name="hold")
    problems = models.TextField()
    profile = models.ForeignKey(StatementProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"id": "I", "file": "I", "problems": "I", "profile": "I", "held_at": "I"}

    def __str__(self) -> str:
        return f"hold of {self.file}"

    @property
    def found(self) -> list[dict[str, Any]]:
        return list(json.loads(self.problems))

    @property
    def subject(self) -> str:
        return f"file:{self.file.digest}"


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
