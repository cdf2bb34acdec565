"""Crossings and sites, what was reported about them, what was asked to pass: dated, sourced, kept; there is no one current status."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.campaigns.models import Site
from awna.parties.models import Campaign, Role

from . import windows

STATUSES = [(windows.OPEN, _("Open")), (windows.CLOSED, _("Closed")), (windows.RESTRICTED, _("Restricted"))]
CONDITIONS = [
    ("clear", _("Nothing stands in the way")), ("unsafe", _("Not safe")), ("hazard", _("Explosive hazard suspected")),
    ("no_way", _("No way in")), ("flooded", _("Flooded")), ("no_power", _("No power")), ("no_water", _("No water")),
]  # fmt: skip
DECISIONS = [("allowed", _("Allowed")), ("partly", _("Allowed in part")), ("refused", _("Refused")), ("turned_back", _("Turned back"))]
CONFIDENCES = [("seen", _("Seen by us")), ("confirmed", _("Confirmed by two sources")), ("heard", _("Heard"))]


class OnlyAdded(models.Model):
    """What was said is never changed; what is said later stands beside it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a report is never changed; add another one")
        super().save(*args, **kwargs)


class Said(OnlyAdded):
    """What one source said for some days, both included; `observed_on` is when it looked, `reported_at` when we heard of it."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confidence = models.CharField(max_length=12, choices=CONFIDENCES)
    reported_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    observed_on = models.DateField(default=timezone.localdate)
    request_id = models.CharField(max_length=80)

    class Meta:
        abstract = True


class Crossing(models.Model):
    """A way in that somebody else may close: a border post, a bridge, a road block."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="crossings")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    district = models.CharField(max_length=120, blank=True)

    field_classes = {"id": "P", "campaign": "P", "code": "P", "name": "P", "district": "P"}

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="access_crossing_code_once")]

    def __str__(self) -> str:
        return self.name

    def open_windows(self, as_of: datetime | None = None) -> list[windows.Window]:
        """From the reports known at that time: the spans in which goods may pass, in order. Unknown is not open."""
        return windows.open_windows(self.reports.known_at(as_of or timezone.now()).in_order())

    def reports_as_seen(self) -> "list[CrossingReport]":
        """All of them, as `in_order` does; asks nothing where they were read along."""
        return sorted(self.reports.all(), key=lambda report: (report.observed_on, report.reported_at, report.pk))

    def report_for(self, day: date, *, as_of: datetime | None = None) -> "CrossingReport | None":
        """The report that speaks for a day: of those valid on it, the one whose source looked last."""
        return self.reports.known_at(as_of or timezone.now()).covering(day).in_order().last()


class CrossingReportQuerySet(models.QuerySet["CrossingReport"]):
    def known_at(self, moment: datetime) -> "CrossingReportQuerySet":
        return self.filter(reported_at__lte=moment)

    def covering(self, day: date) -> "CrossingReportQuerySet":
        return self.filter(models.Q(valid_until=None) | models.Q(valid_until__gte=day), valid_from__lte=day)

    def in_order(self) -> "CrossingReportQuerySet":
        """As the world was seen: a report that comes in late stands where its source looked, before what was seen after it."""
        return self.order_by("observed_on", "reported_at", "pk")


class CrossingReport(Said):
    """What one source said about one crossing for some days (both included); never changed, a later report stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=12, choices=STATUSES)

    objects = CrossingReportQuerySet.as_manager()
    field_classes = {
        "id": "P", "crossing": "P", "status": "P", "valid_from": "P", "valid_until": "P", "source": "I", "confidence": "P",
        "reported_by": "I", "reported_at": "P", "observed_on": "I", "request_id": "I",
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


class SiteReport(Said):
    """What one source said about the condition of a site for some days (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="access_reports")
    condition = models.CharField(max_length=12, choices=CONDITIONS)

    field_classes = {
        "id": "I", "site": "I", "condition": "I", "valid_from": "I", "valid_until": "I", "source": "I", "confidence": "I",
        "reported_by": "I", "reported_at": "I", "observed_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["observed_on", "reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["site", "request_id"], name="access_site_report_request_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="access_site_report_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.condition} from {self.valid_from}"


class PassRequest(OnlyAdded):
    """One item that was asked to pass one crossing, and for which day. What became of it stands in its decisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="pass_requests")
    item = models.CharField(max_length=120)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    asked_on = models.DateField()
    wanted_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "crossing": "I", "item": "I", "quantity": "I", "unit": "I", "asked_on": "I", "wanted_on": "I", "recorded_by": "I",
        "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-asked_on", "item", "pk"]
        constraints = [models.UniqueConstraint(fields=["crossing", "request_id"], name="access_pass_request_once")]

    def __str__(self) -> str:
        return f"{self.item}, {self.asked_on}"


class PassDecision(OnlyAdded):
    """What was answered to a request, or what happened to its load at the crossing; the last one counts.

    `reason` empty = none was given. `inspection_days`: how long the load stood in inspection; None = not known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pass_request = models.ForeignKey(PassRequest, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=DECISIONS)
    decided_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    inspection_days = models.PositiveSmallIntegerField(null=True, blank=True)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "pass_request": "I", "outcome": "I", "decided_on": "I", "reason": "I", "inspection_days": "I", "recorded_by": "I",
        "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["decided_on", "recorded_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["pass_request", "request_id"], name="access_pass_decision_once")]

    def __str__(self) -> str:
        return f"{self.pass_request}: {self.outcome}"


class AccessImport(models.Model):
    """A table of reports or requests that somebody looks at. `rows` are those not taken in yet: each a number and its cells."""

    KINDS = [("reports", _("Reports on crossings")), ("requests", _("Requests to pass and decisions"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="access_imports")
    kind = models.CharField(max_length=10, choices=KINDS)
    filename = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)

    field_classes = {
        "id": "I", "campaign": "P", "kind": "I", "filename": "I", "rows": "I", "author": "I", "made_at": "I", "done_at": "I", "taken": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.filename
