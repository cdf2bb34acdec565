"""Mail that came back: reports as servers write them, from a Maildir, an mbox file or a pipe; a forged one stops nobody."""

import io
import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from awna.core.problems import Refused
from awna.kit.mail import send_mail_text
from awna.kit.models import DeadAddress, Mail
from awna.kit.outbox import services
from awna.kit.outbox.bounces import Found, messages_in, read_bounces, split_mbox

pytestmark = pytest.mark.django_db
DANA = "dana@example.org"
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mail.example.org>
To: awna@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Sun, 22 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--part
{original}
--part--
"""
WHOLE = "Content-Type: message/rfc822\n\nMessage-ID: <{number}@localhost>\nSubject: A code\n\n123\n"
HEADERS_ONLY = "Content-Type: text/rfc822-headers\n\nReceived: by mail.example.org\nMessage-Id: <{number}@localhost>\nSubject: A code\n"


@pytest.fixture
def mail() -> Mail:
    """One that left."""
    send_mail_text(to=DANA, subject="A code", body="123", kind="gift")
    services.send_due()
    return Mail.objects.get(state=Mail.LEFT)


def report(
    number: Any, *, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 No such user", original: str = WHOLE
) -> bytes:
    return REPORT.format(to=DANA, action=action, status=status, said=said, original=original.format(number=number)).encode()


def read(*messages: bytes) -> dict[str, int]:
    return {name: n for name, n in vars(read_bounces(Found(one) for one in messages)).items() if n}


@pytest.mark.parametrize("original", [WHOLE, HEADERS_ONLY], ids=["whole", "headers"])
def test_an_address_that_nobody_has_is_mailed_no_more(mail: Mail, original: str) -> None:
    assert read(report(mail.pk, original=original)) == {"messages": 1, "bounced": 1, "dead": 1}
    mail.refresh_from_db()
    assert (mail.state, str(mail.problem)) == (Mail.BOUNCED, "The mail came back for good: 550 5.1.1 No such user")
    assert DeadAddress.objects.get().address == DANA
    assert read(report(mail.pk)) == {"messages": 1, "known": 1}
    send_mail_text(to=DANA, subject="Another", body="456")
    assert services.send_due() == 0


def test_a_full_mailbox_comes_back_and_stops_nothing(mail: Mail) -> None:
    assert read(report(mail.pk, status="4.2.2", said="452 4.2.2 Over quota")) == {"messages": 1, "bounced": 1}
    mail.refresh_from_db()
    assert mail.state == Mail.BOUNCED
    assert not DeadAddress.objects.exists()


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_a_delay_or_a_delivery_changes_nothing(mail: Mail, action: str) -> None:
    assert read(report(mail.pk, action=action, status="4.4.1")) == {"messages": 1, "passing": 1}
    mail.refresh_from_db()
    assert mail.state == Mail.LEFT


def test_a_report_without_the_number_of_a_mail_of_ours_stops_nobody(mail: Mail) -> None:
    """Anybody may write to us that Dana's address is dead."""
    forged = report(uuid4()), report("x"), report(mail.pk, original="Content-Type: text/plain\n\nno original\n")
    assert read(*forged) == {"messages": 3, "foreign": 3}
    assert not DeadAddress.objects.exists()


def test_what_is_no_report_is_left_alone(mail: Mail) -> None:
    letters = (
        b"",
        b"Hello",
        b"From: dana@example.org\nSubject: I am away\nAuto-Submitted: auto-replied\n\n<%s@localhost>" % str(mail.pk).encode(),
    )
    assert read(*letters) == {"messages": 3, "no_report": 3}


def test_broken_and_hostile_messages_spoil_no_other(mail: Mail) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 5000
    rubbish = bytes(range(256)) * 40
    cut = report(mail.pk)[:900]
    said = read(nested, rubbish, cut, report(mail.pk, said="550 " + "x" * 100_000))
    assert said["messages"] == 4
    assert said["bounced"] == 1
    mail.refresh_from_db()
    assert len(str(mail.problem)) < 400


def test_a_maildir_is_read_once(mail: Mail, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a.host").write_bytes(report(mail.pk))
    (tmp_path / "cur" / "2.b.host:2,").write_bytes(b"Hello")
    (tmp_path / "cur" / "3.c.host:2,S").write_bytes(report(uuid4()))
    assert vars(read_bounces(messages_in(tmp_path), is_dry=True))["bounced"] == 1
    mail.refresh_from_db()
    assert mail.state == Mail.LEFT
    first = read_bounces(messages_in(tmp_path))
    assert (first.messages, first.bounced, first.no_report) == (2, 1, 1)
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.a.host:2,S", "2.b.host:2,S", "3.c.host:2,S"]
    assert read_bounces(messages_in(tmp_path)).messages == 0


def test_an_mbox_file_and_the_command(mail: Mail, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"From a Mon Nov  2 08:00:00 2026\n" + report(mail.pk) + b"\nFrom b Mon Nov  2 08:00:00 2026\nSubject: Hi\n\nHello\n")
    assert len(list(split_mbox(box.read_bytes()))) == 2
    call_command("readbounces", str(box), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["messages"], told["bounced"], told["no_report"]) == (2, 1, 1)
    call_command("readbounces", str(box))
    assert capsys.readouterr().out == "2 messages read: 1 were known; 1 are no report.\n"


def test_a_mail_server_pipes_one_message(mail: Mail, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(report(mail.pk))))
    call_command("readbounces")
    assert "1 mails came back; 1 addresses are mailed no more" in capsys.readouterr().out


def test_a_place_that_is_no_mailbox_is_named(tmp_path: Path) -> None:
    for place, code in ((tmp_path, "no_maildir"), (tmp_path / "gone", "mailbox_unreadable")):
        with pytest.raises(Refused) as refused:
            read_bounces(messages_in(place))
        assert refused.value.codes == [code]
