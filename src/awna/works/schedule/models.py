"""The work breakdown, files of schedules and every change of the tasks, hours in which a site rests, clearances before work may start."""

import uuid
from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Document
from awna.campaigns.models import Site
from awna.parties.models import Campaign, Role


class WorkPart(models.Model):
    """A part of the work under which tasks and smaller parts stand; `guid` and `outside_id` are its identities in another program."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="work_parts")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    position = models.PositiveIntegerField(default=0)
    guid = models.CharField(max_length=36, blank=True)
    outside_id = models.CharField(max_length=40, blank=True)

    field_classes = {"id": "I", "campaign": "P", "code": "P", "name": "P", "parent": "P", "position": "P", "guid": "I", "outside_id": "I"}

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="works_part_code_once")]

    def __str__(self) -> str:
        return self.name or self.code


class ScheduleFile(models.Model):
    """An uploaded schedule as it was read, before anybody applies it. `read_json` holds the whole of it in our own form."""

    FORMS = [("schedule", _("schedule of another program")), ("table", _("our table of tasks"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="schedule_files")
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    form = models.CharField(max_length=10, choices=FORMS)
    read_json = models.TextField()
    uploaded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "campaign": "P", "filename": "I", "digest": "P", "form": "P", "read_json": "I", "uploaded_by": "I", "uploaded_at": "I",
        "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_schedule_file_once")]

    def __str__(self) -> str:
        return self.filename


class ScheduleChange(models.Model):
    """One change of tasks: how each touched task stood before and after, so that it can be taken back by putting `before` again."""

    KINDS = [
        ("added", _("added")), ("edited", _("changed")), ("removed", _("taken out")), ("imported", _("taken from a file")),
        ("undone", _("taken back")),
    ]  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="schedule_changes")
    kind = models.CharField(max_length=10, choices=KINDS)
    file = models.ForeignKey(ScheduleFile, on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    before = models.JSONField()
    after = models.JSONField()
    made_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "campaign": "P", "kind": "P", "file": "I", "undoes": "I", "before": "I", "after": "I", "made_by": "I", "made_at": "P",
        "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_schedule_change_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d %H:%M}"


REST_KINDS = [
    ("weekly", _("Rest days of every week")), ("holiday", _("Holidays")), ("ramadan", _("Ramadan hours")), ("curfew", _("Curfew")),
]  # fmt: skip


class SiteRest(models.Model):
    """When a site rests though the calendar has working time: weekdays, whole days, or parts of the day from a first to a last day.

    No site = every site. `parts` are slots of the day, 0 = the first; `weekdays` are numbers, 0 = Monday.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="site_rests")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="rests")
    kind = models.CharField(max_length=10, choices=REST_KINDS)
    name = models.CharField(max_length=120, blank=True)
    weekdays = models.JSONField(default=list, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    parts = models.JSONField(default=list, blank=True)
    added_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "P", "site": "P", "kind": "P", "name": "P", "weekdays": "P", "first_day": "P", "last_day": "P", "parts": "P",
        "added_by": "I", "added_at": "I", "ended_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_site_rest_once")]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


CLEARANCE_KINDS = [
    ("ordnance", _("Explosive hazards")), ("asbestos", _("Asbestos")), ("permit", _("Permit")), ("structure", _("Structural sign-off")),
    ("other", _("Other clearance")),
]  # fmt: skip


class ClearanceNeed(models.Model):
    """A clearance that a site or one task must have before work starts there. Dropped needs stay, with the reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="clearance_needs")
    kind = models.CharField(max_length=10, choices=CLEARANCE_KINDS)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="clearance_needs")
    task = models.ForeignKey("works.Task", on_delete=models.PROTECT, null=True, blank=True, related_name="clearance_needs")
    note = models.CharField(max_length=300, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    """Until it is given the planner starts nothing before this day; without a day it starts nothing at all."""
    asked_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dropped_reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "campaign": "P", "kind": "P", "site": "P", "task": "P", "note": "I", "expected_on": "P", "asked_by": "I", "asked_at": "I", "dropped_at": "I",
        "dropped_by": "I", "dropped_reason": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "request_id"], name="works_clearance_need_once"),
            models.CheckConstraint(
                condition=models.Q(site__isnull=False, task__isnull=True) | models.Q(site__isnull=True, task__isnull=False),
                name="works_clearance_of_site_or_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.site or self.task}"

    @property
    def place(self) -> str:
        """What must be cleared."""
        return str(self.site or self.task)


class Clearance(models.Model):
    """Somebody with the right to do so has cleared it: who, on which paper, from when to when. A withdrawn one stays and no longer counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    need = models.ForeignKey(ClearanceNeed, on_delete=models.PROTECT, related_name="clearances")
    cleared_by = models.CharField(max_length=160)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    withdrawn_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "P", "need": "P", "cleared_by": "I", "document": "I", "valid_from": "P", "valid_until": "P", "withdrawn_on": "P",
        "withdrawn_reason": "I", "withdrawn_by": "I", "recorded_by": "I", "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["valid_from", "pk"]
        constraints = [models.UniqueConstraint(fields=["need", "request_id"], name="works_clearance_once")]

    def __str__(self) -> str:
        return f"{self.need} {self.valid_from}"

    def valid_on(self, day: date) -> bool:
        """Whether it counts on that day: not before its first, not after its last, not from the day of its withdrawal on."""
        ended = self.withdrawn_on is not None and day >= self.withdrawn_on
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until) and not ended
