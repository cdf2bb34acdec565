"""Days to come together, and who comes."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from awna.kit.codes import MailedCode
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign


class Event(models.Model):
    """A day to come together: a market, an evening, an opening. The public place is as fine as may be told to anyone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="events")
    title = models.CharField(max_length=160)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=60, default="UTC")
    place_public = models.CharField(max_length=160, blank=True)
    place_exact = SealedTextField(blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, default="en")
    held_in = models.CharField(max_length=80, blank=True)
    takes_registrations = models.BooleanField(default=False)
    seats = models.PositiveIntegerField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=0)

    field_classes = {
        "id": "P", "campaign": "P", "title": "P", "starts_at": "P", "ends_at": "P", "zone": "P", "place_public": "P", "place_exact": "S",
        "text": "P", "language": "P", "held_in": "P", "takes_registrations": "P", "seats": "P", "cancelled_at": "P",
        "cancelled_reason": "P", "changed_at": "P", "version": "P",
    }  # fmt: skip

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "title", "starts_at"], name="campaigns_event_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("event", kwargs={"slug": self.campaign.slug, "event": self.pk})

    @property
    def starts_there(self) -> datetime:
        """When it starts by the clocks of the place."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def when_there(self) -> str:
        """Day, hour and zone of the place, as mails say them."""
        return f"{self.starts_there:%Y-%m-%d %H:%M} {self.zone}"

    @property
    def ends_there(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def is_past(self) -> bool:
        return self.ends_at < timezone.now()

    @property
    def is_open(self) -> bool:
        """Takes registrations now."""
        return self.takes_registrations and self.cancelled_at is None and self.starts_at > timezone.now()


class Registration(MailedCode):
    """One person's place at an event, or in its queue. Who it is, is sealed, and forgotten after the event."""

    PENDING, SEATED, WAITING, CANCELLED = "pending", "seated", "waiting", "cancelled"
    STATES = [
        (PENDING, _("not yet confirmed")),
        (SEATED, _("has a place")),
        (WAITING, _("on the waiting list")),
        (CANCELLED, _("cancelled")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations")
    name = SealedTextField(blank=True)
    email = SealedTextField(blank=True)
    email_index = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (a cancelled one has none, and many have none)
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    field_classes = MailedCode.field_classes | {
        "id": "I", "event": "P", "name": "C", "email": "C", "email_index": "I", "language": "I", "state": "I", "asked_at": "I",
        "confirmed_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "email_index"], name="campaigns_one_registration_per_address")]

    def __str__(self) -> str:
        return self.state
