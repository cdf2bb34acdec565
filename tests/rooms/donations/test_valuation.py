"""Goods that two people took in are valued with a source and a day, and are no money for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from awna.books import services as books
from awna.core.problems import Refused
from awna.donations.services import record_gift_in_kind
from awna.donations.services.valuation import valuations_of, value_goods
from tests.rooms.funded import make_funded

pytestmark = pytest.mark.django_db


@pytest.fixture
def given():
    funded = make_funded()
    w = funded.world
    gift = record_gift_in_kind(
        custody=funded.store.custody, commodity=funded.cement.commodity, amount=40, author=w.store, second=w.nour,
        received_on=timezone.localdate(), request_id="goods", name="Dana",
    )  # fmt: skip
    return funded, gift


def value(given, **changes):
    funded, gift = given
    said = {"amount": "130.00", "currency": "eur", "source": "Price list of Omar", "on": timezone.localdate(), "request_id": "v"}
    return value_goods(gift=gift, author=changes.pop("author", funded.world.karim), **(said | changes))


def test_a_valuation_stands_beside_the_goods_and_is_no_money(given):
    funded, gift = given
    before = books.trial_balance(funded.book)
    assert value(given) == value(given)
    found = valuations_of([gift])[gift.pk]
    assert (found.minor, found.currency, found.source, found.on) == (13_000, "EUR", "Price list of Omar", timezone.localdate())
    assert books.trial_balance(funded.book) == before and books.check_book(funded.book) == []


def test_the_newest_valuation_counts_and_the_older_stays(given):
    first = value(given)
    second = value(given, amount="90.00", request_id="v2")
    assert valuations_of([given[1]])[given[1].pk].minor == 9_000 and second.seq > first.seq


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"source": " "}, "valuation_without_source"), ({"currency": "€"}, "valuation_currency_wrong"), ({"amount": "0"}, "valuation_not_positive"),
     ({"amount": "1,50"}, "amount_not_a_number"), ({"on": timezone.localdate() + timedelta(days=1)}, "valuation_in_the_future")],
)  # fmt: skip
def test_each_fault_is_named(given, changes, code):
    with pytest.raises(Refused) as refused:
        value(given, **changes)
    assert refused.value.codes == [code]


def test_the_page_writes_it_down_and_strangers_may_not(given, client):
    funded, gift = given
    url = reverse("value_gift", kwargs={"slug": "clinic", "gift": gift.pk})
    said = {"amount": "130.00", "currency": "EUR", "source": "Price list", "on": timezone.localdate().isoformat(), "request_id": "p"}
    client.force_login(funded.world.north_treasurer.user)
    assert client.post(url, said).status_code == 404
    client.force_login(funded.world.karim.user)
    assert client.post(url, said).status_code == 302
    assert "130.00" in client.get(reverse("gifts_desk", kwargs={"slug": "clinic"})).content.decode()
