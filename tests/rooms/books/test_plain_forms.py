"""What posting takes short cuts to is what the plain way gives: the digest of a request, the entries that come back."""

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256

from awna.books import services as books
from awna.books.models import Entry
from awna.books.services.posting import request_hash
from tests.rooms.books.test_batch_posting import gift_drafts, post

DAY = date(2026, 3, 20)
SPOT = ("stage", "custody", "fund", "commodity", "batch", "proposal", "milestone")


def plain_hash(draft, author):
    """The digest of a request, spelled out field by field."""

    def spot(one):
        return [getattr(one, name) for name in SPOT]

    rows = [
        [spot(row.debit), spot(row.credit), row.amount, row.movement, row.lot, row.resolves, row.corrects,
         row.covers and [spot(row.covers[0]), row.covers[1]], row.giftbatch]
        for row in draft.rows
    ]  # fmt: skip
    value = [draft.kind, rows, str(author.pk), draft.second and str(draft.second.pk), draft.effective_date and str(draft.effective_date),
             draft.proposal and str(draft.proposal.pk), sorted(one.digest for one in draft.documents), draft.reverses, draft.memo]  # fmt: skip
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()).digest()


def test_the_digest_of_a_request_says_every_field_of_it(ledger):
    free, out = ledger.spot("free"), ledger.spot("ext")
    paper = books.store_document(book=ledger.book, data=b"paper", name="p.pdf", media_type="application/pdf")
    row = books.Row(out, free, 500, movement="m", lot="1.2", resolves=(3, 1), corrects=(4, 2), covers=(free, 7), giftbatch="b")
    draft = books.EntryDraft(
        "gift", "r", [row, books.Row(free, out, 1)], DAY, ledger.world.store, ledger.proposal(), [paper], 9, {"note": "é"}
    )
    by = str(ledger.world.karim.pk)
    changed = [
        draft, replace(draft, rows=[row]), replace(draft, memo=None), replace(draft, second=None), replace(draft, proposal=None),
        replace(draft, documents=()), replace(draft, effective_date=None), replace(draft, reverses=None), replace(draft, kind="pay"),
        *(replace(draft, rows=[row._replace(**{name: None})]) for name in ("movement", "lot", "resolves", "corrects", "covers", "giftbatch")),
        replace(draft, rows=[row._replace(debit=free._replace(batch="7"))]),
    ]  # fmt: skip
    found = [request_hash(one, author=by) for one in changed]
    assert found == [plain_hash(one, ledger.world.karim) for one in changed]
    assert len(set(found)) == len(changed)


def test_what_posting_gives_back_is_what_the_database_keeps(ledger):
    posted = post(ledger, gift_drafts(ledger, [100, 200, 300])).entries
    stored = list(Entry.objects.filter(pk__in=[entry.pk for entry in posted]).order_by("seq"))
    names = [field.attname for field in Entry._meta.concrete_fields]
    as_values = [{name: bytes(value) if isinstance(value := getattr(one, name), memoryview) else value for name in names} for one in stored]
    assert [{name: getattr(one, name) for name in names} for one in posted] == as_values
    assert [entry.book for entry in posted] == [ledger.book] * 3
    assert not any(entry._state.adding for entry in posted)
