"""Posting: money in, held, released, paid to the payee alone; refused whole otherwise; twice is once."""

import json

import pytest

from awna.books import services as books
from awna.books.models import Entry, Transfer
from awna.core.problems import Refused
from tests.world import make_world

from .conftest import NORTH_IBAN, mt940


def test_a_gift_is_held_released_and_paid(ledger):
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    ledger.pay(proposal, 25_000)
    assert (ledger.net("free"), ledger.net("held"), ledger.net("released")) == (40_000, 0, 35_000)
    assert books.check_book(ledger.book) == []
    assert [(inside, bank) for _, inside, bank in books.book_equals_bank(ledger.book)] == [(75_000, 75_000)]


def test_entry_0_is_the_policy_and_numbers_have_no_gaps(ledger):
    ledger.gift()
    ledger.hold(ledger.proposal())
    # Each memo stands before what it is needed for: what the bank said, what was proposed.
    kinds = ["policy", "memo", "gift", "memo", "hold"]
    assert list(Entry.objects.order_by("seq").values_list("seq", "kind")) == list(enumerate(kinds))


def test_the_same_request_gives_the_first_answer(ledger):
    movement = ledger.movement(5_000)
    row = books.Row(ledger.spot("ext"), ledger.spot("free"), 5_000, movement=str(movement.pk))
    first = ledger.post("gift", row, request_id="click")
    assert ledger.post("gift", row, request_id="click") == first
    assert Transfer.objects.count() == 1
    other = books.Row(ledger.spot("ext"), ledger.spot("free"), 4_000, movement=str(movement.pk))
    with pytest.raises(Refused) as refused:
        ledger.post("gift", other, request_id="click")
    assert refused.value.codes == ["request_already_used"]


def test_release_needs_enough_different_stewards(ledger):
    ledger.gift()
    proposal = ledger.proposal()
    ledger.hold(proposal)
    with pytest.raises(Refused) as refused:
        ledger.release(proposal)
    assert refused.value.codes == ["proposal_not_approved"]
    assert ledger.net("held") == 60_000


def test_hold_above_the_balance_is_refused_whole(ledger):
    ledger.gift(10_000)
    count = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        ledger.hold(ledger.proposal())
    assert refused.value.codes == ["balance_below_floor"]
    assert "100.00 EUR" in str(refused.value)
    assert Entry.objects.count() == count


def test_release_above_what_is_held_is_refused(ledger):
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    ledger.approve(proposal)
    with pytest.raises(Refused) as refused:
        ledger.release(proposal, 60_001)
    assert refused.value.codes == ["hold_line_does_not_fit"]


def test_hold_is_exactly_the_ceiling(ledger):
    ledger.gift(100_000)
    with pytest.raises(Refused) as refused:
        ledger.hold(ledger.proposal(), 59_999)
    assert refused.value.codes == ["hold_is_not_the_ceiling"]


def released(ledger, **more):
    ledger.gift(100_000)
    proposal = ledger.proposal(**more)
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    return proposal


def test_another_payee_is_refused(ledger):
    proposal = released(ledger)
    other = books.ensure_custody(book=ledger.book, type="payee", ref="supplier:other", title="Another")
    with pytest.raises(Refused) as refused:
        ledger.pay(proposal, 10_000, payee=other)
    assert refused.value.codes == ["payee_differs"]


def test_payment_above_what_is_released_is_refused(ledger):
    proposal = released(ledger)
    ledger.gift(500_000, "another gift")
    with pytest.raises(Refused) as refused:
        ledger.pay(proposal, 60_001)
    assert refused.value.codes == ["balance_below_floor"]


def test_payment_needs_the_milestones_evidence_and_date(ledger):
    proposal = released(ledger, evidence=("invoice",))
    with pytest.raises(Refused) as refused:
        ledger.pay(proposal, 10_000)
    assert refused.value.codes == ["evidence_missing"]
    invoice = books.store_document(book=ledger.book, data=b"invoice 7", name="invoice.txt", media_type="text/plain", kind="invoice")
    assert ledger.pay(proposal, 10_000, documents=[invoice]).row_count == 1


def test_payment_before_its_date_is_refused(ledger):
    proposal = released(ledger, earliest="2026-09-01")
    with pytest.raises(Refused) as refused:
        ledger.pay(proposal, 10_000)
    assert refused.value.codes == ["milestone_too_early"]


def test_a_hold_is_released_once(ledger):
    proposal = released(ledger)
    with pytest.raises(Refused) as refused:
        ledger.post("release", books.Row(ledger.spot("held", proposal=proposal), ledger.spot("released", proposal=proposal), 60_000, resolves=(4, 1)),
                    proposal=proposal)  # fmt: skip
    assert refused.value.codes[0] in {"hold_line_already_resolved", "balance_below_floor"}


def test_a_movement_is_used_once(ledger):
    movement = ledger.movement(5_000)
    row = books.Row(ledger.spot("ext"), ledger.spot("free"), 5_000, movement=str(movement.pk))
    ledger.post("gift", row, request_id="one")
    with pytest.raises(Refused) as refused:
        ledger.post("gift", row, request_id="two")
    assert refused.value.codes == ["books_movement_used_within_amount"]


def test_money_out_is_no_gift(ledger):
    movement = ledger.movement(-5_000)
    with pytest.raises(Refused) as refused:
        ledger.post("gift", books.Row(ledger.spot("ext"), ledger.spot("free"), 5_000, movement=str(movement.pk)))
    assert refused.value.codes == ["movement_does_not_fit"]


def test_goods_need_a_second_person_who_is_somebody_else(ledger):
    cement = books.ensure_commodity(code="cement-50kg", kind="material", scale=0, name="Cement, bag of 50 kg")
    store = books.ensure_custody(book=ledger.book, type="place", ref="store:1", title="Store")
    goods = str(ledger.book.fund("goods-general").pk)
    row = books.Row(books.Spot("ext", None, goods, str(cement.pk)), books.Spot("stock", str(store.pk), goods, str(cement.pk)), 40)
    for second, code in ((None, "second_person_missing"), (ledger.world.karim, "second_person_is_author")):
        with pytest.raises(Refused) as refused:
            ledger.post("gift_in_kind", row, second=second)
        assert refused.value.codes == [code]
    ledger.post("gift_in_kind", row, second=ledger.world.store)
    assert books.balance_of(ledger.book, stage="stock", commodity=cement) == 40
    assert [line["net"] for line in books.stock_by_place(ledger.book)] == [40]


def test_a_lot_can_be_followed(ledger):
    gift = ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    hops = books.trace_lot(ledger.book, f"{gift.seq}.1")
    assert [hop.amount for hop in hops] == [100_000, 60_000]


def test_an_unidentified_gift_keeps_its_lot_when_allocated(ledger):
    movement = ledger.movement(7_000)
    first = books.post_unidentified(movement=movement, author=ledger.world.karim)
    assert books.post_unidentified(movement=movement, author=ledger.world.karim) == first
    unidentified = str(ledger.book.fund("unidentified").pk)
    here = books.Spot("free", str(ledger.north.custody_id), unidentified, str(ledger.eur.pk))
    with pytest.raises(Refused) as refused:
        ledger.post("allocate", books.Row(here, ledger.spot("free"), 7_000))
    assert refused.value.codes == ["lot_missing"]
    ledger.post("allocate", books.Row(here, ledger.spot("free"), 7_000, lot=f"{first.seq}.1"))
    assert books.balance_of(ledger.book, stage="free", fund=ledger.fund) == 7_000


def test_a_reversal_is_the_mirror_and_happens_once(ledger):
    store = books.ensure_custody(book=ledger.book, type="place", ref="store:1", title="Store")
    beds = books.ensure_commodity(code="bed", kind="equipment", scale=0, name="Bed")
    goods = str(ledger.book.fund("goods-general").pk)
    outside, inside = books.Spot("ext", None, goods, str(beds.pk)), books.Spot("stock", str(store.pk), goods, str(beds.pk))
    entry = ledger.post("gift_in_kind", books.Row(outside, inside, 5), second=ledger.world.store)
    with pytest.raises(Refused) as refused:
        ledger.post("reverse", books.Row(inside, outside, 4), second=ledger.world.store, reverses=entry.seq)
    assert refused.value.codes == ["reverse_is_not_the_mirror"]
    ledger.post("reverse", books.Row(inside, outside, 5), second=ledger.world.store, reverses=entry.seq)
    with pytest.raises(Refused) as refused:
        ledger.post("reverse", books.Row(inside, outside, 5), second=ledger.world.store, reverses=entry.seq)
    assert refused.value.codes == ["entry_already_reversed"]


def test_a_line_stored_before_the_founding_is_said_before_an_entry_uses_it(db):
    """Nobody has joined to write entry 0 yet, but the bank's file is there already."""
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=None)
    account = books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=NORTH_IBAN, currency="EUR")
    data = mt940(NORTH_IBAN, currency="EUR", opening=0, lines=[(5_000, "gift"), (700, "another")])
    stored = books.store_statement(bank_account=account, data=data, filename="s.sta", author=world.karim, request_id="s")
    assert Entry.objects.count() == 0
    gift = books.post_unidentified(movement=stored.new[0], author=world.karim)
    leaves = [json.loads(bytes(entry.leaf)) for entry in Entry.objects.order_by("seq")]
    assert [leaf["kind"] for leaf in leaves] == ["policy", "memo", "gift"] and gift.seq == 2
    said = leaves[1]["payload"]
    assert (said["about"], said["closing"]) == ("statement", "5700")
    assert {one["id"] for one in said["movements"]} == {str(line.pk) for line in stored.new}
