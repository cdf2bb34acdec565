"""What must not enter the book is refused and named, and what was done to the database behind its back is found."""

from datetime import date, timedelta

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry
from awna.books.services import Row, Spot
from awna.core.ledger.entries import LEAF_BYTES_MAX
from awna.core.problems import Refused
from tests.rooms.books.conftest import make_ledger

TEN_YEARS = timedelta(days=3_652)


def refused(act, *codes):
    with pytest.raises(Refused) as problem:
        act()
    assert problem.value.codes == list(codes)
    assert all(str(one) for one in problem.value.problems)


def test_overdraft(ledger):
    ledger.gift(500)
    narrow = books.ensure_fund(book=ledger.book, code="door", title="The door", parent=ledger.fund)
    to = Spot("free", str(ledger.north.custody_id), str(narrow.pk), str(ledger.eur.pk))
    refused(lambda: ledger.post("allocate", Row(ledger.spot("free"), to, 501)), "balance_below_floor")
    assert ledger.net("free") == 500


def test_wrong_fund(ledger):
    ledger.gift(500)
    other = books.ensure_fund(book=ledger.book, code="well", title="The well")
    to = Spot("free", str(ledger.north.custody_id), str(other.pk), str(ledger.eur.pk))
    refused(lambda: ledger.post("allocate", Row(ledger.spot("free"), to, 1)), "fund_not_narrower")
    line = ledger.movement(10)
    outside = Spot("ext", None, str(other.pk), str(ledger.eur.pk))
    refused(lambda: ledger.post("gift", Row(outside, ledger.spot("free"), 10, movement=str(line.pk))), "funds_differ")


def test_closed_period(ledger):
    ledger.gift(500)
    books.close_period(book=ledger.book, through=date(2026, 3, 31), author=ledger.world.karim, request_id="march")
    line = ledger.movement(10)
    row = Row(ledger.spot("ext"), ledger.spot("free"), 10, movement=str(line.pk))
    refused(lambda: ledger.post("gift", row, effective_date=date(2026, 3, 31)), "period_is_closed")
    assert ledger.post("gift", row, effective_date=date(2026, 4, 1)).seq == Entry.objects.count() - 1


def test_unknown_commodity(ledger):
    row = Row(Spot("ext", None, str(ledger.fund.pk), "XYZ"), Spot("free", str(ledger.north.custody_id), str(ledger.fund.pk), "XYZ"), 1)
    refused(lambda: ledger.post("gift", row), "name_unknown")


def test_same_id_with_another_payload(ledger):
    def note(text):
        return ledger.post("memo", memo={"about": "note", "text": text}, request_id="note")

    first = note("a")
    assert note("a") == first
    refused(lambda: note("b"), "request_already_used")


def test_a_leaf_of_one_byte_too_many(ledger):
    def note(size):
        return ledger.post("memo", memo={"about": "note", "text": "x" * size}, request_id="note")

    ledger.gift(1)
    sid = Entry.objects.count()
    probe = ledger.post("memo", memo={"about": "note", "text": "x"}, request_id="probe")
    rest = LEAF_BYTES_MAX - len(bytes(probe.leaf)) + 1
    assert len(str(sid)) == len(str(sid + 1))
    before = Entry.objects.count()
    with pytest.raises(Refused) as too_large:
        note(rest + 1)
    assert too_large.value.codes[0] == "entry_too_large"
    assert Entry.objects.count() == before
    assert len(bytes(note(rest).leaf)) == LEAF_BYTES_MAX


@pytest.mark.parametrize("shift", [TEN_YEARS, -TEN_YEARS])
def test_a_clock_that_is_ten_years_off(ledger, monkeypatch, shift):
    """Order comes from numbers and dates from papers, so the book stays whole; a term that the clock has passed is refused."""
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + shift)
    entry = ledger.gift(500)
    assert entry.effective_date == date(2026, 3, 20)
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(Entry.objects.count()))
    through = (now + TEN_YEARS / 2).date()
    if shift > timedelta():
        books.close_period(book=ledger.book, through=through, author=ledger.world.karim, request_id="far")
        refused(lambda: ledger.gift(1), "period_is_closed")
    else:
        refused(lambda: books.close_period(book=ledger.book, through=now.date() - timedelta(days=1), author=ledger.world.karim, request_id="now"),
                "period_not_over")  # fmt: skip
    assert books.check_book(ledger.book) == []


EDITS = {
    "an amount": (
        "books_transfer",
        "UPDATE books_transfer SET amount = amount + 1 WHERE kind = 'gift'",
        {"leaf_differs"},
    ),
    "a balance": ("books_balance", "UPDATE books_balance SET credits = credits + 5 WHERE credits > 0", {"balance_drifted"}),
    "a leaf": ("books_entry", "UPDATE books_entry SET kind = 'bank_forced' WHERE kind = 'gift'", {"leaf_differs"}),
}


def edit_by_hand(table, statement):
    """What somebody with the database's own rights can do: switch the guards off, and edit."""
    if connection.vendor == "postgresql":
        owner = settings.DATABASES["owner"]
        with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname=connection.settings_dict["NAME"], autocommit=True) as by_hand:
            by_hand.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            if table == "books_entry":
                by_hand.execute("ALTER TABLE books_transfer DISABLE TRIGGER USER")
            by_hand.execute(statement)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(statement)


@pytest.mark.parametrize("what", EDITS)
def test_a_database_edited_by_hand_is_named(fresh_database, what):
    ledger = make_ledger()
    ledger.gift(500)
    assert books.check_book(ledger.book) == []
    table, statement, codes = EDITS[what]
    edit_by_hand(table, statement)
    assert codes <= {problem.code for problem in books.check_book(ledger.book)}
    with pytest.raises((Refused, CommandError, SystemExit)):
        call_command("checkbook")


def test_a_book_that_waits_for_a_line_says_what_to_do(ledger, capsys):
    ledger.gift(500)
    ledger.movement(-20, "charges")
    call_command("checkbook")
    said = capsys.readouterr().out
    assert "book 5.00 ≠ bank 4.80" in said
    assert "Lines that went out and are not booked: 1." in said
