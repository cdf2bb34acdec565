"""Tell a reader something once: on the page always, by mail as often as that reader chose."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.core.problems import Problem, Refused

from ..mail import send_mail_text
from .models import Notice, NoticeChoice

STOP_SALT = "awna.kit.notices.stop"
PACE_HOURS = {NoticeChoice.DAILY: 24, NoticeChoice.WEEKLY: 7 * 24}
NOTICES_KEPT_DAYS = 90
DIGEST_NOTICES_MAX = 50


@contextmanager
def in_language_of(reader: Any, otherwise: str) -> Iterator[None]:
    """The reader's own language inside, where one was chosen."""
    chosen = NoticeChoice.objects.filter(reader=reader).values_list("language", flat=True).first()
    with translation.override(chosen or otherwise):
        yield


@transaction.atomic
def tell(
    *, reader: Any, to: str, key: str, subject: str, lines: Sequence[str] = (), address: str = "", campaign: Any = None,
    is_urgent: bool = False, is_private: bool = False,
) -> bool:  # fmt: skip
    """One notice in the language that is active; False where this reader was told of this matter before.

    `is_urgent` is mailed at once to whoever is mailed at all. Of `is_private` the mail says only that there is something to read.
    """
    one_line = " ".join(subject.split())
    wanted = {"for_campaign": campaign, "subject": one_line, "body": "\n\n".join(lines), "address": address, "is_private": is_private}
    notice, is_new = Notice.objects.get_or_create(reader=reader, key=key, defaults=wanted)
    if not is_new:
        return False
    choice = choice_of(reader)
    if choice.pace == NoticeChoice.NOW or (is_urgent and choice.pace != NoticeChoice.NEVER):
        subject, parts = (_("There is something new for you"), [_hidden()]) if is_private else (one_line, [*lines])
        if address and not is_private:
            parts.append(settings.AWNA_ORIGIN + address)
        _mail(reader, to, subject, parts, campaign, is_bulk=False)
        notice.mailed_at = timezone.now()
        notice.save(update_fields=["mailed_at"])
    return True


def mail_digest(*, reader: Any, to: str, otherwise: str, now: datetime | None = None) -> int:
    """One mail with everything that waits for this reader, if the day or week is over; return how many notices it holds. Twice is once.

    `otherwise` is the language of whoever chose none.
    """
    now = now or timezone.now()
    with transaction.atomic():
        choice = NoticeChoice.objects.select_for_update().filter(reader=reader).first()
        if choice is None or choice.pace not in PACE_HOURS or not _is_due(choice, now):
            return 0
        waiting = list(Notice.objects.unmailed().filter(reader=reader).order_by("made_at")[:DIGEST_NOTICES_MAX])
        if not waiting:
            return 0
        with translation.override(choice.language or otherwise):
            subject = ngettext("%(n)s notice for you", "%(n)s notices for you", len(waiting)) % {"n": len(waiting)}
            open_ones = [notice for notice in waiting if not notice.is_private]
            parts = [f"{notice.made_at:%Y-%m-%d}: {notice.subject}" for notice in open_ones]
            if hidden := len(waiting) - len(open_ones):
                parts.append(ngettext("%(n)s more to read on your page.", "%(n)s more to read on your page.", hidden) % {"n": hidden})
            _mail(reader, to, subject, [*parts, settings.AWNA_ORIGIN + reverse("notices")], None, is_bulk=True)
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(mailed_at=now)
        choice.mailed_at = now
        choice.save(update_fields=["mailed_at"])
    return len(waiting)


def due_readers(*, now: datetime | None = None) -> list[UUID]:
    """Who may get a digest now: with something unmailed, and the day or week over."""
    now = now or timezone.now()
    choices = NoticeChoice.objects.filter(pace__in=PACE_HOURS, reader__in=Notice.objects.unmailed().values("reader"))
    return [choice.reader for choice in choices if _is_due(choice, now)]


@transaction.atomic
def choose(*, reader: Any, pace: str, language: str = "") -> NoticeChoice:
    """How often, and in which language. Refused for what is not offered."""
    if pace not in dict(NoticeChoice.PACES):
        raise Refused(
            Problem("pace_unknown", "“%(asked)s” is not offered. Choose how often you want to be mailed.", {"asked": pace}, "pace")
        )
    if language and language not in dict(settings.LANGUAGES):
        raise Refused(
            Problem("language_unknown", "“%(asked)s” is no language of this site. Choose one of the list.", {"asked": language}, "language")
        )
    choice, _made = NoticeChoice.objects.update_or_create(reader=reader, defaults={"pace": pace, "language": language})
    return choice


@transaction.atomic
def stop_mails(*, token: str) -> None:
    """No more notices by mail to the reader of this link; they stay on the page. Twice is once."""
    try:
        reader = UUID(signing.loads(token, salt=STOP_SALT))
    except (signing.BadSignature, ValueError) as error:
        raise Refused(Problem("link_not_ours", "This link was not made by this site, or a part of it is missing. Copy the whole link from "
                              "the mail.")) from error  # fmt: skip
    choose(reader=reader, pace=NoticeChoice.NEVER, language=choice_of(reader).language)


@transaction.atomic
def mark_read(*, reader: Any, notice: Any = None) -> int:
    """One notice of this reader, or all of them, is read; return how many were not."""
    found = Notice.objects.unread().filter(reader=reader)
    return (found if notice is None else found.filter(pk=notice)).update(read_at=timezone.now())


def forget_notices(*, now: datetime | None = None) -> int:
    """Delete what was told 90 days ago, read or not; return how many."""
    old = (now or timezone.now()) - timedelta(days=NOTICES_KEPT_DAYS)
    return Notice.objects.filter(made_at__lt=old).delete()[0]


def forget_reader(*, reader: Any) -> int:
    """Everything that somebody was told, and how."""
    return Notice.objects.filter(reader=reader).delete()[0] + NoticeChoice.objects.filter(reader=reader).delete()[0]


def choice_of(reader: Any) -> NoticeChoice:
    """What this reader chose, or what holds without a choice; not saved."""
    return NoticeChoice.objects.filter(reader=reader).first() or NoticeChoice(reader=reader)


def stop_token(reader: Any) -> str:
    return signing.dumps(str(reader), salt=STOP_SALT)


def _is_due(choice: NoticeChoice, now: datetime) -> bool:
    return choice.mailed_at is None or now - choice.mailed_at >= timedelta(hours=PACE_HOURS[choice.pace])


def _mail(reader: Any, to: str, subject: str, parts: list[str], campaign: Any, *, is_bulk: bool) -> None:
    """The pages of notices stand above the kit: their addresses are asked for by name."""
    stop = settings.AWNA_ORIGIN + reverse("stop_notices", kwargs={"token": stop_token(reader)})
    settings_page = settings.AWNA_ORIGIN + reverse("notice_choice")
    parts = [*parts, _("How often you are mailed, and in which language: %(link)s") % {"link": settings_page}]
    parts.append(_("No more of these mails: %(link)s") % {"link": stop})
    send_mail_text(to=to, subject=subject, body="\n\n".join(parts) + "\n", stop_url=stop, campaign=campaign, kind="notice", is_bulk=is_bulk)


def _hidden() -> str:
    return _("Sign in and read it there: %(link)s") % {"link": settings.AWNA_ORIGIN + reverse("notices")}
