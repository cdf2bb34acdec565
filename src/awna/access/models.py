"""Crossings and what was reported about them: dated, sourced, kept; there is no one current status."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign, Role

from . import windows

STATUSES = [(windows.OPEN, _("Open")), (windows.CLOSED, _("Closed")), (windows.RESTRICTED, _("Restricted"))]
CONFIDENCES = [("seen", _("Seen by us")), ("confirmed", _("Confirmed by two sources")), ("heard", _("Heard"))]


class Crossing(models.Model):
    """A way in that somebody else may close: a border post, a bridge, a road block."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="crossings")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)

    field_classes = {"id": "P", "campaign": "P", "code": "P", "name": "P"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="access_crossing_code_once")]

    def __str__(self) -> str:
        return self.name

    def open_windows(self, as_of: datetime | None = None) -> list[windows.Window]:
        """From the reports known at that time: the spans in which goods may pass, in order. Unknown is not open."""
        return windows.open_windows(self.reports.known_at(as_of or timezone.now()))

    def report_for(self, day: date, *, as_of: datetime | None = None) -> "CrossingReport | None":
        """The report that speaks for a day: of those valid on it, the one made last."""
        return self.reports.known_at(as_of or timezone.now()).covering(day).order_by("-reported_at", "-pk").first()


class CrossingReportQuerySet(models.QuerySet["CrossingReport"]):
    def known_at(self, moment: datetime) -> "CrossingReportQuerySet":
        return self.filter(reported_at__lte=moment)

    def covering(self, day: date) -> "CrossingReportQuerySet":
        return self.filter(models.Q(valid_until=None) | models.Q(valid_until__gte=day), valid_from__lte=day)


class CrossingReport(models.Model):
    """What one source said about one crossing for some days (both included); never changed, a later report stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=12, choices=STATUSES)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confidence = models.CharField(max_length=12, choices=CONFIDENCES)
    reported_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    objects = CrossingReportQuerySet.as_manager()
    field_classes = {
        "id": "P", "crossing": "P", "status": "P", "valid_from": "P", "valid_until": "P", "source": "I", "confidence": "P",
        "reported_by": "I", "reported_at": "P", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["crossing", "request_id"], name="access_report_request_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="access_report_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crossing}: {self.status} from {self.valid_from}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Reports are only added."""
        if not self._state.adding:
            raise TypeError("a report is never changed; add another one")
        super().save(*args, **kwargs)
