"""Work that may wait: the one door to django_tasks. Tasks are idempotent; what failed is tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

LEASE_S = 15 * 60
TRIES_MAX = 5


def enqueue(job: Any, **arguments: Any) -> None:
    """Queue a task made with `job_task`; it becomes visible to the worker when the transaction commits."""
    transaction.on_commit(lambda: job.enqueue(**arguments))


def job_task(function: Callable[..., Any]) -> Any:
    """Mark a module function as a task. Its arguments must be JSON."""
    return task()(function)


@job_task
def _mail(to: str, subject: str, body: str) -> None:
    from .mail import deliver

    deliver(to, subject, body)


def enqueue_mail(*, to: str, subject: str, body: str) -> None:
    enqueue(_mail, to=to, subject=subject, body=body)


def reap(now: Any = None) -> int:
    """Put back every task that a killed worker left running for longer than its lease; return how many."""
    limit = (now or timezone.now()) - timedelta(seconds=LEASE_S)
    return DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=limit).update(
        status=TaskResultStatus.READY, started_at=None
    )


def work_off(limit: int = 1000) -> int:
    """Run what is ready, oldest first, in this process; return how many ran. A failed task waits for its next try."""
    from django_tasks_db.management.commands.db_worker import Worker

    reap()
    before = DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()
    Worker(queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=limit, worker_id="awna").run()
    return before
