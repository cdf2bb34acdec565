"""Gifts that came before the book began: brought in from a file, under the balance that the account opened with. They post nothing."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Fund
from awna.consent.models import Proposal
from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Role

from .giving import Donor

EARLIER_KINDS = [("gift", _("Gift before the book began")), ("opening", _("Part of the opening balance"))]
UNDONE = "undone"
IMPORT_STATES = [("draft", _("looked at")), ("done", _("brought in")), (UNDONE, _("taken back"))]


class GiftImportQuerySet(models.QuerySet["GiftImport"]):
    def for_actor(self, actor: Actor) -> Self:
        """The imports into accounts of the actor's very section; donors are known to their own section alone."""
        sections = [role.section_id for role in actor.roles if role.section_id]
        whole = {role.campaign_id for role in actor.roles if role.section_id is None}
        return self.filter(
            models.Q(bank_account__section__in=sections) | models.Q(bank_account__section=None, bank_account__book__campaign__in=whole)
        )


class GiftImport(models.Model):
    """One file of earlier gifts. `content` stands while somebody looks at it and is emptied when it is brought in; the digest stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="gift_imports")
    digest = models.CharField(max_length=64)
    content = SealedTextField(blank=True)
    decimal = models.CharField(max_length=10)
    separator = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=IMPORT_STATES, default="draft")
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    opening = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="gift_imports")

    objects = GiftImportQuerySet.as_manager()
    field_classes = {
        "id": "I", "bank_account": "P", "digest": "I", "content": "S", "decimal": "I", "separator": "I", "state": "I", "author": "I",
        "made_at": "I", "done_at": "I", "new": "I", "known": "I", "refused": "I", "opening": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            # A file of which every row was taken is done with; one that left rows out may come again.
            models.UniqueConstraint(
                fields=["bank_account", "digest"], condition=models.Q(state="done", refused=0), name="donations_giftimport_whole_once"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.digest[:8]}"


class EarlierGift(models.Model):
    """A row that was brought in: a gift with its donor, or, without one, what a fund opens with. `row_key` is the file's own key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gift_import = models.ForeignKey(GiftImport, on_delete=models.PROTECT, related_name="rows")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="earlier_gifts")
    row_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=EARLIER_KINDS)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, null=True, blank=True, related_name="earlier_gifts")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="earlier_gifts")
    amount_minor = models.BigIntegerField()
    received_on = models.DateField(null=True, blank=True)

    field_classes = {
        "id": "I", "gift_import": "I", "bank_account": "P", "row_key": "I", "kind": "I", "donor": "I", "fund": "P", "amount_minor": "I",
        "received_on": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["received_on", "row_key"]
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "row_key"], name="donations_earlier_row_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_earlier_positive"),
        ]

    def __str__(self) -> str:
        return f"earlier gift {str(self.pk)[:8]}"
