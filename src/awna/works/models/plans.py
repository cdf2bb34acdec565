"""Runs of the planner: what it was asked, what it answered, which answer is in force."""

import json
import uuid
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import CrossingReport
from awna.core.planning.formats.json_project import plan_from_json
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign, Role


class PlanRunQuerySet(models.QuerySet["PlanRun"]):
    def adopted(self, campaign: Campaign) -> "PlanRun | None":
        """The plan that is in force: the one adopted last."""
        return (
            self.filter(campaign=campaign, adopted_at__isnull=False)
            .select_related("report__crossing", "adopted_by")
            .order_by("-adopted_at")
            .first()
        )


class PlanRun(models.Model):
    """One answer of the planner or of the repair. It is in force only once somebody with the right has adopted it; old plans stay."""

    REASONS = [
        ("planned", _("planned anew")),
        ("crossing", _("repaired after a report on a crossing")),
        ("facts", _("repaired after new facts")),
        ("what_if", _("tried out on a copy first")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="plan_runs")
    reason = models.CharField(max_length=12, choices=REASONS)
    report = models.ForeignKey(CrossingReport, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_runs")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    project_json = models.TextField()
    plan_json = models.TextField()
    difference = models.JSONField(default=list, blank=True)
    finish = models.PositiveIntegerField()
    lower_bound = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(default=0)
    seed = models.IntegerField(default=1)
    made_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    objects = PlanRunQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "reason": "P", "report": "P", "based_on": "P", "project_json": "I", "plan_json": "I", "difference": "I",
        "finish": "I", "lower_bound": "I", "seconds": "P", "seed": "P", "made_by": "I", "made_at": "P", "adopted_by": "I",
        "adopted_at": "P", "why": "P", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_plan_request_once")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.made_at:%Y-%m-%d %H:%M}"

    @cached_property
    def plan(self) -> Plan:
        return plan_from_json(self.plan_json.encode())

    @cached_property
    def calendar(self) -> Calendar | None:
        """The calendar of that run; the whole project is not read for it."""
        found: dict[str, Any] | None = json.loads(self.project_json).get("calendar")
        if found is None:
            return None
        return Calendar(date.fromisoformat(found["origin"]), found["slots_per_day"], frozenset(found["rest_weekdays"]))
