"""Files that were brought in, what each of their rows made, and how columns were read the last time."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role

DRAFT, DONE, UNDONE, DROPPED = "draft", "done", "undone", "dropped"
STATES = [
    (DRAFT, _("looked at, nothing taken in yet")), (DONE, _("brought in")), (UNDONE, _("taken back")),
    (DROPPED, _("put away")),
]  # fmt: skip


class BringInQuerySet(models.QuerySet["BringIn"]):
    def for_actor(self, actor: Actor, *kinds: tuple[str, tuple[str, ...], bool]) -> Self:
        """Files of these (kind, roles, own body): those of the actor's own section; all for a role without a section, but where `own body` is true."""
        found = models.Q(pk=None)
        for kind, names, own_body in kinds:
            for role in actor.roles:
                if role.name in names:
                    mine = models.Q(kind=kind, campaign=role.campaign_id)
                    found |= mine if role.section_id is None and not own_body else mine & models.Q(brought_by__section=role.section_id)
        return self.filter(found)


class BringIn(models.Model):
    """One file of rows. `content` and `rows` are sealed, for they name people: emptied when all is taken in, else only refused rows stay.

    `rows` is JSON: of a draft the rows of its sheet, later the refused rows with their reasons.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="bring_ins")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    content = SealedTextField(blank=True)
    rows = SealedTextField(blank=True)
    sheets = models.JSONField(default=list)
    mapping = models.JSONField(null=True)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default=DRAFT)
    brought_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BringInQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "I", "kind": "I", "name": "I", "digest": "I", "content": "S", "rows": "S", "sheets": "I", "mapping": "I",
        "options": "I", "state": "I", "brought_by": "I", "brought_at": "I", "done_at": "I", "new": "I", "known": "I", "refused": "I",
        "undone_by": "I", "undone_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-brought_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def head_row(self) -> int:
        return int((self.mapping or {}).get("head_row", 1))


class BroughtRow(models.Model):
    """What a row of a file made: `ref` names it in the room that keeps it, such as `volunteer:…`."""

    bring_in = models.ForeignKey(BringIn, on_delete=models.PROTECT, related_name="made")
    number = models.PositiveIntegerField()
    ref = models.CharField(max_length=80)

    field_classes = {"id": "I", "bring_in": "I", "number": "I", "ref": "I"}

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["bring_in", "number"], name="campaigns_broughtrow_once")]

    def __str__(self) -> str:
        return self.ref

    @property
    def key(self) -> str:
        return self.ref.partition(":")[2]


class KnownColumns(models.Model):
    """How the columns of a file of this kind were read: offered for the next file. `heads` are all heads of that file."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="known_columns")
    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    heads = models.JSONField()
    columns = models.JSONField()
    saved_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    field_classes: dict[str, Any] = {
        "id": "I", "campaign": "I", "kind": "I", "digest": "I", "heads": "I", "columns": "I", "saved_by": "I", "saved_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "kind", "digest"], name="campaigns_knowncolumns_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.saved_at:%Y-%m-%d}"
