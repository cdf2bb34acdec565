"""A gift goes back to its origin alone: held when it is asked, agreed by the stewards, paid by one bank line."""

import pytest
from django.urls import reverse

from awna.approvals.services import answered, decide
from awna.books import services as books
from awna.core.problems import Refused
from awna.donations.services import giving_back
from tests.rooms.donations.receiving import make_receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_receiving()


def agree(place, proposal):
    w = place.funded.world
    return [
        answered(decision=decide(proposal=proposal, steward=one, choice="approve", request_id=str(one.pk))) for one in (w.salma, w.yusuf)
    ]


def back(place, gift, minor, account="DE00 GIVER"):
    line = place.funded.bank_line(-minor, account=place.account, counter_account=account)
    return giving_back.pay_back(gift=gift, movement=line, author=place.treasurer)


def test_a_gift_is_held_agreed_and_goes_back_whole(place):
    gift = place.gift()
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    assert giving_back.ask_refund(gift=gift, author=place.treasurer) == asked
    assert giving_back.left_of(gift) == 0  # held: nobody spends it meanwhile
    assert agree(place, asked) == [False, True]
    entry = back(place, gift, gift.amount_minor)
    gift.refresh_from_db()
    assert (entry.kind, gift.returned_seq) == ("refund", entry.seq)
    assert books.check_book(gift.book) == []


def test_the_payee_is_the_account_of_the_line_and_the_log_does_not_say_it(place):
    gift = place.gift()
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    assert gift.book.custodies.get(pk=asked.content["payee"]).title == "DE00 GIVER"
    assert "GIVER" not in asked.payload and "Dana" not in asked.payload


def test_another_target_is_refused_and_nothing_is_posted(place):
    gift = place.gift()
    agree(place, giving_back.ask_refund(gift=gift, author=place.treasurer))
    with pytest.raises(Refused) as refused:
        back(place, gift, gift.amount_minor, account="DE99 SOMEBODY ELSE")
    gift.refresh_from_db()
    assert (refused.value.codes, gift.returned_seq) == (["refund_to_another_account"], None)


def test_nothing_goes_back_without_the_stewards(place):
    gift = place.gift()
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    with pytest.raises(Refused) as refused:
        giving_back.release_refund(proposal=asked, author=place.treasurer)
    assert refused.value.codes == ["refund_not_agreed"]
    decide(proposal=asked, steward=place.funded.world.salma, choice="approve", request_id="1")
    with pytest.raises(Refused) as refused:
        back(place, gift, gift.amount_minor)
    assert refused.value.codes == ["refund_not_agreed"]


def test_a_declined_refund_frees_the_money_and_may_be_asked_anew(place):
    gift, salma = place.gift(), place.funded.world.salma
    asked = giving_back.ask_refund(gift=gift, author=place.treasurer)
    decide(proposal=asked, steward=salma, choice="decline", reason="The giver changed her mind.", request_id="no")
    assert (giving_back.left_of(gift), giving_back.refunds_of([gift])) == (gift.amount_minor, {})
    again = giving_back.ask_refund(gift=gift, author=place.treasurer)
    assert again != asked and giving_back.left_of(gift) == 0
    assert books.check_book(gift.book) == []


def test_a_gift_of_unknown_origin_cannot_go_back_this_way(place):
    gift = place.gift()
    line = gift.movement
    type(line).objects.filter(pk=line.pk).update(counter_account="")
    with pytest.raises(Refused) as refused:
        giving_back.ask_refund(gift=gift, author=place.treasurer)
    assert refused.value.codes == ["refund_origin_unknown"]


def test_another_body_may_not(place):
    gift, w = place.gift(), place.funded.world
    for author in (w.south_treasurer, w.karim, w.salma):
        with pytest.raises(Refused):
            giving_back.ask_refund(gift=gift, author=author)


def test_the_page_asks_and_settles(place, client):
    gift = place.gift()
    url = reverse("gifts_desk", kwargs={"slug": "clinic"})
    client.force_login(place.treasurer.user)
    assert client.post(url, {"gift": gift.pk, "act": "refund"}).status_code == 302
    assert "held, the stewards are asked" in client.get(url).content.decode()
    agree(place, giving_back.refunds_of([gift])[gift.pk].proposal)
    line = place.funded.bank_line(-gift.amount_minor, account=place.account, counter_account="DE00 GIVER")
    assert "gave it back" in client.get(url).content.decode()
    assert client.post(url, {"gift": gift.pk, "act": "paid", "movement": line.pk}).status_code == 302
    assert "went back" in client.get(url).content.decode()
    assert client.post(url, {"gift": gift.pk, "act": "refund"}).status_code == 302  # asked and paid once is once
    assert client.post(url, {"gift": gift.pk, "act": "burn"}).status_code == 422


def test_strangers_see_no_gift(place, client):
    gift = place.gift()
    url = reverse("gifts_desk", kwargs={"slug": "clinic"})
    client.force_login(place.funded.world.south_treasurer.user)
    assert "Dana" not in client.get(url).content.decode()
    assert client.post(url, {"gift": gift.pk, "act": "refund"}).status_code == 404
    client.force_login(place.funded.world.eve)
    assert client.get(url).status_code in (403, 404)


@pytest.mark.parametrize("name", ["campaign", "book", "book_accounts", "book_funds", "book_activities"])
def test_who_gave_and_why_it_goes_back_stands_on_no_public_page(place, client, name):
    gift = place.gift()
    giving_back.ask_refund(gift=gift, author=place.treasurer)
    shown = client.get(reverse(name, kwargs={"slug": "clinic"}))
    text = b"".join(shown.streaming_content).decode() if shown.streaming else shown.content.decode()
    assert shown.status_code == 200 and "Dana" not in text and "GIVER" not in text
