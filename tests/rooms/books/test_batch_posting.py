"""Batches: a thousand entries at once, the good ones stand, the bad ones come back; a request is answered once for ever."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from awna.books import services as books
from awna.books.models import Entry, Hop, Slice, Tally, Transfer
from awna.core.problems import Refused

DAY = date(2026, 3, 20)


def gift_drafts(ledger, amounts, *, name="line"):
    """Drafts of gifts, all on one bank line that is large enough for them."""
    movement = ledger.movement(sum(amounts), name)
    return [
        books.EntryDraft(
            "gift", f"{name}:{n}", [books.Row(ledger.spot("ext"), ledger.spot("free"), amount, movement=str(movement.pk))], DAY
        )
        for n, amount in enumerate(amounts)
    ]


def post(ledger, drafts):
    return books.post_entries(book=ledger.book, drafts=drafts, author=ledger.world.karim)


def test_a_batch_is_what_its_entries_one_by_one_are(ledger):
    report = post(ledger, gift_drafts(ledger, [100 + n for n in range(25)]))
    assert report.refused == []
    first = report.entries[0].seq
    assert [entry.seq for entry in report.entries] == list(range(first, first + 25))
    assert ledger.net("free") == sum(100 + n for n in range(25))
    assert Slice.objects.count() == Hop.objects.count() == 25
    assert [(tally.amount, tally.rows) for tally in Tally.objects.all()] == [(ledger.net("free"), 25)]
    assert books.check_book(ledger.book) == []


def test_bad_entries_come_back_and_good_ones_stand_in_order(ledger):
    drafts = gift_drafts(ledger, [500] * 8)
    too_much = books.Row(ledger.spot("free"), books.Spot("free", str(ledger.north.custody_id), "unallocated", str(ledger.eur.pk)), 10_000)
    drafts[3:3] = [books.EntryDraft("reclass", "bad-1", [too_much], DAY)]
    drafts.append(books.EntryDraft("gift", "bad-2", [drafts[0].rows[0]._replace(movement=None)], DAY))
    report = post(ledger, drafts)
    assert [(index, [problem.code for problem in problems]) for index, problems in report.refused] == [
        (3, ["proposal_not_approved"]), (9, ["movement_missing"])]  # fmt: skip
    assert [entry.seq for entry in report.entries if entry] == list(range(report.entries[0].seq, report.entries[0].seq + 8))
    assert report.entries[3] is None
    assert books.check_book(ledger.book) == []


def test_an_entry_may_use_what_an_earlier_one_of_the_batch_brought(ledger):
    wider = str(ledger.book.fund("unidentified").pk)
    movement = ledger.movement(900)
    inside = books.Spot("free", str(ledger.north.custody_id), wider, str(ledger.eur.pk))
    lot = f"{books.posting.next_seq(ledger.book)}.1"
    report = post(ledger, [
        books.EntryDraft("gift", "in", [books.Row(books.Spot("ext", None, wider, str(ledger.eur.pk)), inside, 900, movement=str(movement.pk))], DAY),
        books.EntryDraft("allocate", "on", [books.Row(inside, ledger.spot("free"), 900, lot=lot)], DAY),
    ])  # fmt: skip
    assert report.refused == []
    assert [hop.amount for hop in books.trace_lot(ledger.book, lot)] == [900, 900]
    assert books.check_book(ledger.book) == []


def test_a_request_twice_in_one_batch_has_one_answer_and_other_content_is_a_conflict(ledger):
    first, second = gift_drafts(ledger, [300, 400])
    report = post(ledger, [first, first, second, replace(second, request_id=first.request_id)])
    assert report.entries[0] == report.entries[1]
    assert [(index, problems[0].code) for index, problems in report.refused] == [(3, "request_already_used")]
    assert Transfer.objects.count() == 2


def test_a_batch_again_gives_the_first_answers_even_after_one_that_failed(ledger):
    drafts = gift_drafts(ledger, [300, 400, 500])
    bad = replace(drafts[1], rows=[drafts[1].rows[0]._replace(amount=5_000)])
    first = post(ledger, [drafts[0], bad, drafts[2]])
    assert [index for index, _ in first.refused] == [1]
    again = post(ledger, drafts)
    assert again.refused == []
    assert (again.entries[0], again.entries[2]) == (first.entries[0], first.entries[2])
    assert post(ledger, drafts).entries == again.entries
    assert [problems[0].code for _, problems in post(ledger, [bad]).refused] == ["request_already_used"]


def test_a_request_without_a_date_keeps_its_answer_on_a_later_day(ledger, monkeypatch):
    movement = ledger.movement(700)
    draft = books.EntryDraft("gift", "click", [books.Row(ledger.spot("ext"), ledger.spot("free"), 700, movement=str(movement.pk))])
    first = books.post_entries(book=ledger.book, drafts=[draft], author=ledger.world.karim).entries[0]
    later = first.effective_date + timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: later)
    assert post(ledger, [draft]).entries == [first]
    with pytest.raises(Refused) as refused:
        ledger.post("gift", *draft.rows, request_id="click", effective_date=later)
    assert refused.value.codes == ["request_already_used"]


def test_queries_of_a_batch_do_not_grow_with_its_entries(ledger, django_assert_max_num_queries):
    post(ledger, gift_drafts(ledger, [10] * 3, name="first"))
    drafts = gift_drafts(ledger, [10] * 200, name="many")
    with django_assert_max_num_queries(20):
        post(ledger, drafts)
    assert Entry.objects.filter(kind="gift").count() == 203
