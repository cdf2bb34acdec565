"""Slices, hops and sums: they follow every entry, deep queues are read page by page, and checkbook names what drifted."""

from datetime import date

import pytest

from awna.books import services as books
from awna.books.models import Hop, Slice, Tally
from awna.books.services import derived
from tests.rooms.books.test_batch_posting import gift_drafts, post

DAY = date(2026, 3, 20)


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(derived, "PAGE_SLICES", 2)


def given(ledger, count):
    """Gifts of 1.00 each; the number of the entry before the first."""
    return post(ledger, gift_drafts(ledger, [100] * count)).entries[0].seq - 1


def spent(ledger, amount, n):
    return books.EntryDraft("allocate", f"spend-{n}", [books.Row(ledger.spot("free"), narrower(ledger), amount)], DAY)


def narrower(ledger):
    fund = books.ensure_fund(book=ledger.book, code="tiles", title="Tiles", parent=ledger.fund)
    return books.Spot("free", str(ledger.north.custody_id), str(fund.pk), str(ledger.eur.pk))


def test_the_head_of_a_deep_queue_is_read_in_pages(ledger, small_pages):
    before = given(ledger, 9)
    post(ledger, [spent(ledger, 250, 1), spent(ledger, 30, 2), spent(ledger, 500, 3)])
    lots = [(hop.lot_seq - before, hop.amount) for hop in Hop.objects.filter(entry_seq__gt=before + 9).order_by("entry_seq", "n")]
    assert lots == [(1, 100), (2, 100), (3, 50), (3, 30), (3, 20), (4, 100), (5, 100), (6, 100), (7, 100), (8, 80)]
    assert books.check_book(ledger.book) == []


def test_a_named_lot_is_taken_out_of_the_middle(ledger, small_pages):
    before = given(ledger, 9)
    seventh, first = f"{before + 7}.1", f"{before + 1}.1"
    ledger.post("allocate", books.Row(ledger.spot("free"), narrower(ledger), 150, lot=seventh))
    assert [(hop.amount, hop.substituted) for hop in books.trace_lot(ledger.book, seventh)] == [(100, False), (100, False)]
    assert [(hop.amount, hop.substituted) for hop in books.trace_lot(ledger.book, first)] == [(100, False), (50, True)]
    assert books.check_book(ledger.book) == []


def test_a_reversal_puts_the_slices_back_at_the_head(ledger, small_pages):
    before = given(ledger, 5)
    entry = post(ledger, [spent(ledger, 250, 1)]).entries[0]
    ledger.post("reverse", books.Row(narrower(ledger), ledger.spot("free"), 250), reverses=entry.seq, second=ledger.world.store)
    queue = Slice.objects.order_by("position").values_list("lot_seq", "amount")
    assert [(seq - before, amount) for seq, amount in queue] == [(1, 100), (2, 100), (3, 50), (3, 50), (4, 100), (5, 100)]
    assert books.check_book(ledger.book) == []


@pytest.mark.parametrize(("model", "code"), [(Slice, "slices_differ"), (Hop, "hops_differ"), (Tally, "sums_differ")])
def test_checkbook_names_what_drifted_and_rebuilding_mends_it(ledger, model, code):
    post(ledger, gift_drafts(ledger, [100] * 3))
    first = model.objects.first()
    model.objects.filter(pk=first.pk).update(amount=99)
    assert [problem.code for problem in books.check_book(ledger.book)] == [code]
    books.rebuild_derived(ledger.book)
    assert books.check_book(ledger.book) == []


def test_checkbook_names_what_is_missing(ledger):
    post(ledger, gift_drafts(ledger, [100] * 3))
    for model in (Slice, Hop, Tally):
        model.objects.all().delete()
    codes = [problem.code for problem in books.check_book(ledger.book)]
    assert codes == ["hops_differ"] * 3 + ["slices_missing", "sums_differ"]
