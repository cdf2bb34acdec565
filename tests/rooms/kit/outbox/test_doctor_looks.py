"""What `awna doctor` says about mail: what waits too long and why, what did not arrive, and whether anybody proved that mail arrives."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from awna.desk.doctor.machine import mail_look, proof_look
from awna.desk.doctor.upkeep import outbox_look
from awna.kit.mail import send_mail_text
from awna.kit.models import Mail
from awna.kit.outbox import services
from awna.kit.outbox.proof import prove, send_test

from .server import mail_server

pytestmark = pytest.mark.django_db


def codes(look: Any) -> list[str]:
    return [one.problem.code for one in look()]


def old() -> None:
    Mail.objects.update(made_at=timezone.now() - timedelta(hours=3))


def test_mail_that_waits_too_long_is_named_with_the_last_answer(settings: Any) -> None:
    send_mail_text(to="dana@example.org", subject="A code", body="123")
    assert codes(outbox_look) == []
    old()
    with mail_server(settings):
        settings.EMAIL_PORT = 1
        services.send_due()
    (found,) = outbox_look()
    assert found.problem.code == "mails_wait"
    assert "takes no connection on port 1" in str(found.problem)


def test_mail_that_waits_for_its_quota_is_no_fault(settings: Any) -> None:
    settings.AWNA_MAILS_PER_DAY = 0
    send_mail_text(to="dana@example.org", subject="A code", body="123")
    services.send_due()
    old()
    assert codes(outbox_look) == []


def test_mail_that_failed_is_counted(settings: Any) -> None:
    with mail_server(settings) as post:
        post.at_text = "554 No"
        send_mail_text(to="dana@example.org", subject="A code", body="123")
        services.send_due()
    assert codes(outbox_look) == ["mails_not_arrived"]


def test_until_somebody_proves_that_mail_arrives_it_is_said(settings: Any) -> None:
    with mail_server(settings, login=True) as post:
        assert codes(proof_look) == ["mail_not_proven"]
        send_test(to="karim@example.org")
        prove(code=post.messages[0].get_payload().split("Your code: ")[1][:6])
        assert codes(proof_look) == ["mail_proven"]
        assert codes(mail_look) == []
        settings.EMAIL_HOST_PASSWORD = "wrong"
        (found,) = mail_look()
        assert (found.problem.code, found.do) == ("mail_server_not_answering", "AWNA_EMAIL_USER, AWNA_EMAIL_PASSWORD")
