"""A giver reads before she gives what happens with money left over; what she read keeps standing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from awna.core.problems import Refused
from awna.donations.models import Gift
from awna.donations.services import issue_receipt, paper_of, pledge_gift
from awna.donations.services.clauses import clause_for, set_clause
from awna.donations.services.receipts import issue_for_gifts
from tests.rooms.donations.papers import text_of
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


def test_the_receipt_and_the_page_of_the_gift_say_the_clause_of_the_pledge(place, client):
    say(place, "Ward next")
    gift = place.gift()
    say(place, "Back to the owner")
    receipt = issue_receipt(gift=gift, author=place.treasurer)
    assert [one["text"] for one in receipt.said["surplus"]["texts"]] == ["Ward next"]
    assert "Ward next" in text_of(paper_of(receipt))
    shown = client.get(reverse("trace", kwargs={"slug": "clinic", "token": gift.donor.token})).content.decode()
    assert "Ward next" in shown and "Back to the owner" not in shown


def test_the_receipts_of_a_year_say_each_clause_once(place):
    say(place, "Ward next")
    gifts = [place.gift(100), place.gift(200)]
    say(place, "Back to the owner")
    gifts.append(place.gift(300))
    Gift.objects.update(donor=gifts[0].donor)
    receipt = issue_for_gifts(gifts=gifts, author=place.treasurer, gifts_year=timezone.localdate().year)
    assert [one["text"] for one in receipt.said["surplus"]["texts"]] == ["Ward next", "Back to the owner"]


def test_without_a_clause_the_receipt_says_nothing_of_it(place):
    receipt = issue_receipt(gift=place.gift(), author=place.treasurer)
    assert receipt.said["surplus"] is None and paper_of(receipt)[:5] == b"%PDF-"
