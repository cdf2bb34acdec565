"""Tasks and what they need: the calendar, machines, work, what waits for what, materials."""

import uuid
from decimal import Decimal
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from awna.campaigns.models import Site
from awna.core.planning.problem import Calendar
from awna.parties.models import Campaign
from awna.supply.models import Item


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
    part = models.ForeignKey("works.WorkPart", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    guid = models.CharField(max_length=36, blank=True)
    outside_id = models.CharField(max_length=40, blank=True)

    field_classes = {
        "id": "P", "campaign": "P", "code": "P", "name": "P", "site": "P", "position": "P", "duration": "P", "earliest": "I",
        "start_windows": "I", "skills": "I", "machines": "I", "money": "I", "quantity": "P", "unit": "P", "part": "P", "guid": "I",
        "outside_id": "I",
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
    LAG_UNITS = [("work", _("working time")), ("elapsed", _("hours of the clock"))]

    before = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="followers")
    after = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="dependencies")
    kind = models.CharField(max_length=2, choices=KINDS, default="FS")
    lag = models.IntegerField(default=0)
    """Working slots or, where `lag_unit` says so, hours of the clock."""
    lag_unit = models.CharField(max_length=8, choices=LAG_UNITS, default="work")

    field_classes = {"id": "I", "before": "P", "after": "P", "kind": "P", "lag": "P", "lag_unit": "P"}

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
