"""What was promised, how it is measured, what was measured, and when it is expected today."""

import uuid
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign, Role

from .news import proofs_shown
from .roles import role_words


class Outcome(models.Model):
    """Something that the campaign promised to the people of the place, by a date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="outcomes")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    promised_on = models.DateField()
    stated_on = models.DateField(default=timezone.localdate)
    position = models.PositiveIntegerField(default=0)

    field_classes = {
        "id": "P", "campaign": "P", "code": "P", "title": "P", "text": "P", "language": "P", "promised_on": "P", "stated_on": "P",
        "position": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position", "promised_on"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="campaigns_outcome_code_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("outcomes", kwargs={"slug": self.campaign.slug}) + f"#{self.code}"


class Indicator(models.Model):
    """How an outcome is measured: from a baseline to a target, in one unit. Set once; a changed promise is a new indicator."""

    UP, DOWN = "up", "down"
    DIRECTIONS = [(UP, _("at least")), (DOWN, _("at most"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="indicators")
    title = models.CharField(max_length=160)
    unit = models.CharField(max_length=20)
    direction = models.CharField(max_length=4, choices=DIRECTIONS, default=UP)
    baseline = models.DecimalField(max_digits=15, decimal_places=2)
    baseline_on = models.DateField()
    target = models.DecimalField(max_digits=15, decimal_places=2)
    position = models.PositiveIntegerField(default=0)

    field_classes = {
        "id": "P", "outcome": "P", "title": "P", "unit": "P", "direction": "P", "baseline": "P", "baseline_on": "P", "target": "P",
        "position": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position", "title"]
        constraints = [models.UniqueConstraint(fields=["outcome", "title"], name="campaigns_indicator_once")]

    def __str__(self) -> str:
        return self.title


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def with_proofs(self) -> Self:
        """With all that a page shows of what they rest on, in one more question to the database."""
        return self.prefetch_related(proofs_shown())


class Measurement(models.Model):
    """One dated figure of an indicator, with its source and proofs. A wrong one is followed by another, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="measurements")
    measured_on = models.DateField()
    value = models.DecimalField(max_digits=15, decimal_places=2)
    source = models.CharField(max_length=200)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=20)
    stated_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    objects = MeasurementQuerySet.as_manager()
    field_classes = {
        "id": "P", "indicator": "P", "measured_on": "P", "value": "P", "source": "P", "author": "I", "author_role": "P", "stated_at": "P",
        "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["measured_on", "stated_at"]
        constraints = [models.UniqueConstraint(fields=["indicator", "request_id"], name="campaigns_measurement_request_once")]

    def __str__(self) -> str:
        return f"{self.value} {self.measured_on}"

    def get_author_role_display(self) -> str:
        return role_words(self.author_role)


class Forecast(models.Model):
    """When an outcome is expected as seen on one day, why, and who said so. Each stays beside the next."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="forecasts")
    expected_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=20)
    stated_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "outcome": "P", "expected_on": "P", "reason": "P", "author": "I", "author_role": "P", "stated_at": "P", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["stated_at"]
        constraints = [models.UniqueConstraint(fields=["outcome", "request_id"], name="campaigns_forecast_request_once")]

    def __str__(self) -> str:
        return f"{self.expected_on}"

    def get_author_role_display(self) -> str:
        return role_words(self.author_role)
