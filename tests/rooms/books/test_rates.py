"""Rates: of the ECB's history without guessing, of a hand or a file only by the stewards' word, each with its day and source."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from awna.books import services as books
from awna.books.services.exchange import rates_of
from awna.books.services.rates import Wanted, ecb_rate, propose_rates, read_rates, take_ecb_rates, write_rates
from awna.consent.services import decide
from awna.core.problems import Refused
from tests.rooms.funded import make_funded

FRIDAY = date(2026, 10, 23)


@pytest.mark.parametrize(
    ("of", "to", "on"),
    [
        ("UAH", "EUR", FRIDAY),  # never in the bundle
        ("RUB", "EUR", date(2022, 3, 2)),  # ended the day before
        ("EUR", "EUR", FRIDAY),
        ("USD", "EUR", date(1998, 12, 31)),  # before the euro
        ("USD", "EUR", date(2099, 1, 4)),  # after the bundle
        ("UAH", "USD", FRIDAY),
    ],
)
def test_where_the_ecb_has_no_rate_there_is_none(of, to, on):
    assert ecb_rate(of=of, to=to, on=on) is None


def test_a_weekend_has_the_rate_of_its_friday_and_says_so():
    friday, sunday = (ecb_rate(of="USD", to="EUR", on=day) for day in (FRIDAY, FRIDAY + timedelta(days=2)))
    assert friday == sunday and friday.on == FRIDAY and (friday.of, friday.to) == ("EUR", "USD")
    assert "European Central Bank" in friday.source


def test_the_last_rate_of_the_rouble_is_its_last_day():
    assert ecb_rate(of="EUR", to="RUB", on=date(2022, 3, 1)).value == "117.201"


def test_two_other_currencies_meet_by_way_of_the_euro_on_one_day():
    cross = ecb_rate(of="GBP", to="USD", on=FRIDAY)
    pound, dollar = (ecb_rate(of="EUR", to=code, on=FRIDAY) for code in ("GBP", "USD"))
    assert abs(float(cross.value) - float(dollar.value) / float(pound.value)) < 1e-8
    assert "by way of EUR" in cross.source


@pytest.fixture
def funded(db):
    return make_funded()


def sent(funded, code, on):
    account = books.open_bank_account(book=funded.book, section=None, holder="W", iban=f"XX{code}", currency=code)
    place = {"fund": str(funded.roof.pk), "commodity": str(account.commodity_id)}
    line = funded.bank_line(1_000, account=account, on=on)
    books.post_entry(
        book=funded.book, kind="gift", author=funded.world.karim, effective_date=on, request_id=f"gift {code}",
        rows=[books.Row(books.Spot("ext", None, **place), books.Spot("free", str(account.custody_id), **place), 1_000, movement=str(line.pk))],
    )  # fmt: skip


def test_the_ecb_fills_the_days_of_gifts_once_and_names_what_it_lacks(funded):
    sent(funded, "GBP", FRIDAY)
    sent(funded, "UAH", FRIDAY)
    taken = take_ecb_rates(book=funded.book, to="EUR", author=funded.world.karim)
    assert (len(taken.entries), taken.missing) == (1, [("UAH", FRIDAY)])
    assert [(rate.of, rate.to, rate.on) for rate in rates_of(funded.book)] == [("EUR", "GBP", FRIDAY.isoformat())]
    assert take_ecb_rates(book=funded.book, to="EUR", author=funded.world.salma).entries == []


def asked(funded, **changes):
    rate = {"of": "UAH", "to": "EUR", "value": "0.0205", "on": FRIDAY, "source": "National bank"} | changes
    return propose_rates(
        book=funded.book, rates=[Wanted(**rate)], filed_by=funded.world.karim, expires_on=timezone.localdate() + timedelta(days=9), request_id="r"
    )  # fmt: skip


def test_a_rate_of_a_hand_needs_the_stewards_and_is_written_once(funded):
    proposal = asked(funded)
    decide(proposal=proposal, steward=funded.world.salma, choice="approve", request_id="1")
    with pytest.raises(Refused) as refused:
        write_rates(proposal=proposal, author=funded.world.karim)
    assert (refused.value.codes, rates_of(funded.book)) == (["rates_not_agreed"], [])
    decide(proposal=proposal, steward=funded.world.yusuf, choice="approve", request_id="2")
    first = write_rates(proposal=proposal, author=funded.world.karim)
    assert write_rates(proposal=proposal, author=funded.world.salma) == first
    assert books.rate_on(funded.book, of="UAH", to="EUR", on=FRIDAY) is not None and len(rates_of(funded.book)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"value": "1e9"}, "rate_unreadable"), ({"value": "0"}, "rate_unreadable"), ({"of": "EUR"}, "rate_of_itself"), ({"to": "€"}, "rate_currency_wrong"),
     ({"source": ""}, "rate_without_source"), ({"on": date.max}, "rate_day_unreadable")],
)  # fmt: skip
def test_each_fault_of_a_rate_is_named(funded, changes, code):
    with pytest.raises(Refused) as refused:
        asked(funded, **changes)
    assert refused.value.codes == [code]


def test_a_file_of_rates_is_read_with_the_stated_mark():
    data = "date;from;to;rate;source\n٢٠٢٦-١٠-٢٣;uah;eur;٠,٠٢٠٥;NBU\n".encode()
    assert read_rates(data, decimal="comma", separator="semicolon") == [Wanted("UAH", "EUR", "0.0205", FRIDAY, "NBU")]
    for bad in (b"date,from,to,rate,source\n2026-10-23,UAH,EUR,0.0205,NBU\n", b"\xff", b"", b"date;from\n"):
        with pytest.raises(Refused):
            read_rates(bad, decimal="comma", separator="semicolon")
    with pytest.raises(Refused) as refused:
        read_rates(b"date;from;to;rate;source\n2026-10-23;UAH;EUR;1.234,5;NBU\n", decimal="comma", separator="semicolon")
    assert [problem.where for problem in refused.value.problems] == ["row 2, column rate"]
