"""What must be done again and again, as jobs that do not know of each other: one that fails stops no other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from awna.approvals.services import carry_out_all_ready, tell_stewards
from awna.books.models import Book
from awna.books.services import log_standing, publish_log, void_expired
from awna.campaigns.moving.services import forget_old
from awna.campaigns.services import forget_readers, forget_unseen_photos, send_news
from awna.core.problems import Refused
from awna.desk.forgetting import keep_forgotten
from awna.desk.upgrade.forward import forget_way_back
from awna.donations.providers.services import process_events
from awna.donations.services import forget_drafts
from awna.kit.jobs import forget_finished, work_off
from awna.kit.notices.services import forget_notices
from awna.kit.outbox.bounces import messages_in, read_bounces
from awna.kit.visits import forget_visits
from awna.letters.services import forget_signers, mail_waiting, purge_unconfirmed
from awna.parties.models import Campaign
from awna.parties.people.services import forget_invitations, forget_lost
from awna.parties.setup.services import forget_links
from awna.voices.services import forget_closed, remind_late

from .mail.telling import send_digests, tell_gaps, tell_shifts
from .setup.next_steps import settle_all

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`run` does what is due now and says it in a sentence. Done twice, it does nothing the second time."""

    name: str
    what: str
    run: Callable[[], str]


@dataclass(frozen=True)
class Outcome:
    """How one job went: what it said, or why it failed."""

    name: str
    said: str
    failed: bool = False


def hourly_jobs() -> list[Job]:
    """Every job for every campaign, in the order in which they run: what frees people's data first, mails that were queued on the way last."""
    campaigns, books = list(Campaign.objects.order_by("slug")), list(Book.objects.select_related("campaign").order_by("campaign__slug"))
    return [
        Job("signups", "delete sign-ups of letters that nobody confirmed within 72 hours", lambda: f"{purge_unconfirmed()} sign-ups deleted"),
        Job("signers", "delete who signed a letter 30 days after it was closed; the number stays", lambda: f"{forget_signers()} names deleted"),
        *(_readers(campaign) for campaign in campaigns),
        *(_photos(campaign) for campaign in campaigns),
        *(_voices(campaign) for campaign in campaigns),
        *(_drafts(book) for book in books),
        *(_expired(book) for book in books),
        *(_decided(book.campaign) for book in books),
        Job("providers", "read the deliveries of payment providers that wait", lambda: f"{process_events()} events read"),
        Job("setup", "forget the links of a set-up after a day, and its list once all of it is done",
            lambda: f"{forget_links()} lists of links deleted, {settle_all()} set-ups settled"),
        Job("invitations", "delete invitations that nobody took up, and lost sign-ins, 90 days after they ended",
            lambda: f"{forget_invitations()} invitations and {forget_lost()} lost sign-ins deleted"),
        Job("files", "empty files of lists that nobody took in, and rows that were refused, after 14 days",
            lambda: f"{forget_old()} files emptied"),
        Job("visits", "delete sessions that are over and attempts to sign in older than a week", lambda: f"{forget_visits()} rows deleted"),
        Job("finished", "delete finished jobs, sent mails among them, after AWNA_JOBS_KEPT_DAYS", lambda: f"{forget_finished()} jobs deleted"),
        Job("forgotten", "forget again what a restore brought back, and write down elsewhere what was forgotten here",
            lambda: f"{keep_forgotten()} forgotten again"),
        Job("upgrade", "delete the copies for the way back a week after an upgrade", lambda: f"{forget_way_back()} copies deleted"),
        *(_head(book) for book in books),
        *(_news(campaign) for campaign in campaigns),
        *(_notices(book) for book in books),
        *_bounces(),
        Job("digests", "mail each reader of notices whose day or week is over one letter, and forget notices after 90 days",
            lambda: f"{send_digests()} letters queued, {forget_notices()} notices deleted"),
        Job("codes", "mail the codes of letters that wait", lambda: f"{mail_waiting.call()} codes mailed"),
        Job("queue", "run what waits in the queue, mails above all", lambda: f"{work_off()} jobs run"),
    ]  # fmt: skip


def run_each(jobs: list[Job]) -> list[Outcome]:
    """Run them in turn, all of them whatever happens."""
    return [_run(job) for job in jobs]


def _run(job: Job) -> Outcome:
    try:
        return Outcome(job.name, job.run())
    except Refused as refused:
        return Outcome(job.name, " ".join(str(problem) for problem in refused.problems), failed=True)
    except Exception as error:  # the next job must run whatever this one met: a full disk, a mail server that is away
        _log.exception("The hourly job %s failed", job.name)
        return Outcome(job.name, f"{type(error).__name__}: {error}", failed=True)


def _readers(campaign: Campaign) -> Job:
    return Job(f"readers {campaign.slug}", "forget readers who did not confirm and guests of past events",
               lambda: f"{forget_readers(campaign=campaign)} rows deleted")  # fmt: skip


def _photos(campaign: Campaign) -> Job:
    return Job(f"photos {campaign.slug}", "delete photos that nobody looked at within a day",
               lambda: f"{forget_unseen_photos(campaign=campaign)} photos deleted")  # fmt: skip


def _voices(campaign: Campaign) -> Job:
    return Job(f"voices {campaign.slug}", "delete the personal parts of answered complaints when their time is over, and remind of late ones",
               lambda: f"{forget_closed(campaign=campaign)} cases forgotten, {remind_late(campaign=campaign)} late")  # fmt: skip


def _drafts(book: Book) -> Job:
    return Job(f"drafts {book.campaign.slug}", "forget gifts that were typed and not confirmed within a day",
               lambda: f"{forget_drafts(book=book)} drafts deleted")  # fmt: skip


def _decided(campaign: Campaign) -> Job:
    return Job(f"stewards {campaign.slug}", "do what the stewards agreed to and what has cooled down, and mail those whose word is wanted",
               lambda: f"{carry_out_all_ready(campaign=campaign)} done, {tell_stewards(campaign=campaign)} mails queued")  # fmt: skip


def _expired(book: Book) -> Job:
    return Job(f"expired {book.campaign.slug}", "free what is still held for questions that expired or were withdrawn",
               lambda: f"{void_expired(book=book)} questions ended")  # fmt: skip


def _news(campaign: Campaign) -> Job:
    return Job(f"news {campaign.slug}", "mail each reader whose day or week is over what is new",
               lambda: f"{send_news(campaign=campaign)} letters queued")  # fmt: skip


def _notices(book: Book) -> Job:
    return Job(f"notices {book.campaign.slug}", "tell treasurers of gaps between statements, and volunteers of their shifts",
               lambda: f"{tell_gaps(book=book)} treasurers and {tell_shifts(campaign=book.campaign)} volunteers told")  # fmt: skip


def _bounces() -> list[Job]:
    place = settings.AWNA_BOUNCES
    return (
        [Job("bounces", "read what mail came back", lambda: f"{read_bounces(messages_in(Path(place))).bounced} mails came back")]
        if place
        else []
    )


def _head(book: Book) -> Job:
    return Job(f"head {book.campaign.slug}", "sign the present head of the book and publish its log", lambda: _sign_head(book))


def _sign_head(book: Book) -> str:
    publish_log(book)
    standing = log_standing(book)
    return f"{standing.size} entries, {standing.waiting} wait"
