"""Posting asks nothing whose cost grows with the book: each question that it puts goes by an index, even when statistics say that all is empty."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from awna.books import services as books
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
    with CaptureQueriesContext(connection) as asked:
        post(ledger, [*drafts, back])
    questions = [query["sql"] for query in asked if query["sql"].startswith("SELECT") and "books_lock" not in query["sql"]]
    assert len(questions) > 5
    assert {sql: found for sql in questions if (found := scans(sql))} == {}
