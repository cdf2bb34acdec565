"""Bank files: new lines once, overlap and repetition add nothing, twins stay two, damage refuses the whole file."""

from datetime import timedelta

import pytest

from awna.books import services as books
from awna.books.models import Movement, StatementFile
from awna.core.problems import Refused

from .conftest import DAY, NORTH_IBAN, OWNER_IBAN, mt940


def store(ledger, data, account=None, request_id="r"):
    return books.store_statement(
        bank_account=account or ledger.north, data=data, filename="march.sta", author=ledger.world.karim, request_id=request_id
    )


def refused_codes(*given, **more):
    with pytest.raises(Refused) as refused:
        store(*given, **more)
    return refused.value.codes


TWO = [(5_000, "from Dana"), (5_000, "from Dana")]


def test_lines_come_in_once_and_twins_stay_two(ledger):
    data = mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[*TWO, (-700, "fee")])
    assert [movement.amount for movement in store(ledger, data).new] == [5_000, 5_000, -700]
    again = store(ledger, data)
    assert (again.new, again.known) == ([], 3)
    assert Movement.objects.unclaimed(ledger.book).count() == 3


def test_overlap_adds_only_what_is_new(ledger):
    store(ledger, mt940(NORTH_IBAN, currency="EUR", opening=0, lines=TWO))
    longer = store(ledger, mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[*TWO, (900, "more")]))
    assert ([movement.amount for movement in longer.new], longer.known) == ([900], 2)


def test_nothing_is_posted(ledger):
    store(ledger, mt940(NORTH_IBAN, currency="EUR", opening=0, lines=TWO))
    assert books.sums_by_stage(ledger.book) == {}
    assert [(inside, bank) for _, inside, bank in books.book_equals_bank(ledger.book)] == [(0, 10_000)]


@pytest.mark.parametrize("damage", [lambda data: data.replace(b"C50,00", b"C5x,00", 1), lambda data: b"hello"])
def test_a_damaged_file_is_refused_whole(ledger, damage):
    with pytest.raises(Refused):
        store(ledger, damage(mt940(NORTH_IBAN, currency="EUR", opening=0, lines=TWO)))
    assert not Movement.objects.exists()
    assert not StatementFile.objects.exists()


def test_another_accounts_file_is_refused(ledger):
    assert refused_codes(ledger, mt940(OWNER_IBAN, currency="EUR", opening=0, lines=TWO)) == ["statement_of_another_account"]


def test_another_currency_is_refused(ledger):
    assert refused_codes(ledger, mt940(NORTH_IBAN, currency="USD", opening=0, lines=TWO)) == ["statement_currency_differs"]


def test_a_missing_statement_between_is_a_hole_until_it_comes(ledger):
    store(ledger, mt940(NORTH_IBAN, currency="EUR", opening=0, lines=TWO))
    later = mt940(NORTH_IBAN, currency="EUR", opening=30_000, lines=[(100, "x")], day=DAY + timedelta(days=9), number=3)
    assert len(store(ledger, later).new) == 1
    (hole,) = books.holes_of(ledger.north)
    assert (hole.fault, hole.first, hole.last) == ("gap", DAY + timedelta(days=1), DAY + timedelta(days=8))
    between = mt940(NORTH_IBAN, currency="EUR", opening=10_000, lines=[(20_000, "y")], day=DAY + timedelta(days=1), number=2)
    assert len(store(ledger, between).new) == 1
    assert books.holes_of(ledger.north) == []
    assert [(inside, bank) for _, inside, bank in books.book_equals_bank(ledger.book)] == [(0, 30_100)]


def test_what_the_bank_wrote_about_people_is_sealed(ledger):
    from django.db import connection

    store(ledger, mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[(100, "Dana Example, Hill Road")]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM books_movement")
        assert "Dana" not in cursor.fetchone()[0]
    assert "Dana" in Movement.objects.get().text
