"""Mails with their state, addresses that mail does not reach, what left in each hour, and the test that proved the settings."""

import json
import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.core.problems import Problem

from ..codes import MailedCode
from ..sealed import SealedTextField

NOBODY = uuid.UUID(int=0)
"""In place of a campaign or section where a mail belongs to none: an empty column would not be unique."""
KINDS = [
    ("code", _("a code")), ("invitation", _("an invitation")), ("sign-in", _("sign-in")), ("notice", _("a notice")), ("gift", _("about a gift")),
    ("receipt", _("a receipt")), ("debit", _("a direct debit")), ("letter", _("an open letter")), ("news", _("news")), ("event", _("an event")),
    ("test", _("a test")), ("other", _("something else")),
]  # fmt: skip


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> Self:
        return self.filter(state=Mail.WAITING)

    def due(self, now: datetime) -> Self:
        """What may be tried now: codes and answers before letters to many."""
        return self.waiting().filter(next_try_at__lte=now).order_by("is_bulk", "next_try_at", "made_at")


class Mail(models.Model):
    """One mail to one address. Its texts are dropped when it left; `for_campaign` and `for_section` are keys that only upper rooms can read."""

    WAITING, LEFT, FAILED, BOUNCED, GIVEN_UP = "waiting", "left", "failed", "bounced", "given_up"
    STATES = [(WAITING, _("waits")), (LEFT, _("sent")), (FAILED, _("failed")), (BOUNCED, _("came back")), (GIVEN_UP, _("given up"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    for_campaign = models.UUIDField(default=NOBODY)
    for_section = models.UUIDField(default=NOBODY)
    kind = models.CharField(max_length=12, choices=KINDS, default="other")
    is_bulk = models.BooleanField(default=False)
    address = SealedTextField()
    address_index = models.CharField(max_length=64, db_index=True)
    subject = SealedTextField(blank=True)
    body = SealedTextField(blank=True)
    stop_url = SealedTextField(blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    error = SealedTextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()
    # What a mail server answers names the address.
    field_classes = {
        "id": "I", "for_campaign": "I", "for_section": "I", "kind": "I", "is_bulk": "I", "address": "C", "address_index": "I", "subject": "C",
        "body": "C", "stop_url": "C", "state": "I", "tries": "I", "error": "C", "made_at": "I", "next_try_at": "I", "ended_at": "I",
    }  # fmt: skip
    unsealed = {"address_index": "a keyed hash"}

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="kit_mail_due"),
            models.Index(fields=["for_campaign", "state"], name="kit_mail_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def problem(self) -> Problem | None:
        """Why it has not arrived, as far as it is known."""
        return problem_from(self.error)


class DeadAddress(models.Model):
    """An address that its server refused for good; a campaign that writes to it sees it, and nothing is mailed there until somebody says so."""

    for_campaign = models.UUIDField(default=NOBODY)
    for_section = models.UUIDField(default=NOBODY)
    kind = models.CharField(max_length=12, choices=KINDS, default="other")
    address = SealedTextField()
    address_index = models.CharField(max_length=64, db_index=True)
    error = SealedTextField(blank=True)
    since = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "for_campaign": "I", "for_section": "I", "kind": "I", "address": "C", "address_index": "I", "error": "C", "since": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["for_campaign", "for_section", "kind", "address_index"], name="kit_dead_address_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since:%Y-%m-%d}"

    @property
    def problem(self) -> Problem | None:
        return problem_from(self.error)


class SentHour(models.Model):
    """How many mails of a campaign left in one hour: what its quota is counted by."""

    for_campaign = models.UUIDField(default=NOBODY)
    hour = models.DateTimeField()
    mails = models.PositiveIntegerField(default=0)

    field_classes = {"id": "I", "for_campaign": "I", "hour": "I", "mails": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["for_campaign", "hour"], name="kit_sent_hour_once")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.mails}"


class MailProof(MailedCode):
    """A test mail, and the day on which somebody typed its code: these settings reach a mailbox."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    settings_digest = models.CharField(max_length=64)
    proven_at = models.DateTimeField(null=True, blank=True)

    field_classes = {**MailedCode.field_classes, "id": "I", "settings_digest": "I", "proven_at": "I"}

    class Meta:
        ordering = ["-mailed_at"]

    def __str__(self) -> str:
        return f"{self.mailed_at} {self.proven_at}"


def problem_from(text: str) -> Problem | None:
    said = json.loads(text) if text else None
    return Problem(said["code"], said["text"], said["params"]) if said else None


def problem_kept(problem: Problem | None) -> str:
    """A problem as text for a column; it is put into a reader's language when it is shown."""
    if problem is None:
        return ""
    params = {name: str(value) for name, value in problem.params.items()}
    return json.dumps({"code": problem.code, "text": problem.text, "params": params}, ensure_ascii=False)
