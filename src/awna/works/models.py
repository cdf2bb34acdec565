"""Tasks and what they need, runs of the planner, what was issued to a task and what was done."""

import json
import uuid
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.access.models import CrossingReport
from awna.books.models import Entry
from awna.campaigns.models import Site
from awna.core.planning.formats.json_project import plan_from_json
from awna.core.planning.plan import Plan
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign, Role
from awna.supply.models import Item, Store


class WorkCalendar(models.Model):
    """Slot 0 and the slots of a working day; rest days are weekday numbers, 0 = Monday."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="work_calendar")
    origin = models.DateField()
    slots_per_day = models.PositiveSmallIntegerField(default=2)
    rest_days = models.JSONField(default=list, blank=True)

    field_classes = {"id": "I", "campaign": "P", "origin": "P", "slots_per_day": "P", "rest_days": "P"}

    def __str__(self) -> str:
        return f"{self.origin}"

    def as_core(self) -> Calendar:
        return Calendar(self.origin, self.slots_per_day, frozenset(self.rest_days))


class Machine(models.Model):
    """A machine or place of which only so many are there at once."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="machines")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160, blank=True)
    capacity = models.PositiveIntegerField()
    dips = models.JSONField(default=list, blank=True)

    field_classes = {"id": "I", "campaign": "P", "code": "P", "name": "P", "capacity": "P", "dips": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="works_machine_code_once")]

    def __str__(self) -> str:
        return self.name or self.code


class Task(models.Model):
    """A piece of work: how long, who, with which machines, how much there is to do. Slots are those of the work calendar."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    position = models.PositiveIntegerField()
    duration = models.PositiveIntegerField()
    earliest = models.PositiveIntegerField(default=0)
    start_windows = models.JSONField(default=list, blank=True)
    skills = models.JSONField(default=dict, blank=True)
    machines = models.JSONField(default=dict, blank=True)
    money = models.JSONField(default=dict, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    unit = models.CharField(max_length=12, blank=True)

    field_classes = {
        "id": "P", "campaign": "P", "code": "P", "name": "P", "site": "P", "position": "P", "duration": "P", "earliest": "I",
        "start_windows": "I", "skills": "I", "machines": "I", "money": "I", "quantity": "P", "unit": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="works_task_code_once")]

    def __str__(self) -> str:
        return self.name or self.code

    @cached_property
    def done(self) -> Decimal:
        """The work done so far, in the unit of the task."""
        return sum((step.quantity for step in self.progress.all()), Decimal(0))

    @property
    def done_share(self) -> float:
        return float(min(self.done / self.quantity, Decimal(1))) if self.quantity else 0.0


class Dependency(models.Model):
    """`after` waits for `before`."""

    KINDS = [("FS", _("finish to start")), ("SS", _("start to start")), ("FF", _("finish to finish")), ("SF", _("start to finish"))]

    before = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="followers")
    after = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="dependencies")
    kind = models.CharField(max_length=2, choices=KINDS, default="FS")
    lag = models.IntegerField(default=0)

    field_classes = {"id": "I", "before": "P", "after": "P", "kind": "P", "lag": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["before", "after", "kind"], name="works_dependency_once")]

    def __str__(self) -> str:
        return f"{self.before} {self.kind} {self.after}"


class TaskMaterial(models.Model):
    """What a task takes at its start, in the smallest unit of the item."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="materials")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()

    field_classes = {"id": "I", "task": "P", "item": "P", "quantity": "P"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "item"], name="works_material_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item.unit} {self.item}"


class PlanRunQuerySet(models.QuerySet["PlanRun"]):
    def adopted(self, campaign: Campaign) -> "PlanRun | None":
        """The plan that is in force: the one adopted last."""
        return self.filter(campaign=campaign, adopted_at__isnull=False).order_by("-adopted_at").first()


class PlanRun(models.Model):
    """One answer of the planner or of the repair. It is in force only once somebody with the right has adopted it; old plans stay."""

    REASONS = [
        ("planned", _("planned anew")),
        ("crossing", _("repaired after a report on a crossing")),
        ("facts", _("repaired after new facts")),
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
    request_id = models.CharField(max_length=80)

    objects = PlanRunQuerySet.as_manager()
    field_classes = {
        "id": "P", "campaign": "P", "reason": "P", "report": "P", "based_on": "P", "project_json": "I", "plan_json": "I", "difference": "I",
        "finish": "I", "lower_bound": "I", "seconds": "P", "seed": "P", "made_by": "I", "made_at": "P", "adopted_by": "I",
        "adopted_at": "P", "request_id": "I",
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


class Issue(models.Model):
    """Material handed from a store to a task; the quantity is an entry of the book."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="issues")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="issues")
    quantity = models.PositiveBigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField()
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "task": "P", "item": "P", "store": "I", "quantity": "P", "entry": "P", "issued_by": "I", "issued_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "request_id"], name="works_issue_request_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item.unit} {self.item} → {self.task}"


class Progress(models.Model):
    """Work done on a day, in the unit of the task. A share is worked out, never typed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="progress")
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    done_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "task": "P", "quantity": "P", "done_on": "I", "note": "I", "recorded_by": "I", "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["done_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "request_id"], name="works_progress_request_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="works_progress_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.task.unit} {self.task}"
