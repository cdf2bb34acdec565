"""A closing: what was reported and the plan mended at once, and the three ways on that a job looks for."""

import uuid
from datetime import timedelta
from functools import cached_property

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import CrossingReport
from awna.core.planning.formats.json_project import plan_from_json
from awna.core.planning.plan import Plan
from awna.parties.models import Campaign, Role

from ..models.plans import PlanRun

SILENCE_S = 60  # seconds after which the page stops asking by itself whether the ways are there


class Closing(models.Model):
    """A report on a crossing and what the plan makes of it. `repair` is empty where no plan is left or none was in force."""

    STATES = [("waiting", _("waiting")), ("running", _("looking for ways on")), ("done", _("done")), ("failed", _("no way found"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="closings")
    report = models.ForeignKey(CrossingReport, on_delete=models.PROTECT, related_name="closings")
    repair = models.ForeignKey(PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="closings")
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    problems = models.JSONField(default=list, blank=True)
    asked_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "P", "report": "P", "repair": "I", "state": "I", "problems": "I", "asked_by": "I", "asked_at": "I",
        "ended_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_closing_request_once")]

    def __str__(self) -> str:
        return f"{self.report}"

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}

    @property
    def is_watched(self) -> bool:
        """The page looks again by itself; not for ever, where nobody works the job off."""
        return not self.is_over and timezone.now() - self.asked_at < timedelta(seconds=SILENCE_S)


class WayOn(models.Model):
    """One of the three: a checked plan, not in force. It becomes a run of the planner when it is adopted."""

    NAMES = [("least change", _("Least change")), ("balanced", _("Balanced")), ("fastest", _("Fastest"))]

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="ways")
    name = models.CharField(max_length=12, choices=NAMES)
    position = models.PositiveSmallIntegerField()
    finish = models.PositiveIntegerField()
    tasks_moved = models.PositiveIntegerField()
    people_to_call = models.PositiveIntegerField()
    cost = models.BigIntegerField()
    moved = models.JSONField(default=list)
    plan_json = models.TextField()
    adopted_as = models.ForeignKey(PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    field_classes = {
        "id": "I", "closing": "I", "name": "I", "position": "I", "finish": "I", "tasks_moved": "I", "people_to_call": "I", "cost": "I",
        "moved": "I", "plan_json": "I", "adopted_as": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["closing", "name"], name="works_way_name_once")]

    def __str__(self) -> str:
        return str(self.get_name_display())

    @cached_property
    def plan(self) -> Plan:
        return plan_from_json(self.plan_json.encode())
