"""Writers of events: announce, change, cancel."""

from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Event
from .guests import seat_waiting, tell_cancelled
from .news import NEWS_ROLES

EVENT_HOURS = 2
EVENT_DAYS_MAX = 60
SEATS_MAX = 100_000


@transaction.atomic
def announce_event(
    *,
    campaign: Campaign,
    title: str,
    starts_at: datetime,
    place_public: str,
    text: str = "",
    author: Role,
    ends_at: datetime | None = None,
    zone: str = "UTC",
    place_exact: str = "",
    language: str = "en",
    held_in: str = "",
    takes_registrations: bool = False,
    seats: int | None = None,
) -> Event:
    """Announce a day to come together; the same title and hour is the same event. `place_exact` is mailed to those who have a place."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=campaign)
    ends_at = ends_at or starts_at + timedelta(hours=EVENT_HOURS)
    problems = _problems(title, starts_at, ends_at, zone, seats)
    if problems:
        raise Refused(problems)
    event, _made = Event.objects.get_or_create(
        campaign=campaign, title=title.strip(), starts_at=starts_at,
        defaults={
            "ends_at": ends_at, "zone": zone, "place_public": place_public, "place_exact": place_exact, "text": text, "language": language,
            "held_in": held_in, "takes_registrations": takes_registrations, "seats": seats,
        },
    )  # fmt: skip
    return event


def _problems(title: str, starts_at: datetime, ends_at: datetime, zone: str, seats: int | None) -> list[Problem]:
    problems = []
    if not title.strip():
        problems.append(Problem("event_without_title", "An event needs a title. Write one.", {}, "title"))
    if not starts_at < ends_at <= starts_at + timedelta(days=EVENT_DAYS_MAX):
        problems.append(Problem("event_ends_wrong", "An event ends after it starts, within %(days)s days. Look at both times.",
                                {"days": EVENT_DAYS_MAX}, "ends_at"))  # fmt: skip
    if zone not in available_timezones():
        problems.append(Problem("event_zone_unknown", "“%(zone)s” is no time zone. Write one such as Asia/Amman.", {"zone": zone}, "zone"))
    if seats is not None and not 0 < seats <= SEATS_MAX:
        problems.append(Problem("event_seats_wrong", "Places are 1 to %(max)s, or leave the field empty.", {"max": SEATS_MAX}, "seats"))
    return problems


@transaction.atomic
def cancel_event(*, event: Event, reason: str, author: Role) -> Event:
    """Cancel with a reason; the event stays on the pages and in the calendars as cancelled."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=event.campaign)
    row = Event.objects.select_for_update().get(pk=event.pk)
    if not reason.strip():
        raise Refused(Problem("cancelling_without_reason", "Write why the event is cancelled; everyone reads it.", {}, "reason"))
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_reason, row.changed_at, row.version = (
            timezone.now(),
            reason.strip(),
            timezone.now(),
            row.version + 1,
        )
        row.save(update_fields=["cancelled_at", "cancelled_reason", "changed_at", "version"])
        tell_cancelled(row)
    return row


@transaction.atomic
def set_seats(*, event: Event, seats: int | None, author: Role) -> Event:
    """Change how many may come (None: any number); those who wait move up. Nobody loses a place."""
    refuse_unless_role(author, *NEWS_ROLES, campaign=event.campaign)
    row = Event.objects.select_for_update().get(pk=event.pk)
    problems = _problems(row.title, row.starts_at, row.ends_at, row.zone, seats)
    if problems:
        raise Refused(problems)
    row.seats, row.changed_at, row.version = seats, timezone.now(), row.version + 1
    row.save(update_fields=["seats", "changed_at", "version"])
    seat_waiting(row)
    return row
