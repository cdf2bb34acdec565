"""Cash boxes from the bank to the last count: arrivals, small purchases, numbered pages, counts that agree and that do not."""

import contextlib
import io
from datetime import timedelta

import pytest

from awna import verify
from awna.approvals.cash import services
from awna.approvals.models import CashCount, ReceiptPage
from awna.approvals.services import decide
from awna.books.models import Milestone
from awna.books.services import balance_of, check_book, compare_account, dump_book
from awna.books.services.cash import at_hand
from awna.core.problems import Refused

from .test_wages import codes


class Cash:
    """Karim holds the box of the site office: at most EUR 400.00. Receipt book A has pages 1 to 50."""

    def __init__(self, pay):
        self.pay, self.world, self.funded, self.asks = pay, pay.world, pay.funded, 0
        self.box = self.make("site office", carried=20_000)
        self.book = services.begin_receipt_book(
            campaign=self.world.campaign, code="A", first=1, last=50, holder=self.world.karim, author=self.world.karim, request_id="A"
        )

    def make(self, name, *, carried=0):
        limits = services.BoxLimits(40_000, carried, "Exempt below EUR 250 a day, act 4" if carried else "")
        return services.open_box(book=self.funded.book, section=None, body="Health Association", name=name, currency="EUR",
                                 holder=self.world.karim, limits=limits, author=self.world.salma)  # fmt: skip

    def agreed(self, proposal):
        for steward in (self.world.salma, self.world.yusuf):
            decide(proposal=proposal, steward=steward, choice="approve", request_id=f"{proposal.pk} {steward.pk}"[:80])
        return Milestone.objects.filter(proposal=proposal).first()

    def asked(self, service, **more):
        about = {"fund": self.funded.roof, "text": "Cash", "expires_on": self.pay.today + timedelta(days=9), "filed_by": self.world.nour}
        self.asks += 1
        return service(**about | {"request_id": f"ask {self.asks}"} | more)

    def top_up(self, minor=30_000, source=None, box=None):
        proposal = self.asked(services.ask_for_top_up, box=box or self.box, source=source or self.funded.account, amount=minor)
        return self.agreed(proposal)

    def arrival(self, minor=30_000):
        part = self.top_up(minor)
        ask = services.ArrivalAsk(part, "drawn", minor, self.pay.today, sent=self.funded.bank_line(-minor))
        return services.note_arrival(box=self.box, ask=ask, author=self.world.karim, request_id=f"in {minor}")

    def fill(self):
        return services.witness_arrival(arrival=self.arrival(), witness=self.world.nour)

    def petty_after_filling(self):
        self.fill()
        return self.petty()

    def petty(self, minor=10_000):
        return self.agreed(self.asked(services.ask_for_petty_cash, box=self.box, ceiling=minor, budget_line=None))

    def payment(self, part, minor=1_250, serial=1):
        return services.PaymentAsk(part, minor, "Nails", self.pay.today, self.book, serial)

    def pay_for(self, part, **more):
        return services.note_payment(
            box=self.box, ask=self.payment(part, **more), photo=self.pay.photo, author=self.world.karim, request_id=f"p {more}"
        )

    def count(self, minor, author):
        return services.type_count(box=self.box, counted=minor, author=author)

    def ends_well(self, folder):
        """Our own check finds nothing, and a stranger's verifier accepts the dump."""
        assert check_book(self.funded.book) == []
        dump = folder / "book.jsonl"
        dump.write_bytes(dump_book(self.funded.book))
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert verify.main([str(dump)]) == 0, said.getvalue()

    def free(self):
        return balance_of(self.funded.book, stage="free", custody=self.box.account.custody)


@pytest.fixture
def cash(pay):
    return Cash(pay)


def test_cash_is_drawn_spent_and_counted(cash, tmp_path):
    arrived = cash.fill()
    assert (arrived.entry.kind, at_hand(cash.box.account), cash.free()) == ("remit", 30_000, 30_000)
    payment = services.sign_payment(payment=cash.pay_for(cash.petty()), second=cash.world.nour)
    assert payment.entry.kind == "pay"
    assert payment.photo.digest.encode() in bytes(payment.entry.leaf)
    assert cash.count(28_750, cash.world.nour).state == CashCount.FIRST
    done = cash.count(28_750, cash.world.karim)
    assert (done.state, done.difference, done.entry) == (CashCount.DONE, 0, None)
    assert cash.count(28_750, cash.world.karim).pk == done.pk
    assert services.sign_payment(payment=payment, second=cash.world.nour).entry_id == payment.entry_id
    assert services.witness_arrival(arrival=arrived, witness=cash.world.nour).entry_id == arrived.entry_id
    cash.ends_well(tmp_path)


def test_more_than_the_ceiling_is_refused(cash):
    assert codes(cash.top_up, minor=40_001) == ["top_up_above_ceiling"]
    cash.fill()
    assert codes(cash.top_up, minor=10_001) == ["top_up_above_ceiling"]


def test_an_arrival_needs_its_line_and_another_person(cash):
    part = cash.top_up()
    ask = services.ArrivalAsk(part, "drawn", 30_000, cash.pay.today)
    note = {"box": cash.box, "request_id": "x"}
    assert codes(services.note_arrival, ask=ask, author=cash.world.karim, **note) == ["line_of_arrival_missing"]
    other = services.ArrivalAsk(part, "drawn", 30_000, cash.pay.today, sent=cash.funded.bank_line(-29_000))
    assert codes(services.note_arrival, ask=other, author=cash.world.nour, **note) == ["only_the_holder_receives", "line_of_another_sum"]
    noted = cash.arrival(10_000)
    assert codes(services.witness_arrival, arrival=noted, witness=cash.world.karim) == ["witness_is_the_same"]
    assert services.drop_arrival(arrival=noted, why="Never came", author=cash.world.nour).dropped_why == "Never came"
    assert codes(services.witness_arrival, arrival=noted, witness=cash.world.nour) == ["nothing_to_witness_here"]


def test_cash_is_carried_before_two_witnesses_within_the_limit(cash, tmp_path):
    cash.fill()
    gate = cash.make("gate")
    part = cash.top_up(20_000, source=cash.box.account, box=gate)
    carried = services.ArrivalAsk(part, "carried", 20_000, cash.pay.today, book=cash.book, serial=1)
    note = {"author": cash.world.karim, "request_id": "carried", "photo": cash.pay.photo}
    assert codes(services.note_arrival, box=gate, ask=carried, **note) == ["carrying_not_allowed"]
    services.change_box(box=gate, holder=cash.world.karim, limits=services.BoxLimits(40_000, 5_000, "Licence 7"), author=cash.world.salma)
    gate.refresh_from_db()
    assert codes(services.note_arrival, box=gate, ask=carried, **note) == ["carried_above_limit"]
    services.change_box(box=gate, holder=cash.world.karim, limits=services.BoxLimits(40_000, 20_000, "Licence 7"), author=cash.world.salma)
    gate.refresh_from_db()
    noted = services.note_arrival(box=gate, ask=carried, **note)
    assert noted.licence == "Licence 7"
    assert services.witness_arrival(arrival=noted, witness=cash.world.nour).entry is None
    again = services.witness_arrival(arrival=noted, witness=cash.world.nour)
    assert (again.entry, again.witness_2) == (None, None)
    assert services.witness_arrival(arrival=noted, witness=cash.world.rami).entry.kind == "remit"
    assert (at_hand(cash.box.account), at_hand(gate.account)) == (10_000, 20_000)
    cash.ends_well(tmp_path)


def test_what_a_purchase_may_not_be(cash):
    cash.fill()
    part = cash.petty(2_000)
    about = {"box": cash.box, "photo": cash.pay.photo, "request_id": "no"}
    assert codes(services.note_payment, ask=cash.payment(part, 2_001), author=cash.world.karim, **about) == ["payment_above_what_is_there"]
    assert codes(services.note_payment, ask=cash.payment(part), author=cash.world.shift_lead, **about) == ["only_the_holder_pays"]
    assert (
        codes(services.note_payment, ask=cash.payment(cash.top_up(1_000)), author=cash.world.karim, **about)[0] == "milestone_not_for_petty"
    )
    noted = cash.pay_for(part)
    assert services.left_to_spend(part) == 750
    assert codes(services.sign_payment, payment=noted, second=cash.world.karim) == ["second_person_is_author"]
    assert codes(cash.count, minor=1, author=cash.world.karim) == ["slips_not_booked"]
    dropped = services.drop_payment(payment=noted, why="Brought back", author=cash.world.nour)
    assert dropped.page.state == ReceiptPage.VOID
    assert services.left_to_spend(part) == 2_000


def test_a_book_of_receipts_has_no_gap(cash):
    book, karim = cash.book, cash.world.karim
    assert codes(services.use_page, book=book, serial=2, text="x", author=karim) == ["page_skipped"]
    assert codes(services.use_page, book=book, serial=51, text="x", author=karim) == ["page_out_of_book"]
    services.use_page(book=book, serial=1, text="x", author=karim)
    assert codes(services.use_page, book=book, serial=1, text="y", author=karim) == ["page_is_taken"]
    assert codes(services.void_page, book=book, serial=2, why="", author=karim) == ["page_needs_a_reason"]
    services.void_page(book=book, serial=2, why="Wrong sum", author=karim)
    lost = services.declare_lost(book=book, serial=3, why="Torn out in the rain", author=karim)
    assert services.declare_lost(book=book, serial=3, why="Torn out in the rain", author=karim).pk == lost.pk
    assert codes(services.use_page, book=book, serial=4, text="x", author=karim) == ["page_lost_by_one"]
    assert codes(services.confirm_lost, page=lost, second=karim) == ["second_person_is_author"]
    services.confirm_lost(page=lost, second=cash.world.nour)
    assert services.use_page(book=book, serial=4, text="x", author=karim).serial == 4
    assert [page.state for page in book.pages.all()] == ["used", "void", "lost", "used"]


def test_two_figures_that_differ_are_counted_again(cash):
    cash.fill()
    cash.count(30_000, cash.world.karim)
    assert codes(cash.count, minor=29_000, author=cash.world.karim) == ["second_person_is_author"]
    assert cash.count(29_900, cash.world.nour).state == CashCount.APART
    assert cash.count(30_000, cash.world.nour).state == CashCount.FIRST
    assert codes(cash.count, minor=30_000, author=cash.world.rami) == ["holder_must_count"]
    assert cash.count(30_000, cash.world.karim).state == CashCount.DONE
    assert [one.state for one in cash.box.counts.all()] == ["done", "apart"]


def test_what_is_missing_needs_a_reason_and_the_stewards(cash, tmp_path):
    cash.fill()
    cash.count(29_000, cash.world.karim)
    count = cash.count(29_000, cash.world.nour)
    assert (count.state, count.difference) == (CashCount.DIFFERS, -1_000)
    assert codes(cash.count, minor=30_000, author=cash.world.nour) == ["count_waits_for_a_reason"]
    assert codes(services.explain_count, count=count, reason="?", author=cash.world.karim) == ["count_needs_a_reason"]
    reason = "Two notes were torn and thrown away"
    assert codes(services.explain_count, count=count, reason=reason, author=cash.world.rami) == ["reason_of_a_counter"]
    count = services.explain_count(count=count, reason=reason, fund=cash.funded.roof, author=cash.world.karim)
    assert (count.state, count.entry, count.loss.purpose) == (CashCount.DONE, None, "loss")
    assert compare_account(cash.box.account).unexplained == -1_000
    with pytest.raises(Refused):
        services.book_count_loss(count=count, author=cash.world.karim)
    cash.agreed(count.loss)
    assert services.book_count_loss(count=count, author=cash.world.karim).kind == "loss"
    assert compare_account(cash.box.account).unexplained == 0
    cash.ends_well(tmp_path)


def test_what_is_too_much_is_booked_with_its_reason(cash):
    cash.fill()
    cash.count(30_050, cash.world.nour)
    count = cash.count(30_050, cash.world.karim)
    assert count.state == CashCount.DIFFERS
    count = services.explain_count(count=count, reason="Change that a buyer left", photo=cash.pay.photo, author=cash.world.nour)
    assert (count.entry.kind, at_hand(cash.box.account), count.photo.kind) == ("bank_forced", 30_050, "count_sheet")


def test_a_box_is_handed_over_counted(cash):
    cash.fill()
    over = {"box": cash.box, "holder": cash.world.nour, "limits": services.BoxLimits(40_000), "author": cash.world.salma}
    assert codes(services.change_box, **over) == ["count_before_handing_over"]
    cash.count(30_000, cash.world.nour)
    cash.count(30_000, cash.world.karim)
    assert services.change_box(**over).holder == cash.world.nour
    assert codes(services.change_box, **over | {"author": cash.world.karim}) == ["role_may_not_do_this"]
    assert codes(services.change_box, **over | {"holder": cash.world.salma, "limits": services.BoxLimits(0, 5)}) == [
        "ceiling_missing",
        "licence_missing",
        "holder_unknown",
    ]


def test_wages_out_of_a_box_take_a_slip(cash, tmp_path):
    cash.fill()
    pay = cash.pay
    part = pay.wages(10_000, custody=cash.box.account.custody)
    sheet = services.approve_sheet(sheet=pay.filled(part), author=pay.world.nour)
    services.note_wages_paid(sheet=sheet, photo=pay.photo, paid_on=pay.today, receipt=(cash.book, 1), author=pay.world.karim)
    sheet = services.witness_wages(sheet=sheet, second=pay.world.shift_lead)
    assert (sheet.entry.kind, sheet.page.serial, at_hand(cash.box.account)) == ("pay", 1, 22_000)
    cash.ends_well(tmp_path)


def test_what_was_paid_is_taken_back_by_a_reversal(cash, tmp_path):
    cash.fill()
    pay = cash.pay
    part = pay.wages(10_000, custody=cash.box.account.custody)
    sheet = services.approve_sheet(sheet=pay.filled(part), author=pay.world.nour)
    assert codes(services.ask_back, of=sheet, text="Paid for the wrong week", author=pay.world.nour) == ["not_booked_yet"]
    services.note_wages_paid(sheet=sheet, photo=pay.photo, paid_on=pay.today, author=pay.world.karim)
    sheet = services.witness_wages(sheet=sheet, second=pay.world.shift_lead)
    assert codes(services.ask_back, of=sheet, text="?", author=pay.world.nour) == ["back_needs_a_reason"]
    back = services.ask_back(of=sheet, text="Paid for the wrong week", author=pay.world.nour)
    with pytest.raises(Refused):
        services.take_back(back=back, author=pay.world.karim)
    for steward in (pay.world.salma, pay.world.yusuf):
        decide(proposal=back.proposal, steward=steward, choice="approve", request_id=f"back {steward.pk}")
    assert codes(services.take_back, back=back, author=pay.world.nour) == ["second_person_is_author"]
    back = services.take_back(back=back, author=pay.world.karim)
    assert (back.entry.kind, at_hand(cash.box.account), services.left_for(part)) == ("reverse", 30_000, 10_000)
    assert services.take_back(back=back, author=pay.world.karim).entry_id == back.entry_id
    assert type(sheet).objects.get(pk=sheet.pk).state_word == "taken back"
    assert not sheet.rows.filter(live=True).exists()
    assert compare_account(cash.box.account).equal
    cash.ends_well(tmp_path)
