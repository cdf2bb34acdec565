"""`awna hourly`: every job in turn, none stopped by another, and nothing kept longer than is said."""

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from awna.books.services import log_standing, open_book
from awna.campaigns.models import Subscription
from awna.desk.hourly import Job, hourly_jobs, run_each
from awna.donations.models import Pledge
from awna.kit.jobs import forget_finished, work_off
from awna.kit.mail import send_mail_text
from awna.kit.visits import ATTEMPTS_KEPT_DAYS, forget_visits
from tests.world import World, make_world


@pytest.fixture
def world(fresh_database: str) -> World:
    return make_world()


def job(name: str) -> Job:
    return next(one for one in hourly_jobs() if one.name.split()[0] == name)


def test_each_job_runs_whatever_became_of_the_ones_before() -> None:
    done: list[str] = []

    def full_disk() -> str:
        raise OSError("No space left on device")

    outcomes = run_each([Job("first", "", full_disk), Job("second", "", lambda: done.append("second") or "1 done")])
    assert [(one.name, one.failed) for one in outcomes] == [("first", True), ("second", False)]
    assert done == ["second"] and "No space left" in outcomes[0].said


def test_the_command_does_every_job_and_says_so(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    book = open_book(campaign=world.campaign, author=world.karim)
    call_command("hourly", "--dry-run", "--json")
    listed = [one["job"] for one in json.loads(capsys.readouterr().out)]
    call_command("hourly", "--json")
    told = json.loads(capsys.readouterr().out)
    slug = world.campaign.slug
    assert listed == [one["job"] for one in told] and not any(one["failed"] for one in told), told
    assert {
        "signups",
        "providers",
        "setup",
        "visits",
        "finished",
        "forgotten",
        "invitations",
        "upgrade",
        "files",
        "codes",
        "digests",
        "signers",
        f"notices {slug}",
        "queue",
        f"readers {slug}",
        f"news {slug}",
        f"voices {slug}",
        f"drafts {slug}",
        f"stewards {slug}",
        f"expired {slug}",
        f"photos {slug}",
        f"head {slug}",
    } == set(listed)
    assert log_standing(book).waiting == 0


def test_a_failed_job_is_named_with_exit_code_1(world: World, capsys: pytest.CaptureFixture[str], settings) -> None:
    open_book(campaign=world.campaign, author=world.karim)
    settings.AWNA_LOG_SIGNER = "false"
    with pytest.raises(SystemExit) as ended:
        call_command("hourly")
    out, err = capsys.readouterr()
    assert ended.value.code == 1 and f"head {world.campaign.slug} failed" in err
    assert "queue: " in out and out.count("FAILED") == 1


def test_mail_that_waits_leaves_and_is_forgotten_after_its_days(world: World, settings) -> None:
    send_mail_text(to="dana@example.org", subject="A code", body="123")
    assert job("queue").run() == "1 jobs run" and len(mail.outbox) == 1
    now = timezone.now()
    assert forget_finished(now=now + timedelta(days=settings.AWNA_JOBS_KEPT_DAYS, minutes=-5)) == 0
    assert forget_finished(now=now + timedelta(days=settings.AWNA_JOBS_KEPT_DAYS, minutes=5)) == 1
    assert not DBTaskResult.objects.exists()


def test_mail_that_still_waits_is_never_forgotten(world: World) -> None:
    send_mail_text(to="dana@example.org", subject="A code", body="123")
    assert forget_finished(now=timezone.now() + timedelta(days=4000)) == 0
    assert work_off() == 1


def test_sessions_and_attempts_to_sign_in_are_forgotten(world: World) -> None:
    now = timezone.now()
    Session.objects.create(session_key="over", expire_date=now - timedelta(hours=1))
    Session.objects.create(session_key="open", expire_date=now + timedelta(hours=1))
    AccessAttempt.objects.create(ip_address="192.0.2.1", username="eve", user_agent="x", failures_since_start=1)
    assert forget_visits(now=now) == 1
    assert forget_visits(now=now + timedelta(minutes=30, days=ATTEMPTS_KEPT_DAYS)) == 2
    assert not AccessAttempt.objects.exists() and not Session.objects.exists()


def test_readers_and_drafts_that_nobody_confirmed_are_forgotten(world: World) -> None:
    open_book(campaign=world.campaign, author=world.karim)
    Subscription.objects.create(
        campaign=world.campaign, email="eve@example.org", language="en", asked_at=timezone.now() - timedelta(hours=73)
    )
    assert job("readers").run() == "1 rows deleted" and job("drafts").run() == "0 drafts deleted"
    assert not Subscription.objects.exists() and not Pledge.objects.exists()
