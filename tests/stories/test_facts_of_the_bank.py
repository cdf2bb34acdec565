"""The bank acts without asking: a chargeback takes a gift back whose money is spent, and the shortfall stays red until the stewards clear it."""

import pytest

from awna.books import services as books
from awna.core.problems import Refused

from .cast import LATER


def fact(story, line, lot="", request_id=""):
    return books.post_bank_fact(movement=line, lot=lot, author=story.world.karim, request_id=request_id or f"fact {line.pk}")


def test_a_chargeback_leaves_a_shortfall_until_it_is_cleared(story):
    general = story.book.fund("unallocated")
    gift = story.gift(30_000)
    story.release(story.supplier, story.ask("1", 25_000))

    # 300.00 go back, and only 50.00 of the fund are free.
    line = story.line(-30_000, text="chargeback")
    entry = fact(story, line, gift)
    assert fact(story, line, gift) == entry
    assert [(row.debit_stage, row.amount) for row in entry.transfers.order_by("line")] == [("free", 5_000), ("short", 25_000)]
    assert (story.net("free"), story.net("short"), story.net("released")) == (0, -25_000, 25_000)
    assert [amount for _, amount in books.shortfalls(story.book)] == [25_000]
    assert all(one.equal for one in books.compare_accounts(story.book))

    # Only what is short can be cleared, and only with the stewards.
    story.gift(40_000, fund=general)
    ((short, _amount),) = books.shortfalls(story.book)
    common = {
        "book": story.book,
        "debit": story.at("free", fund=general),
        "credit": short,
        "filed_by": story.world.karim,
        "expires_on": LATER,
    }
    asked = story.agree(books.propose_reclass(amount=25_001, request_id="too much", **common))
    with pytest.raises(Refused) as above:
        books.carry_out(proposal=asked, author=story.world.karim, request_id="clear too much")
    assert above.value.codes == ["balance_above_ceil"]
    asked = story.agree(books.propose_reclass(amount=25_000, request_id="clear", **common))
    books.carry_out(proposal=asked, author=story.world.karim, request_id="clear it")
    assert books.shortfalls(story.book) == []
    story.ends_well()


def test_interest_comes_in_and_an_unknown_line_goes_out(story):
    general = story.book.fund("unallocated")
    fact(story, story.line(1_250, text="interest"))
    assert story.net("free", fund=general) == 1_250
    fact(story, story.line(-300, text="nobody knows"))
    assert story.net("free", fund=general) == 950
    story.ends_well()


def test_a_payment_that_came_back_is_its_gift_again(story):
    gift = story.gift(30_000)
    fact(story, story.line(-30_000, text="refund that the bank made"), gift)
    fact(story, story.line(30_000, text="and took back"), gift)
    assert books.left_of_lot(story.book, gift) == 30_000
    with pytest.raises(Refused) as no_gift:
        fact(story, story.line(-1), "1.1")
    assert no_gift.value.codes == ["lot_unknown"]


def test_until_a_line_is_settled_the_difference_is_explained(story):
    gift = story.gift(30_000)
    line = story.line(-30_000, text="chargeback")
    compared = books.compare_account(story.north)
    assert (compared.in_book, compared.at_bank, compared.unexplained) == (30_000, 0, 0)
    assert [advice.code for advice in compared.advice] == ["settle_outgoing"]
    assert compared.lines == (line,)
    fact(story, line, gift)
    assert books.compare_account(story.north).equal
    story.ends_well()
