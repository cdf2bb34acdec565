"""Receipts: numbered without gaps for each issuer and year, frozen once issued, voided but never removed."""

import json
import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role, Section

from .giving import Donor, Gift

RECEIPT_KINDS = [("single", _("Tax receipt")), ("annual", _("Tax receipt for a year")), ("confirmation", _("Plain confirmation"))]
VOIDING = frozenset({"voided_at", "void_reason", "voided_by"})
"""All that may ever be written into a receipt that stands."""


class ReceiptSeries(models.Model):
    """The last number of one issuer's year; locked by whoever takes the next. `issuer` is the id of a section, or of a campaign for its owner."""

    issuer = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    field_classes = {"id": "I", "issuer": "P", "year": "P", "last": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "year"], name="donations_receiptseries_once")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.year}: {self.last}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def for_actor(self, actor: Actor) -> Self:
        """Those of the actor's section; for a role without a section those of the campaign's owner alone."""
        sections = [role.section_id for role in actor.roles if role.section_id]
        whole = {role.campaign_id for role in actor.roles if role.section_id is None}
        return self.filter(models.Q(section__in=sections) | models.Q(section=None, campaign__in=whole))

    def standing(self) -> Self:
        return self.filter(voided_at=None)


class Receipt(models.Model):
    """One numbered receipt. `content` is all that its paper says, `digest` that of `content`; a correction is another receipt that `replaces` it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="receipts")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="receipts")
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="receipts")
    issuer = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=RECEIPT_KINDS)
    gifts_year = models.PositiveSmallIntegerField(null=True, blank=True)
    rules = models.CharField(max_length=60)
    currency = models.CharField(max_length=40)
    scale = models.PositiveSmallIntegerField()
    total_minor = models.BigIntegerField()
    content = SealedTextField()
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = SealedTextField(blank=True)
    voided_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReceiptQuerySet.as_manager()
    # The content holds a random salt, so that its digest tells nothing of a name or an amount.
    field_classes = {
        "id": "I", "campaign": "I", "section": "I", "donor": "I", "issuer": "I", "year": "I", "number": "I", "kind": "I", "gifts_year": "I",
        "rules": "I", "currency": "I", "scale": "I", "total_minor": "I", "content": "C", "digest": "I", "issued_at": "I", "issued_by": "I",
        "replaces": "I", "voided_at": "I", "void_reason": "C", "voided_by": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [models.UniqueConstraint(fields=["issuer", "year", "number"], name="donations_receipt_number_once")]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once in the database, nothing but its voiding is written; the triggers of the database say the same."""
        if not self._state.adding and not set(kwargs.get("update_fields") or ["everything"]) <= VOIDING:
            raise TypeError("a receipt that was issued does not change: void it and issue another")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a receipt is never removed: void it")

    @property
    def label(self) -> str:
        """`2026-00017`, as it stands on the paper."""
        return f"{self.year}-{self.number:05d}"

    @property
    def said(self) -> dict[str, Any]:
        """What the paper says."""
        return dict(json.loads(self.content))


class ReceiptGift(models.Model):
    """A gift stands on a receipt, until that is voided: then `released_at` lets another one be issued."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="receipt_lines")
    released_at = models.DateTimeField(null=True, blank=True)

    field_classes = {"id": "I", "receipt": "I", "gift": "I", "released_at": "I"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gift"], condition=models.Q(released_at=None), name="donations_gift_one_valid_receipt"),
            models.UniqueConstraint(fields=["receipt", "gift"], name="donations_receipt_gift_once"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.gift_id}"


class ReceiptPaper(models.Model):
    """The PDF of a receipt, sealed, made once from its content: the bytes that a donor got are the bytes that stay."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, primary_key=True, related_name="paper")
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    field_classes = {"receipt": "I", "sealed": "C", "digest": "I", "made_at": "I"}

    def __str__(self) -> str:
        return f"paper of {self.receipt_id}"
