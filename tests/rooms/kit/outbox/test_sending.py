"""Mails that wait, over a real conversation with a mail server: what leaves, what is tried again, what never leaves and what is kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from awna.core.problems import Refused
from awna.kit.mail import forget_mails, send_mail_text
from awna.kit.models import DeadAddress, Mail, SentHour
from awna.kit.outbox import services
from awna.kit.outbox.quota import quota_of
from awna.kit.outbox.services import DOWN_PAUSE_MIN, LEASE_MIN, PAUSES_MIN, WAITING_DAYS_MAX

from .server import PASSWORD, Post, mail_server

pytestmark = pytest.mark.django_db
DANA, OMAR = "dana@example.org", "omar@example.org"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with mail_server(settings, login=True) as server:
        yield server


def write(to: str = DANA, **more: Any) -> Mail:
    send_mail_text(to=to, subject="A code", body="123", **more)
    return Mail.objects.order_by("-made_at").first() or pytest.fail("no mail was kept")


def in_minutes(n: float) -> Any:
    return timezone.now() + timedelta(minutes=n, seconds=5)


def test_what_left_keeps_no_text(post: Post) -> None:
    mail = write(stop_url="https://awna.example.org/stop/")
    assert services.send_due() == 1
    assert services.send_due() == 0
    (message,) = post.messages
    assert (message["To"], message["Subject"], message["Auto-Submitted"]) == (DANA, "A code", "auto-generated")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(mail.pk) in message["Message-ID"]
    mail.refresh_from_db()
    assert (mail.state, mail.subject, mail.body, mail.stop_url, mail.tries) == (Mail.LEFT, "", "", "", 1)


def test_many_leave_over_one_connection_and_codes_leave_first(post: Post) -> None:
    for n in range(3):
        write(f"reader{n}@example.org", is_bulk=True)
    write(DANA)
    assert services.send_due() == 4
    assert post.conversations == 1
    assert post.messages[0]["To"] == DANA


def test_a_temporary_refusal_waits_and_then_leaves(post: Post) -> None:
    post.at_address[DANA] = "450 4.2.1 Busy, come back later"
    mail = write()
    write(OMAR)
    assert services.send_due() == 1  # the other one left
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (Mail.WAITING, 1)
    assert mail.problem and "come back later" in str(mail.problem)
    assert mail.body == "123"
    post.at_address.clear()
    assert services.send_due(now=in_minutes(0.2)) == 0
    assert services.send_due(now=in_minutes(PAUSES_MIN[0])) == 1


def test_after_the_last_pause_it_failed_and_can_be_tried_by_hand(post: Post) -> None:
    post.at_address[DANA] = "451 4.7.1 Greylisted"
    mail, now = write(), timezone.now()
    for pause in (0, *PAUSES_MIN):
        now += timedelta(minutes=pause)
        services.send_due(now=now)
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.body) == (Mail.FAILED, len(PAUSES_MIN) + 1, "123")
    post.at_address.clear()
    assert services.try_now(mail=mail).state == Mail.LEFT
    with pytest.raises(Refused) as refused:
        services.try_now(mail=mail)
    assert refused.value.codes == ["mail_not_there_any_more"]


def test_an_address_that_nobody_has_is_mailed_no_more(post: Post) -> None:
    post.at_address[DANA] = "550 5.1.1 No such user here"
    mail = write(kind="gift")
    services.send_due()
    mail.refresh_from_db()
    assert (mail.state, mail.body) == (Mail.BOUNCED, "")
    write("Dana@Example.org")
    assert services.send_due() == 0
    assert Mail.objects.filter(state=Mail.BOUNCED, body="").count() == 2
    dead = DeadAddress.objects.filter(kind="gift").get()
    assert (dead.address, "No such user" in str(dead.problem)) == (DANA, True)
    post.at_address.clear()
    services.revive(address=dead)
    write()
    assert services.send_due() == 1


@pytest.mark.parametrize("answer", ["552 5.2.2 Mailbox full", "550 5.7.1 Message looks like spam", "550 Relay access denied"])
def test_a_refusal_that_says_nothing_of_the_address_stops_nobody(post: Post, answer: str) -> None:
    post.at_address[DANA] = answer
    mail = write()
    services.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.FAILED
    assert not DeadAddress.objects.exists()


def test_a_text_that_is_refused_failed(post: Post) -> None:
    post.at_text = "554 5.7.1 No"
    mail = write()
    services.send_due()
    mail.refresh_from_db()
    assert (mail.state, str(mail.problem)) == (Mail.FAILED, "The mail server refuses this text (554): 554 5.7.1 No")


def test_a_server_that_is_away_costs_no_mail_a_try(post: Post, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    mails = [write(), write(OMAR)]
    assert services.send_due() == 0
    for mail in mails:
        mail.refresh_from_db()
    assert [(mail.state, mail.tries) for mail in mails] == [(Mail.WAITING, 0)] * 2
    assert mails[0].problem and mails[0].problem.code == "mail_port_closed"
    settings.EMAIL_PORT = port
    assert services.send_due() == 0
    assert services.send_due(now=in_minutes(DOWN_PAUSE_MIN)) == 2


def test_a_wrong_password_lets_all_wait(post: Post, settings: Any) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong"
    mail = write(campaign=None)
    assert services.send_due() == 0
    mail.refresh_from_db()
    assert mail.problem and mail.problem.code == "mail_login_refused"
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    assert services.try_all_now(campaign=mail.for_campaign) == 1
    assert services.send_due() == 1


def test_a_worker_that_dies_on_the_way_holds_a_mail_no_longer_than_its_lease(post: Post) -> None:
    mail = write()
    claimed = timezone.now() + timedelta(minutes=LEASE_MIN)
    Mail.objects.filter(pk=mail.pk).update(next_try_at=claimed)
    assert services.send_due() == 0
    assert services.send_due(now=in_minutes(LEASE_MIN)) == 1


def test_what_waited_for_days_is_not_sent_any_more(post: Post) -> None:
    mail = write()
    assert services.send_due(now=timezone.now() + timedelta(days=WAITING_DAYS_MAX, hours=1)) == 0
    mail.refresh_from_db()
    assert mail.state == Mail.FAILED


def test_given_up_is_not_sent_and_keeps_no_text(post: Post) -> None:
    mail = services.give_up(mail=write())
    assert (mail.state, mail.body) == (Mail.GIVEN_UP, "")
    assert services.give_up(mail=mail).state == Mail.GIVEN_UP
    assert services.send_due() == 0
    left = write(OMAR)
    services.send_due()
    with pytest.raises(Refused) as refused:
        services.give_up(mail=left)
    assert refused.value.codes == ["mail_left_already"]


def test_a_campaign_sends_no_more_than_its_quota_and_others_go_on(post: Post, settings: Any) -> None:
    settings.AWNA_MAILS_PER_DAY = 3
    flooded, calm = "0" * 31 + "1", "0" * 31 + "2"
    for n in range(10):
        write(f"stranger{n}@example.org", campaign=flooded)
    mail = write(DANA, campaign=calm)
    assert services.send_due() == 4
    mail.refresh_from_db()
    assert mail.state == Mail.LEFT
    quota = quota_of(flooded)
    assert (quota.left, quota.room, quota.waiting) == (3, 0, 7)
    assert quota.free_at
    waits = Mail.objects.waiting().filter(for_campaign=flooded).first()
    assert waits and waits.problem and waits.problem.code == "mail_quota_spent"
    assert services.send_due(now=timezone.now() + timedelta(hours=23)) == 0
    assert services.send_due(now=quota.free_at) == 3
    assert SentHour.objects.filter(for_campaign=flooded).count() == 2


def test_forgetting_a_person_forgets_mails_and_bounces(post: Post) -> None:
    post.at_address[DANA] = "550 5.1.1 No such user here"
    write()
    services.send_due()
    assert forget_mails(to=DANA, waiting=False) == 1
    assert DeadAddress.objects.exists()
    assert forget_mails(to=DANA) == 1
    assert not Mail.objects.exists()


HEADERS = [
    ("dana@example.org\r\nBcc: eve@example.org", "Hello"),
    ("dana@example.org\n", "Hello"),
    ("dana@example.org", "Hello\r\nBcc: eve@example.org"),
    ("dana@example.org", "Hello\nContent-Type: text/html\n\n<b>"),
    ("dana@example.org\x00", "Hello"),
    ("dana@example.org", "\rHello"),
]


@pytest.mark.parametrize(("to", "subject"), HEADERS)
def test_line_breaks_reach_no_header(post: Post, to: str, subject: str) -> None:
    with pytest.raises(Refused) as refused:
        send_mail_text(to=to, subject=subject, body="x")
    assert refused.value.codes == ["mail_header_broken"]
    with pytest.raises(Refused):
        send_mail_text(to=DANA, subject="x", body="x", stop_url=f"https://x/{subject}{to}")
    assert not Mail.objects.exists()


CORPUS = [
    "a@example.org, eve@example.org", "a@example.org;eve@example.org", '"eve@example.org" <a@example.org>', "a@example.org%0d%0aBcc: eve@example.org",
    "a@example.org\u2028Bcc: eve@example.org", "a@example.org\x0bBcc: eve@example.org", "a@example.org\x85Bcc: eve@example.org", "<a@example.org> BODY=8BITMIME",
    "", "@", "a@", "a b@example.org", "مرحبا@example.org",
]  # fmt: skip


@pytest.mark.parametrize("to", CORPUS)
def test_strange_addresses_reach_one_mailbox_or_none(post: Post, to: str) -> None:
    """Whatever is typed as an address: no second recipient, no further header, nothing raised, and the next mail leaves."""
    write(to)
    write(OMAR)
    services.send_due()
    assert all(len(envelope.rcpt_tos) == 1 and "eve@example.org" not in envelope.rcpt_tos for envelope in post.came)
    assert all(message["Bcc"] is None for message in post.messages)
    assert any(envelope.rcpt_tos == [OMAR] for envelope in post.came)
