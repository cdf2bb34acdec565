"""Tables of day wages: workers by a code, what such work is paid elsewhere, sheets of days and hours, what was signed and paid."""

import uuid
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.books.models import Commodity, Document, Entry, Milestone, Movement
from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Role, Section, User

from .receipt_models import ReceiptPage

DAYS_MAX = 7
"""Days on one sheet: a week is paid at its end, not later."""
WAGES_REF = "wages"
"""By it the book finds the payee of every release for wages; who was paid stands in the sheets."""


class Labourer(models.Model):
    """Somebody who works for a day's wage. Lists, entries and all that is public know the code alone; name and contact are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="labourers")
    code = models.CharField(max_length=12)
    name = SealedTextField()
    contact = SealedTextField(blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    work = models.CharField(max_length=60)
    is_local = models.BooleanField()
    since = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "I", "code": "I", "name": "C", "contact": "C", "user": "C", "work": "I", "is_local": "I", "since": "I",
        "ended_on": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="approvals_labourer_code_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="approvals_labourer_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class BenchmarkRate(models.Model):
    """What an hour of such work is paid elsewhere, and who says so. The newest of a work counts."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="benchmark_rates")
    work = models.CharField(max_length=60)
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="+")
    hour_minor = models.BigIntegerField()
    source = models.CharField(max_length=200)
    seen_on = models.DateField()
    author = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=80)

    field_classes = {
        "id": "I", "campaign": "P", "work": "P", "commodity": "P", "hour_minor": "P", "source": "P", "seen_on": "P", "author": "I",
        "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["work", "-seen_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(hour_minor__gt=0), name="approvals_benchmark_positive"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="approvals_benchmark_request_once"),
        ]

    def __str__(self) -> str:
        return self.work


class WageSheetQuerySet(models.QuerySet["WageSheet"]):
    def for_actor(self, actor: Actor) -> Self:
        """Sheets paid from purses of the actor's section; all of the campaign for a role without a section."""
        whole = {role.campaign_id for role in actor.roles if role.section_id is None}
        mine = Section.objects.for_actor(actor)
        return self.filter(models.Q(campaign__in=whole) | models.Q(milestone__custody__bank_account__section__in=mine))

    def with_people(self) -> Self:
        return self.select_related(
            "campaign", "milestone__commodity", "milestone__custody", "milestone__proposal__filed_by", "prepared_by__user", "approved_by__user",
            "paid_by__user", "witness__user", "page__book", "entry", "back__proposal__epoch",
        ).prefetch_related("rows__labourer")  # fmt: skip


class WageSheet(models.Model):
    """People, days, hours and rates of at most a week. It is open, then fixed by an approval, then paid before a witness; or dropped."""

    OPEN, APPROVED, NOTED, PAID, DROPPED, TAKEN_BACK = "open", "approved", "noted", "paid", "dropped", "taken_back"
    STATES = {
        OPEN: _("hours are being written"), APPROVED: _("approved, not paid yet"), NOTED: _("paid, waits for the witness"),
        PAID: _("paid"), DROPPED: _("dropped"), TAKEN_BACK: _("taken back"),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="wage_sheets")
    number = models.PositiveIntegerField()
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="wage_sheets")
    title = models.CharField(max_length=120)
    first_on = models.DateField()
    last_on = models.DateField()
    prepared_by = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    total_minor = models.BigIntegerField(default=0)
    paid_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paid_on = models.DateField(null=True, blank=True)
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page = models.OneToOneField(ReceiptPage, on_delete=models.PROTECT, null=True, blank=True, related_name="wage_sheet")
    photo = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    witness = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="wage_sheet")
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=80)

    objects = WageSheetQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "I", "number": "I", "milestone": "I", "title": "I", "first_on": "I", "last_on": "I", "prepared_by": "I",
        "approved_by": "I", "approved_at": "I", "document": "I", "total_minor": "I", "paid_by": "I", "paid_on": "I", "movement": "I", "page": "I",
        "photo": "C", "witness": "I", "entry": "P", "dropped_at": "I", "dropped_why": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="approvals_sheet_number_once"),
            models.UniqueConstraint(fields=["campaign", "request_id"], name="approvals_sheet_request_once"),
            models.CheckConstraint(condition=models.Q(last_on__gte=models.F("first_on")), name="approvals_sheet_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("wage_sheet", kwargs={"slug": self.campaign.slug, "number": self.number})

    @property
    def state(self) -> str:
        if self.dropped_at:
            return self.DROPPED
        if self.entry_id:
            back = getattr(self, "back", None)
            return self.TAKEN_BACK if back is not None and back.entry_id else self.PAID
        if self.paid_by_id:
            return self.NOTED
        return self.APPROVED if self.approved_by_id else self.OPEN

    @property
    def state_word(self) -> str:
        return str(self.STATES[self.state])

    @property
    def days(self) -> list[date]:
        return [self.first_on + timedelta(days=step) for step in range((self.last_on - self.first_on).days + 1)]


class WageRow(models.Model):
    """One person's hours on one day, at a rate for the hour in minor units. While it is live, that day of that person stands nowhere else."""

    sheet = models.ForeignKey(WageSheet, on_delete=models.CASCADE, related_name="rows")
    labourer = models.ForeignKey(Labourer, on_delete=models.PROTECT, related_name="rows")
    day = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=2)
    rate_minor = models.BigIntegerField()
    live = models.BooleanField(default=True)

    field_classes = {"id": "I", "sheet": "I", "labourer": "I", "day": "I", "hours": "I", "rate_minor": "I", "live": "I"}

    class Meta:
        ordering = ["labourer__code", "day"]
        constraints = [
            models.UniqueConstraint(fields=["labourer", "day"], condition=models.Q(live=True), name="approvals_labourer_day_once"),
            models.CheckConstraint(condition=models.Q(rate_minor__gt=0, hours__gt=0), name="approvals_wage_row_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.labourer_id} {self.day}"

    @property
    def minor(self) -> int:
        return wage_minor(self.hours, self.rate_minor)


def wage_minor(hours: Decimal, rate_minor: int) -> int:
    """Minor units for so many hours; half a unit goes to the worker."""
    return int((hours * rate_minor).quantize(Decimal(1), rounding=ROUND_HALF_UP))
