"""How many mails a campaign may send in a day, whoever makes it send them: what is too much waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from .models import Mail, SentHour

OTHERS_SHARE = 4  # a quarter of the quota
WINDOW = timedelta(hours=25)
"""Mails are counted by the hour, so an hour more than a day: in no 24 hours more than the quota leave."""


@dataclass(frozen=True)
class Quota:
    """Mails of the last 24 hours against the most that may leave. `free_at`: when the next may, where it is spent."""

    most: int
    left: int
    waiting: int
    free_at: datetime | None

    @property
    def room(self) -> int:
        return max(0, self.most - self.left)


def quota_of(campaign: Any, *, now: datetime | None = None) -> Quota:
    now = now or timezone.now()
    hours = SentHour.objects.filter(for_campaign=campaign, hour__gt=now - WINDOW)
    left = hours.aggregate(n=Sum("mails"))["n"] or 0
    spent = left >= settings.AWNA_MAILS_PER_DAY
    first = hours.order_by("hour").values_list("hour", flat=True).first() if spent else None
    return Quota(
        settings.AWNA_MAILS_PER_DAY, left, Mail.objects.waiting().filter(for_campaign=campaign).count(), first + WINDOW if first else None
    )


def room_of(campaign: Any, *, now: datetime) -> int:
    """How many more may leave now."""
    left = SentHour.objects.filter(for_campaign=campaign, hour__gt=now - WINDOW).aggregate(n=Sum("mails"))["n"] or 0
    return max(0, settings.AWNA_MAILS_PER_DAY - left)


def kept_for_others() -> int:
    """Mails of a day that no codes may use: strangers ask for codes, and a flood of them must not keep a notice from the stewards."""
    return settings.AWNA_MAILS_PER_DAY // OTHERS_SHARE


def free_again_at(campaign: Any, *, now: datetime) -> datetime:
    first = SentHour.objects.filter(for_campaign=campaign, hour__gt=now - WINDOW).order_by("hour").values_list("hour", flat=True).first()
    return (first or now) + WINDOW


def count_left(campaign: Any, *, now: datetime, mails: int = 1) -> None:
    """Write down that so many left."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    SentHour.objects.get_or_create(for_campaign=campaign, hour=hour)
    SentHour.objects.filter(for_campaign=campaign, hour=hour).update(mails=F("mails") + mails)


def forget_hours(*, now: datetime) -> int:
    return SentHour.objects.filter(hour__lte=now - 2 * WINDOW).delete()[0]
