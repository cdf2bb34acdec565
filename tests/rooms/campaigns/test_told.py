"""What a campaign says is read in the reader's language where somebody translated it, with the state of the translation; else as written."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from awna.campaigns import services
from awna.campaigns.models import Event, Photo
from awna.parties.models import EarlierTranslation, Translation
from awna.parties.services import LEGAL, PROSE, Source, Wording, least_finished, review_text, translate_text, wordings
from tests.world import World

pytestmark = pytest.mark.django_db


def tell(world: World, text: str, words: str, *, language: str = "ar", **more: Any) -> Translation:
    """Salma translates the text that reads so."""
    (source,) = [one for one in services.text_sources(world.campaign) if one.text == text]
    return translate_text(campaign=world.campaign, source=source, language=language, text=words, author=world.salma, **more)


def page(path: str) -> str:
    return Client().get(path).content.decode()


@pytest.fixture
def market(world: World) -> Event:
    return services.announce_event(
        campaign=world.campaign, title="Market", text="Bring **bread**.", starts_at=timezone.now() + timedelta(days=10), zone="Asia/Amman",
        place_public="District", author=world.rami,
    )  # fmt: skip


def test_an_event_is_told_with_its_place_and_why_it_ended(world: World, market: Event) -> None:
    assert 'lang="en"' in page("/ar/c/clinic/events/") and "(مسودة" not in page("/ar/c/clinic/events/")
    for text, words in (("Market", "السوق"), ("Bring **bread**.", "أحضروا **الخبز**."), ("District", "الحي")):
        tell(world, text, words)
    services.cancel_event(event=market, reason="Rain", author=world.rami)
    tell(world, "Rain", "المطر", state=Translation.MACHINE)
    one = page(f"/ar/c/clinic/events/{market.pk}/")
    for words in ("السوق", "<strong>الخبز</strong>", 'lang="ar">الحي</bdi>', 'lang="ar">المطر</bdi>'):
        assert words in one
    assert "Market" not in one.split("</head>")[1] and str(dict(Translation.STATES)[Translation.MACHINE]) not in page(
        "/en/c/clinic/events/"
    )
    assert "السوق" in page("/ar/c/clinic/events/") and "السوق" in page("/ar/c/clinic/events/all.ics")


def test_results_are_told_with_measures_and_the_reasons_of_slips(world: World) -> None:
    outcome = services.promise_outcome(
        campaign=world.campaign, code="roof", title="The roof stands", text="Before rain.", language="en", author=world.nour,
        promised_on=timezone.localdate() + timedelta(days=3),
    )  # fmt: skip
    services.add_indicator(
        outcome=outcome, title="Dry rooms", unit="1", baseline=0, baseline_on=date(2026, 1, 1), target=6, author=world.nour
    )
    for number, reason in enumerate(("The crossing is shut", "No cement")):
        services.state_forecast(
            outcome=outcome,
            expected_on=timezone.localdate() + timedelta(days=30 + number),
            reason=reason,
            author=world.nour,
            request_id=reason,
        )
    told = {"The roof stands": "السقف قائم", "Before rain.": "قبل المطر.", "Dry rooms": "غرف جافة", "The crossing is shut": "المعبر مغلق"}
    for text, words in told.items():
        tell(world, text, words)
    shown = page("/ar/c/clinic/results/")
    assert all(words in shown for words in told.values())
    assert 'lang="en">No cement</bdi>' in shown, "what nobody translated stands as it was written, and says in which language"
    assert not any(text in shown for text in told)


def test_a_photo_is_heard_in_the_readers_language_until_it_is_removed(world: World, add: Callable[..., Photo]) -> None:
    photo = add()
    update = services.publish_update(
        campaign=world.campaign, title="Wall", text="It stands.", language="en", author=world.nour, request_id="u", photos=[photo]
    )
    path = f"/ar/c/clinic/news/{update.pk}/"
    assert 'alt="The yard with the new wall" lang="en"' in page(path)
    tell(world, "The yard with the new wall", "الساحة والجدار الجديد")
    tell(world, "The yard with the new wall", "الساحة مع الجدار الجديد")
    assert 'alt="الساحة مع الجدار الجديد" lang="ar"' in page(path)
    services.remove_photo(photo=photo, reason="asked", author=world.nour)
    assert not Translation.objects.filter(subject=f"photo.{photo.pk}.alt").exists() and not EarlierTranslation.objects.exists()


def test_a_fact_for_the_press_is_told(world: World) -> None:
    services.state_fact(
        campaign=world.campaign, text="Two wards.", language="en", dated_on=date(2026, 11, 1), source="Register", author=world.nour
    )
    tell(world, "Two wards.", "جناحان.")
    assert 'lang="ar" dir="auto">جناحان.' in page("/ar/c/clinic/press/")


def test_news_say_in_lists_and_feeds_that_they_are_a_draft(world: World) -> None:
    services.publish_update(campaign=world.campaign, title="Wall", text="It stands.", language="en", author=world.nour, request_id="u")
    tell(world, "Wall", "El muro", language="es", credit="Ines")
    row = tell(world, "It stands.", "Está en pie.", language="es", credit="Ines")
    world.campaign.languages = "en,ar,es"
    world.campaign.save()
    for path in ("/es/c/clinic/news/", "/es/c/clinic/", "/es/c/clinic/news/feed.atom"):
        assert "(borrador)" in page(path) and "Ines" in page(path), path
    for source in services.text_sources(world.campaign):
        review_text(translation=Translation.objects.get(subject=source.subject), source=source, reviewer=world.rami)
    assert "(borrador)" not in page("/es/c/clinic/news/") and row.credit in page("/es/c/clinic/news/")


def test_only_one_half_of_an_update_is_no_translation(world: World) -> None:
    services.publish_update(campaign=world.campaign, title="Wall", text="It stands.", language="en", author=world.nour, request_id="u")
    tell(world, "It stands.", "إنه قائم.")
    (update,) = services.latest_updates(world.campaign, language="ar")
    assert (update.title_shown, update.text_shown, update.language_shown) == ("Wall", "It stands.", "en")


def test_the_least_finished_translation_is_the_one_that_is_named() -> None:
    done, draft, machine = (Wording("x", "ar", state) for state in (Translation.REVIEWED, Translation.DRAFT, Translation.MACHINE))
    old, original = Wording("x", "ar", Translation.REVIEWED, stale=True), Wording("x", "en")
    assert least_finished([original]) is None and least_finished([done, original]) is done
    assert least_finished([done, draft, machine]) is machine and least_finished([machine, old]) is old


def test_a_legal_text_is_shown_as_written_until_somebody_reviewed_it(world: World) -> None:
    source = Source("terms.text", "en", "You agree.", "Terms", LEGAL)
    translate_text(campaign=world.campaign, source=source, language="ar", text="أنتم توافقون.", author=world.salma)
    assert wordings(world.campaign, [source], "ar")["terms.text"] == Wording("You agree.", "en")
    loose = Source("terms.text", "en", "You agree.", "Terms", PROSE)
    assert wordings(world.campaign, [loose], "ar")["terms.text"].language == "ar"
