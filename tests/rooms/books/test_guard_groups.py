"""Guards that look beyond one row: each refuses what it must, whatever the services above it would have said, and lets the right thing pass."""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount, Entry, Head, Movement
from awna.books.models.shelter import GiftBatch, Share
from awna.books.services import Refused, Row, Spot
from awna.consent import services as consent

from .conftest import make_ledger

LATER = date(2099, 1, 1)


def refused(code, act):
    """The act is refused by exactly this guard, and the book is as before."""
    before = Entry.objects.count()
    with pytest.raises(Refused) as found, transaction.atomic():
        act()
    assert found.value.codes == [code]
    assert Entry.objects.count() == before


def close(ledger, through, day):
    return ledger.post("close", memo={"through": through} if through else {"note": "x"}, effective_date=day)


# -- periods --------------------------------------------------------------------------------------------------------


def test_nothing_is_dated_on_or_before_the_last_closed_day(ledger):
    ledger.gift(1_000)
    refused("close_without_a_day", lambda: close(ledger, "", date(2026, 4, 2)))
    refused("close_before_its_end", lambda: close(ledger, "2026-04-02", date(2026, 4, 2)))
    close(ledger, "2026-03-31", date(2026, 4, 2))
    assert Head.objects.get(book=ledger.book).closed_through == date(2026, 3, 31)
    note = {"about": "note", "text": "x"}
    refused("period_is_closed", lambda: ledger.post("memo", memo=note, effective_date=date(2026, 3, 31)))
    refused("period_is_closed", lambda: close(ledger, "2026-02-28", date(2026, 4, 3)))
    assert ledger.post("memo", memo=note, effective_date=date(2026, 4, 1)).seq


def test_the_closed_day_moves_only_with_a_close(ledger):
    ledger.gift(1_000)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE books_head SET closed_through = '2020-01-01'")


# -- receipts -------------------------------------------------------------------------------------------------------


def ordered(ledger, minor=60_000):
    """Money that is committed to an order."""
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    order = books.store_document(book=ledger.book, data=b"order", name="o", media_type="text/plain")
    committed = ledger.spot("committed", proposal=proposal)
    ledger.post("order", Row(ledger.spot("released", proposal=proposal), committed, minor), proposal=proposal, documents=[order])
    return proposal, committed


def goods(ledger, stage, custody=None, batch="", name="cement"):
    what = books.ensure_commodity(code=name, kind="material", scale=0, name=name)
    return Spot(stage, str(custody.pk) if custody else None, str(ledger.fund.pk), str(what.pk), batch=batch)


def store(ledger):
    return books.ensure_custody(book=ledger.book, type="place", ref="store", title="Store")


def receive(ledger, covers, kind="receive_goods"):
    row = Row(goods(ledger, "ext"), goods(ledger, "stock", store(ledger)), 10, covers=covers)
    return ledger.post(kind, row, second=ledger.world.store)


def test_receipts_cover_at_most_what_was_ordered_and_paid(ledger):
    _proposal, committed = ordered(ledger)
    refused("covers_above_what_was_paid", lambda: receive(ledger, (committed, 60_001)))
    first = receive(ledger, (committed, 40_000))
    refused("covers_above_what_was_paid", lambda: receive(ledger, (committed, 20_001)))
    receive(ledger, (committed, 20_000))
    refused("covers_above_what_was_paid", lambda: receive(ledger, (committed, 1)))
    refused("covers_not_wanted", lambda: receive(ledger, (committed, 1), kind="gift_in_kind"))
    rows = [Row(goods(ledger, "stock", store(ledger)), goods(ledger, "ext"), 10)]
    ledger.post("reverse", *rows, reverses=first.seq, second=ledger.world.store)
    assert receive(ledger, (committed, 40_000)).seq


def test_an_order_is_cancelled_only_as_far_as_nothing_came(ledger):
    proposal, committed = ordered(ledger)
    receive(ledger, (committed, 40_000))
    released = ledger.spot("released", proposal=proposal)
    refused("covers_above_what_was_paid", lambda: ledger.post("void", Row(committed, released, 20_001), proposal=proposal))
    ledger.post("void", Row(committed, released, 20_000), proposal=proposal)
    assert (ledger.net("committed"), ledger.net("released")) == (40_000, 20_000)


# -- what ends a proposal -------------------------------------------------------------------------------------------


def test_a_hold_is_free_again_only_when_its_proposal_ended(ledger):
    ledger.gift(100_000)
    proposal = ledger.proposal()
    ledger.hold(proposal)
    row = Row(ledger.spot("held", proposal=proposal), ledger.spot("free"), 60_000)
    refused("proposal_not_ended", lambda: ledger.post("void", row, proposal=proposal))
    ledger.post("memo", memo={"about": "note", "text": "x"})
    after = {"proposal": proposal, "effective_date": date(2099, 1, 2)}
    ledger.post("void", row, **after)
    assert (ledger.net("held"), ledger.net("free")) == (0, 100_000)


def test_a_hold_that_was_taken_back_resolves_nothing(ledger):
    """Its money lies free; what is held now is of another line, and only that one can be released or voided."""
    ledger.gift(100_000)
    proposal = ledger.proposal()
    first = ledger.hold(proposal)
    held, free = ledger.spot("held", proposal=proposal), ledger.spot("free")
    ledger.post("reverse", Row(held, free, 60_000), reverses=first.seq, second=ledger.world.nour, proposal=proposal)
    again = ledger.hold(proposal)
    after = {"proposal": proposal, "effective_date": date(2099, 1, 2)}
    refused("hold_line_does_not_fit", lambda: ledger.post("void", Row(held, free, 60_000, resolves=(first.seq, 1)), **after))
    ledger.post("void", Row(held, free, 60_000, resolves=(again.seq, 1)), **after)
    assert ledger.net("free") == 100_000


def test_released_money_is_free_again_after_withdrawal_or_payment(ledger):
    ledger.gift(200_000)
    taken_back, paid = ledger.proposal(name="one"), ledger.proposal(name="two")
    for proposal in (taken_back, paid):
        ledger.hold(proposal)
        ledger.approve(proposal)
        ledger.release(proposal)

    def rest(proposal, minor):
        return ledger.post("void", Row(ledger.spot("released", proposal=proposal), ledger.spot("free"), minor), proposal=proposal)

    refused("proposal_not_ended", lambda: rest(taken_back, 60_000))
    consent.withdraw_proposal(proposal=taken_back, author=ledger.world.nour)
    rest(taken_back, 60_000)
    refused("proposal_not_ended", lambda: rest(paid, 60_000))
    ledger.pay(paid, 50_000)
    rest(paid, 10_000)
    assert ledger.net("released") == 0


# -- money on the way -----------------------------------------------------------------------------------------------


@pytest.fixture
def sending(ledger):
    """600.00 EUR on their way from Neighbours North to the owner's dollar account, with 5.00 EUR allowed for charges."""
    ledger.gift(100_000)
    dollars = books.open_bank_account(book=ledger.book, section=None, holder="Health Association", iban="US00DOLLARS", currency="USD")
    base = {"custody": str(ledger.north.custody_id), "fund": str(ledger.fund.pk), "commodity": str(ledger.eur.pk), "evidence": [],
            "earliest": "2026-03-01"}  # fmt: skip
    proposal = consent.file_proposal(
        campaign=ledger.world.campaign, purpose="remit", filed_by=ledger.world.nour, expires_on=LATER, request_id="send",
        payload={"payee": str(dollars.custody_id), "documents": [],
                 "milestones": [{"n": "1", "ceiling": "60000", **base}, {"n": "charges", "ceiling": "500", **base}]})  # fmt: skip
    books.file_in_log(ledger.book, proposal=proposal)
    ledger.hold(proposal)
    ledger.approve(proposal)
    ledger.release(proposal)
    way = books.ensure_custody(book=ledger.book, type="remittance", ref="way", title="Way", settles_to=dollars.custody)
    out = Spot("transit", str(way.pk), str(ledger.fund.pk), str(ledger.eur.pk), proposal=str(proposal.pk), milestone="1")
    movement = ledger.movement(-60_000, "out")
    ledger.post("remit", Row(ledger.spot("released", proposal=proposal), out, 60_000, movement=str(movement.pk)), proposal=proposal)
    return ledger, proposal, out, dollars


def test_banks_keep_at_most_the_cap_on_the_way(sending):
    ledger, proposal, out, _ = sending

    def fee(minor):
        return ledger.post("fee", Row(out, ledger.spot("ext"), minor), proposal=proposal)

    refused("charges_above_cap", lambda: fee(501))
    fee(300)
    refused("charges_above_cap", lambda: fee(201))
    fee(200)
    assert ledger.net("transit") == 59_500


def exchange(ledger, proposal, out, account: BankAccount, paid: int, line: Movement, got: int | None = None):
    def trading(code):
        return Spot("trading", None, str(ledger.fund.pk), str(code))

    there = Spot("free", str(account.custody_id), str(ledger.fund.pk), str(account.commodity_id))
    rows = [Row(out, trading(ledger.eur.pk), paid), Row(trading(account.commodity_id), there, got or line.amount, movement=str(line.pk))]
    return ledger.post("fx", *rows, proposal=proposal)


def test_an_exchange_stays_near_the_rate_in_the_book(sending):
    ledger, proposal, out, dollars = sending
    line = ledger.movement(64_800, "in", dollars)
    refused("rate_missing", lambda: exchange(ledger, proposal, out, dollars, 60_000, line))
    rate = {"about": "rate", "from": "EUR", "to": "USD", "rate": "1.08", "date": "2026-03-01", "source": "bank"}
    ledger.post("memo", memo={**rate, "date": "2026-03-21"})
    refused("rate_missing", lambda: exchange(ledger, proposal, out, dollars, 60_000, line))
    ledger.post("memo", memo=rate)
    refused("rate_outside_band", lambda: exchange(ledger, proposal, out, dollars, 49_000, line))
    refused("rate_outside_band", lambda: exchange(ledger, proposal, out, dollars, 60_000, line, got=51_000))
    exchange(ledger, proposal, out, dollars, 60_000, line)
    assert ledger.net("transit") == 0


def test_an_exchange_arrives_only_at_the_target(sending):
    ledger, proposal, out, _ = sending
    elsewhere = books.open_bank_account(book=ledger.book, section=None, holder="Another", iban="US00ELSEWHERE", currency="USD")
    ledger.post("memo", memo={"about": "rate", "from": "USD", "to": "EUR", "rate": "0.93", "date": "2026-03-01", "source": "bank"})
    line = ledger.movement(64_800, "in", elsewhere)
    refused("target_differs", lambda: exchange(ledger, proposal, out, elsewhere, 60_000, line))


def test_an_exchange_goes_through_trading(sending):
    ledger, proposal, out, dollars = sending
    line = ledger.movement(64_800, "in", dollars)
    there = Spot("free", str(dollars.custody_id), str(ledger.fund.pk), str(dollars.commodity_id))
    back = Row(Spot("trading", None, str(ledger.fund.pk), str(dollars.commodity_id)), there, 64_800, movement=str(line.pk))
    into = Row(out, Spot("trading", None, str(ledger.fund.pk), str(ledger.eur.pk)), 60_000)
    refused("fx_rows_do_not_fit", lambda: ledger.post("fx", back, into, proposal=proposal))


def test_a_rate_enters_only_with_its_memo(ledger):
    gift = ledger.gift(1_000)
    usd = books.ensure_commodity(code="USD", kind="money", scale=2, name="Dollar")
    values = [ledger.book.pk, gift.seq, ledger.eur.pk, usd.pk, "2026-03-01", "2"]
    if connection.vendor == "sqlite":
        values = [value.hex if isinstance(value, uuid.UUID) else value for value in values]
    with (
        pytest.raises(DatabaseError, match=r"rate_comes_with_a_memo|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO books_rate (book_id, entry_seq, from_id, to_id, dated, rate) VALUES (%s, %s, %s, %s, %s, %s)", values)
    refused_rate = {"about": "rate", "from": "EUR", "to": "USD", "rate": "0", "date": "2026-03-01", "source": "bank"}
    with pytest.raises(Refused), transaction.atomic():
        ledger.post("memo", memo=refused_rate)


# -- lots, stock batches --------------------------------------------------------------------------------------------


def test_a_lot_is_a_row_that_brought_something(ledger):
    gift = ledger.gift(1_000)
    wide = books.ensure_fund(book=ledger.book, code="all", title="All")
    narrow = books.ensure_fund(book=ledger.book, code="part", title="Part", parent=wide)
    place = str(ledger.north.custody_id), str(ledger.eur.pk)
    movement = ledger.movement(500)
    spot = Spot("free", place[0], str(wide.pk), place[1])
    given = ledger.post("gift", Row(Spot("ext", None, str(wide.pk), place[1]), spot, 500, movement=str(movement.pk)))

    def allocate(lot):
        return ledger.post("allocate", Row(spot, Spot("free", place[0], str(narrow.pk), place[1]), 100, lot=lot))

    moved = allocate(f"{given.seq}.1")
    refused("lot_brought_nothing", lambda: allocate(f"{moved.seq}.1"))
    refused("lot_brought_nothing", lambda: allocate("0.1"))
    refused("lot_brought_nothing", lambda: allocate(f"{gift.seq}.2"))


def test_an_expired_batch_is_not_given_out(ledger):
    fresh, old, at = "serum@2026-12-31", "serum@2026-03-19", store(ledger)
    ward = books.ensure_custody(book=ledger.book, type="task", ref="ward", title="Ward")
    for batch in (fresh, old):
        ledger.post("gift_in_kind", Row(goods(ledger, "ext"), goods(ledger, "stock", at, batch), 5), second=ledger.world.store)

    def issue(batch, to=None):
        return ledger.post("issue", Row(goods(ledger, "stock", at, batch), goods(ledger, "issued", ward, to or batch), 1))

    refused("batch_expired", lambda: issue(old))
    refused("batches_differ", lambda: issue(fresh, to=old))
    issue(fresh)
    paper = books.store_document(book=ledger.book, data=b"expired", name="x", media_type="text/plain")
    ledger.post("loss", Row(goods(ledger, "stock", at, old), goods(ledger, "lost"), 5), second=ledger.world.store, documents=[paper])


# -- sheltered batches ----------------------------------------------------------------------------------------------


def giftbatch(ledger, n=1):
    return GiftBatch.objects.create(
        id=uuid.uuid4(), book=ledger.book, custody=ledger.north.custody, fund=ledger.fund, commodity=ledger.eur, n=n
    )


def share(batch, movement, amount):
    return Share.objects.create(giftbatch=batch, movement=movement, amount=amount, commitment=uuid.uuid4().hex * 2)


def test_a_batch_is_exactly_the_sum_of_its_shares(ledger):
    batch, line = giftbatch(ledger), ledger.movement(1_000)
    for amount in (300, *[60] * 8):
        share(batch, line, amount)

    def post(amount, kind="gift", of=batch):
        return ledger.post(kind, Row(ledger.spot("ext"), ledger.spot("free"), amount, giftbatch=str(of.pk)))

    refused("shares_do_not_add_up", lambda: post(779))
    refused("batch_too_small", lambda: post(780))
    share(batch, line, 220)
    assert Movement.objects.get(pk=line.pk).used == 1_000
    with pytest.raises(DatabaseError, match="used_within_amount"), transaction.atomic():
        share(batch, line, 1)
    refused("shares_do_not_add_up", lambda: post(999))
    refused("giftbatch_not_wanted", lambda: post(1_000, kind="bank_forced"))
    entry = post(1_000)
    assert GiftBatch.objects.get(pk=batch.pk).closed_seq == entry.seq
    refused("giftbatch_does_not_fit", lambda: post(1_000))
    with pytest.raises(DatabaseError, match="giftbatch_is_closed"), transaction.atomic():
        share(batch, ledger.movement(50), 50)


def test_a_share_fits_its_batch(ledger):
    batch = giftbatch(ledger)
    for line in (ledger.movement(-40), ledger.movement(40, account=ledger.owner)):
        with pytest.raises(DatabaseError, match="movement_does_not_fit"), transaction.atomic():
            share(batch, line, 40)
    other = giftbatch(ledger, n=2)
    share(other, ledger.movement(40), 40)
    owner = Spot("free", str(ledger.owner.custody_id), str(ledger.fund.pk), str(ledger.eur.pk))
    refused("giftbatch_does_not_fit", lambda: ledger.post("gift", Row(ledger.spot("ext"), owner, 40, giftbatch=str(other.pk))))


# -- the frame of the book ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["break", "policy"])
def test_a_break_or_a_policy_needs_the_stewards_for_just_that(ledger, kind):
    ledger.gift(1_000)
    other = ledger.proposal(name="other")
    ledger.approve(other)

    def post(proposal):
        entry = Entry(
            id=uuid.uuid4(), book=ledger.book, seq=Entry.objects.count(), request_hash=b"0" * 32, kind=kind, effective_date=date(2026, 3, 20),
            posted_at=timezone.now(), author=ledger.world.karim, proposal=proposal, row_count=0, leaf=b"{}")  # fmt: skip
        with transaction.atomic():
            entry.save(force_insert=True)
        return entry

    with pytest.raises(DatabaseError, match="proposal_of_another_purpose"):
        post(other)
    with pytest.raises(DatabaseError, match=r"proposal_not_approved|proposal_of_another_purpose"):
        post(None)
    right = consent.file_proposal(campaign=ledger.world.campaign, purpose=kind, payload={"payload": {}}, filed_by=ledger.world.nour,
                                  expires_on=LATER, request_id=kind)  # fmt: skip
    with pytest.raises(DatabaseError, match="proposal_not_approved"):
        post(right)
    ledger.approve(right)
    assert post(right).seq
    with pytest.raises(DatabaseError, match="proposal_already_used"):
        post(right)


def test_an_entry_without_all_its_rows_is_never_committed(fresh_database):
    ledger = make_ledger()
    ledger.gift(1_000)
    before = Entry.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry(
            id=uuid.uuid4(), book=ledger.book, seq=before, request_hash=b"0" * 32, kind="hours", effective_date=date(2026, 3, 20),
            posted_at=timezone.now(), author=ledger.world.karim, second=ledger.world.store, row_count=1, leaf=b"{}").save(force_insert=True)  # fmt: skip
    assert Entry.objects.count() == before


def test_a_role_that_stands_in_the_book_is_not_removed(ledger):
    ledger.gift(1_000)
    raw = ledger.world.karim.pk.hex if connection.vendor == "sqlite" else ledger.world.karim.pk
    with (
        pytest.raises(DatabaseError, match=r"role_stands_in_the_book|oreign key|FOREIGN KEY"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM parties_role WHERE id = %s", [raw])
