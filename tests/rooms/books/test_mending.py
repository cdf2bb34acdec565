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
