"""Long computations over the plan that run as jobs, and named copies of the plan to try things out on."""

import uuid
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.parties.models import Campaign, Role, User

from ..models.plans import PlanRun
from ..models.tasks import Task

WORRY_S = 20  # seconds that a job may wait before the page says that nobody works it off
SILENCE_S = 90  # seconds without a sign of life after which a running job counts as broken off


class PlanMilestone(models.Model):
    """A day that people wait for: reached when the last of its tasks is done. The simulation tells how likely which day is."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="plan_milestones")
    name = models.CharField(max_length=120)
    tasks = models.ManyToManyField(Task, related_name="plan_milestones")

    field_classes = {"id": "I", "campaign": "P", "name": "P"}

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="works_milestone_name_once")]

    def __str__(self) -> str:
        return self.name


class WhatIfQuerySet(models.QuerySet["WhatIf"]):
    def seen_by(self, user: User) -> "WhatIfQuerySet":
        """One's own copies and those that were shared; nobody else learns that there are others."""
        return self.filter(models.Q(owner__user=user) | models.Q(shared_at__isnull=False))


class WhatIf(models.Model):
    """A named copy of the plan with changed facts. It is its owner's alone until shared; nothing of it is in force until adopted.

    `changes` are the facts that differ; `plans` the answers: "mended" moves least, "anew" is the best that was found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="what_ifs")
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="+")
    changes = models.JSONField(default=list)
    plans = models.JSONField(default=dict, blank=True)
    adopted_as = models.ForeignKey(PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    objects = WhatIfQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "P", "name": "I", "owner": "I", "based_on": "I", "changes": "I", "plans": "I", "adopted_as": "I",
        "shared_at": "I", "made_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_what_if_request_once")]

    def __str__(self) -> str:
        return self.name


class PlanJob(models.Model):
    """One long computation: it waits, runs and ends; while it runs it says how far it is, and it can be told to stop.

    `points` are [seconds, best finish, bound], a row for each better plan. A stopped job keeps the best plan so far.
    """

    KINDS = [("solve", _("plan anew")), ("simulate", _("simulate")), ("what_if", _("work out a what-if"))]
    STATES = [("waiting", _("waiting")), ("running", _("running")), ("done", _("done")), ("failed", _("no result"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="plan_jobs")
    kind = models.CharField(max_length=10, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    what_if = models.ForeignKey(WhatIf, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    seed = models.IntegerField(default=1)
    seconds = models.PositiveIntegerField(default=0)
    points = models.JSONField(default=list, blank=True)
    result = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    asked_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "P", "kind": "I", "state": "I", "what_if": "I", "run": "I", "seed": "P", "seconds": "I", "points": "I",
        "result": "I", "problems": "I", "asked_by": "I", "queued_at": "I", "began_at": "I", "beat_at": "I", "ended_at": "I",
        "stop_asked_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-queued_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_plan_job_request_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}

    @property
    def is_left_waiting(self) -> bool:
        """Nobody took it up: the worker is busy or does not run."""
        return self.state == "waiting" and timezone.now() - self.queued_at > timedelta(seconds=WORRY_S)

    @property
    def is_silent(self) -> bool:
        """It began and has not been heard of for long: its worker was ended."""
        return self.state == "running" and timezone.now() - (self.beat_at or self.queued_at) > timedelta(seconds=SILENCE_S)

    @cached_property
    def run_for_s(self) -> int:
        return int(((self.ended_at or timezone.now()) - self.began_at).total_seconds()) if self.began_at else 0

    @property
    def best(self) -> list[Any] | None:
        """The last point: seconds, finish, bound."""
        return self.points[-1] if self.points else None
