"""Guests of an event: a code, a place, a queue, the own link to give the place back; and what everyone may read of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from awna.campaigns import services
from awna.campaigns.models import Event, Registration
from awna.core.problems import Refused
from tests.world import World

from .conftest import code_in, link_in

Mailed = Callable[..., list[mail.EmailMessage]]


def come(event: Event, mailed: Mailed, email: str) -> Registration:
    """Ask for a place and type the code; the mail about the place has left."""
    (message,) = mailed(lambda: services.register_guest(event=event, name=email.split("@")[0], email=email, language="en"))
    row = Registration.objects.latest("asked_at")
    mailed(lambda: services.confirm_guest(registration=row, code=code_in(message)))
    row.refresh_from_db()
    return row


def codes(act: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def test_the_first_has_the_place_and_the_next_moves_up(event: Event, mailed: Mailed) -> None:
    dana, reem, omar = (come(event, mailed, f"{name}@example.org") for name in ("dana", "reem", "omar"))
    assert [row.state for row in (dana, reem, omar)] == ["seated", "waiting", "waiting"] and services.seats_left(event) == 0
    told = mail.outbox[1]
    assert "Yard behind the well" in told.body
    path = link_in(told, "cancel")
    assert Client().get(path).status_code == 200 and Registration.objects.filter(state="cancelled").count() == 0
    (moved,) = mailed(lambda: Client().post(path))
    assert moved.to == ["reem@example.org"] and "Yard behind the well" in moved.body
    for row in (dana, reem, omar):
        row.refresh_from_db()
    assert [row.state for row in (dana, reem, omar)] == ["cancelled", "seated", "waiting"]
    assert (dana.name, dana.email, dana.email_index) == ("", "", None)
    assert Client().post(path).status_code == 400


def test_more_places_let_the_queue_in(event: Event, mailed: Mailed, world: World) -> None:
    for name in ("dana", "reem", "omar"):
        come(event, mailed, f"{name}@example.org")
    assert [message.to[0] for message in mailed(lambda: services.set_seats(event=event, seats=2, author=world.rami))] == [
        "reem@example.org"
    ]
    assert codes(lambda: services.set_seats(event=event, seats=0, author=world.rami)) == ["event_seats_wrong"]


def test_twice_is_once_and_the_page_says_the_same(event: Event, mailed: Mailed) -> None:
    come(event, mailed, "dana@example.org")
    form = {"name": "Dana", "email": "DANA@example.org"}
    known = Client().post(f"/c/clinic/events/{event.pk}/register/", form)
    other = Client().post(f"/c/clinic/events/{event.pk}/register/", form | {"email": "new@example.org"})
    pages = [Client().get(answer["Location"]).content.decode() for answer in (known, other)]
    assert len(pages[0]) == len(pages[1]) and Registration.objects.count() == 2


def test_an_event_that_is_cancelled_tells_its_guests_and_stays(event: Event, mailed: Mailed, world: World) -> None:
    come(event, mailed, "dana@example.org")
    assert codes(lambda: services.cancel_event(event=event, reason=" ", author=world.rami)) == ["cancelling_without_reason"]
    (told,) = mailed(lambda: services.cancel_event(event=event, reason="The road is closed.", author=world.rami))
    assert told.to == ["dana@example.org"] and "The road is closed." in told.body
    assert "The road is closed." in Client().get(event.get_absolute_url()).content.decode()
    calendar = icalendar.Calendar.from_ical(Client().get(f"/c/clinic/events/{event.pk}.ics").content)
    (entry,) = calendar.walk("VEVENT")
    assert (str(entry["STATUS"]), entry["SEQUENCE"], calendar.errors) == ("CANCELLED", 1, [])
    event.refresh_from_db()
    assert codes(lambda: services.register_guest(event=event, name="Reem", email="r@example.org", language="en")) == ["event_takes_nobody"]


def test_the_exact_place_and_the_guests_stay_out_of_public(event: Event, mailed: Mailed, world: World) -> None:
    come(event, mailed, "dana@example.org")
    for path in (event.get_absolute_url(), "/c/clinic/events/", "/c/clinic/events/all.ics", f"/c/clinic/events/{event.pk}.ics"):
        shown = Client().get(path).content.decode()
        assert "District" in shown and "well" not in shown and "dana" not in shown
    world.campaign.at_risk = True
    world.campaign.save()
    assert "0 of 1" not in Client().get(event.get_absolute_url()).content.decode()


def test_past_events_stay_and_their_guests_are_forgotten(event: Event, mailed: Mailed, world: World) -> None:
    come(event, mailed, "dana@example.org")
    Event.objects.update(starts_at=timezone.now() - timedelta(days=40), ends_at=timezone.now() - timedelta(days=39))
    assert "Market" in Client().get("/c/clinic/events/").content.decode()
    assert services.forget_readers(campaign=world.campaign) == 1 and not Registration.objects.exists()


def test_an_event_needs_a_real_zone_and_an_end_after_its_start(world: World) -> None:
    told = {"campaign": world.campaign, "title": "M", "starts_at": timezone.now(), "place_public": "", "author": world.rami}
    assert codes(lambda: services.announce_event(**told, zone="Mars/Base")) == ["event_zone_unknown"]
    assert codes(lambda: services.announce_event(**told, ends_at=timezone.now() - timedelta(days=1))) == ["event_ends_wrong"]
    assert codes(lambda: services.announce_event(**(told | {"author": world.buyer}))) == ["role_may_not_do_this"]
