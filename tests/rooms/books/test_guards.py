"""What stands in the book stays: raw SQL cannot change it, remove it, or move a balance; and missing guards are noticed."""

import pytest
from django.db import DatabaseError, connection, transaction

from awna.books import triggers
from awna.books.checks import check_guards

STATEMENTS = [
    "UPDATE books_entry SET kind = 'memo'",
    "UPDATE books_entry SET leaf = request_hash",
    "UPDATE books_transfer SET amount = amount + 1",
    "UPDATE books_account SET floor = -1000000 WHERE floor = 0",
    "UPDATE books_balance SET credits = credits + 1",
    "UPDATE books_balance SET floor = -1000000, version = version + 1",
    "UPDATE books_head SET next_seq = next_seq + 1",
    "UPDATE books_head SET next_seq = 0",
    "UPDATE books_movement SET used = 0",
    "UPDATE books_movement SET amount = amount + 1",
    "UPDATE books_milestone SET ceiling = ceiling + 1",
    "UPDATE books_rule SET needs = ''",
    "UPDATE consent_proposal SET payload = '{}'",
    "UPDATE consent_decision SET choice = 'approve'",
    "DELETE FROM books_transfer",
    "DELETE FROM books_entry WHERE seq > 1",
    "DELETE FROM books_evidence",
    "DELETE FROM books_balance",
    "DELETE FROM books_movement",
    "DELETE FROM consent_decision",
    "DELETE FROM consent_proposal",
]  # fmt: skip


@pytest.mark.parametrize("statement", STATEMENTS)
def test_raw_sql_cannot_change_the_book(ledger, statement):
    ledger.gift(100_000)
    proposal = ledger.proposal(evidence=("invoice",))
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    from awna.books import services as books

    invoice = books.store_document(book=ledger.book, data=b"7", name="7", media_type="text/plain", kind="invoice")
    ledger.pay(proposal, 1_000, documents=[invoice])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 0, "the statement passed"
    assert books.check_book(ledger.book) == []


def test_a_row_cannot_be_added_to_an_old_entry(ledger):
    entry = ledger.gift(1_000)
    ledger.gift(1_000, "another")
    row = entry.transfers.get()
    row.line, row.movement = 2, None
    with pytest.raises(DatabaseError, match=r"entry_is_closed|foreign key|FOREIGN KEY"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_all_guards_stand():
    assert triggers.wrong_guards(connection) == []


@pytest.mark.django_db
def test_a_missing_guard_is_noticed():
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE books_entry DISABLE TRIGGER ALL")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER books_entry_never_removed")
        assert [error.id for error in check_guards(databases=["default"])] == ["awna.E010"]
        transaction.set_rollback(True)
