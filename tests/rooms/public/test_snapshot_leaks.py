"""What must never be in a copy that cannot be called back: people, private links, what is not told yet, what a camera wrote."""

import io
import struct
import zlib

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from awna.books.models import Book, Entry, Opening
from awna.books.services import publish_log
from awna.books.services.dump import _published_openings
from awna.core.problems import Refused
from awna.desk import demo
from awna.desk.demo import private_links
from awna.donations.models import Donor
from awna.kit.classes import own_models
from awna.letters import services as letters
from awna.letters.models import Organisation, Signature
from awna.parties.models import Campaign
from awna.public.snapshot.pictures import tells_more_than_it_shows

from .snapshots import every_byte, files_with, link_faults, page, publish

CANARIES_LEAST = 60
TEXT_FIELDS = frozenset({"CharField", "TextField", "EmailField", "URLField"})


def plant_canaries(mark: str) -> int:
    """Write the mark into every text of every row that is classed as contact, donor or sensitive; how many there are."""
    planted = 0
    opened = {(one["of"], one["name"]) for book in Book.objects.all() for one in _published_openings(book)}
    for model in own_models():
        classes = getattr(model, "field_classes", {})
        fields = [field for field in model._meta.local_concrete_fields
                  if classes.get(field.name) in {"C", "S"} and field.get_internal_type() in TEXT_FIELDS]  # fmt: skip
        for row in model._base_manager.all() if fields else ():
            if isinstance(row, Opening) and (row.of, row.name) in opened:
                continue  # names of funds and commodities are told on purpose
            for field in fields:
                text = f"{mark}{planted:06d}"
                setattr(row, field.name, f"{text}@example.org" if field.get_internal_type() == "EmailField" else text)
                try:
                    with transaction.atomic():
                        row.save(update_fields=[field.name])
                    planted += 1
                except (DatabaseError, Refused, TypeError, ValueError):
                    row.refresh_from_db()  # guarded rows of the book hold no names, receipts do not change; a code with a form of its own cannot be a mark
    return planted


@pytest.mark.django_db
@pytest.mark.compiled
def test_no_personal_field_of_the_demonstration_is_in_a_copy(tmp_path):
    campaign = demo.seed(say=lambda _: None)
    planted = plant_canaries("canary")
    assert planted >= CANARIES_LEAST
    publish(tmp_path, campaigns=[Campaign.objects.get(pk=campaign.pk)])
    assert files_with(tmp_path, "canary") == []
    tokens = [donor.token for donor in Donor.objects.filter(campaign=campaign)]
    assert tokens
    assert files_with(tmp_path, *tokens) == [], "links of gifts"
    assert files_with(tmp_path, *(address.rstrip("/").rpartition("/")[2] for _label, address in private_links(campaign))) == []
    assert link_faults(tmp_path) == []
    # The planted fault: the same mark in a public text is found, in the page and in its compressed twin.
    campaign.summary = "canary in the summary"
    campaign.save()
    publish(tmp_path, campaigns=[Campaign.objects.get(pk=campaign.pk)])
    found = files_with(tmp_path, "canary")
    assert f"c/{campaign.slug}/index.html" in found
    assert f"c/{campaign.slug}/index.html.gz (unpacked)" in found


@pytest.fixture
def letter(funded):
    return letters.open_letter(campaign=funded.world.campaign, code="roof", title="To the ministry", text="Let the cement in.", language="en",
                               author=funded.world.salma)  # fmt: skip


@pytest.fixture
def funded(db):
    from tests.rooms.funded import make_funded

    return make_funded()


def person(letter, name: str) -> Signature:
    return Signature.objects.create(
        letter=letter, version=letter.versions.get(), name=name, show_name=True, state=Signature.CONFIRMED, confirmed_at=timezone.now(), email_index=name)  # fmt: skip


def body(letter, name: str, **changes) -> Organisation:
    return Organisation.objects.create(
        letter=letter, version=letter.versions.get(), name=name, name_key=name.lower(), office="chair", authority="seen", state=Organisation.CONFIRMED,
        confirmed_at=timezone.now(), **changes)  # fmt: skip


def test_signing_people_are_counted_and_not_named(funded, letter, tmp_path):
    person(letter, "Farida Zuhaibi")
    body(letter, "Guild of Bakers")
    publish(tmp_path)
    assert files_with(tmp_path, "Farida", "Zuhaibi") == []
    assert files_with(tmp_path, "Guild of Bakers") != [], "organisations are named"
    assert "Farida" not in page(tmp_path, f"c/clinic/letters/{letter.pk}/index.html")


def test_a_withdrawn_and_a_hidden_signature_are_not_there(funded, letter, tmp_path):
    gone, hidden = body(letter, "Guild of Smiths"), body(letter, "Guild of Weavers")
    publish(tmp_path)
    assert len(files_with(tmp_path, "Guild of Smiths")) > 0
    letters.withdraw_signature(token=letters.withdraw_token(gone))
    letters.show_signature(token=letters.withdraw_token(hidden), shown=False)
    publish(tmp_path)
    assert files_with(tmp_path, "Guild of Smiths", "Guild of Weavers") == []


def test_a_text_without_translation_is_there_as_first_written_and_marked(funded, letter, tmp_path):
    publish(tmp_path)
    arabic = page(tmp_path, f"ar/c/clinic/letters/{letter.pk}/index.html")
    assert "Let the cement in." in arabic
    assert 'lang="en"' in arabic.partition("<main")[2].partition("Let the cement in.")[0]
    start = page(tmp_path, "ar/c/clinic/index.html")
    assert "Rebuild the clinic of Wadi Sanad." in start
    assert 'lang="en"' in start.partition("<main")[2].partition("Rebuild the clinic of Wadi Sanad.")[0]


def test_what_is_under_a_delay_is_not_told(funded, tmp_path):
    campaign = funded.world.campaign
    campaign.at_risk = True
    campaign.save()
    publish_log(funded.book)
    book_until = Entry.objects.filter(book=funded.book).count()
    publish(tmp_path)
    root = tmp_path / "current"
    assert not (root / "c/clinic/book.jsonl").exists(), "no entry is old enough yet"
    assert list((root / "c/clinic/log").glob("tile/entries/**/*")) == [] or (root / "c/clinic/log/entries").read_text() != f"{book_until}\n"
    newest = str(Entry.objects.filter(book=funded.book).latest("seq").pk)
    assert files_with(tmp_path, newest) == []
    assert link_faults(tmp_path) == []
    # The planted fault: without the delay the same words are found.
    campaign.at_risk = False
    campaign.save()
    publish(tmp_path)
    assert files_with(tmp_path, newest) != []


def jpeg(*, place: bool) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x8825] = {1: "N", 2: (33.0, 12.0, 7.0)}
    Image.new("RGB", (8, 8), "grey").save(out, "JPEG", **({"exif": exif} if place else {}))
    return out.getvalue()


def png_with(name: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    data, body = out.getvalue(), name + b"place"
    return data[:-12] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + data[-12:]


def webp(*, place: bool) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x8825] = {1: "N", 2: (33.0, 12.0, 7.0)}
    Image.new("RGB", (8, 8)).save(out, "WEBP", **({"exif": exif} if place else {}))
    return out.getvalue()


def test_pictures_that_tell_more_than_they_show_are_known():
    assert [tells_more_than_it_shows(data) for data in (jpeg(place=True), webp(place=True), png_with(b"eXIf"), png_with(b"tEXt"))] == [
        True
    ] * 4
    assert tells_more_than_it_shows(b"\x00\x00\x00\x1cftypavif....Exif\x00\x00MM")
    assert [tells_more_than_it_shows(data) for data in (jpeg(place=False), webp(place=False), png_with(b"gAMA"))] == [False] * 3


def test_a_photo_with_its_place_is_left_out_and_said(funded, tmp_path, monkeypatch):
    """Photos are drawn anew when they are uploaded; this looks again at the very bytes that would be handed out."""
    from django.http import HttpResponse

    from awna.kit.policies import ANYONE, guarded
    from awna.kit.snapshots import data_file
    from awna.public.snapshot import addresses
    from awna.public.snapshot.addresses import Address

    real = list(addresses.open_addresses())
    planted = {"c/clinic/good.jpg": jpeg(place=False), "c/clinic/bad.jpg": jpeg(place=True)}
    extra = [Address(f"/{file}", file, "photo", guarded("x", lambda request, data=data: HttpResponse(data, content_type="image/jpeg"), name="x",
                                                         GET=ANYONE).callback, {}, "en", funded.world.campaign, data_file())
             for file, data in planted.items()]  # fmt: skip
    from awna.public.snapshot import making

    whole = making.all_addresses
    monkeypatch.setattr(making, "all_addresses", lambda campaigns: [*whole(campaigns), *extra])
    report = publish(tmp_path)
    assert real
    assert report.left_out == ["/c/clinic/bad.jpg"]
    assert (tmp_path / "current/c/clinic/good.jpg").exists()
    assert not (tmp_path / "current/c/clinic/bad.jpg").exists()
    assert not any(b"Exif\x00\x00" in data for _name, data in every_byte(tmp_path))


def test_nobody_who_is_signed_in_is_in_a_copy(funded, tmp_path):
    publish(tmp_path)
    assert files_with(tmp_path, "csrfmiddlewaretoken", "salma@example.org", reverse("desk_home", args=["clinic"])) == []
