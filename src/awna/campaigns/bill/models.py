"""Files of the bill while somebody looks at them, saved mappings of columns, and what was promised or set apart for a line."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign, Role

from ..models.place import BudgetLine

FILE_STATES = [("draft", _("looked at")), ("applied", _("applied")), ("dropped", _("put away")), ("undone", _("taken back"))]
CLAIM_KINDS = [("money", _("Money")), ("goods", _("Goods")), ("labour", _("Labour")), ("release", _("Release of funds"))]
CLAIM_STATES = [("asked", _("asked")), ("counts", _("counts")), ("ended", _("ended"))]


class BillFile(models.Model):
    """One file of a bill: its bytes, how its columns are read, corrected cells, and what was read of it. `before`: how the lines stood that it changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="bill_files")
    name = models.CharField(max_length=200)
    content = models.TextField()
    sheets = models.JSONField(default=list)
    mapping = models.JSONField(null=True)
    corrections = models.JSONField(default=dict)
    reading = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=FILE_STATES, default="draft")
    brought_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(default=dict)

    field_classes = {
        "id": "I", "campaign": "P", "name": "I", "content": "I", "sheets": "I", "mapping": "I", "corrections": "I", "reading": "I",
        "state": "I", "brought_by": "I", "brought_at": "I", "applied_at": "I", "before": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-brought_at"]

    def __str__(self) -> str:
        return self.name


class BillLayout(models.Model):
    """A mapping of columns kept under a name, and used again for a file with the same heads."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="bill_layouts")
    name = models.CharField(max_length=120)
    mapping = models.JSONField()
    saved_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "P", "name": "I", "mapping": "I", "saved_by": "I", "saved_at": "I"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="campaigns_layout_name_once")]

    def __str__(self) -> str:
        return self.name


class LineClaim(models.Model):
    """What somebody promised for a line, or what a release set apart of it. Rooms above write it through the services here.

    `minor` is in the line's own `currency`; `given_*` and `rate_on` say what it was before, where it was converted. One whose
    `holds_until` has passed no longer keeps others away. `ref` names the row above, such as `pledge:…`.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="line_claims")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=CLAIM_KINDS)
    state = models.CharField(max_length=10, choices=CLAIM_STATES, default="asked")
    minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    quantity = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    given_minor = models.BigIntegerField(default=0)
    given_currency = models.CharField(max_length=3, blank=True)
    rate = models.CharField(max_length=40, blank=True)
    rate_on = models.DateField(null=True, blank=True)
    holds_until = models.DateField(null=True, blank=True)
    ref = models.CharField(max_length=80)
    made_at = models.DateTimeField(default=timezone.now)

    field_classes = {
        "id": "I", "campaign": "P", "line": "P", "kind": "P", "state": "P", "minor": "P", "currency": "P", "quantity": "P", "given_minor": "P",
        "given_currency": "P", "rate": "P", "rate_on": "P", "holds_until": "P", "ref": "I", "made_at": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "ref"], name="campaigns_claim_ref_once"),
            models.CheckConstraint(condition=Q(minor__gte=0) & Q(quantity__gte=0), name="campaigns_claim_not_negative"),
        ]

    def __str__(self) -> str:
        return self.ref
