"""That something was forgotten or taken away: its kind and its opaque id, and nothing about anybody."""

from django.db import models
from django.utils import timezone


class Tombstone(models.Model):
    """One act of forgetting. Only ever added to; the same lines stand in a file beside the database and on the second storage."""

    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "kind": "I", "subject": "I", "at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="tombstone_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
