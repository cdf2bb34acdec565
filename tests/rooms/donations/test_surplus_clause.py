"""A giver reads before she gives what happens with money left over; what she read keeps standing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from awna.core.problems import Refused
from awna.donations.services import pledge_gift
from awna.donations.services.clauses import clause_for, set_clause
from tests.rooms.donations.receiving import make_receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_receiving()


def say(place, text, language="en"):
    world = place.funded.world
    return set_clause(campaign=world.campaign, language=language, text=text, author=world.salma)


def test_the_reader_gets_her_language_else_english(place):
    campaign = place.funded.world.campaign
    assert clause_for(campaign=campaign, language="en") is None
    say(place, "Ward next"), say(place, "القسم التالي", "ar")
    assert [clause_for(campaign=campaign, language=one).text for one in ("en", "ar", "de")] == ["Ward next", "القسم التالي", "Ward next"]


def test_a_new_clause_changes_nothing_for_older_gifts(place):
    first = say(place, "Ward next")
    assert say(place, " Ward next ") == first
    later = say(place, "Back to the owner")
    campaign = place.funded.world.campaign
    assert clause_for(campaign=campaign, language="en") == later
    assert clause_for(campaign=campaign, language="en", at=later.set_at - timedelta(microseconds=1)) == first


@pytest.mark.parametrize(("text", "language", "code"), [("", "en", "clause_length_wrong"), ("a" * 1001, "en", "clause_length_wrong"), ("a", "xx", "clause_language_unknown")])  # fmt: skip
def test_a_bad_clause_is_refused(place, text, language, code):
    with pytest.raises(Refused) as refused:
        say(place, text, language)
    assert refused.value.codes == [code]


def test_givers_read_it_and_only_stewards_write_it(place, client):
    world = place.funded.world
    url = reverse("surplus", kwargs={"slug": "clinic"})
    client.force_login(world.karim.user)
    assert client.post(url, {"language": "en", "text": "Mine"}).status_code in (403, 404)
    client.force_login(world.salma.user)
    assert client.post(url, {"language": "en", "text": "Ward next"}).status_code == 302
    client.logout()
    assert "Ward next" in client.get(reverse("give", kwargs={"slug": "clinic"})).content.decode()
    pledge = pledge_gift(bank_account=place.account, amount_minor=500, request_id="p")
    say(place, "Back to the owner")
    shown = client.get(reverse("give_done", kwargs={"slug": "clinic", "token": pledge.donor.token})).content.decode()
    assert "Ward next" in shown and "Back to the owner" not in shown
