"""What tests of campaigns stand on: the cast, a picture that a camera could have made, and the code of the last mail."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from PIL import Image, PngImagePlugin

from awna.campaigns import services
from awna.campaigns.models import Event, Photo
from awna.kit.jobs import work_off
from tests.world import World, make_world

LATITUDE, LONGITUDE = (33.0, 30.0, 12.5), (36.0, 18.0, 44.0)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>33,30.2N</exif:GPSLatitude></x:xmpmeta>'


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


def camera_picture(kind: str = "JPEG", *, size: tuple[int, int] = (1200, 800)) -> bytes:
    """A picture that says where, when and with what it was taken, as EXIF, XMP and a comment."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = picture.getexif()
    exif[0x010F], exif[0x0132] = "Camera of Nour", "2026:11:02 09:30:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", LATITUDE, "E", LONGITUDE
    out, more = io.BytesIO(), {}
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
        more = {"pnginfo": notes}
    elif kind in ("JPEG", "WEBP", "AVIF"):
        more = {"xmp": XMP}
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()


@pytest.fixture
def add(world: World) -> Callable[..., Photo]:
    """Nour adds a photo of the yard on which nobody can be recognised."""
    days_ago = timezone.localdate() - timedelta(days=world.campaign.publication_delay_days)

    def act(*, accept: bool = True, **changed: Any) -> Photo:
        told = {
            "data": camera_picture(), "alt": "The yard with the new wall", "language": "en", "taken_on": days_ago, "consent_how": "nobody",
            "consent_on": days_ago, "author": world.nour, "request_id": "photo-1",
        }  # fmt: skip
        photo = services.add_photo(campaign=world.campaign, **(told | changed))
        return services.accept_photo(photo=photo, author=world.nour) if accept else photo

    return act


@pytest.fixture
def event(world: World) -> Event:
    """A market with one place, ten days ahead."""
    return services.announce_event(
        campaign=world.campaign, title="Market", starts_at=timezone.now() + timedelta(days=10), place_public="District", zone="Asia/Amman",
        place_exact="Yard behind the well", takes_registrations=True, seats=1, author=world.rami,
    )  # fmt: skip


@pytest.fixture
def mailed(django_capture_on_commit_callbacks: Any) -> Callable[..., list[mail.EmailMessage]]:
    """Do something, let its mails leave, and give those that left."""

    def act(*acts: Callable[[], Any]) -> list[mail.EmailMessage]:
        before = len(mail.outbox)
        with django_capture_on_commit_callbacks(execute=True):
            for one in acts:
                one()
        work_off()
        return mail.outbox[before:]

    return act


def code_in(message: mail.EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", message.body)
    assert found, message.body
    return found[0]


def link_in(message: mail.EmailMessage, word: str) -> str:
    """The path of the link that holds this word."""
    found = re.search(rf"https?://[^/\s]+(/\S*/{word}/\S*)", message.body)
    assert found, message.body
    return found[1]
