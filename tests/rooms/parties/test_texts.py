"""A campaign's own words in the reader's language: who writes, who reviews, and what is shown meanwhile."""

import pytest
from django.test import Client

from awna.core.problems import Refused
from awna.parties import services as parties
from awna.parties.models import Translation
from awna.parties.services import Source
from tests.world import make_world

pytestmark = pytest.mark.django_db
TERMS = Source("legal.terms", "en", "You may ask for your money back.", "Terms", parties.LEGAL)


@pytest.fixture
def world():
    return make_world()


def title_of(campaign):
    return parties.campaign_sources(campaign)[0]


def translate(world, text="عيادة وادي سند", *, source=None, author=None, language="ar", **more):
    return parties.translate_text(
        campaign=world.campaign,
        source=source or title_of(world.campaign),
        language=language,
        text=text,
        author=author or world.rami,
        **more,
    )


def refused(act, code):
    with pytest.raises(Refused) as found:
        act()
    assert found.value.codes == [code]


def shown(world, source=None):
    source = source or title_of(world.campaign)
    return parties.wordings(world.campaign, [source], "ar")[source.subject]


def test_the_title_stands_in_the_readers_language_on_every_page(world):
    translate(world)
    assert "عيادة وادي سند" in Client().get("/ar/c/clinic/letters/").content.decode()
    assert "Wadi Sanad Clinic" in Client().get("/c/clinic/letters/", headers={"accept-language": "en"}).content.decode()


def test_a_draft_is_shown_as_a_draft_and_a_reviewed_one_without_a_word(world):
    row = translate(world)
    assert (shown(world).state, shown(world).state_text) == ("draft", "draft")
    parties.review_text(translation=row, source=title_of(world.campaign), reviewer=world.salma)
    assert (shown(world).state, shown(world).state_text) == ("reviewed", "")


def test_a_text_that_nobody_translated_is_shown_in_its_own_language(world):
    assert (shown(world).text, shown(world).language) == ("Wadi Sanad Clinic", "en")


def test_a_changed_original_makes_the_translation_older_until_somebody_says_that_it_still_fits(world):
    row = translate(world)
    world.campaign.title = "Wadi Sanad Health Centre"
    world.campaign.save()
    assert shown(world).stale
    refused(
        lambda: parties.review_text(translation=row, source=title_of(world.campaign), reviewer=world.salma),
        "translation_older_than_original",
    )
    translate(world)
    assert not shown(world).stale


def test_nobody_reviews_what_they_wrote(world):
    row = translate(world)
    refused(
        lambda: parties.review_text(translation=row, source=title_of(world.campaign), reviewer=world.rami),
        "translation_reviewed_by_its_writer",
    )


def test_a_legal_text_is_never_shown_unreviewed(world):
    row = translate(world, "يمكنك طلب استرداد مالك.", source=TERMS)
    assert shown(world, TERMS).language == "en"
    parties.review_text(translation=row, source=TERMS, reviewer=world.salma)
    assert shown(world, TERMS).language == "ar"
    changed = Source(TERMS.subject, "en", "You may not.", "Terms", parties.LEGAL)
    assert shown(world, changed).text == "You may not."


def test_two_who_write_at_once_do_not_write_over_each_other(world):
    translate(world, seen=0)
    refused(lambda: translate(world, "مركز وادي سند", author=world.salma, seen=0), "translation_changed_meanwhile")
    assert shown(world).text == "عيادة وادي سند"
    translate(world, "مركز وادي سند", author=world.salma, seen=1)
    assert [row.text for row in Translation.objects.get().earlier.all()] == ["عيادة وادي سند"]


def test_the_same_again_changes_nothing_and_keeps_the_review(world):
    row = translate(world)
    parties.review_text(translation=row, source=title_of(world.campaign), reviewer=world.salma)
    assert translate(world).state == "reviewed"


@pytest.mark.parametrize(("text", "language", "code"), [
    (" ", "ar", "translation_empty"), ("x", "xx", "translation_language_wrong"), ("x", "en", "translation_language_wrong"),
    ("one\ntwo", "ar", "translation_has_lines"), ("x" * 301, "ar", "translation_too_long"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(world, text, language, code):
    refused(lambda: translate(world, text, language=language), code)


def test_a_treasurer_does_not_translate(world):
    refused(lambda: translate(world, author=world.karim), "role_may_not_do_this")
