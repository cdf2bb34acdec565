"""The mails of a letter: one code for each address and day, sent from the waiting sign-ups themselves, so that no queue holds addresses."""

import time
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.kit.jobs import enqueue, job_task
from awna.kit.mail import send_mail_text
from awna.kit.outbox.courier import Courier, Letter
from awna.kit.outbox.judging import DOWN, LATER, LEFT, Outcome
from awna.kit.outbox.unkept import Round

from ..models import Organisation, Signature, Waiting
from .codes import confirm_token, withdraw_token

MAIL_PAUSE_HOURS = 24
STEP, WAKE_AGAIN_S = 50, 60
_woken = {"at": 0.0}


def due_again(mailed_at: int) -> int:
    """0 (to be mailed) when the last mail to this address is a day old, else as it was."""
    return 0 if mailed_at and time.time() - mailed_at >= MAIL_PAUSE_HOURS * 3600 else mailed_at


def mail_soon() -> None:
    """Wake the mailer when nothing else did: the first that waits wakes it, and somebody each minute, should it have died."""
    first = list(Waiting.objects.unmailed().values_list("pk", flat=True)[:2])
    if len(first) == 1 or time.monotonic() - _woken["at"] > WAKE_AGAIN_S:
        _woken["at"] = time.monotonic()
        enqueue(mail_waiting)


@job_task
def mail_waiting() -> int:
    """Mail every code that waits and drop what is older than three days; return how many were mailed."""
    from .signing import purge_unconfirmed

    purge_unconfirmed()
    return mail_codes()


def mail_codes(limit: int | None = None) -> int:
    """Mail the codes that wait, oldest first, at most `limit` of them; return how many."""
    sent, goes_on = 0, True
    with Courier() as courier:
        while goes_on and (limit is None or sent < limit):
            step = STEP if limit is None else min(STEP, limit - sent)
            waiting = list(Waiting.objects.unmailed().select_related("version__letter__campaign")[:step])
            if not waiting:
                break
            left, goes_on = _mail_step(waiting, Round(courier))
            sent += left
    return sent


def _mail_step(waiting: list[Waiting], some: Round) -> tuple[int, bool]:
    """How many of these left, and whether another may."""
    sent = 0
    try:
        for row in waiting:
            # Marked first: a mailer that is killed here has sent one mail too few, which can be asked for again, and none twice.
            if not Waiting.objects.filter(pk=row.pk, mailed_at=0).update(mailed_at=int(time.time())):
                continue
            outcome = _mail_code(row, some)
            sent += outcome.what == LEFT
            if outcome.what == DOWN or (outcome.what == LATER and outcome.problem is None):
                # No server, or the campaign sent its share of today: the row waits on, and so does the rest.
                Waiting.objects.filter(pk=row.pk).update(mailed_at=0)
                return sent, False
    finally:
        some.settle()
    return sent, True


def _mail_code(row: Waiting, some: Round) -> Outcome:
    from .signing import CONFIRM_HOURS, open_waiting

    said = open_waiting(row)
    letter, code = row.version.letter, confirm_token(row)
    with translation.override(said["language"] or letter.language):
        link = settings.AWNA_ORIGIN + reverse("confirm_signature", kwargs={"slug": letter.campaign.slug, "token": code})
        body = [
            _("To sign “%(title)s”, open this link within %(hours)s hours: %(link)s")
            % {"title": row.version.title, "hours": CONFIRM_HOURS, "link": link},
            _("Or type this code on the page: %(code)s") % {"code": code},
            _("If this was not you, do nothing: without the code nothing is counted, and what was typed is deleted."),
        ]
        mail = Letter(said["email"], _("Your signature under an open letter"), "\n\n".join(body) + "\n")
    return some.carry(mail, campaign=letter.campaign_id)


def mail_own_link(row: Signature | Organisation) -> None:
    """To somebody who signed: the link to hide the name or take it back. At most one in a day."""
    now = timezone.now()
    if not row.email or (row.mailed_at is not None and now - row.mailed_at < timedelta(hours=MAIL_PAUSE_HOURS)):
        return
    row.mailed_at = now
    row.save(update_fields=["mailed_at"])
    with translation.override(row.language):
        link = settings.AWNA_ORIGIN + reverse("withdraw_signature", kwargs={"slug": row.letter.campaign.slug, "token": withdraw_token(row)})
        body = [
            _("Your signature under “%(title)s” is confirmed.") % {"title": row.letter.title},
            _("To hide your name or take it back, today or in a year, open this link: %(link)s") % {"link": link},
        ]
        subject = _("Your signature under an open letter")
        send_mail_text(to=row.email, subject=subject, body="\n\n".join(body) + "\n", campaign=row.letter.campaign_id, kind="letter")
