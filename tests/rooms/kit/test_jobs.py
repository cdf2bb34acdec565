"""Work that waits: nothing is lost with a killed worker, and what fails is tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from awna.kit.jobs import LEASE_S, TRIES_MAX, enqueue, job_task, reap, work_off

pytestmark = pytest.mark.django_db
RAN: list[str] = []


@job_task
def lay_stone(name):
    RAN.append(name)


@job_task
def drop_stone(name):
    raise ValueError(name)


@pytest.fixture(autouse=True)
def empty():
    RAN.clear()


def test_a_task_runs_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(lay_stone, name="first")
    assert (work_off(), work_off(), RAN) == (1, 0, ["first"])


def test_a_task_of_a_transaction_that_fails_is_never_queued(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        enqueue(lay_stone, name="first")
    assert (work_off(), RAN) == (0, [])


def test_a_failing_task_waits_and_is_tried_five_times_in_all(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(drop_stone, name="first")
    tries = 0
    while work_off():
        tries += 1
        DBTaskResult.objects.update(run_after=timezone.now() - timedelta(days=1))
    assert tries == TRIES_MAX
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_task_that_a_killed_worker_left_running_is_put_back(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(lay_stone, name="first")
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now() - timedelta(seconds=LEASE_S + 1))
    assert reap() == 1
    assert (work_off(), RAN) == (1, ["first"])
