"""Received, pledged, in kind and hours stand apart on page, badge and press facts; currencies are joined only with rate and day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Custody
from awna.books.services import Row, Spot, post_entry
from awna.books.services.latest_rates import latest_rates
from awna.donations.services import pledge_gift, record_gift_in_kind
from awna.public.four import four_of, told
from awna.public.press import facts_of
from tests.rooms.funded import make_funded

pytestmark = pytest.mark.django_db


@pytest.fixture
def funded():
    """EUR 40 000 received; GBP 100 received, EUR 20 and GBP 50 pledged, ten bags of cement given."""
    funded = make_funded()
    funded.pounds = books.open_bank_account(
        book=funded.book, section=funded.world.south, holder="Neighbours South", iban="GB00 1", currency="GBP"
    )
    line = funded.bank_line(10_000, account=funded.pounds)
    place = {"fund": str(funded.roof.pk), "commodity": str(funded.pounds.commodity_id)}
    post_entry(
        book=funded.book, kind="gift", author=funded.world.karim, effective_date=timezone.localdate(), request_id="pounds",
        rows=[Row(Spot("ext", None, **place), Spot("free", str(funded.pounds.custody_id), **place), 10_000, movement=str(line.pk))],
    )  # fmt: skip
    pledge_gift(bank_account=funded.account, amount_minor=2_000, request_id="1")
    pledge_gift(bank_account=funded.pounds, amount_minor=5_000, request_id="2")
    record_gift_in_kind(
        custody=Custody.objects.get(pk=funded.store.custody_id), commodity=funded.cement.commodity, amount=10, author=funded.world.store,
        second=funded.world.buyer, received_on=timezone.localdate(), request_id="bags",
    )  # fmt: skip
    return funded


def write_rate(funded, rate, on, *, of="GBP", to="EUR"):
    return books.record_rate(
        book=funded.book, source="Central bank", of=of, to=to, rate=rate, on=on, author=funded.world.karim, request_id=f"{of}{rate}{on}"
    )


def four(funded):
    return four_of(funded.world.campaign, funded.book)


def test_each_figure_and_each_currency_stands_apart(funded):
    found = four(funded)
    assert [(one.code, one.minor) for one in found.received] == [("EUR", 4_000_000), ("GBP", 10_000)]
    assert [(one.code, one.minor) for one in found.pledged] == [("EUR", 2_000), ("GBP", 5_000)]
    assert [(thing.name, thing.given) for thing in found.in_kind] == [("Cement (bag)", 10)] and found.hours_sum == 0
    assert found.together is None


def test_together_is_said_with_the_last_rate_and_its_day_alone(funded):
    today = timezone.localdate()
    write_rate(funded, "1.30", today - timedelta(days=9))
    last = write_rate(funded, "1.17", today)
    write_rate(funded, "1.40", today - timedelta(days=2))
    all_of = four(funded).together
    assert (all_of.code, all_of.minor, all_of.apart) == ("EUR", 4_000_000 + 11_700, ())
    (rate,) = all_of.rates
    assert (rate.of, rate.value, rate.on, rate.seq) == ("GBP", Decimal("1.17"), today, last.seq)
    page = Client().get("/c/clinic/").content.decode()
    assert "GBP 1 = EUR 1.17" in page and today.isoformat() in page and f"/entry/{last.seq}/" in page and "40\u00a0117.00" in page


def test_a_rate_written_the_other_way_round_is_turned(funded):
    write_rate(funded, "0.8", date(2026, 1, 5), of="EUR", to="GBP")
    assert latest_rates(funded.book, codes=["GBP", "USD"], to="EUR")["GBP"].value == Decimal("1.25")
    assert four(funded).together.minor == 4_000_000 + 12_500


def test_a_currency_without_a_rate_is_named_and_not_counted(funded):
    dollars = books.open_bank_account(book=funded.book, section=None, holder="Owner", iban="US00 1", currency="USD")
    write_rate(funded, "0.9", date(2026, 1, 5), of="USD", to="EUR")
    assert four(funded).together is None
    line = funded.bank_line(1_000, account=dollars)
    place = {"fund": str(funded.roof.pk), "commodity": str(dollars.commodity_id)}
    post_entry(
        book=funded.book, kind="gift", author=funded.world.karim, effective_date=timezone.localdate(), request_id="dollars",
        rows=[Row(Spot("ext", None, **place), Spot("free", str(dollars.custody_id), **place), 1_000, movement=str(line.pk))],
    )  # fmt: skip
    all_of = four(funded).together
    assert (all_of.minor, all_of.apart) == (4_000_900, ("GBP",))
    assert "Without a rate and not in it: GBP." in Client().get("/c/clinic/").content.decode()


def test_page_badge_and_press_tell_all_of_them(funded):
    page = Client().get("/c/clinic/").content.decode()
    assert 'id="four"' in page and "Cement" in page and "GBP\u00a050.00" in page
    badge = Client().get("/c/clinic/badge.svg").content.decode()
    assert "GBP\u00a050.00" in badge and "1 kind of goods" in badge
    facts = " ".join(fact.text for fact in facts_of(funded.world.campaign))
    assert "pledged." in facts and "kind of goods given." in facts and "40\u00a0000" in facts


def test_a_sheltered_book_tells_no_pledges(funded):
    funded.world.campaign.at_risk = True
    funded.world.campaign.save()
    funded.book.campaign.refresh_from_db()
    found = four(funded)
    assert found.pledged is None and "pledged" not in " ".join(told(found))


def test_an_empty_campaign_has_four_empty_figures(funded):
    found = four_of(funded.world.campaign, None)
    assert (found.received, found.pledged, found.in_kind, found.hours, told(found)) == ([], None, [], [], [])
