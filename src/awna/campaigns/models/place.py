"""Sites, the budget tree (the bill of quantities) and goals of a campaign."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign


class Site(models.Model):
    """A place where work is done. Where exactly is sealed; the public sees the district."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=120)
    place_exact = SealedTextField(blank=True)
    place_public = models.CharField(max_length=120, blank=True)

    field_classes = {"id": "P", "campaign": "P", "name": "P", "place_exact": "S", "place_public": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="campaigns_site_name_once")]

    def __str__(self) -> str:
        return self.name


class BudgetLineQuerySet(models.QuerySet["BudgetLine"]):
    def sums(self) -> dict[str, int]:
        """Minor units by currency; currencies are never added together."""
        rows = self.order_by().values("currency").annotate(total=models.Sum("amount_minor"))
        return {row["currency"]: row["total"] for row in rows.order_by("currency")}


class BudgetLine(models.Model):
    """One line of the bill of quantities; gifts, requests, orders and tasks point to it. A heading has no unit and no amount."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="budget_lines")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=12, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    rate = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    position = models.PositiveIntegerField()

    objects = BudgetLineQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "parent": "P", "code": "P", "title": "P", "unit": "P", "quantity": "P", "rate": "P",
        "amount_minor": "P", "currency": "P", "position": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="campaigns_budget_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Goal(models.Model):
    """What is needed of one kind, in its own unit: money, goods and hours are never added together."""

    KINDS = [("money", _("Money")), ("goods", _("Goods")), ("hours", _("Hours"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="goals")
    kind = models.CharField(max_length=10, choices=KINDS)
    title = models.CharField(max_length=160)
    unit = models.CharField(max_length=12)
    quantity = models.DecimalField(max_digits=15, decimal_places=4)
    due_on = models.DateField(null=True, blank=True)

    field_classes = {"id": "P", "campaign": "P", "kind": "P", "title": "P", "unit": "P", "quantity": "P", "due_on": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "kind", "title"], name="campaigns_goal_once")]

    def __str__(self) -> str:
        return self.title
