"""Put a mail into the outbox, try what is due, try one now, give one up, and forget."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused

from ..sealed import blind_index
from . import quota
from .courier import MAIL_SUBJECT_CHARS_MAX, Courier, Letter, refuse_broken_header
from .judging import DEAD, DOWN, LATER, LEFT, Outcome
from .models import NOBODY, DeadAddress, Mail, MailProof, problem_kept

PAUSES_MIN = (1, 5, 15, 60, 4 * 60, 8 * 60, 12 * 60, 24 * 60)
"""After the first, second … temporary refusal; a mail that was refused once more after the last is given up."""
DOWN_PAUSE_MIN = 5
LEASE_MIN = 15
"""A mail that a killed worker held may be tried again after this."""
WAITING_DAYS_MAX = 3
DEAD_KEPT_DAYS = 180
STEP = 50


def post_mail(
    *, to: str, subject: str, body: str, stop_url: str = "", campaign: Any = None, section: Any = None, kind: str = "other", is_bulk: bool = False
) -> Mail:  # fmt: skip
    """A mail that leaves after this transaction. To an address that nothing reaches it is kept as come back, without its texts.

    What a caller sees is the same either way: whether an address is known must not show.
    """
    refuse_broken_header(to, subject, stop_url)
    index = _index(to)
    mail = Mail(for_campaign=campaign or NOBODY, for_section=section or NOBODY, kind=kind, is_bulk=is_bulk, address=to, address_index=index)
    known = DeadAddress.objects.filter(address_index=index).first()
    if known is None:
        mail.subject, mail.body, mail.stop_url = subject[:MAIL_SUBJECT_CHARS_MAX], body, stop_url
    else:
        mail.state, mail.error, mail.ended_at = Mail.BOUNCED, known.error, timezone.now()
        _keep_dead(mail)
    mail.save(force_insert=True)
    return mail


def send_due(*, now: datetime | None = None, limit: int = 1000) -> int:
    """Try what is due, urgent mails first, over one connection; return how many left. When the server is away all wait together."""
    now, left, tried = now or timezone.now(), 0, 0
    with Courier() as courier:
        while tried < limit:
            due = list(Mail.objects.due(now)[: min(STEP, limit - tried)])
            if not due:
                break
            for mail in due:
                tried += 1
                what = _try(mail, courier, now)
                left += what == LEFT
                if what == DOWN:
                    return left
    return left


def try_now(*, mail: Mail) -> Mail:
    """Try one mail at once, also one that failed and still has its texts. Refused when there is nothing left to send."""
    with transaction.atomic():
        row = _locked(mail)
        if row.state not in (Mail.WAITING, Mail.FAILED) or not row.body:
            raise Refused(Problem("mail_not_there_any_more", "This mail cannot be sent again: it left, or its text is deleted. Ask for a new one "
                                  "where it came from."))  # fmt: skip
        row.state, row.next_try_at, row.ended_at = Mail.WAITING, timezone.now(), None
        row.save(update_fields=["state", "next_try_at", "ended_at"])
    with Courier() as courier:
        _try(row, courier, timezone.now())
    row.refresh_from_db()
    return row


@transaction.atomic
def try_all_now(*, campaign: Any) -> int:
    """Everything of a campaign that waits is due at once: after the settings were mended nobody waits for a pause to end."""
    return Mail.objects.waiting().filter(for_campaign=campaign).update(next_try_at=timezone.now())


@transaction.atomic
def give_up(*, mail: Mail) -> Mail:
    """Never send this mail; its texts are deleted. Twice is once."""
    row = _locked(mail)
    if row.state == Mail.LEFT:
        raise Refused(Problem("mail_left_already", "This mail left already; it cannot be called back."))
    if row.state in (Mail.WAITING, Mail.FAILED):
        _end(row, Mail.GIVEN_UP, timezone.now())
    return row


@transaction.atomic
def revive(*, address: DeadAddress) -> int:
    """Mail may go to this address again, for every campaign: its owner says that it works."""
    return DeadAddress.objects.filter(address_index=address.address_index).delete()[0]


def forget_mails(*, to: str, waiting: bool = True) -> int:
    """Remove every mail to this address, and what is known of it; those that wait stay with `waiting=False`, and so does a bounce."""
    rows = Mail.objects.filter(address_index=_index(to))
    if not waiting:
        return rows.exclude(state=Mail.WAITING).delete()[0]
    return rows.delete()[0] + DeadAddress.objects.filter(address_index=_index(to)).delete()[0]


def is_dead_address(address: str) -> bool:
    """Whether its server refused it for good."""
    return DeadAddress.objects.filter(address_index=_index(address)).exists()


def forget_old(*, now: datetime | None = None) -> int:
    """Delete what ended more than `AWNA_JOBS_KEPT_DAYS` ago, texts of failed mails with it; what waits has its own end in `send_due`."""
    now = now or timezone.now()
    old = now - timedelta(days=max(1, settings.AWNA_JOBS_KEPT_DAYS))
    gone = Mail.objects.exclude(state=Mail.WAITING).filter(ended_at__lt=old).delete()[0]
    DeadAddress.objects.filter(since__lt=now - timedelta(days=DEAD_KEPT_DAYS)).delete()
    MailProof.objects.filter(proven_at=None, mailed_at__lt=old).delete()
    quota.forget_hours(now=now)
    return gone


def bounce(*, mail: Mail, problem: Problem, is_dead: bool) -> bool:
    """A mail came back after it had left; False when that was known."""
    with transaction.atomic():
        row = _locked(mail)
        if row.state == Mail.BOUNCED:
            return False
        row.error = problem_kept(problem)
        _end(row, Mail.BOUNCED, timezone.now())
        if is_dead:
            _keep_dead(row)
    return True


def _try(mail: Mail, courier: Courier, now: datetime) -> str:
    """One try of one mail, unless another worker has it. Claimed by its time of next try, which a dead worker's lease ends."""
    lease = now + timedelta(minutes=LEASE_MIN)
    if not Mail.objects.waiting().filter(pk=mail.pk, next_try_at=mail.next_try_at).update(next_try_at=lease):
        return ""
    if now - mail.made_at > timedelta(days=min(WAITING_DAYS_MAX, max(1, settings.AWNA_JOBS_KEPT_DAYS))):
        _end(mail, Mail.FAILED, now)
        return ""
    if quota.room_of(mail.for_campaign, now=now) == 0:
        _wait_for_quota(mail, now)
        return ""
    outcome = courier.carry(Letter(mail.address, mail.subject, mail.body, mail.stop_url, str(mail.pk)))
    _settle(mail, outcome, now)
    return outcome.what


@transaction.atomic
def _settle(mail: Mail, outcome: Outcome, now: datetime) -> None:
    mail.error = problem_kept(outcome.problem)
    if outcome.what == DOWN:
        # Nobody's mail is at fault: all wait, and none is counted as tried.
        pause = now + timedelta(minutes=DOWN_PAUSE_MIN)
        Mail.objects.waiting().filter(next_try_at__lt=pause).update(next_try_at=pause)
        Mail.objects.filter(pk=mail.pk).update(next_try_at=pause, error=mail.error)
        return
    mail.tries += 1
    if outcome.what == LEFT:
        quota.count_left(mail.for_campaign, now=now)
        _end(mail, Mail.LEFT, now)
    elif outcome.what == LATER and mail.tries <= len(PAUSES_MIN):
        mail.next_try_at = now + timedelta(minutes=PAUSES_MIN[mail.tries - 1])
        mail.save(update_fields=["tries", "error", "next_try_at"])
    elif outcome.what == DEAD:
        _end(mail, Mail.BOUNCED, now)
        _keep_dead(mail)
    else:
        _end(mail, Mail.FAILED, now)


def _end(mail: Mail, state: str, now: datetime) -> None:
    """A mail that failed keeps its texts until it is forgotten, so that it can be tried by hand; every other end drops them at once."""
    mail.state, mail.ended_at = state, now
    if state != Mail.FAILED:
        mail.subject = mail.body = mail.stop_url = ""
    mail.save(update_fields=["state", "tries", "error", "ended_at", "subject", "body", "stop_url"])


def _keep_dead(mail: Mail) -> None:
    DeadAddress.objects.get_or_create(
        for_campaign=mail.for_campaign, for_section=mail.for_section, kind=mail.kind, address_index=mail.address_index,
        defaults={"address": mail.address, "error": mail.error},
    )  # fmt: skip


def _wait_for_quota(mail: Mail, now: datetime) -> None:
    """The whole campaign waits: asking again for each of its mails would find the same."""
    again = quota.free_again_at(mail.for_campaign, now=now)
    problem = Problem(
        "mail_quota_spent",
        "This campaign may send %(most)s mails a day, and has. This one waits its turn.",
        {"most": settings.AWNA_MAILS_PER_DAY},
    )
    rows = Mail.objects.waiting().filter(for_campaign=mail.for_campaign)
    rows.filter(next_try_at__lt=again).update(next_try_at=again, error=problem_kept(problem))


def _locked(mail: Mail) -> Mail:
    return Mail.objects.select_for_update().get(pk=mail.pk)


def _index(address: str) -> str:
    return blind_index(address, "kit.mail")
