"""A release of funds as people speak of it: its number, payee and budget line, over one proposal and its milestones in the book."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from awna.books.models import Custody
from awna.campaigns.models import BudgetLine
from awna.consent.models import Decision, Proposal
from awna.parties.models import Campaign


class ReleaseQuerySet(models.QuerySet["Release"]):
    def waiting(self, campaign: Campaign) -> Self:
        """Those that stewards can still decide on, the next to expire first."""
        open_ones = Proposal.objects.open_for(campaign).values("pk")
        return self.filter(campaign=campaign, proposal__in=open_ones).with_papers().order_by("proposal__expires_on", "number")

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

    objects = ReleaseQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "number": "P", "proposal": "P", "payee": "I", "budget_line": "P", "text": "P",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="approvals_release_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("decision", kwargs={"slug": self.campaign.slug, "number": self.number})

    @property
    def signed(self) -> int:
        """How many different people approved."""
        return len({decision.steward_id for decision in self.proposal.decisions.all() if decision.choice == Decision.APPROVE})

    @property
    def is_due(self) -> bool:
        return self.proposal.expires_on <= timezone.localdate()
