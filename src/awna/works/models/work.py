"""What was issued to a task and what was done."""

from django.db import models
from django.utils import timezone

from awna.books.models import Entry
from awna.parties.models import Role
from awna.supply.models import Item, Store

from .tasks import Task


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
