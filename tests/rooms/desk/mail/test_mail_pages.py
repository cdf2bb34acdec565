"""The page of mail: who sees whose address, what one can do there, and the test that proves the settings."""

import html
from typing import Any

import pytest
from django.test import Client

from awna.kit.mail import send_mail_text
from awna.kit.models import DeadAddress, Mail
from awna.kit.outbox import services
from tests.rooms.kit.outbox.server import mail_server
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
PAGE = "/desk/clinic/mail/"
GONE = "550 5.1.1 No such user"


@pytest.fixture
def world() -> World:
    return make_world()


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def write(world: World, to: str, kind: str, section: Any = None) -> Mail:
    send_mail_text(to=to, subject="Hello", body="Words", campaign=world.campaign.pk, section=section and section.pk, kind=kind)
    return Mail.objects.order_by("-made_at")[0]


def test_each_sees_the_addresses_that_they_may_ask_for(world: World) -> None:
    write(world, "dana@example.org", "gift")
    write(world, "nora@example.org", "receipt", world.north)
    write(world, "yusuf@example.org", "notice")
    write(world, "reader@example.org", "news")
    write(world, "guest@example.org", "event")
    addresses = ("dana", "nora", "yusuf", "reader", "guest")

    def seen(role: Any) -> list[str]:
        shown = text(as_(role.user).get(PAGE))
        return [name for name in addresses if f"{name}@example.org" in shown]

    assert seen(world.karim) == ["dana"]
    assert seen(world.north_treasurer) == ["nora"]
    assert seen(world.south_treasurer) == []
    assert seen(world.salma) == ["yusuf", "guest"]
    assert seen(world.nour) == ["guest"]
    assert "4 more are for other people" in text(as_(world.karim.user).get(PAGE))
    assert as_(world.eve).get(PAGE).status_code == 403
    assert as_(world.store.user).get(PAGE).status_code == 403


def test_a_failed_mail_is_tried_and_given_up_there(world: World, settings: Any) -> None:
    karim = as_(world.karim.user)
    with mail_server(settings) as post:
        post.at_address["dana@example.org"] = "450 4.7.1 Greylisted"
        mail = write(world, "dana@example.org", "gift")
        answer = karim.post(f"{PAGE}{mail.pk}/now/", follow=True)
        assert "It did not leave" in text(answer)
        assert "Greylisted" in text(answer)
        assert "Tried 1 time." in text(answer)
        assert karim.post(f"{PAGE}all/").status_code == 302
        assert as_(world.north_treasurer.user).post(f"{PAGE}{mail.pk}/give-up/").status_code == 404
        assert as_(world.eve).post(f"{PAGE}{mail.pk}/now/").status_code == 403
        assert "given up" in text(karim.post(f"{PAGE}{mail.pk}/give-up/", follow=True))
        answer = karim.post(f"{PAGE}{mail.pk}/now/")
        assert answer.status_code == 409
        assert "cannot be sent again" in text(answer)
        left = write(world, "omar@example.org", "gift")
        assert "The mail was sent." in text(karim.post(f"{PAGE}{left.pk}/now/", follow=True))
        assert karim.post(f"{PAGE}{left.pk}/give-up/").status_code == 409


def test_a_dead_address_stands_there_until_it_works_again(world: World, settings: Any) -> None:
    karim = as_(world.karim.user)
    with mail_server(settings) as post:
        post.at_address["dana@example.org"] = GONE
        write(world, "dana@example.org", "gift")
        services.send_due()
        shown = text(karim.get(PAGE))
        assert "Addresses that nothing reaches" in shown
        assert shown.count("dana@example.org") == 1
        dead = DeadAddress.objects.get()
        assert as_(world.salma.user).post(f"{PAGE}addresses/{dead.pk}/").status_code == 404
        assert karim.post(f"{PAGE}addresses/{dead.pk}/").status_code == 302
        post.at_address.clear()
        write(world, "dana@example.org", "gift")
        assert services.send_due() == 1


def test_a_spent_quota_is_shown_with_its_end(world: World, settings: Any) -> None:
    settings.AWNA_MAILS_PER_DAY = 1
    with mail_server(settings):
        write(world, "dana@example.org", "gift")
        write(world, "omar@example.org", "gift")
        assert services.send_due() == 1
    shown = text(as_(world.karim.user).get(PAGE))
    assert "1 of 1 mails of a day were sent" in shown
    assert "This campaign may send 1 mails a day, and has." in shown


def test_the_test_page_proves_or_says_why_not(world: World, settings: Any) -> None:
    karim = as_(world.karim.user)
    with mail_server(settings, login=True) as post:
        assert "karim@example.org" in text(karim.get(f"{PAGE}test/"))
        assert "The mail server took it." in text(karim.post(f"{PAGE}test/"))
        code = post.messages[0].get_payload().split("Your code: ")[1][:6]
        wrong = karim.post(f"{PAGE}test/", {"code": "123" if code != "123" else "124"})
        assert wrong.status_code == 422
        assert "That is not the code of the last mail" in text(wrong)
        assert "It is proven" in text(karim.post(f"{PAGE}test/", {"code": code}, follow=True))
        assert "Somebody proved" in text(karim.get(PAGE))
        settings.EMAIL_HOST_PASSWORD = "wrong"
        answer = karim.post(f"{PAGE}test/")
        assert answer.status_code == 422
        assert "does not take the user name and password" in text(answer)
        assert "AWNA_EMAIL_USER" in text(answer)
    for role in (world.nour, world.rami):
        assert as_(role.user).post(f"{PAGE}test/").status_code == 403
    assert as_(world.eve).get(f"{PAGE}test/").status_code == 403


def test_the_page_asks_few_questions(world: World, django_assert_max_num_queries: Any) -> None:
    for n in range(15):
        write(world, f"donor{n}@example.org", "gift")
    karim = as_(world.karim.user)
    karim.get(PAGE)
    with django_assert_max_num_queries(12):
        karim.get(PAGE)
