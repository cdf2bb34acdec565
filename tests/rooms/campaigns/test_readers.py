"""News by mail: a code confirms, one letter for each reader holds what is new to her, one click ends it, and nobody learns who reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from awna.campaigns import services
from awna.campaigns.models import Subscription
from awna.campaigns.services import readers
from awna.core.problems import Refused
from awna.kit.codes import CODE_TRIES_MAX, MAIL_PAUSE_MINUTES
from tests.world import World

from .conftest import code_in, link_in

Mailed = Callable[..., list[mail.EmailMessage]]
SUBSCRIBE = "/c/clinic/news/subscribe/"
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def ask(world: World, email: str = "dana@example.org", **more: Any) -> Subscription:
    return services.subscribe(campaign=world.campaign, email=email, language="en", **more)


def confirmed(world: World, mailed: Mailed, email: str = "dana@example.org", **more: Any) -> Subscription:
    (message,) = mailed(lambda: ask(world, email, **more))
    row = Subscription.objects.latest("asked_at")
    return services.confirm_subscription(subscription=row, code=code_in(message))


def publish(world: World, title: str = "The wall stands", **more: Any) -> Any:
    told = {"text": "It is **high** now.", "language": "en", "author": world.nour, "request_id": title} | more
    return services.publish_update(campaign=world.campaign, title=title, **told)


def later(days: int) -> Any:
    return timezone.now() + timedelta(days=days, minutes=1)


def codes(act: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def test_dana_subscribes_by_the_pages_and_leaves_by_one_click(world: World, mailed: Mailed) -> None:
    client, answers = Client(), []
    (message,) = mailed(lambda: answers.append(client.post(SUBSCRIBE, {"email": "dana@example.org", "rhythm": "daily"})))
    code_page = answers[0]["Location"]
    assert client.get(code_page).status_code == 200 and Subscription.objects.get().state == "pending"
    assert client.post(code_page, {"code": "000000" if code_in(message) != "000000" else "111111"}).status_code == 422
    # Typed as on an Arabic keyboard, with a blank in the middle.
    typed = code_in(message).translate(ARABIC_DIGITS)
    assert client.post(code_page, {"code": f"{typed[:3]} {typed[3:]}"}).status_code == 200
    assert Subscription.objects.get().state == "confirmed"
    publish(world)
    (letter,) = mailed(lambda: services.send_news(campaign=world.campaign, now=later(1)))
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link_in(letter, "stop")
    assert letter.extra_headers["List-Unsubscribe"].endswith(f"{path}>")
    # A link that a mail program opens by itself changes nothing; its POST has no cookie and no token of a form.
    assert client.get(path).status_code == 200 and Subscription.objects.count() == 1
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded").status_code == 200
    assert Subscription.objects.count() == 0
    assert strict.post(path).status_code == 200


def test_a_letter_holds_what_is_new_to_that_reader_and_is_sent_once(world: World, mailed: Mailed) -> None:
    publish(world, "Before Dana came")
    confirmed(world, mailed, rhythm="daily")
    confirmed(world, mailed, "rami@example.net")
    publish(world)
    withdrawn = publish(world, "Too early")
    services.withdraw_update(update=withdrawn, reason="Too early.", author=world.nour)
    (letter,) = mailed(lambda: services.send_news(campaign=world.campaign, now=later(2)))
    assert letter.to == ["dana@example.org"] and "The wall stands" in letter.body and "It is high now." in letter.body
    assert "Before Dana came" not in letter.body and "Too early" not in letter.body
    (weekly,) = mailed(lambda: services.send_news(campaign=world.campaign, now=later(8)))
    assert weekly.to == ["rami@example.net"]
    assert mailed(lambda: services.send_news(campaign=world.campaign, now=later(30))) == []


def test_an_address_is_sealed_and_nobody_learns_whether_it_reads(world: World, mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed(world, mailed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT email, email_index FROM campaigns_subscription")
        assert not any("dana" in text for text in cursor.fetchone())
    Subscription.objects.update(mailed_at=timezone.now() - timedelta(minutes=MAIL_PAUSE_MINUTES))
    pages = []
    for email in ("dana@example.org", "stranger@example.org"):
        answer = Client().post(SUBSCRIBE, {"email": email, "rhythm": "weekly"})
        page = Client().get(answer["Location"]).content.decode()
        pages.append((answer.status_code, page.replace(answer["Location"].split("/")[-2], "")))
    assert pages[0][0] == pages[1][0] == 302
    assert "already" not in pages[0][1] and len(pages[0][1]) == len(pages[1][1])


def test_a_code_is_tried_five_times(world: World, mailed: Mailed) -> None:
    (message,) = mailed(lambda: ask(world))
    row, right = Subscription.objects.get(), code_in(message)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(CODE_TRIES_MAX):
        assert codes(lambda: services.confirm_subscription(subscription=row, code=wrong)) == ["code_wrong"]
    assert codes(lambda: services.confirm_subscription(subscription=row, code=right)) == ["code_tried_too_often"]
    assert not Subscription.objects.filter(state="confirmed").exists()


def test_one_mail_in_ten_minutes_and_no_flood(world: World, mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(mailed(lambda: ask(world), lambda: ask(world))) == 1
    monkeypatch.setattr(readers, "ASKED_PER_HOUR_MAX", 3)
    mailed(lambda: ask(world, "b@example.org"), lambda: ask(world, "c@example.org"))
    assert codes(lambda: ask(world, "d@example.org")) == ["too_many_asked"]


def test_the_unconfirmed_are_forgotten(world: World, mailed: Mailed) -> None:
    confirmed(world, mailed)
    ask(world, "waits@example.org")
    assert services.forget_readers(campaign=world.campaign) == 0
    assert services.forget_readers(campaign=world.campaign, now=later(3)) == 1
    assert Subscription.objects.get().state == "confirmed"


def test_a_changed_link_is_refused(world: World) -> None:
    assert codes(lambda: services.end_subscription(token="of-somebody-else")) == ["link_not_ours"]
    assert Client().post("/c/clinic/news/stop/of-somebody-else/").status_code == 400
    assert Client().get("/c/clinic/news/code/of-somebody-else/").status_code == 404
