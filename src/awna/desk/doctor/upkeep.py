"""Looks at what must happen again and again: the timer, waiting jobs and mail, backups, migrations."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from awna.core.problems import Problem
from awna.kit import serving
from awna.kit.backups.making import backups_in, made_at
from awna.kit.models import Mail
from awna.parties.forgotten.services import forgotten_elsewhere, lines_missing

from .findings import BAD, LOOK, Finding

TIMER_STAMP = "hourly.stamp"
TIMER_AGE_MAX = timedelta(hours=3)
WAITING_AGE_MAX = timedelta(hours=2)
SEEN_MAX = 200
BACKUP_AGE_MAX = timedelta(hours=36)
COMMAND_OF = {"data_is_older": "awna upgrade", "data_is_empty": "awna migrate", "data_is_newer": "awna upgrade --back"}


def keep_stamp() -> None:
    """`awna hourly` was here."""
    (Path(settings.AWNA_DATA_DIR) / TIMER_STAMP).touch()


def timer_look() -> Iterator[Finding]:
    stamp = Path(settings.AWNA_DATA_DIR) / TIMER_STAMP
    age = timezone.now().timestamp() - stamp.stat().st_mtime if stamp.exists() else None
    if age is None or age > TIMER_AGE_MAX.total_seconds():
        problem = Problem("timer_is_quiet", "awna hourly has not run for more than %(hours)s hours: nothing is mailed, nothing forgotten, no head signed.",
                          {"hours": int(TIMER_AGE_MAX.total_seconds() // 3600)})  # fmt: skip
        yield Finding("timer", BAD, problem, "systemctl enable --now awna-hourly.timer")


def jobs_look() -> Iterator[Finding]:
    old = timezone.now() - WAITING_AGE_MAX
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, enqueued_at__lt=old, run_after__lt=old).count()
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")
    if waiting:
        yield Finding(
            "jobs",
            BAD,
            Problem("jobs_wait", "%(n)s jobs, mails among them, have waited for more than two hours.", {"n": waiting}),
            "awna work --once",
        )
    if last := failed.first():
        why = (last.traceback or "").strip().splitlines()[-1:] or [""]
        yield Finding("jobs", LOOK, Problem("jobs_failed", "%(n)s jobs failed five times and were given up; the last: %(why)s",
                                            {"n": failed.count(), "why": why[0][:200]}), "awna hourly")  # fmt: skip


def outbox_look() -> Iterator[Finding]:
    """Mail that waits for its campaign's quota waits by a rule; what the mail server keeps waiting is a fault."""
    old = timezone.now() - WAITING_AGE_MAX
    waiting = Mail.objects.waiting().filter(made_at__lt=old).order_by("made_at")
    late = [mail for mail in waiting[:SEEN_MAX] if mail.problem is None or mail.problem.code != "mail_quota_spent"]
    if late:
        why = late[0].problem or Problem("mail_not_tried", "It was not tried yet.")
        yield Finding("outbox", BAD, Problem("mails_wait", "Mails have waited for more than two hours. The last answer: %(why)s", {"why": why}),
                      "awna work --once, awna testmail ADDRESS")  # fmt: skip
    counts = {state: Mail.objects.filter(state=state).count() for state in (Mail.FAILED, Mail.BOUNCED)}
    if any(counts.values()):
        problem = Problem("mails_not_arrived", "%(failed)s mails failed and %(bounced)s came back within the last days. The page “Mail” of the campaign "
                          "says to whom.", counts)  # fmt: skip
        yield Finding("outbox", LOOK, problem, f"{settings.AWNA_ORIGIN}/desk/")


def backups_look() -> Iterator[Finding]:
    folder = Path(settings.AWNA_BACKUP_DIR)
    if not settings.AWNA_BACKUP_KEYS:
        yield Finding(
            "backups",
            BAD,
            Problem("backup_needs_a_key_first", "There is no key for backups, so there is no backup."),
            "awna backup --new-key",
        )
        return
    found = backups_in(folder) if folder.is_dir() else []
    if not found:
        yield Finding("backups", BAD, Problem("no_backup", "There is no backup in %(place)s.", {"place": folder}), "awna backup")
    elif timezone.now() - made_at(found[-1]) > BACKUP_AGE_MAX:
        yield Finding(
            "backups",
            BAD,
            Problem("backup_is_old", "The newest backup is of %(day)s.", {"day": f"{made_at(found[-1]):%Y-%m-%d %H:%M}"}),
            "awna backup",
        )
    if found and folder.stat().st_dev == Path(settings.AWNA_DATA_DIR).stat().st_dev:
        yield Finding("backups", LOOK, Problem("backup_on_the_same_disk", "Backups lie on the disk that they should outlive: %(place)s.", {"place": folder}),
                      "AWNA_BACKUP_DIR=/another/disk")  # fmt: skip


def migrations_look() -> Iterator[Finding]:
    for problem in serving.unfit_problems():
        if problem.code in ("data_is_older", "data_is_empty", "data_is_newer"):
            yield Finding("migrations", BAD, problem, COMMAND_OF[problem.code])


def upgrade_look() -> Iterator[Finding]:
    journal = serving.read_journal()
    if journal and journal.state in serving.UNFINISHED:
        command = "awna upgrade --back" if journal.state == serving.GOING_BACK else "awna upgrade"
        yield Finding("upgrade", BAD, serving.unfinished(journal), command)


def forgotten_look() -> Iterator[Finding]:
    again = len(forgotten_elsewhere())
    if again:
        yield Finding("forgotten", BAD, Problem("forgotten_is_back", "%(n)s people or things that were forgotten are in the database again.", {"n": again}),
                      "awna checkrestored")  # fmt: skip
    for file, missing in lines_missing().items():
        if missing:
            yield Finding("forgotten", LOOK, Problem("forgotten_not_written", "%(n)s lines of what was forgotten are not in %(file)s yet.",
                                                     {"n": missing, "file": file}), "awna hourly")  # fmt: skip
