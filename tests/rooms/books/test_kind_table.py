"""Every kind of entry against every pair of stages, on the live database: only what the kind table lists passes its guard."""

import uuid
from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Account, Entry, Evidence, Milestone, Rule, Transfer
from awna.core.ledger import rules
from awna.core.ledger.rules import find_rule

ROW_KINDS = [kind for kind in rules.KINDS if kind not in rules.KINDS_WITHOUT_ROWS]
INSERT = """INSERT INTO books_transfer (book_id, entry_seq, line, entry_id, kind, rule_id, commodity_id, debit_fund_id, credit_fund_id,
    debit_stage, credit_stage, debit_account_id, credit_account_id, amount) VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)"""


def open_accounts(ledger, proposal):
    """One account for each stage, kind of custody and kind of commodity that the tables can hold; two where custody may differ."""
    codes = {
        "money": ledger.eur,
        "material": books.ensure_commodity(code="sand", kind="material", scale=0, name="Sand"),
        "time": books.ensure_commodity(code="hour", kind="time", scale=2, name="Hour"),
    }
    accounts = []
    for stage, twin in product(rules.STAGES, (1, 2)):
        for custody_type in rules.STAGE_CUSTODIES[stage]:
            kinds = ["money"] + (["material"] if custody_type == rules.STAGE_CUSTODIES[stage][0] else [])
            for kind in kinds + (["time"] if stage in ("ext", "stock", "issued") else []):
                accounts.append(open_account(ledger, proposal, stage, custody_type, codes[kind], twin))
    return accounts


def open_account(ledger, proposal, stage, custody_type, commodity, twin):
    custody = books.ensure_custody(book=ledger.book, type=custody_type, ref=f"{custody_type}{twin}", title="x") if custody_type else None
    milestone = None
    if stage in ("held", "released", "committed"):
        milestone, _ = Milestone.objects.get_or_create(
            book=ledger.book, proposal=proposal, n=f"{custody_type}{twin}", commodity=commodity,
            defaults={"custody": custody, "fund": ledger.fund, "ceiling": 1, "payee": ledger.supplier, "earliest": date(2026, 1, 1)})  # fmt: skip
    account = Account(
        id=uuid.uuid4(), book=ledger.book, stage=stage, custody=custody, custody_type=custody_type, fund=ledger.fund, commodity=commodity,
        commodity_kind=commodity.kind, batch="", proposal=proposal if milestone else None, milestone=milestone,
        floor=None if stage in rules.NO_FLOOR_STAGES else 0, ceil=0 if stage == "short" else None)  # fmt: skip
    account.save(force_insert=True)
    return account


def open_entry(ledger, kind, proposal, document):
    """An entry that is ready to take a row of its kind, with all that any kind may ask for."""
    seq = books.posting.next_seq(ledger.book)
    original = Entry.objects.filter(kind="gift").first()
    entry = Entry(
        id=uuid.uuid4(), book=ledger.book, seq=seq, request_hash=b"0" * 32, kind=kind, effective_date=date(2026, 3, 20), posted_at=timezone.now(),
        author=ledger.world.karim, second=ledger.world.store, proposal=proposal, row_count=2 if kind == "fx" else 1, leaf=b"{}",
        reverses=original.seq if kind == "reverse" else None)  # fmt: skip
    entry.save(force_insert=True)
    Evidence.objects.create(entry=entry, book=ledger.book, entry_seq=seq, document=document)
    return entry


def try_row(cursor, entry, debit, credit, rule_id):
    """What the database says to this row: the name of the guard, or nothing when it passes."""
    key = connection.ops.adapt_unknown_value
    hexed = (lambda value: value.hex) if connection.vendor == "sqlite" else key
    values = [
        hexed(entry.book_id), entry.seq, hexed(entry.pk), entry.kind, rule_id, hexed(debit.commodity_id), hexed(debit.fund_id),
        hexed(credit.fund_id), debit.stage, credit.stage, hexed(debit.pk), hexed(credit.pk)]  # fmt: skip
    cursor.execute("SAVEPOINT attempt")
    try:
        cursor.execute(INSERT, values)
        return ""
    except DatabaseError as error:
        return str(error).split("\n")[0]
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT attempt")


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_only_listed_pairs_pass(ledger, kind):
    ledger.gift(1_000)
    proposal = ledger.proposal(ceiling=1)
    books.file_in_log(ledger.book, proposal=proposal)
    ledger.approve(proposal)
    document = books.store_document(book=ledger.book, data=b"x", name="x", media_type="text/plain")
    accounts = open_accounts(ledger, proposal)
    any_rule = Rule.objects.filter(kind=kind).order_by("id").first().pk
    tried, wrong = 0, []
    with transaction.atomic(), connection.cursor() as cursor:
        entry = open_entry(ledger, kind, proposal, document)
        for debit, credit in product(accounts, accounts):
            if debit.pk == credit.pk or debit.commodity_id != credit.commodity_id:
                continue
            rule = find_rule(kind, debit_stage=debit.stage, debit_custody_type=debit.custody_type, credit_stage=credit.stage,
                             credit_custody_type=credit.custody_type, commodity_kind=debit.commodity_kind)  # fmt: skip
            said = try_row(cursor, entry, debit, credit, books.rule_id(rule) if rule else any_rule)
            tried += 1
            if ("pair_not_allowed" in said) == (rule is not None):
                wrong.append((debit.stage, debit.custody_type, credit.stage, credit.custody_type, debit.commodity_kind, said))
        transaction.set_rollback(True)
    assert tried > 1_000
    assert wrong == []


@pytest.mark.parametrize("kind", sorted(rules.KINDS_WITHOUT_ROWS))
def test_kinds_without_rows_take_none(ledger, kind):
    ledger.gift(1_000)
    with pytest.raises(books.Refused) as refused:
        ledger.post(kind, books.Row(ledger.spot("ext"), ledger.spot("free"), 1))
    assert refused.value.codes == ["pair_not_allowed"]
    assert Transfer.objects.count() == 1


def test_the_table_is_the_one_of_the_rules():
    assert len({books.rule_id(rule) for rule in rules.expanded_rules()}) == len(rules.expanded_rules())


@pytest.mark.django_db
def test_the_databases_table_is_the_one_of_the_rules():
    assert set(Rule.objects.values_list("id", flat=True)) == {books.rule_id(rule) for rule in rules.expanded_rules()}
