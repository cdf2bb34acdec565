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

LEASE_S = 15 * 60
TRIES_MAX = 5
RETRY_FIRST_S = 30


def enqueue(job: Any, **arguments: Any) -> None:
    """Queue a task made with `job_task`; it becomes visible to the worker when the transaction commits."""
    transaction.on_commit(lambda: job.enqueue(**arguments))


def job_task(function: Callable[..., Any]) -> Any:
    """Mark a module function as a task. Its arguments must be JSON."""
    return task()(function)


@job_task
def _mail(to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> None:
    from .mail import deliver

    deliver(to, subject, body, headers)


def enqueue_mail(*, to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> None:
    enqueue(_mail, to=to, subject=subject, body=body, headers=headers or {})


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
    """Run what is ready, oldest first, in this process; return how many ran. What failed waits and is tried again."""
    reap()
    worker = Worker(
        queue_names=["default"], excluded_queue_names=[], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id=f"awna-{uuid.uuid4()}",
    )  # fmt: skip
    done = 0
    while done < limit and (waiting := _claim(worker.worker_id)) is not None:
        worker.run_task(waiting)
        _try_again_later(waiting)
        done += 1
    return done


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
    """Delete the jobs that ended more than `AWNA_JOBS_KEPT_DAYS` ago, mails with their texts and addresses among them; return how many.

    What waits or runs stays however old it is, and so does what failed and will be tried again: that waits too.
    """
    limit = (now or timezone.now()) - timedelta(days=settings.AWNA_JOBS_KEPT_DAYS)
    return DBTaskResult.objects.finished().filter(finished_at__lt=limit).delete()[0]


def forget_mails(*, to: str, waiting: bool = True) -> int:
    """Remove the record of every mail that was sent to this address, and those that wait for it if told; what runs at this moment stays."""
    # The address is compared here: a JSON look-up differs between the engines.
    kept = [TaskResultStatus.RUNNING, *([] if waiting else [TaskResultStatus.READY])]
    found = DBTaskResult.objects.filter(task_path=_mail.module_path).exclude(status__in=kept)
    doomed = [result.pk for result in found if result.args_kwargs.get("kwargs", {}).get("to") == to]
    return DBTaskResult.objects.filter(pk__in=doomed).delete()[0]
