"""A release of funds as people speak of it, over one proposal and its milestones in the book; and what the stewards' desk remembers."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from awna.books.models import Commodity, Custody
from awna.campaigns.models import BudgetLine
from awna.consent.models import Decision, Proposal
from awna.parties.models import Campaign, Role

from .cash.models import (
    BenchmarkRate,
    CashArrival,
    CashBox,
    CashCount,
    CashPayment,
    CashReversal,
    Labourer,
    ReceiptBook,
    ReceiptPage,
    WageRow,
    WageSheet,
)

__all__ = [
    "BenchmarkRate",
    "CarriedOut",
    "CashArrival",
    "CashBox",
    "CashCount",
    "CashPayment",
    "CashReversal",
    "Labourer",
    "Look",
    "PublicReason",
    "QuoteRule",
    "ReceiptBook",
    "ReceiptPage",
    "Release",
    "ReleaseQuerySet",
    "Told",
    "WageRow",
    "WageSheet",
]


class ReleaseQuerySet(models.QuerySet["Release"]):
    def with_papers(self) -> Self:
        return self.select_related("proposal__epoch", "proposal__filed_by__user", "payee", "budget_line").prefetch_related(
            "proposal__decisions"
        )


class Release(models.Model):
    """Money asked for one payee, in one or several milestones. All figures stand in the proposal and the book."""

    PURPOSE = "release"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="release")
    payee = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="+")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    text = models.CharField(max_length=300)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = ReleaseQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "number": "P", "proposal": "P", "payee": "I", "budget_line": "P", "text": "P",
        "replaces": "P",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="approvals_release_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("decision", kwargs={"slug": self.campaign.slug, "number": self.number})


class QuoteRule(models.Model):
    """Above which sum a release needs three quotes or a written reason, as the stewards agreed; the newest of a currency is in force."""

    PURPOSE = "quotes"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="quote_rules")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="quote_rule")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+")
    above_minor = models.BigIntegerField()
    since = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "P", "proposal": "P", "commodity": "P", "above_minor": "P", "since": "P"}

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(above_minor__gte=0), name="approvals_quotes_above_zero")]

    def __str__(self) -> str:
        return f"{self.commodity} {self.above_minor}"


class CarriedOut(models.Model):
    """What enough stewards agreed to was done: by whose word, and when."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="carried_out")
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "proposal": "P", "author": "I", "done_at": "I"}

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.done_at}"


class PublicReason(models.Model):
    """The reason of a decline that its steward chose to publish."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="public_reason")
    text = models.CharField(max_length=2000)

    field_classes = {"id": "I", "decision": "P", "text": "P"}

    def __str__(self) -> str:
        return self.text[:40]


class Look(models.Model):
    """When a person last looked at the queue, and the visit before: what changed since then is marked."""

    role = models.OneToOneField(Role, on_delete=models.CASCADE, related_name="look")
    looked_at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    field_classes = {"id": "I", "role": "I", "looked_at": "I", "before": "I"}

    def __str__(self) -> str:
        return f"{self.role_id} {self.looked_at}"


class Told(models.Model):
    """A steward was told by mail of a proposal, or of the day on which it is done; never twice."""

    WAITS, HELD = "waits", "held"

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="told")
    steward = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="told")
    what = models.CharField(max_length=10, choices=[(WAITS, WAITS), (HELD, HELD)])
    told_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "proposal": "I", "steward": "I", "what": "I", "told_at": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "steward", "what"], name="approvals_told_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.proposal_id}"
