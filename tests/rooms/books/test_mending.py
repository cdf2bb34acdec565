"""Reversals and corrections: what each needs, that all of it is said at once, and that nothing comes back twice."""

from datetime import date

import pytest

from awna.books import services as books
from awna.books.services import Row, Spot
from awna.core.problems import Refused
from tests.stories.cast import LATER, Story, begin


@pytest.fixture
def story(ledger, tmp_path) -> Story:
    return begin(ledger, tmp_path)


def refused(act, *codes):
    with pytest.raises(Refused) as problem:
        act()
    assert problem.value.codes == list(codes)


def test_goods_come_back_with_a_second_person(story):
    store, cement, fund = story.place("Ward store"), story.goods("cement"), story.book.fund("goods-general")
    outside = Spot("ext", None, str(fund.pk), str(cement.pk))
    gift = story.post(
        "gift_in_kind", Row(outside, Spot("stock", str(store.pk), str(fund.pk), str(cement.pk)), 80), second=story.world.store
    )
    assert books.mending.needs_of(gift) == [frozenset("P")]
    common = {"entry": gift, "author": story.world.karim}
    refused(lambda: books.correct_line(line=1, amount=5, request_id="5", **common), "second_person_missing")
    books.correct_line(line=1, amount=5, second=story.world.store, request_id="5", **common)
    refused(lambda: books.correct_line(line=1, amount=76, second=story.world.store, request_id="76", **common), "correction_above_the_line")
    refused(lambda: books.reverse_entry(second=story.world.store, request_id="all", **common), "entry_was_corrected")
    assert story.net("stock", cement) == 75
    story.ends_well()


def test_a_payment_comes_back_only_with_the_banks_own_line(story):
    story.gift(100_000)
    proposal = story.release(story.supplier, story.ask("1", 60_000))
    paid = books.pay_released(proposal=proposal, milestone="1", movement=story.line(-60_000), author=story.world.karim, request_id="pay")
    common = {"entry": paid, "author": story.world.karim, "request_id": "undo"}
    refused(lambda: books.reverse_entry(**common), "movement_missing")
    back = story.line(60_000, text="returned by the supplier's bank")
    undone = books.reverse_entry(movements={1: back}, **common)
    assert books.reverse_entry(movements={1: back}, **common) == undone
    assert (story.net("released"), undone.proposal_id) == (60_000, proposal.pk)
    refused(lambda: books.reverse_entry(entry=undone, author=story.world.karim, request_id="undo the undoing"), "entry_not_reversible")
    story.ends_well()


def test_part_of_a_gift_goes_back_with_the_banks_line_and_the_stewards(story):
    line = story.line(10_000)
    gift = story.post("gift", Row(story.at("ext"), story.at("free"), 10_000, movement=str(line.pk)))
    back = story.line(-1_000, text="the giver's bank takes a part back")
    common = {"entry": gift, "line": 1, "amount": 1_000}
    refused(lambda: books.correct_line(author=story.world.karim, request_id="c", **common), "movement_missing", "proposal_missing")
    asked = books.propose_correction(filed_by=story.world.karim, expires_on=LATER, request_id="ask", **common)
    posted = {"proposal": asked, "movement": back, "author": story.world.karim, "request_id": "c", **common}
    refused(lambda: books.correct_line(**posted), "proposal_not_approved")
    story.agree(asked)
    books.correct_line(**posted)
    assert story.net("free") == 9_000
    story.ends_well()


def test_cash_comes_back_only_by_the_stewards(story):
    box = books.open_cash_box(book=story.book, section=story.world.north, holder="Neighbours North", name="roof", currency="EUR")
    people = {"author": story.world.karim, "second": story.world.nour}
    slip = books.write_slip(box=box, amount=5_000, text="collected in the hall", on=date(2026, 4, 1), request_id="hall", **people)
    gift = story.post("gift", Row(story.at("ext", box), story.at("free", box), 5_000, movement=str(slip.pk)), second=story.world.nour)
    refused(lambda: books.reverse_entry(entry=gift, request_id="undo", **people), "proposal_missing")
    asked = books.propose_reversal(entry=gift, filed_by=story.world.karim, expires_on=LATER, request_id="ask")
    books.reverse_entry(entry=gift, proposal=story.agree(asked), request_id="undo", **people)
    assert story.net("free") == 0
    assert books.compare_account(box).unexplained == 5_000, "the box is counted again, and says what is true"
    books.count_cash(box=box, counted=0, text="nothing was collected", paper=story.paper("count"), on=date(2026, 4, 2), expires_on=LATER,
                     fund=story.fund, request_id="count", **people)  # fmt: skip
    story.ends_well()


def test_what_was_released_is_exchanged_for_at_least_what_the_stewards_asked(story):
    story.gift(100_000)
    ask = story.ask("1", 50_000)
    proposal = story.release(story.dollars.custody, ask, purpose="fx", least_arrival="53000")
    out = story.line(-50_000)
    common = {"proposal": proposal, "milestone": "1", "out": out, "author": story.world.karim}
    less = story.line(52_999, story.dollars)
    refused(lambda: books.exchange_released(into=less, request_id="less", **common), "arrival_below_least")
    books.post_bank_fact(movement=less, author=story.world.karim, request_id="of another kind")
    books.exchange_released(into=story.line(53_500, story.dollars), request_id="enough", **common)
    assert story.net("free", story.usd, fund=story.fund) == 53_500
    story.ends_well()


def send(story, target):
    proposal = story.release(target.custody, story.ask("1", 50_000), purpose="remit")
    out = story.line(-50_000, text="to the site")
    books.remit(proposal=proposal, milestone="1", movement=out, author=story.world.north_treasurer, request_id="out")
    return proposal


def test_money_that_was_lost_under_way_is_found_again(story):
    story.gift(100_000)
    proposal = send(story, story.owner)
    spot = books.acts.spot_of(story.book.accounts.get(stage="transit"))
    asked = books.propose_loss(book=story.book, spot=spot, amount=50_000, documents=[story.paper("letter of the bank")],
                               filed_by=story.world.karim, expires_on=LATER, request_id="lost")  # fmt: skip
    loss = books.carry_out(proposal=story.agree(asked), author=story.world.karim, request_id="lost under way")
    common = {"entry": loss, "author": story.world.karim, "request_id": "found"}
    refused(lambda: books.reverse_entry(**common), "second_person_missing")
    found = books.reverse_entry(second=story.world.nour, **common)
    assert (story.net("transit"), story.net("lost"), found.proposal_id) == (50_000, 0, proposal.pk)
    line = story.line(50_000, story.owner, "from the section, late")
    books.remit(proposal=proposal, milestone="1", movement=line, author=story.world.karim, request_id="in")
    story.ends_well()


def test_an_exchange_from_under_way_into_a_box_is_taken_back_line_by_line(story):
    story.gift(100_000)
    books.record_rate(book=story.book, source="bank", of="EUR", to="USD", rate="1.08", on=date(2026, 3, 1), author=story.world.karim,
                      request_id="rate")  # fmt: skip
    box = books.open_cash_box(book=story.book, section=None, holder="Health Association", name="site", currency="USD")
    proposal = send(story, box)
    people = {"author": story.world.karim, "second": story.world.nour}
    slip = books.write_slip(box=box, amount=54_000, text="drawn", on=date(2026, 4, 1), request_id="drawn", **people)
    fx = books.remit(proposal=proposal, milestone="1", movement=slip, request_id="in", **people)
    asked = books.propose_reversal(entry=fx, filed_by=story.world.karim, expires_on=LATER, request_id="ask")
    whole = {"entry": fx, "proposal": story.agree(asked), "request_id": "undo", **people}
    refused(lambda: books.reverse_entry(**whole), "reversal_of_two_proposals")
    part = books.propose_correction(entry=fx, line=2, amount=54_000, filed_by=story.world.karim, expires_on=LATER, request_id="ask 2")
    books.correct_line(entry=fx, line=2, amount=54_000, proposal=story.agree(part), request_id="2", **people)
    books.correct_line(entry=fx, line=1, amount=50_000, request_id="1", **people)
    assert (story.net("transit"), story.net("trading"), story.net("trading", story.usd), story.net("free", story.usd)) == (50_000, 0, 0, 0)
    assert books.check_book(story.book) == []
