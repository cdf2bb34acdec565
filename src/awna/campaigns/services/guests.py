"""Guests of an event: ask for a place, confirm with a code, wait in a queue, give the place back by the own link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import forget_mails, send_mail_text
from awna.kit.sealed import blind_index
from awna.parties.forgotten.services import note_forgotten

from ..models import Event, Registration
from .readers import refuse_flood

CANCEL_SALT = "awna.campaigns.cancel"


@transaction.atomic
def register_guest(*, event: Event, name: str, email: str, language: str) -> Registration:
    """Mail a code to this address. What the asker sees is the same whether the address has a place or not."""
    # The event's row serialises everyone who wants the last place.
    row_event = Event.objects.select_for_update().get(pk=event.pk)
    if not row_event.is_open:
        raise Refused(Problem("event_takes_nobody", "This event takes no registrations now: it is over, cancelled, or open to all."))
    if not name.strip():
        raise Refused(Problem("guest_without_name", "Write a name that you answer to; it need not be your full name.", {}, "name"))
    refuse_flood(row_event.registrations.filter(state=Registration.PENDING, mailed_at__gt=timezone.now() - timedelta(hours=1)).count())
    index = blind_index(email, f"campaigns.event.{event.pk}")
    row = row_event.registrations.filter(email_index=index).first() or Registration(event=row_event, email_index=index)
    if row.state == Registration.PENDING:
        row.name, row.email, row.language = name.strip(), email.strip(), language
    now = timezone.now()
    if row.may_be_mailed(now):
        _mail_code(row, now)
    row.save()
    return row


def confirm_guest(*, registration: Registration, code: str) -> Registration:
    """A place while there is one, else the end of the queue; twice is once. A wrong code counts as a try."""
    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=registration.event_id)
        row = Registration.objects.select_for_update().get(pk=registration.pk)
        problems = row.try_code(code)
        if not problems:
            row.code_digest = ""
            if row.state == Registration.PENDING:
                row.confirmed_at = timezone.now()
                row.state = Registration.SEATED if seats_left(event) != 0 else Registration.WAITING
                _mail_state(row)
        row.save(update_fields=["code_digest", "code_tries", "state", "confirmed_at"])
    # Refused outside the transaction, or the count of tries would be taken back with it.
    if problems:
        raise Refused(problems)
    return row


@transaction.atomic
def cancel_guest(*, token: str) -> Registration:
    """Give the place back and forget who had it; the first in the queue gets it, with a mail. Twice is once."""
    found = find_guest(token=token)
    event = Event.objects.select_for_update().get(pk=found.event_id)
    row = Registration.objects.select_for_update().get(pk=found.pk)
    # A mail of another room that still waits for this address must leave.
    forget_mails(to=row.email, waiting=False)
    row.state, row.name, row.email, row.email_index, row.code_digest = Registration.CANCELLED, "", "", None, ""
    row.save(update_fields=["state", "name", "email", "email_index", "code_digest"])
    note_forgotten(kind="guest", subject=row.pk)
    seat_waiting(event)
    return row


def seat_waiting(event: Event) -> int:
    """Give free places to those who wait, in the order of their confirmation; return how many moved up. The caller holds the event's row."""
    moved = 0
    for row in event.registrations.filter(state=Registration.WAITING).order_by("confirmed_at", "pk"):
        if seats_left(event) == 0:
            break
        row.state = Registration.SEATED
        row.save(update_fields=["state"])
        _mail_state(row)
        moved += 1
    return moved


def tell_cancelled(event: Event) -> None:
    """One mail to everyone who has a place or waits for one."""
    for row in event.registrations.filter(state__in=[Registration.SEATED, Registration.WAITING]):
        with translation.override(row.language):
            subject = _("Cancelled: %(title)s") % {"title": event.title}
            body = _("“%(title)s” does not take place. %(reason)s") % {"title": event.title, "reason": event.cancelled_reason}
        send_mail_text(to=row.email, subject=subject, body=body + "\n", campaign=event.campaign_id, kind="event")


def seats_left(event: Event) -> int | None:
    """How many places are free; None where there is no limit."""
    if event.seats is None:
        return None
    return max(0, event.seats - event.registrations.filter(state=Registration.SEATED).count())


def find_guest(*, token: str) -> Registration:
    try:
        key = signing.loads(token, salt=CANCEL_SALT)
    except signing.BadSignature as error:
        raise Refused(Problem("link_not_ours", "This link was not made by this site, or a part of it is missing. Copy the whole link from "
                              "the mail.")) from error  # fmt: skip
    row = Registration.objects.select_related("event__campaign").filter(pk=key).exclude(state=Registration.CANCELLED).first()
    if row is None:
        raise Refused(Problem("registration_gone", "This registration was cancelled already, or the event is long past."))
    return row


def cancel_token(registration: Registration) -> str:
    return signing.dumps(str(registration.pk), salt=CANCEL_SALT)


def _cancel_line(row: Registration) -> str:
    path = reverse("cancel_registration", kwargs={"slug": row.event.campaign.slug, "token": cancel_token(row)})
    return _("If you cannot come, open this link: %(link)s") % {"link": settings.AWNA_ORIGIN + path}


def _mail_state(row: Registration) -> None:
    """Place, hour and the finer address for those who have a place; the queue for the others."""
    event = row.event
    with translation.override(row.language):
        when = event.when_there
        if row.state == Registration.SEATED:
            subject = _("You have a place: %(title)s") % {"title": event.title}
            lines = [_("%(title)s, %(when)s.") % {"title": event.title, "when": when}, event.place_exact or event.place_public]
        else:
            subject = _("You are on the waiting list: %(title)s") % {"title": event.title}
            lines = [_("All places are taken. You get a mail as soon as one is free for you.")]
        body = "\n\n".join([*(line for line in lines if line), _cancel_line(row)]) + "\n"
    send_mail_text(to=row.email, subject=subject, body=body, campaign=event.campaign_id, kind="event")


def _mail_code(row: Registration, now: datetime) -> None:
    with translation.override(row.language):
        subject = _("Your code for “%(title)s”") % {"title": row.event.title}
        lines = [_("Your code: %(code)s") % {"code": row.new_code(now)}, _("Type it on the page where you asked for a place.")]
        if row.state != Registration.PENDING:
            lines.append(_cancel_line(row))
        lines.append(_("If this was not you, do nothing: without the code no place is taken."))
    send_mail_text(to=row.email, subject=subject, body="\n\n".join(lines) + "\n", campaign=row.event.campaign_id, kind="code")
