"""Posting asks nothing whose cost grows with the book: each question that it puts goes by an index, even when statistics say that all is empty."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from awna.approvals import services as approvals
from awna.approvals.services import spending
from awna.books import services as books
from awna.books.models import Transfer
from tests.rooms.books.conftest import DAY, mt940
from tests.rooms.books.test_batch_posting import gift_drafts, post
from tests.rooms.books.test_derived import narrower, spent

GROWING = r"books_(entry|transfer|slice|hop|tally|opening|account|balance|movement)\b"


def scans(sql: str) -> list[str]:
    """The growing tables that this question reads from end to end."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            return [line[3] for line in cursor.fetchall() if re.search(r"SCAN " + GROWING, line[3]) and "COVERING" not in line[3]]
        # Small tables are read whole because that is cheap; with that forbidden, an index must do.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql)
        found = [line for (line,) in cursor.fetchall() if re.search(r"Seq Scan on " + GROWING, line)]
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found


@pytest.mark.parametrize("analyse", [False, True])
def test_every_question_of_posting_goes_by_an_index(ledger, analyse):
    if analyse and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    post(ledger, gift_drafts(ledger, [100] * 20))
    drafts = [*gift_drafts(ledger, [100] * 20, name="more"), spent(ledger, 250, 1)]
    entry = post(ledger, [spent(ledger, 250, 2)]).entries[0]
    back = books.EntryDraft("reverse", "back", [books.Row(narrower(ledger), ledger.spot("free"), 250)], date(2026, 3, 20),
                            reverses=entry.seq, second=ledger.world.store)  # fmt: skip
    questions = asked_by(lambda: post(ledger, [*drafts, back]))
    assert len(questions) > 5
    assert {sql: found for sql in questions if (found := scans(sql))} == {}


def asked_by(act):
    """The questions that an act puts to the database."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return [query["sql"] for query in asked if query["sql"].startswith("SELECT") and "books_lock" not in query["sql"]]


def plan(sql):
    """Where each table is read, as the engine words it. On PostgreSQL small tables would be read whole because that is cheap."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            return " / ".join(line[3] for line in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql)
        found = " / ".join(line for (line,) in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found


def test_comparing_book_and_bank_reads_what_waits_and_never_the_rows_of_an_account(ledger):
    for account in (ledger.north, ledger.owner):
        first_statement(ledger, account, 700)
    take_over(ledger, ledger.owner, 700)  # and not what the other began with, so that everything is asked of it
    post(ledger, gift_drafts(ledger, [100] * 20))
    ledger.movement(500, "waits")
    questions = asked_by(lambda: books.compare_account(ledger.north))
    rows = [plan(sql) for sql in questions if "books_transfer" in sql]
    lines = [plan(sql) for sql in questions if 'FROM "books_movement"' in sql]
    assert [advice.code for advice in books.compare_account(ledger.north).advice] == ["open_balance", "settle_incoming"]
    assert len(lines) == 1
    # PostgreSQL chooses among several good indexes of a table this small; that it reads no table whole is asked below.
    assert connection.vendor == "postgresql" or "books_movement_waiting" in lines[0]
    assert len(rows) == 1
    assert not re.search("books_transfer_(credit|debit)", rows[0])
    assert {sql: found for sql in questions if (found := scans(sql))} == {}


def first_statement(ledger, account, minor):
    """An account's first statement, which begins with this much."""
    data = mt940(account.iban, currency=account.currency, opening=minor, lines=[], day=DAY)
    books.store_statement(
        bank_account=account, data=data, filename="first.sta", author=ledger.world.karim, request_id=f"first {account.pk}"
    )
    ledger.at_bank = {**(ledger.at_bank or {}), account.iban: minor}


def take_over(ledger, account, minor):
    """The stewards take over what an account began with."""
    books.posting.found_book(ledger.book, author=ledger.world.karim)
    paper = books.store_document(book=ledger.book, data=b"statement", name="s.pdf", media_type="application/pdf")
    asked = books.propose_opening_balance(
        bank_account=account, parts=[(ledger.fund, minor)], documents=[paper], filed_by=ledger.world.karim, expires_on=date(2099, 1, 1),
        request_id="begin")  # fmt: skip
    ledger.approve(asked)
    books.open_balances(proposal=asked, author=ledger.world.karim, request_id="open")


def test_corrections_and_ended_holds_are_found_by_their_index(ledger):
    ledger.gift()
    proposal = ledger.proposal()
    ledger.approve(proposal)
    hold = ledger.hold(proposal)

    def look():
        approvals.holds_of(proposal)
        spending._is_resolved(Transfer.objects.get(entry=hold, line=1))
        list(Transfer.objects.filter(book=ledger.book, corrects_seq=hold.seq).values_list("entry_seq", flat=True))

    questions = [sql for sql in asked_by(look) if '"resolves_seq" =' in sql or '"corrects_seq" =' in sql]
    assert len(questions) == 2
    assert [plan(sql) for sql in questions if not re.search("books_transfer_(resolves|corrects)", plan(sql))] == []


@pytest.mark.django_db
def test_evidence_of_an_entry_is_found_by_an_index():
    """SQLite looks there for whatever refers to an entry that is about to come."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, "books_evidence")
    assert [name for name, one in known.items() if one["index"] and one["columns"] == ["entry_id"]] == ["books_evidence_entry"]
