"""Tables of the site diary: what a day on the site was, what was looked at, what is wrong, what is to be built otherwise."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Commodity
from awna.campaigns.models import Site
from awna.consent.models import Proposal
from awna.crews.models import Shift
from awna.parties.models import Campaign, Role
from awna.supply.models import Item

from ..models.tasks import Task
from ..models.work import Progress

WEATHER = [
    ("dry", _("dry")), ("rain", _("rain")), ("heat", _("heat above 35 °C")), ("wind", _("strong wind")), ("frost", _("frost")),
]  # fmt: skip


class SitePhoto(models.Model):
    """A photo for the desk, drawn anew without what the camera wrote into it. It is not published: news have photos of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="site_photos")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    data = models.BinaryField()
    kept_at = models.DateTimeField(default=timezone.now)

    field_classes = {"id": "I", "campaign": "I", "width": "I", "height": "I", "digest": "I", "data": "C", "kept_at": "I"}

    def __str__(self) -> str:
        return self.digest[:8]


class DiaryEntry(models.Model):
    """One thing that was noted on the site on a day. `happened_at` is the clock of the phone, `received_at` ours; nothing is changed later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="diary")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="diary")
    day = models.DateField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="diary")
    progress = models.OneToOneField(Progress, on_delete=models.PROTECT, null=True, blank=True, related_name="diary_entry")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    people = models.PositiveSmallIntegerField(null=True, blank=True)
    hours = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    weather = models.CharField(max_length=8, choices=WEATHER, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    photo = models.OneToOneField(SitePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)
    asked = models.CharField(max_length=64)

    field_classes = {
        "id": "I", "campaign": "I", "site": "I", "day": "I", "task": "I", "progress": "I", "shift": "I", "people": "I", "hours": "I",
        "weather": "I", "problem": "I", "photo": "I", "recorded_by": "I", "happened_at": "I", "received_at": "I", "request_id": "I",
        "asked": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-day", "-happened_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_diary_request_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.task or ''}".strip()

    @property
    def person_hours(self) -> object:
        return self.hours * self.people if self.hours and self.people else None


class MaterialUsed(models.Model):
    """What went into the work that day. The store's book counts what was issued; the difference is shown, never booked by itself."""

    entry = models.ForeignKey(DiaryEntry, on_delete=models.PROTECT, related_name="materials")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveBigIntegerField()

    field_classes = {"id": "I", "entry": "I", "item": "I", "quantity": "I"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "item"], name="works_used_item_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item.unit} {self.item}"


class Check(models.Model):
    """Something that is looked at or measured on a task. What follows a hold point waits until it is passed."""

    INSPECTION, HOLD, TEST = "inspection", "hold", "test"
    KINDS = [
        (INSPECTION, _("Inspection")), (HOLD, _("Hold point: the next work waits for it")), (TEST, _("Test with a measured value")),
    ]  # fmt: skip

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="checks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=12, choices=KINDS)
    title = models.CharField(max_length=160)
    at_least = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    added_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "task": "I", "kind": "I", "title": "I", "at_least": "I", "unit": "I", "added_by": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_check_request_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def newest(self) -> "CheckResult | None":
        """The finding that counts; earlier ones stay."""
        return max(self.results.all(), key=lambda row: row.pk, default=None)

    @property
    def is_passed(self) -> bool:
        found = self.newest
        return found is not None and found.passed


class CheckResult(models.Model):
    """One finding of a check. `inspector` is an office or function, such as “engineer of record”, never a name."""

    check_of = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="results")
    passed = models.BooleanField()
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    inspector = models.CharField(max_length=120)
    checked_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "check_of": "I", "passed": "I", "value": "I", "inspector": "I", "checked_on": "I", "note": "I", "recorded_by": "I",
        "recorded_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["check_of", "request_id"], name="works_result_request_once")]

    def __str__(self) -> str:
        return f"{self.check_of} {self.checked_on}"


class Defect(models.Model):
    """Something that is not as it should be, with the day by which it is mended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="defects")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="defects")
    text = models.CharField(max_length=300)
    photo = models.OneToOneField(SitePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    found_on = models.DateField()
    due_on = models.DateField()
    found_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_how = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "task": "I", "text": "I", "photo": "I", "found_on": "I", "due_on": "I", "found_by": "I",
        "closed_on": "I", "closed_by": "I", "closed_how": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["due_on", "found_on"]
        constraints = [models.UniqueConstraint(fields=["campaign", "request_id"], name="works_defect_request_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_overdue(self) -> bool:
        return self.closed_on is None and self.due_on < timezone.localdate()


class ChangeOrder(models.Model):
    """More, less or other work than planned. One that costs money waits for the stewards; one that does not holds at once."""

    PURPOSE = "change"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="change_orders")
    number = models.PositiveIntegerField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="change_orders")
    text = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    cost_minor = models.BigIntegerField(default=0)
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="change_order")
    asked_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "number": "I", "task": "I", "text": "I", "quantity": "I", "cost_minor": "I", "commodity": "I",
        "proposal": "I", "asked_by": "I", "asked_at": "I", "applied_at": "I", "declined_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="works_change_number_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="works_change_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.text}"
