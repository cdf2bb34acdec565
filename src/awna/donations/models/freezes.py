"""Why and how long a gift was frozen, who asked for it, and where its money is set aside meanwhile."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.consent.models import Proposal
from awna.kit.sealed import SealedTextField
from awna.parties.models import Role

from .giving import Gift

GROUNDS = [
    ("doubt", _("Somebody doubts whose money it is")),
    ("screening", _("The giver may stand on a list of sanctions")),
    ("order", _("A court or an authority orders it")),
]
NOTE_CHARS_MAX = 500


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def running(self) -> Self:
        return self.filter(ended_at=None)


class Freeze(models.Model):
    """One time of being frozen, from `begun_at` to `ended_at`. `proposal` holds the money; none where nothing of it lay free."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="freezes")
    ground = models.CharField(max_length=10, choices=GROUNDS)
    note = SealedTextField(blank=True)
    begun_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    aside = 0
    """Minor units that are set aside now, and whether the stewards are asked to thaw it: filled by `freezes_of`."""
    asked = False

    objects = FreezeQuerySet.as_manager()
    field_classes = {
        "id": "I", "gift": "I", "ground": "I", "note": "C", "begun_by": "I", "begun_at": "I", "proposal": "I", "ended_by": "I", "ended_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gift"], condition=models.Q(ended_at=None), name="donations_freeze_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.begun_at:%Y-%m-%d}"
