"""Photos: nothing of the camera's record is passed on, consent is on record, and one that ends takes the photo away at once."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from awna.campaigns import services
from awna.campaigns.models import Photo, PhotoFile
from awna.core.problems import Refused
from awna.kit import images
from awna.kit.images import HERO_BYTES_MAX, LARGE_BYTES_MAX, leftovers, redraw_photo
from awna.public.news_listed import each_photo_file
from tests.world import World

from .conftest import XMP, camera_picture

Add = Callable[..., Photo]
KINDS = ("JPEG", "PNG", "WEBP", "AVIF")


def codes(act: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_with_a_place_leaves_none(kind: str) -> None:
    given = camera_picture(kind)
    assert leftovers(given), "the planted place is not seen, so a clean answer would mean nothing"
    for file in redraw_photo(given):
        assert leftovers(file["data"]) == []
        assert XMP not in file["data"] and b"Camera of Nour" not in file["data"] and b"2026:11:02" not in file["data"]
        assert not Image.open(io.BytesIO(file["data"])).getexif().get_ifd(0x8825)


def test_a_redrawing_that_keeps_the_record_is_caught(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a redrawing that hands the given file on."""
    given = camera_picture("WEBP")
    forgetful = [
        {"name": name, "media_type": "image/webp", "width": 9, "height": 9, "data": given} for name in ("small.webp", "large.webp")
    ]
    monkeypatch.setattr("awna.campaigns.services.photos.redraw_photo", lambda data: forgetful)
    assert codes(lambda: add()) == ["photo_still_tells"]
    assert not PhotoFile.objects.exists()


def test_sizes_hold_even_for_noise() -> None:
    noise = Image.effect_noise((2000, 1500), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    files = {file["name"]: len(file["data"]) for file in redraw_photo(out.getvalue())}
    assert (
        max(files["small.avif"], files["small.webp"]) <= HERO_BYTES_MAX and max(files["large.avif"], files["large.webp"]) <= LARGE_BYTES_MAX
    )


def test_a_photo_stands_upright() -> None:
    picture, out = Image.new("RGB", (900, 600), "white"), io.BytesIO()
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(out, "JPEG", exif=exif)
    shown = redraw_photo(out.getvalue())[0]
    assert shown["height"] > shown["width"]


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        written.writestr("photo.jpg", camera_picture())
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo_unreadable"), (b"%PDF-1.7 hello", "photo_unreadable"),
        (archive(), "photo_unreadable"), (b"", "photo_unreadable"), (camera_picture()[:4000], "photo_damaged"),
        (bomb(), "photo_has_too_many_pixels"), (camera_picture(size=(120, 120)), "photo_too_small"),
    ],
    ids=["svg", "pdf", "zip", "empty", "torn", "bomb", "tiny"],
)  # fmt: skip
def test_what_is_no_photo_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert codes(lambda: redraw_photo(data)) == [code]


def test_a_huge_file_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PHOTO_BYTES_MAX", 10)
    assert codes(lambda: redraw_photo(b"x" * 11)) == ["photo_too_large"]


def test_words_and_consent_are_needed(add: Add, world: World) -> None:
    assert codes(lambda: add(alt="wall")) == ["photo_without_words"]
    assert codes(lambda: add(consent_how="surely")) == ["photo_without_consent", "photo_of_whom"]
    assert codes(lambda: add(consent_how="paper")) == ["photo_of_whom"]
    assert codes(lambda: add(consent_until=timezone.localdate() - timedelta(days=1))) == ["photo_consent_not_now"]
    assert codes(lambda: add(taken_on=timezone.localdate() + timedelta(days=1))) == ["photo_from_the_future"]
    assert codes(lambda: add(author=world.buyer)) == ["role_may_not_do_this"]
    assert not Photo.objects.exists()


def test_who_is_on_it_is_sealed_and_a_photo_sent_twice_is_once(add: Add) -> None:
    first = add(consent_how="spoken", consent_people="Umm Reem and her son")
    assert add() == first and Photo.objects.count() == 1 and first.files.count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT consent_people FROM campaigns_photo")
        assert "Reem" not in cursor.fetchone()[0]


def shown(photo: Photo) -> int:
    return Client().get(f"/c/clinic/photos/{photo.pk}/small.webp").status_code


def test_a_photo_leaves_every_page_with_its_consent(add: Add, world: World) -> None:
    photo = add(consent_how="paper", consent_people="Umm Reem")
    update = services.publish_update(
        campaign=world.campaign, title="The wall", text="It stands.", language="en", author=world.nour, request_id="u", photos=[photo]
    )
    path, address = update.get_absolute_url(), f"/photos/{photo.pk}/"
    assert shown(photo) == 200 and address in Client().get(path).content.decode()
    services.remove_photo(photo=photo, reason="She took it back.", author=world.salma)
    assert shown(photo) == 410 and address not in Client().get(path).content.decode() and not PhotoFile.objects.exists()
    photo.refresh_from_db()
    assert (photo.alt, photo.consent_people) == ("", "")


def test_a_photo_waits_for_the_delay_and_ends_with_its_date(add: Add, world: World) -> None:
    today = timezone.localdate()
    assert shown(add(request_id="new", taken_on=today)) == 404
    photo = add(request_id="old", consent_until=today)
    assert shown(photo) == 200
    Photo.objects.filter(pk=photo.pk).update(consent_until=today - timedelta(days=1))
    assert shown(photo) == 404


def test_a_campaign_at_risk_shows_no_photo(add: Add, world: World) -> None:
    photo = add()
    world.campaign.at_risk = True
    world.campaign.save()
    assert shown(photo) == 404


def test_the_press_gets_only_what_was_agreed_for_it(add: Add) -> None:
    add()
    agreed = add(request_id="press", alt="The wall, for the press", consent_press=True)
    page = Client().get("/c/clinic/press/").content.decode()
    assert "The wall, for the press" in page and "The yard with the new wall" not in page
    with zipfile.ZipFile(io.BytesIO(Client().get("/c/clinic/press/kit.zip").content)) as kit:
        photos = [name for name in kit.namelist() if name.endswith(".webp")]
        assert len(photos) == 1 and agreed.digest[:8] in photos[0] and leftovers(kit.read(photos[0])) == []
        assert {"README.txt", "marks/awna-ink.svg", "marks/awna-ink.png", "photos/photos.csv"} <= set(kit.namelist())


def test_a_static_copy_carries_a_photo_only_while_it_is_shown(add: Add, world: World) -> None:
    photo, unused = add(), add(request_id="in no update")
    update = services.publish_update(
        campaign=world.campaign, title="The wall", text="It stands.", language="en", author=world.nour, request_id="u", photos=[photo]
    )
    assert {row["photo"] for row in each_photo_file(world.campaign)} == {photo.pk} != {unused.pk}
    services.withdraw_update(update=update, reason="Too early.", author=world.nour)
    assert list(each_photo_file(world.campaign)) == []
    services.publish_update(
        campaign=world.campaign, title="Now", text="It stands.", language="en", author=world.nour, request_id="v", photos=[photo]
    )
    assert len(list(each_photo_file(world.campaign))) == 4
    services.remove_photo(photo=photo, reason="Taken back.", author=world.nour)
    assert list(each_photo_file(world.campaign)) == []


def test_a_photo_is_looked_at_before_anybody_else_sees_it(world: World) -> None:
    client, today = Client(), timezone.localdate()
    client.force_login(world.nour.user)
    taken = today - timedelta(days=world.campaign.publication_delay_days)
    typed = {
        "file": SimpleUploadedFile("yard.jpg", camera_picture(), "image/jpeg"), "alt": "The yard with the new wall", "language": "en",
        "taken_on": taken, "consent_on": taken, "consent_how": "nobody", "request_id": "p",
    }  # fmt: skip
    answer = client.post("/desk/clinic/news/photos/", typed)
    photo = Photo.objects.get()
    look, public = f"/desk/clinic/news/photos/{photo.pk}/", f"/c/clinic/photos/{photo.pk}/large.webp"
    assert answer["Location"] == look and not photo.is_shown() and Client().get(public).status_code == 404
    assert codes(lambda: publish_with(world, photo)) == ["proof_photo_removed"] and not list(each_photo_file(world.campaign))
    drawn = client.get(f"{look}large.webp")
    assert drawn.status_code == 200 and leftovers(drawn.content) == [] and "no-store" in drawn["Cache-Control"]
    assert Client().get(f"{look}large.webp").status_code in (302, 403, 404), "the drawing is for those who decide"
    assert f'src="{look}large.webp"' in client.get(look).content.decode()
    assert client.post(look, {"keep": "1"}).status_code == 302
    photo.refresh_from_db()
    assert photo.is_shown() and Client().get(public).content == drawn.content
    assert not services.drop_photo(photo=photo, author=world.nour), "what was accepted is removed with a reason, not dropped"


def test_a_drawing_that_shows_too_much_is_dropped(world: World, add: Add) -> None:
    photo = add(accept=False)
    client = Client()
    client.force_login(world.nour.user)
    client.post(f"/desk/clinic/news/photos/{photo.pk}/", {"drop": "1"})
    assert not Photo.objects.exists() and not PhotoFile.objects.exists()


def test_what_nobody_decides_on_is_deleted_after_a_day(world: World, add: Add) -> None:
    kept, seen = add(request_id="kept"), add(accept=False, request_id="seen")
    assert services.forget_unseen_photos(campaign=world.campaign, now=timezone.now() + timedelta(hours=23)) == 0
    assert services.forget_unseen_photos(campaign=world.campaign, now=timezone.now() + timedelta(hours=25)) == 1
    assert list(Photo.objects.all()) == [kept] and not PhotoFile.objects.filter(photo=seen).exists()
    services.remove_photo(photo=kept, reason="asked", author=world.nour)
    assert codes(lambda: services.accept_photo(photo=kept, author=world.nour)) == ["photo_was_removed"]


def publish_with(world: World, photo: Photo) -> Any:
    return services.publish_update(
        campaign=world.campaign, title="Wall", text="It stands.", language="en", author=world.nour, request_id="u", photos=[photo]
    )
