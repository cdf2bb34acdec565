"""Bugs that other ledgers really had, each named after its report: none of them can happen here.

The reports: blnkfinance/blnk 41 with 43, 171, 181, 182; flash-oss/medici 22, 34, 117; formancehq/stack 1464 (the ledger's part of it).
"""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, connections, transaction

from awna.books import services as books
from awna.books.models import Balance, Entry, Transfer
from awna.books.services import Row
from awna.consent import services as consent
from awna.core.problems import Refused
from tests.rooms.books.conftest import make_ledger

RACERS = 8


def void(ledger, proposal, request_id, **row):
    return ledger.post("void", Row(ledger.spot("held", proposal=proposal), ledger.spot("free"), 60_000, **row), proposal=proposal,
                       request_id=request_id)  # fmt: skip


def test_blnk_181_holds_together_never_pass_the_balance(ledger):
    """There, five holds of 1,000 on 5,000 were followed by a sixth, because holds did not count against the balance."""
    ledger.gift(5_000)
    for n in range(5):
        ledger.hold(ledger.proposal(ceiling=1_000, name=f"hold {n}"), 1_000)
    with pytest.raises(Refused) as sixth:
        ledger.hold(ledger.proposal(ceiling=1_000, name="hold 6"), 1_000)
    assert sixth.value.codes == ["balance_below_floor"]
    assert (ledger.net("free"), ledger.net("held")) == (0, 5_000)


def test_blnk_182_a_refused_hold_cannot_be_released(ledger):
    """There, a hold that was rejected could still be committed by the id under which it had been queued, and overdrew the balance."""
    ledger.gift(59_999)
    proposal = ledger.proposal()
    with pytest.raises(Refused):
        ledger.hold(proposal)
    ledger.approve(proposal)
    with pytest.raises(Refused):
        ledger.release(proposal)
    assert not Entry.objects.filter(kind__in=("hold", "release")).exists()
    assert (ledger.net("free"), ledger.net("released")) == (59_999, 0)


def test_blnk_43_a_hold_is_voided_once(ledger):
    """There, a second request to void the same hold answered with success."""
    ledger.gift()
    proposal = ledger.proposal()
    hold = ledger.hold(proposal)
    consent.withdraw_proposal(proposal=proposal, author=ledger.world.nour)
    void(ledger, proposal, "first")
    assert void(ledger, proposal, "first").seq == Entry.objects.get(kind="void").seq
    with pytest.raises(Refused) as second:
        void(ledger, proposal, "second")
    assert second.value.codes == ["hold_line_missing"]
    with pytest.raises(Refused) as named:
        void(ledger, proposal, "third", resolves=(hold.seq, 1))
    assert named.value.codes[0] in {"hold_line_already_resolved", "balance_below_floor"}
    assert (ledger.net("free"), ledger.net("held")) == (100_000, 0)


def test_blnk_171_racing_releases_of_one_hold_release_it_once(fresh_database):
    """There, two commits could read the same amount left at once and both take it."""
    ledger = make_ledger()
    ledger.gift()
    proposal = ledger.proposal()
    ledger.hold(proposal)
    ledger.approve(proposal)
    start, outcomes = threading.Barrier(RACERS), []

    def race(n):
        start.wait()
        try:
            row = Row(ledger.spot("held", proposal=proposal), ledger.spot("released", proposal=proposal), 60_000)
            ledger.post("release", row, proposal=proposal, request_id=f"racer {n}")
            outcomes.append("released")
        except Refused as refused:
            outcomes.append(refused.codes[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("released") == 1 and len(outcomes) == RACERS
    assert (ledger.net("held"), ledger.net("released")) == (0, 60_000)
    assert books.check_book(ledger.book) == []


def test_medici_22_a_reversal_is_whole_or_nothing(ledger):
    """There, the rows of an entry were voided one by one, and a failure left the entry half voided and half not."""
    general = ledger.book.fund("unallocated")
    ledger.gift(1_000)
    line = ledger.movement(500)
    spots = [
        books.Spot(stage, custody, str(general.pk), str(ledger.eur.pk))
        for stage, custody in (("ext", None), ("free", str(ledger.north.custody_id)))
    ]
    gift = ledger.post(
        "gift", Row(ledger.spot("ext"), ledger.spot("free"), 300, movement=str(line.pk)), Row(*spots, 200, movement=str(line.pk))
    )
    narrower = ledger.spot("free")
    ledger.post("allocate", Row(spots[1], narrower, 1))
    back = ledger.movement(-500)
    before = Entry.objects.count()
    with pytest.raises(Refused) as half:
        books.reverse_entry(entry=gift, author=ledger.world.karim, movements={1: back, 2: back}, request_id="undo")
    assert half.value.codes == ["balance_below_floor"]
    assert Entry.objects.count() == before
    back.refresh_from_db()
    assert (back.used, ledger.net("free")) == (0, 1_500)


def test_medici_34_a_balance_is_never_stale_or_edited_alone(ledger):
    """There, a cached balance could stay behind its entries for ever after somebody had touched an old one."""
    ledger.gift(1_000)
    ledger.gift(234)
    for balance in Balance.objects.filter(book=ledger.book):
        rows = Transfer.objects.filter(book=ledger.book)
        arrived = sum(rows.filter(credit_account=balance.account_id).values_list("amount", flat=True))
        left = sum(rows.filter(debit_account=balance.account_id).values_list("amount", flat=True))
        assert (balance.credits, balance.debits) == (arrived, left)
    for statement in ("UPDATE books_balance SET credits = credits + 1", "UPDATE books_transfer SET amount = amount + 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert books.check_book(ledger.book) == []


def test_medici_117_an_error_is_never_deleted_only_reversed(ledger):
    """There, voiding was dated today, balances of the past stayed wrong, and the way out was to delete entries."""
    gift = ledger.gift(250)
    back = ledger.movement(-250, "bank took it back")
    undone = books.reverse_entry(
        entry=gift, author=ledger.world.karim, movements={1: back}, effective_date=gift.effective_date, request_id="undo"
    )
    assert undone.effective_date == gift.effective_date == date(2026, 3, 20)
    for table in ("books_entry", "books_transfer", "books_balance", "books_movement"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    with pytest.raises(Refused) as twice:
        books.reverse_entry(entry=gift, author=ledger.world.karim, movements={1: back}, request_id="undo again")
    assert twice.value.codes[0] in {"entry_already_reversed", "balance_below_floor"}
    assert ledger.net("free") == 0
    assert books.check_book(ledger.book) == []


def test_formance_1464_a_payment_told_twice_is_posted_once(ledger):
    """There, a webhook called twice for one payment had no key to be recognised by."""
    line = ledger.movement(7_000)
    row = Row(ledger.spot("ext"), ledger.spot("free"), 7_000, movement=str(line.pk))
    first = ledger.post("gift", row, request_id="webhook 1")
    assert ledger.post("gift", row, request_id="webhook 1") == first
    with pytest.raises(Refused) as other_content:
        ledger.post("gift", Row(ledger.spot("ext"), ledger.spot("free"), 6_999, movement=str(line.pk)), request_id="webhook 1")
    assert other_content.value.codes == ["request_already_used"]
    with pytest.raises(Refused) as other_key:
        ledger.post("gift", row, request_id="webhook 2")
    assert other_key.value.codes == ["books_movement_used_within_amount"]
    assert ledger.net("free") == 7_000
