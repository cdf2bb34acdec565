"""What was proposed, under which policy, and what each steward decided: append-only rows that the book's guards count."""

import json
import uuid
from typing import Any, Self

from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone


class PolicyEpoch(models.Model):
    """How many stewards must agree, from this epoch on; epoch 0 is founded with the book."""

    campaign = models.ForeignKey("parties.Campaign", on_delete=models.PROTECT, related_name="policy_epochs")
    number = models.PositiveIntegerField()
    required = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    keyed = models.BooleanField(default=False)
    rules = models.TextField(blank=True, default="")
    entered_on = models.DateField(null=True, blank=True)
    proposal = models.ForeignKey("consent.Proposal", on_delete=models.PROTECT, null=True, blank=True, related_name="epochs_started")

    field_classes = {
        "id": "I", "campaign": "I", "number": "P", "required": "P", "created_at": "I", "keyed": "P", "rules": "P", "entered_on": "P",
        "proposal": "P",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="consent_epoch_number_once"),
            models.CheckConstraint(condition=models.Q(required__gte=1), name="consent_epoch_needs_someone"),
        ]

    def __str__(self) -> str:
        return f"epoch {self.number}: {self.required} stewards"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open_for(self, campaign: Any) -> Self:
        """Filed, not withdrawn, not expired today, and still short of its quorum."""
        return self.with_approvals().filter(
            campaign=campaign,
            withdrawn_at=None,
            expires_on__gte=timezone.localdate(),
            approvals__lt=Greatest("required", "epoch__required"),
        )

    def with_approvals(self) -> Self:
        """Adds `approvals`: how many distinct people approved."""
        return self.annotate(
            approvals=models.Count("decisions__steward__user", filter=models.Q(decisions__choice=Decision.APPROVE), distinct=True)
        )


class Proposal(models.Model):
    """One exact payload put before the stewards; a change is a new proposal.

    `signs` is the digest of its canonical form in the log, which keys sign; it is set once, with what the policy asks for it: `required`
    different people of `offices` different offices, a yes that is `cool_down` days old, no entry before `not_before`.
    `held_at`: somebody was forced to agree; it will never be carried out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("parties.Campaign", on_delete=models.PROTECT, related_name="proposals")
    epoch = models.ForeignKey(PolicyEpoch, on_delete=models.PROTECT, related_name="proposals")
    purpose = models.CharField(max_length=40)
    payload = models.TextField()
    digest = models.CharField(max_length=64)
    expires_on = models.DateField()
    filed_by = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="proposals_filed")
    filed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)
    signs = models.CharField(max_length=64, blank=True, default="")
    required = models.PositiveSmallIntegerField(default=0)
    offices = models.PositiveSmallIntegerField(default=0)
    cool_down = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateField(null=True, blank=True)
    by_paper = models.BooleanField(default=False)
    held_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "I", "epoch": "I", "purpose": "P", "payload": "I", "digest": "P", "expires_on": "P",
        "filed_by": "I", "filed_at": "I", "withdrawn_at": "I", "request_id": "I", "signs": "P", "required": "P", "offices": "P",
        "cool_down": "P", "not_before": "P", "by_paper": "P", "held_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="consent_proposal_request_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.digest[:8]}"

    @property
    def content(self) -> dict[str, Any]:
        """The payload as it was signed for."""
        return dict(json.loads(self.payload))


class Decision(models.Model):
    """What one steward said about one proposal; never changed, never removed. In a book with keys a yes carries the key's signature."""

    APPROVE, ASK, DECLINE = "approve", "ask", "decline"
    CHOICES = [(APPROVE, "approve"), (ASK, "ask"), (DECLINE, "decline")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    steward = models.ForeignKey("parties.Role", on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=10, choices=CHOICES)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)
    decided_on = models.DateField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    key = models.ForeignKey("consent.StewardKey", on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    nonce = models.CharField(max_length=64, blank=True, default="")
    signature = models.TextField(blank=True, default="")
    auth = models.TextField(blank=True, default="")
    client = models.TextField(blank=True, default="")

    field_classes = {
        "id": "I", "proposal": "I", "steward": "I", "choice": "P", "reason": "I", "decided_at": "I", "request_id": "I",
        "decided_on": "P", "digest": "P", "key": "P", "nonce": "P", "signature": "P", "auth": "P", "client": "P",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "steward"],
                condition=models.Q(choice__in=["approve", "decline"]),
                name="consent_decision_once",
            ),
            models.UniqueConstraint(fields=["proposal", "request_id"], name="consent_decision_request_once"),
            models.UniqueConstraint(fields=["nonce"], condition=~models.Q(nonce=""), name="consent_decision_nonce_once"),
        ]

    def __str__(self) -> str:
        return f"{self.choice} on {self.proposal_id}"
