"""Gifts of before the book: every row new, known or refused with its place; nothing posted twice, nothing half taken."""

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from awna.books import services as books
from awna.books.models import Entry, Movement, Statement, StatementFile
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.donations.earlier_file import read_earlier
from awna.donations.models import Donor, Gift
from awna.donations.models.earlier import EarlierGift, GiftImport
from awna.donations.services import earlier
from tests.world import make_world

pytestmark = pytest.mark.django_db
MARKS = {"decimal": "point", "separator": "comma"}
HEAD = "key,kind,date,amount,currency,fund,donor,name,email,language\n"
GOOD = (
    HEAD + "1,gift,2026-01-05,100.00,EUR,,d7,Dana,dana@example.org,en\n"
    "2,gift,٢٠٢٦-٠١-٠٦,٥٠٫٢٥,eur,roof,d7,Dana,dana@example.org,\n"
    "3,,2026-02-01,50.00,EUR,,,=HYPERLINK(1),,ar\n"
    "o1,opening,,120.00,EUR,,,,,\no2,opening,,30.25,EUR,roof,,,,\n"
)


@pytest.fixture
def place():
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.salma)
    world.account = books.open_bank_account(book=book, section=world.north, holder="North", iban="DE02120300000000202051", currency="EUR")
    books.ensure_fund(book=book, code="roof", title="Roof")
    file = StatementFile.objects.create(
        bank_account=world.account, name="s", digest="d", content="s", author=world.north_treasurer, request_id="s"
    )
    statement = Statement.objects.create(
        bank_account=world.account, file=file, position=0, opening_minor=15_025, closing_minor=20_025, opening_on=date(2026, 3, 1)
    )
    Movement.objects.create(
        bank_account=world.account, custody=world.account.custody, commodity=world.account.commodity, statement=statement, line_key="1",
        occurrence=1, position=1, amount=5_000, booked_on=date(2026, 3, 2),
    )  # fmt: skip
    return world


def look(place, text=GOOD, **changes):
    return earlier.look_at_gifts(bank_account=place.account, data=text.encode(), author=place.north_treasurer, **(MARKS | changes))


def take(place, text=GOOD, **changes):
    return earlier.take_gifts_in(found=look(place, text), author=place.north_treasurer, **changes)


def problems(place, rows):
    seen = earlier.preview(look(place, HEAD + rows))
    return [(problem.code, problem.where) for row in seen.rows for problem in row.problems]


def test_gifts_come_in_and_post_nothing(place):
    before = Entry.objects.exclude(kind__in=("policy", "memo")).count()
    found = take(place)
    assert (found.new, found.known, found.refused, found.content) == (5, 0, 0, "")
    assert sorted(EarlierGift.objects.filter(kind="gift").values_list("amount_minor", flat=True)) == [5_000, 5_025, 10_000]
    assert Donor.objects.count() == 2  # Dana gave twice, under one code of her own
    assert (Gift.objects.count(), Entry.objects.exclude(kind__in=("policy", "memo")).count()) == (0, before)


def test_the_opening_balance_needs_the_stewards_and_becomes_free_money_once(place):
    found = take(place)
    with pytest.raises(Refused):
        books.open_balances(proposal=found.opening, author=place.north_treasurer, request_id="open")
    for steward in (place.salma, place.yusuf):
        decide(proposal=found.opening, steward=steward, choice="approve", request_id=str(steward.pk))
    entry = books.open_balances(proposal=found.opening, author=place.north_treasurer, request_id="open")
    assert sorted(entry.transfers.values_list("amount", flat=True)) == [3_025, 12_000]
    assert "Dana" not in json.dumps(found.opening.content)


def test_the_same_file_is_one_import_and_the_same_rows_are_known(place):
    first = take(place)
    assert take(place) == first
    again = take(place, GOOD.replace("en\n", "\n"))
    assert (again.new, again.known, again.refused) == (0, 5, 0)
    assert (EarlierGift.objects.count(), Donor.objects.count()) == (5, 2)


def test_a_known_row_that_says_something_else_is_refused_and_stays(place):
    take(place)
    assert problems(place, "1,gift,2026-01-05,999.00,EUR,,,,,\n") == [("earlier_row_changed", "row 2, column key")]
    assert EarlierGift.objects.get(row_key="1").amount_minor == 10_000


def test_a_gift_that_the_bank_files_tell_is_refused(place):
    assert problems(place, "9,gift,2026-03-01,1.00,EUR,,,,,\n") == []
    assert problems(place, "9,gift,2026-03-02,1.00,EUR,,,,,\n") == [("earlier_gift_in_statements", "row 2, column date")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("9,gift,5.1.2026,1.00,EUR,,,,,", "date_unreadable", "date"),
        ("9,gift,2026-01-05,1.005,EUR,,,,,", "amount_too_precise", "amount"),
        ("9,gift,2026-01-05,-1.00,EUR,,,,,", "earlier_amount_not_positive", "amount"),
        ('9,gift,2026-01-05,"1,50",EUR,,,,,', "decimal_mark_differs", "amount"),
        ("9,gift,2026-01-05,1.00,USD,,,,,", "earlier_currency_differs", "currency"),
        ("9,gift,2026-01-05,1.00,EUR,moon,,,,", "earlier_fund_unknown", "fund"),
        ("9,loan,2026-01-05,1.00,EUR,,,,,", "earlier_kind_unknown", "kind"),
        ("9,gift,2026-01-05,1.00,EUR,,,,dana,", "email_unreadable", "email"),
        ("9,gift,2026-01-05,1.00,EUR,,,,,xx", "earlier_language_unknown", "language"),
        (",gift,2026-01-05,1.00,EUR,,,,,", "earlier_text_wrong", "key"),
        ("9,opening,,1.00,EUR,,,,,", "opening_is_not_the_statements", "amount"),
    ],
)
def test_each_fault_is_named_by_row_and_column(place, row, code, column):
    assert problems(place, row + "\n") == [(code, f"row 2, column {column}")]


def test_a_key_twice_and_a_donor_of_two_names_are_refused(place):
    rows = "9,gift,2026-01-05,1.00,EUR,,d1,Dana,,\n9,gift,2026-01-05,1.00,EUR,,d1,Omar,,\n"
    assert [code for code, _ in problems(place, rows)] == ["earlier_key_twice", "earlier_key_twice", "earlier_donor_differs"]


def test_refused_rows_hold_the_file_back_until_they_are_left_out(place):
    text = GOOD + "9,gift,never,1.00,EUR,,,,,\n"
    with pytest.raises(Refused) as refused:
        take(place, text)
    assert (refused.value.codes, EarlierGift.objects.count(), Donor.objects.count()) == (["earlier_rows_refused"], 0, 0)
    left = take(place, text, leave_refused=True)
    assert (left.new, left.refused, EarlierGift.objects.count()) == (5, 1, 5)


def test_marks_are_stated_and_an_account_without_statement_opens_nothing(place):
    with pytest.raises(Refused) as refused:
        look(place, decimal="")
    assert refused.value.codes == ["marks_not_stated"]
    other = books.open_bank_account(book=place.account.book, section=place.north, holder="N2", iban="DE2", currency="EUR")
    with pytest.raises(Refused) as refused:
        earlier.look_at_gifts(bank_account=other, data=GOOD.encode(), author=place.north_treasurer, **MARKS)
    assert refused.value.codes == ["account_has_no_statement"]


@pytest.mark.parametrize("author", ["south_treasurer", "karim", "salma"])
def test_only_the_accounts_own_treasurer_brings_donors_in(place, author):
    with pytest.raises(Refused):
        earlier.look_at_gifts(bank_account=place.account, data=GOOD.encode(), author=getattr(place, author), **MARKS)
    assert GiftImport.objects.count() == 0


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"name\nDana\n", b"key,amount,currency\n", b'key,amount,currency\n"1', b"\x00,\x00"]
)
def test_a_file_that_is_none_is_refused_whole(data):
    with pytest.raises(Refused):
        read_earlier(data, decimal="point", separator="comma", scale=2)


def test_a_comma_is_a_decimal_mark_where_it_is_stated():
    rows = read_earlier(b"key;amount;currency;date\n1;1 250,50;EUR;2026-01-05\n", decimal="comma", separator="semicolon", scale=2)
    assert rows[0].line.minor == 125_050


def test_the_own_treasurer_alone_sees_what_came_in(place, client):
    here = reverse("gift_import", kwargs={"slug": "clinic", "found": take(place).pk})
    client.force_login(place.north_treasurer.user)
    assert "Rows taken" in client.get(here).content.decode()
    for stranger in (place.eve, place.south_treasurer.user):
        client.force_login(stranger)
        assert client.get(here).status_code in (403, 404) and client.post(here).status_code in (403, 404)
    client.force_login(place.north_treasurer.user)
    assert client.post(here).url == here and "taken back" in client.get(here).content.decode()
    assert (EarlierGift.objects.count(), Donor.objects.count()) == (0, 0)


def test_the_command_says_what_it_did(place, tmp_path, capsys):
    file = tmp_path / "gifts.csv"
    file.write_text(GOOD)
    ask = [
        "importgifts",
        str(file),
        "--account",
        "DE02 1203 0000 0000 2020 51",
        "--as",
        place.north_treasurer.user.email,
        "--decimal",
        "point",
    ]
    call_command(*ask, "--separator", "comma", "--dry-run")
    assert "5 rows would be taken" in capsys.readouterr().out and EarlierGift.objects.count() == 0
    call_command(*ask, "--separator", "comma")
    assert "5 rows taken, 0 known already, 0 refused." in capsys.readouterr().out
    call_command(*ask, "--separator", "comma")
    assert "came in on" in capsys.readouterr().out
