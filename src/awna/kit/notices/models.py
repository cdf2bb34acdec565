"""Notices, each for one reader, and how each reader wants to be told. A reader is a key: users live in a room above."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..sealed import SealedTextField


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def unmailed(self) -> Self:
        """What waits for the reader's next letter; what was read on the page needs none."""
        return self.filter(mailed_at=None, read_at=None)


class Notice(models.Model):
    """Something that one reader should know; `key` names the matter, so that nobody is told twice. Its words are in the reader's language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reader = models.UUIDField()
    for_campaign = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=160)
    subject = SealedTextField()
    body = SealedTextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    is_private = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()
    field_classes = {
        "id": "I", "reader": "I", "for_campaign": "I", "key": "I", "subject": "C", "body": "C", "address": "I", "is_private": "I", "made_at": "I",
        "mailed_at": "I", "read_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["reader", "key"], name="kit_notice_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.made_at:%Y-%m-%d}"


class NoticeChoice(models.Model):
    """How often a reader is mailed, and in which language; who never chose is mailed at once in the language of the place."""

    NOW, DAILY, WEEKLY, NEVER = "now", "daily", "weekly", "never"
    PACES = [
        (NOW, _("At once, one mail for each notice")),
        (DAILY, _("Once a day, all in one mail")),
        (WEEKLY, _("Once a week, all in one mail")),
        (NEVER, _("Never by mail: only on the page")),
    ]

    reader = models.UUIDField(primary_key=True)
    language = models.CharField(max_length=8, blank=True)
    pace = models.CharField(max_length=8, choices=PACES, default=NOW)
    mailed_at = models.DateTimeField(null=True, blank=True)

    field_classes = {"reader": "I", "language": "C", "pace": "I", "mailed_at": "I"}
    unsealed = {"language": "one of five that the site speaks"}

    def __str__(self) -> str:
        return f"{self.pace} {self.language}"
