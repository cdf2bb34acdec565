"""What stands in the book stays: raw SQL cannot change it, remove it, or move a balance; and missing guards are noticed."""

import pytest
from django.db import DatabaseError, connection, transaction

from awna.books import catalogue, guards, triggers
from awna.books.checks import check_guards, standing_problems
from awna.books.models.shelter import GiftBatch, Share
from awna.books.refusals import problem_of

STATEMENTS = [
    "UPDATE books_entry SET kind = 'memo'",
    "UPDATE books_entry SET leaf = request_hash",
    "UPDATE books_transfer SET amount = amount + 1",
    "UPDATE books_account SET floor = -1000000 WHERE floor = 0",
    "UPDATE books_balance SET credits = credits + 1",
    "UPDATE books_balance SET floor = -1000000, version = version + 1",
    "UPDATE books_movement SET used = 0",
    "UPDATE books_movement SET amount = amount + 1",
    "UPDATE books_milestone SET ceiling = ceiling + 1",
    "UPDATE books_rule SET needs = ''",
    "UPDATE consent_proposal SET payload = '{}'",
    "UPDATE consent_decision SET choice = 'approve'",
    "UPDATE books_transfer SET covers_amount = 1, covers_account_id = debit_account_id",
    "UPDATE books_head SET closed_through = '2030-01-01'",
    "UPDATE books_giftbatch SET closed_seq = 1",
    "UPDATE books_giftbatch SET n = n + 1",
    "UPDATE books_share SET amount = amount + 1",
    "UPDATE books_rate SET rate = '2'",
    "UPDATE books_evidence SET entry_seq = 1",
    "DELETE FROM books_transfer",
    "DELETE FROM books_giftbatch",
    "DELETE FROM books_share",
    "DELETE FROM books_rate",
    "DELETE FROM books_head",
    "DELETE FROM books_account",
    "DELETE FROM books_milestone",
    "DELETE FROM books_rule",
    "DELETE FROM books_checkpoint",
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

    line = ledger.movement(500)
    batch = GiftBatch.objects.create(book=ledger.book, custody=ledger.north.custody, fund=ledger.fund, commodity=ledger.eur, n=1)
    Share.objects.create(giftbatch=batch, movement=line, amount=500, commitment="0" * 64)
    rate = {"about": "rate", "from": "EUR", "to": "USD", "rate": "1.08", "date": "2026-03-01", "source": "bank"}
    books.ensure_commodity(code="USD", kind="money", scale=2, name="Dollar")
    ledger.post("memo", memo=rate)
    books.publish_head(ledger.book)
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
def test_all_tables_stand():
    assert catalogue.wrong_tables(connection) == []
    assert standing_problems(connection) == []


CHANGES = [
    ("DROP TRIGGER books_entry_never_removed", "books_entry_never_removed", "awna.E010"),
    ("CREATE TRIGGER mine BEFORE INSERT ON books_transfer BEGIN SELECT 1; END", "mine", "awna.E010"),
    ("DROP INDEX books_transfer_debit", "books_transfer_debit", "awna.E011"),
    ("CREATE INDEX mine ON books_entry (kind)", "mine", "awna.E011"),
    ("ALTER TABLE books_entry ADD COLUMN mine text", "books_entry", "awna.E011"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "name", "error"), CHANGES)
def test_what_was_changed_in_the_catalogue_is_noticed(statement, name, error):
    """On PostgreSQL the serving role cannot even do it."""
    if connection.vendor == "postgresql":
        statement = statement.replace("books_entry_never_removed", "books_entry_never_removed ON books_entry")
        statement = statement.replace("BEGIN SELECT 1; END", "FOR EACH ROW EXECUTE FUNCTION books_entry_never_changed()")
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert check_guards(databases=["default"]) == []
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert [(found.id, name in found.msg) for found in check_guards(databases=["default"])] == [(error, True)]
        transaction.set_rollback(True)


AS_SERVING_ROLE = [
    "ALTER TABLE books_entry DISABLE TRIGGER ALL",
    "ALTER TABLE books_transfer DISABLE TRIGGER books_transfer_insert_guard",
    "ALTER TABLE books_balance DROP CONSTRAINT balance_below_floor",
    "ALTER TABLE books_movement OWNER TO CURRENT_USER",
    "ALTER FUNCTION books_transfer_insert_guard() SECURITY INVOKER",
    "CREATE OR REPLACE FUNCTION books_lock(wanted uuid) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (id integer)",
    "SET session_replication_role = replica",
    "SET ROLE awna_owner",
    "TRUNCATE books_entry CASCADE",
    "TRUNCATE books_share, books_giftbatch",
    "TRUNCATE books_rate",
    "INSERT INTO books_rule SELECT * FROM books_rule",
    "INSERT INTO books_rate SELECT * FROM books_rate",
    "INSERT INTO books_balance SELECT * FROM books_balance",
    "SELECT * FROM books_balance FOR UPDATE",
    "CREATE RULE mine AS ON INSERT TO books_transfer DO INSTEAD NOTHING",
    "DROP TABLE books_transfer CASCADE",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", AS_SERVING_ROLE)
def test_the_serving_role_cannot_step_round_the_guards(statement):
    """SQLite has no roles: there the log alone stands against people, and the comparison of the catalogue against accidents."""
    if connection.vendor == "sqlite":
        assert standing_problems(connection) == []
        return
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be able|not the owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_serving_role_owns_nothing():
    if connection.vendor == "sqlite":
        assert standing_problems(connection) == []
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False, False)
        for catalogue_table, owner in (("pg_class", "relowner"), ("pg_proc", "proowner"), ("pg_namespace", "nspowner")):
            cursor.execute(f"SELECT count(*) FROM {catalogue_table} WHERE {owner} = current_user::regrole")
            assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("awna_app",)


_PEOPLE_MEET = {
    code for joined in guards.JOINED for code, _ in (*joined.common, *(guard for rare in joined.groups for guard in rare.guards))
}
_PEOPLE_MEET |= {code for found in (guards.RATE_INSERT, guards.ROLE_DELETE, guards.SHARE_INSERT) for code, _ in found}


@pytest.mark.parametrize("code", sorted(_PEOPLE_MEET - {"entry_is_closed", "transfer_line_not_next"}))  # only this code numbers lines
def test_each_refusal_has_words(code):
    assert problem_of(DatabaseError(code)).code == code
