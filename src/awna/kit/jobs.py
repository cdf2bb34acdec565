"""Work that may wait: the one door to django_tasks. Tasks are idempotent; what failed is tried again."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from .outbox.services import forget_old, send_due

LEASE_S = 15 * 60
TRIES_MAX = 5
RETRY_FIRST_S = 30


def enqueue(job: Any, **arguments: Any) -> None:
    """Queue a task made with `job_task`; it becomes visible to the worker when the transaction commits."""
    transaction.on_commit(lambda: job.enqueue(**arguments))


def job_task(function: Callable[..., Any]) -> Any:
    """Mark a module function as a task. Its arguments must be JSON."""
    return task()(function)


def reap(now: Any = None) -> int:
    """Put back every task that a killed worker left running for longer than its lease; return how many."""
    limit = (now or timezone.now()) - timedelta(seconds=LEASE_S)
    return DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=limit).update(
        status=TaskResultStatus.READY, started_at=None
    )


def is_busy() -> bool:
    """Whether a worker runs something now, so that what waits will have its turn."""
    return bool(DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exists())


def work_off(limit: int = 1000) -> int:
    """Send the mails that are due and run what is ready, oldest first, in this process; return how many. What failed is tried again."""
    reap()
    sent = send_due(limit=limit)
    worker = Worker(
        queue_names=["default"], excluded_queue_names=[], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id=f"awna-{uuid.uuid4()}",
    )  # fmt: skip
    done = 0
    while done < limit and (waiting := _claim(worker.worker_id)) is not None:
        worker.run_task(waiting)
        _try_again_later(waiting)
        # A job may last minutes, and may have posted mails itself.
        sent += send_due(limit=limit)
        done += 1
    return done + sent


def _claim(worker_id: str) -> DBTaskResult | None:
    """Take the next task, so that no other worker runs it too."""
    waiting = DBTaskResult.objects.ready()
    with exclusive_transaction(waiting.db):
        task_result = waiting.get_locked()
        if task_result is not None:
            task_result.claim(worker_id)
    return task_result


def _try_again_later(failed: DBTaskResult) -> None:
    """A raising task is tried up to five times, each pause twice as long as the last."""
    if failed.status == TaskResultStatus.FAILED and len(failed.worker_ids) < TRIES_MAX:
        pause = timedelta(seconds=RETRY_FIRST_S * 2 ** len(failed.worker_ids))
        DBTaskResult.objects.filter(pk=failed.pk).update(status=TaskResultStatus.READY, started_at=None, finished_at=None,
                                                         run_after=timezone.now() + pause)  # fmt: skip


def forget_finished(*, now: Any = None) -> int:
    """Delete the jobs and mails that ended more than `AWNA_JOBS_KEPT_DAYS` ago; return how many.

    What waits or runs stays however old it is, and so does what failed and will be tried again: that waits too.
    """
    limit = (now or timezone.now()) - timedelta(days=settings.AWNA_JOBS_KEPT_DAYS)
    return DBTaskResult.objects.finished().filter(finished_at__lt=limit).delete()[0] + forget_old(now=now)
