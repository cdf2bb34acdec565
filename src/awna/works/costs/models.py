"""Which line of the bill a task belongs to: what the task takes and does is counted there."""

from django.db import models

from awna.campaigns.models import BudgetLine

from ..models.tasks import Task


class TaskLine(models.Model):
    """One task on one line; a line may have many tasks."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="on_line")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="on_tasks")

    field_classes = {"id": "I", "task": "P", "line": "P"}

    def __str__(self) -> str:
        return f"{self.task} → {self.line.code}"
