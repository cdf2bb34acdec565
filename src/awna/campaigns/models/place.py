"""Sites, the budget tree (the bill of quantities) and goals of a campaign."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.core.bill.lines import COUNTED
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
    def counted(self) -> Self:
        """The lines that cost something by themselves."""
        return self.filter(kind__in=COUNTED)

    def sums(self) -> dict[str, int]:
        """Minor units by currency over the counted lines; currencies are never added together."""
        rows = self.counted().exclude(currency="").order_by().values("currency").annotate(total=models.Sum("amount_minor"))
        sums = {row["currency"]: row["total"] for row in rows}
        for more in self.counted().exclude(more_rates=[]).values_list("more_rates", flat=True):
            for currency, _rate, minor in more:
                sums[currency] = sums.get(currency, 0) + minor
        return dict(sorted(sums.items()))


class BudgetLine(models.Model):
    """One line of the bill of quantities; gifts, requests, orders and tasks point to it. A heading has no unit and no amount.

    `more_rates`: [currency, rate, minor units] of each further currency in which a part of the line is priced.
    """

    KINDS = [
        ("line", _("Line")), ("heading", _("Heading")), ("alternate", _("Alternate")), ("assembly", _("Assembly")),
        ("component", _("Part of an assembly")),
    ]  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="budget_lines")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=KINDS, default="line")
    unit = models.CharField(max_length=12, blank=True)
    quantity = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    rate = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    more_rates = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField()

    objects = BudgetLineQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "parent": "P", "code": "P", "title": "P", "kind": "P", "unit": "P", "quantity": "P", "rate": "P",
        "amount_minor": "P", "currency": "P", "more_rates": "P", "position": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="campaigns_budget_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_counted(self) -> bool:
        return self.kind in COUNTED

    @property
    def amounts(self) -> dict[str, int]:
        """Minor units by currency; nothing for a heading."""
        found = {self.currency: self.amount_minor} if self.currency and self.kind != "heading" else {}
        return found | {currency: minor for currency, _rate, minor in self.more_rates}


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
