"""The codes of a letter over a real mail server: what cannot leave now waits in its own queue, and no row of the outbox is made."""

from collections.abc import Callable
from typing import Any

import pytest

from awna.kit.models import DeadAddress, Mail
from awna.kit.outbox.quota import quota_of
from awna.letters.models import OpenLetter, Waiting
from awna.letters.services.mailing import mail_codes
from tests.rooms.kit.outbox.server import mail_server

pytestmark = pytest.mark.django_db


def sign_up(sign: Callable[..., Waiting], count: int) -> None:
    for n in range(count):
        sign(email=f"p{n}@example.org")


def test_codes_leave_over_one_connection_and_no_outbox_holds_an_address(
    sign: Callable[..., Waiting], letter: OpenLetter, settings: Any
) -> None:
    sign_up(sign, 4)
    with mail_server(settings) as post:
        assert (mail_codes(), mail_codes(), len(post.came), post.conversations) == (4, 0, 4, 1)
    assert quota_of(letter.campaign_id).left == 4
    assert not Mail.objects.exists()


def test_codes_wait_for_a_server_that_is_away(sign: Callable[..., Waiting], settings: Any) -> None:
    sign_up(sign, 3)
    with mail_server(settings) as post:
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        assert mail_codes() == 0
        assert Waiting.objects.unmailed().count() == 3
        settings.EMAIL_PORT = port
        assert (mail_codes(), len(post.came)) == (3, 3)


def test_codes_wait_when_the_campaign_sent_its_share_of_the_day(sign: Callable[..., Waiting], letter: OpenLetter, settings: Any) -> None:
    """A quarter of it stays for everything else, so that no flood of sign-ups keeps a notice from the stewards."""
    settings.AWNA_MAILS_PER_DAY = 4
    sign_up(sign, 5)
    with mail_server(settings) as post:
        assert (mail_codes(), mail_codes(), len(post.came)) == (3, 0, 3)
    assert Waiting.objects.unmailed().count() == 2
    assert quota_of(letter.campaign_id).room == 1


def test_an_address_that_is_refused_stops_no_other(sign: Callable[..., Waiting], settings: Any) -> None:
    sign_up(sign, 3)
    with mail_server(settings) as post:
        post.at_address |= {"p0@example.org": "550 5.1.1 No such user", "p1@example.org": "450 4.2.1 Later"}
        assert (mail_codes(), mail_codes(), len(post.came)) == (1, 0, 1)
    # What strangers typed is not kept as somebody's address.
    assert not DeadAddress.objects.exists()
