"""What signing in leaves behind, and for how long: sessions until they end, attempts with their address of the net for a week."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

ATTEMPTS_KEPT_DAYS = 7


@transaction.atomic
def forget_visits(*, now: datetime | None = None) -> int:
    """Delete sessions that are over and attempts to sign in older than a week; return how many rows."""
    now = now or timezone.now()
    old = now - timedelta(days=ATTEMPTS_KEPT_DAYS)
    attempts = [model.objects.filter(attempt_time__lt=old) for model in (AccessAttempt, AccessLog, AccessFailureLog)]
    return sum(rows.delete()[0] for rows in (Session.objects.filter(expire_date__lt=now), *attempts))
