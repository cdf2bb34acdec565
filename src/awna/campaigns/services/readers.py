"""Readers by mail: ask, confirm with a code, end by one click; and one letter for each with what is new to that reader."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import forget_mails, send_mail_text
from awna.kit.markup import plain_light
from awna.kit.sealed import blind_index
from awna.parties.forgotten.services import note_forgotten
from awna.parties.models import Campaign

from ..models import Event, Registration, Subscription, Update
from .news import readable
from .texts import event_words

CONFIRM_HOURS = 72
ASKED_PER_HOUR_MAX = 300
RHYTHM_HOURS = {Subscription.DAILY: 24, Subscription.WEEKLY: 7 * 24}
LETTER_UPDATES_MAX = 20
STOP_SALT = "awna.campaigns.stop"
REGISTRATION_KEPT_DAYS = 30


@transaction.atomic
def subscribe(*, campaign: Campaign, email: str, language: str, rhythm: str = Subscription.WEEKLY) -> Subscription:
    """Mail a code to this address. What the asker sees is the same for an address that reads already and one that does not."""
    if rhythm not in dict(Subscription.RHYTHMS):
        raise Refused(Problem("rhythm_unknown", "“%(asked)s” is no rhythm. Choose daily or weekly.", {"asked": rhythm}, "rhythm"))
    # The campaign's row serialises two requests from one address.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_flood(campaign.subscriptions.filter(state=Subscription.PENDING, mailed_at__gt=timezone.now() - timedelta(hours=1)).count())
    index = blind_index(email, f"campaigns.news.{campaign.pk}")
    row = campaign.subscriptions.filter(email_index=index).first() or Subscription(campaign=campaign, email_index=index)
    if row.state == Subscription.PENDING:
        row.email, row.language, row.rhythm = email.strip(), language, rhythm
    now = timezone.now()
    if row.may_be_mailed(now):
        _mail_code(row, now)
    row.save()
    return row


def confirm_subscription(*, subscription: Subscription, code: str) -> Subscription:
    """Count this reader once the mailed code was typed; twice is once. A wrong code counts as a try."""
    with transaction.atomic():
        row = Subscription.objects.select_for_update().get(pk=subscription.pk)
        problems = row.try_code(code)
        if not problems:
            row.code_digest = ""
            if row.state != Subscription.CONFIRMED:
                row.state, row.told_until = Subscription.CONFIRMED, timezone.now()
        row.save(update_fields=["code_digest", "code_tries", "state", "told_until"])
    # Refused outside the transaction, or the count of tries would be taken back with it.
    if problems:
        raise Refused(problems)
    return row


@transaction.atomic
def end_subscription(*, token: str) -> bool:
    """Forget the reader of this link, with every mail that was sent; False where the reader was gone already."""
    try:
        key = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature as error:
        raise Refused(Problem("link_not_ours", "This link was not made by this site, or a part of it is missing. Copy the whole link from "
                              "the mail.")) from error  # fmt: skip
    row = Subscription.objects.select_for_update().filter(pk=key).first()
    if row is None:
        return False
    # A mail of another room that still waits for this address must leave.
    forget_mails(to=row.email, waiting=False)
    row.delete()
    note_forgotten(kind="reader", subject=key)
    return True


def stop_token(subscription: Subscription) -> str:
    return signing.dumps(str(subscription.pk), salt=STOP_SALT)


def send_news(*, campaign: Campaign, now: datetime | None = None) -> int:
    """Mail each reader whose rhythm is due what is new since the last letter; return how many letters. Run twice, it mails once."""
    now = now or timezone.now()
    return sum(
        _send_to(key, now, hours)
        for rhythm, hours in RHYTHM_HOURS.items()
        for key in list(_due(campaign, now, rhythm).values_list("pk", flat=True))
    )


def count_due(*, campaign: Campaign) -> int:
    """How many readers' day or week is over; not all of them have news to get."""
    return sum(_due(campaign, timezone.now(), rhythm).count() for rhythm in RHYTHM_HOURS)


def _due(campaign: Campaign, now: datetime, rhythm: str) -> QuerySet[Subscription]:
    told = now - timedelta(hours=RHYTHM_HOURS[rhythm])
    return campaign.subscriptions.filter(state=Subscription.CONFIRMED, rhythm=rhythm, told_until__lte=told)


@transaction.atomic
def forget_readers(*, campaign: Campaign, now: datetime | None = None) -> int:
    """Delete what was never confirmed within 72 hours, and who came to an event 30 days after it; return how many rows."""
    now = now or timezone.now()
    old = now - timedelta(hours=CONFIRM_HOURS)
    found = [
        campaign.subscriptions.filter(state=Subscription.PENDING, asked_at__lt=old),
        Registration.objects.filter(event__campaign=campaign, state=Registration.PENDING, asked_at__lt=old),
        Registration.objects.filter(event__campaign=campaign, event__ends_at__lt=now - timedelta(days=REGISTRATION_KEPT_DAYS)),
    ]
    return sum(rows.delete()[0] for rows in found)


def refuse_flood(asked: int) -> None:
    """Strangers' addresses can be typed into any form: no more than so many first mails leave in an hour."""
    if asked >= ASKED_PER_HOUR_MAX:
        raise Refused(Problem("too_many_asked", "More than %(n)s people asked within an hour. Try again in an hour; nothing is lost.",
                              {"n": ASKED_PER_HOUR_MAX}))  # fmt: skip


@transaction.atomic
def _send_to(key: object, now: datetime, hours: int) -> bool:
    row = Subscription.objects.select_for_update().select_related("campaign").get(pk=key)
    # Asked again under the lock: another run may have sent it meanwhile.
    if row.told_until is None or row.told_until > now - timedelta(hours=hours):
        return False
    updates, events = _new_for(row, now)
    if not updates and not events:
        return False
    with translation.override(row.language):
        stop = _stop_link(row)
        body = _letter(row.campaign, updates, events, stop)
        subject = _("News of “%(campaign)s”") % {"campaign": row.campaign.title_here}
    send_mail_text(to=row.email, subject=subject, body=body, stop_url=stop, campaign=row.campaign_id, kind="news", is_bulk=True)
    row.told_until = now
    row.save(update_fields=["told_until"])
    return True


def _new_for(row: Subscription, now: datetime) -> tuple[list[Update], list[Event]]:
    """Updates since the last letter, in the reader's language where there are any; events announced or changed since, and to come."""
    new = row.campaign.updates.standing().filter(published_at__gt=row.told_until, published_at__lte=now)
    updates = readable(row.campaign, list(new.order_by("published_at")), row.language)[:LETTER_UPDATES_MAX]
    events = row.campaign.events.filter(changed_at__gt=row.told_until, changed_at__lte=now, starts_at__gt=now)
    return updates, list(events.order_by("starts_at")[:LETTER_UPDATES_MAX])


def _letter(campaign: Campaign, updates: list[Update], events: list[Event], stop: str) -> str:
    parts = [
        f"{update.title_shown}\n{settings.AWNA_ORIGIN}{update.get_absolute_url()}\n\n{plain_light(update.text_shown)}{_told_line(update)}"
        for update in updates
    ]
    words = event_words(campaign, events, translation.get_language())
    parts += [_event_line(event, {name: said.text for name, said in one.items()}) for event, one in zip(events, words, strict=True)]
    parts.append(_("You asked for these letters. To end them, open this link: %(link)s") % {"link": stop})
    return "\n\n—\n\n".join(parts) + "\n"


def _told_line(update: Update) -> str:
    """A translation says that it is one."""
    told = update.told_text
    return "\n\n" + " ".join(part for part in (_("Translated."), told.state_text and f"({told.state_text})") if part) if told else ""


def _event_line(event: Event, words: dict[str, str]) -> str:
    link = settings.AWNA_ORIGIN + event.get_absolute_url()
    when = event.when_there
    if event.cancelled_at:
        return _("Cancelled: %(title)s, %(when)s. %(reason)s") % {
            "title": words["title"],
            "when": when,
            "reason": words["cancelled_reason"],
        }
    return _("%(title)s: %(when)s, %(place)s") % {"title": words["title"], "when": when, "place": words["place_public"]} + f"\n{link}"


def _stop_link(row: Subscription) -> str:
    return settings.AWNA_ORIGIN + reverse("stop_news", kwargs={"slug": row.campaign.slug, "token": stop_token(row)})


def _mail_code(row: Subscription, now: datetime) -> None:
    with translation.override(row.language):
        subject = _("Your code for the news of “%(campaign)s”") % {"campaign": row.campaign.title_here}
        first = _("Your code: %(code)s") % {"code": row.new_code(now)}
        lines = [first, _("Type it on the page where you asked for it. Only then are letters sent.")]
        if row.state == Subscription.CONFIRMED:
            stop = _stop_link(row)
            lines.append(_("You get these letters already. To end them, open this link: %(link)s") % {"link": stop})
        lines.append(_("If this was not you, do nothing: without the code nothing is sent."))
    send_mail_text(to=row.email, subject=subject, body="\n\n".join(lines) + "\n", campaign=row.campaign_id, kind="code")
