"""Handing a campaign on: short addresses, codes that a camera reads, cards and posters in both scripts, facts for machines, a badge for other pages."""

import gzip
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

import awna
from awna.campaigns import services
from awna.campaigns.models import ShortLink
from awna.kit.typeset import typeset
from awna.parties.services import create_campaign, translate_text
from awna.public.share import code_png, progress_of
from tests.rooms.funded import Funded, make_funded
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
STATIC = Path(awna.__file__).parent
PAGE_BYTES_MAX, QUERIES_MAX = 14_336, 12
PAGES = ("news/", "events/", "results/", "press/", "share/", "news/subscribe/")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def funded() -> Funded:
    return make_funded()


def pixels(path: str) -> Image.Image:
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.content))


def test_a_short_address_leads_to_this_site_alone(world: World) -> None:
    links = services.make_short_links(campaign=world.campaign, author=world.salma)
    assert services.make_short_links(campaign=world.campaign, author=world.salma) == links
    for link in links:
        answer = Client().get(link.get_absolute_url())
        assert (answer.status_code, answer["Location"]) == (302, link.path) and re.fullmatch(
            "/s/[2-9a-hjkmnp-z]{6}", link.get_absolute_url()
        )
    assert {link.path for link in links} >= {"/c/clinic/", "/ar/c/clinic/"}
    assert Client().get("/s/nosuch").status_code == 404


def test_no_short_address_leads_away(world: World) -> None:
    services.make_short_links(campaign=world.campaign, author=world.salma)
    assert all(link.path.startswith("/") and not link.path.startswith("//") for link in ShortLink.objects.all())


def test_the_card_is_drawn_in_each_script(funded: Funded) -> None:
    english, arabic = pixels("/c/clinic/share/card.png"), pixels("/ar/c/clinic/share/card.png")
    assert english.size == arabic.size == (1200, 630)

    # The title stands at the start: in the left half in English, in the right one in Arabic.
    def ink(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
        return sum(picture.convert("L").crop(box).point(lambda value: 255 * (value < 90)).histogram()[255:])

    left, right = (56, 120, 300, 260), (900, 120, 1144, 260)
    assert ink(english, left) > 500 > ink(english, right)
    assert ink(arabic, right) > 500 > ink(arabic, left)


def test_arabic_letters_are_joined(world: World) -> None:
    """Joined letters are narrower than the same letters apart; a setter without shaping would draw them alike."""

    def width(title: str) -> int:
        told = {"language": "ar", "rtl": True, "owner": "", "title": title, "title_size": 64, "summary": "", "received": "", "of_goal": "",
                "goal": "", "stones": 0, "address": ""}  # fmt: skip
        picture = Image.open(io.BytesIO(typeset("public/typeset/card.typ", told, form="png"))).convert("L").crop((0, 120, 1200, 300))
        box = picture.point(lambda value: 255 * (value < 90)).getbbox()
        assert box
        return box[2] - box[0]

    joined, apart = width("عيادة"), width("\u200c".join("عيادة"))
    assert joined < apart * 0.9


def test_a_drawn_card_is_kept_until_its_figures_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(template: str, data: Any, *, form: str) -> bytes:
        drawn.append(data["title"])
        return b"picture"

    monkeypatch.setattr("awna.public.share.typeset", draw)
    for _ in range(3):
        assert Client().get("/c/clinic/share/card.png").content == b"picture"
    assert len(drawn) == 1
    world.campaign.title = "Another title"
    world.campaign.save()
    Client().get("/c/clinic/share/card.png")
    assert drawn[1:] == ["Another title"]


def test_the_poster_is_one_page_of_a4(funded: Funded) -> None:
    for path in ("/c/clinic/share/poster.pdf", "/ar/c/clinic/share/poster.pdf"):
        data = Client().get(path).content
        assert data.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", data)) == 1
        assert re.search(rb"/MediaBox\s*\[\s*0 0 595\.27\d* 841\.88\d*", data)


def test_the_longest_title_still_fits_one_page(world: World) -> None:
    world.campaign.title, world.campaign.summary = "Rebuild " * 20, "We rebuild it with our neighbours. " * 60
    world.campaign.save()
    assert pixels("/c/clinic/share/card.png").size == (1200, 630)
    assert len(re.findall(rb"/Type\s*/Page\b", Client().get("/c/clinic/share/poster.pdf").content)) == 1


def test_the_code_has_a_quiet_zone_and_the_address(world: World) -> None:
    picture = Image.open(io.BytesIO(code_png("http://localhost:8000/s/abc234"))).convert("1")
    border = picture.crop((0, 0, picture.width, 4 * 12))
    assert border.getextrema() == (255, 255) and picture.getextrema() == (0, 255)
    assert "<svg" in Client().get("/c/clinic/share/code.svg").content.decode()


def test_the_badge_may_stand_on_any_page(funded: Funded) -> None:
    for path, direction in (("/c/clinic/badge.svg", "ltr"), ("/ar/c/clinic/badge.svg", "rtl")):
        answer = Client().get(path)
        svg = answer.content.decode()
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin" and answer["Access-Control-Allow-Origin"] == "*"
        assert "max-age=3600" in answer["Cache-Control"] and f'direction="{direction}"' in svg and "<script" not in svg
    assert progress_of(funded.world.campaign).received.strip("\u2066\u2069") in svg


def test_what_is_typed_never_ends_the_data_block(world: World) -> None:
    event = services.announce_event(
        campaign=world.campaign,
        title="</script><script>alert(1)</script>",
        starts_at=timezone.now(),
        place_public="District",
        author=world.rami,
    )
    page = Client().get(event.get_absolute_url()).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert len(blocks) == 1 == page.count("<script") and json.loads(blocks[0])["name"] == event.title
    assert json.loads(blocks[0])["location"]["name"] == "District"


def test_a_page_tells_previews_what_it_is(world: World) -> None:
    update = services.publish_update(
        campaign=world.campaign, title="The roof", text="It stands.", language="en", author=world.nour, request_id="u"
    )
    page = Client().get(update.get_absolute_url()).content.decode()
    assert 'property="og:title" content="The roof"' in page and "/c/clinic/share/card.png" in page and 'content="It stands."' in page


def test_the_press_gets_facts_with_day_and_source(funded: Funded) -> None:
    world = funded.world
    services.set_press_contact(campaign=world.campaign, office="Press office", email="press@example.org", author=world.salma)
    services.state_fact(campaign=world.campaign, text="Eleven villages.", language="en", dated_on=timezone.localdate(), source="Register",
                        author=world.salma)  # fmt: skip
    page = Client().get("/c/clinic/press/").content.decode()
    assert all(words in page for words in ("Eleven villages.", "Register", "Press office", "press@example.org", "received since"))
    first, second = (Client().get("/c/clinic/press/kit.zip").content for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as kit:
        readme = kit.read("README.txt").decode()
    assert "Eleven villages." in readme and "Register" in readme and "press@example.org" in readme


def test_events_and_results_stand_in_the_readers_language(world: World) -> None:
    outcome = services.promise_outcome(
        campaign=world.campaign, code="roof", title="The roof", language="en", promised_on=timezone.localdate(), author=world.nour
    )
    source = next(row for row in services.text_sources(world.campaign) if row.subject == f"outcome.{outcome.pk}.title")
    translate_text(campaign=world.campaign, source=source, language="ar", text="السقف", author=world.salma)
    assert "السقف" in Client().get("/ar/c/clinic/results/").content.decode()


def test_pages_stay_light(funded: Funded, django_assert_max_num_queries: Any) -> None:
    world = funded.world
    for number in range(20):
        services.publish_update(campaign=world.campaign, title=f"News {number}", text="It stands. " * 20, language="en", author=world.nour,
                                request_id=str(number))  # fmt: skip
        services.announce_event(
            campaign=world.campaign, title=f"Day {number}", starts_at=timezone.now(), place_public="District", author=world.rami
        )
        services.promise_outcome(campaign=world.campaign, code=f"p{number}", title=f"Promise {number}", language="en",
                                 promised_on=timezone.localdate(), author=world.nour)  # fmt: skip
    css = sum(len(gzip.compress((STATIC / path).read_bytes(), 9)) for path in ("kit/static/kit/awna.css", "public/static/public/news.css"))
    for page in PAGES:
        for start in ("", "/ar"):
            with django_assert_max_num_queries(QUERIES_MAX), translation.override("en"):
                answer = Client().get(f"{start}/c/clinic/{page}")
            assert answer.status_code == 200 and len(gzip.compress(answer.content, 9)) + css <= PAGE_BYTES_MAX, page
            assert not re.search(r"<script|style=|<style|\son\w+=\"", answer.content.decode())


def test_an_empty_campaign_says_so_on_every_page() -> None:
    create_campaign(slug="empty", title="Empty", owner_name="Nobody yet")
    for page in PAGES:
        assert Client().get(f"/c/empty/{page}").status_code == 200
