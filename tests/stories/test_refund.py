"""A giver asks for her gift back when part of it is spent: what is left goes back to her account, and more only if the stewards say so."""

import pytest

from awna.books import services as books
from awna.core.problems import Refused

from .cast import LATER


def ask(story, lot, amount, request_id="refund", **more):
    return books.propose_refund(book=story.book, lot=lot, amount=amount, payee=story.place("Dana", "payee"), filed_by=story.world.nour,
                                expires_on=LATER, request_id=request_id, **more)  # fmt: skip


def give_back(story, proposal, minor):
    books.release_held(proposal=story.agree(proposal), author=story.world.salma)
    line = story.line(-minor, text="refund")
    return books.pay_refund(proposal=proposal, movement=line, author=story.world.karim, request_id=f"paid {line.pk}")


def test_refund_after_part_was_spent(story):
    dana, other = story.gift(50_000), story.gift(30_000)
    story.release(story.supplier, story.ask("1", 35_000))
    assert books.left_of_lot(story.book, dana) == 15_000

    with pytest.raises(Refused) as more_than_left:
        ask(story, dana, 20_000)
    assert more_than_left.value.codes == ["refund_above_what_is_left"]
    assert (story.net("held"), story.net("free")) == (0, 45_000)

    # The stewards agree to give 200.00 back: 150.00 of her own, and 50.00 of another gift stand in for what was spent.
    refund = give_back(story, ask(story, dana, 20_000, beyond=True), 20_000)
    hops = {lot: [hop for hop in books.trace_lot(story.book, lot) if hop.row[0] == refund.seq] for lot in (dana, other)}
    assert [(hop.amount, hop.substituted) for hop in hops[dana]] == [(15_000, False)]
    assert [(hop.amount, hop.substituted) for hop in hops[other]] == [(5_000, True)]
    assert story.net("free") == 25_000

    assert story.net("released") == 35_000
    story.ends_well()


def test_nothing_is_given_back_twice(story):
    dana = story.gift(50_000)
    proposal = ask(story, dana, 50_000)
    entry = give_back(story, proposal, 50_000)
    assert entry.transfers.get().lot == dana
    line = story.line(-1, text="more")
    with pytest.raises(Refused) as twice:
        books.pay_refund(proposal=proposal, movement=line, author=story.world.karim, request_id="again")
    assert twice.value.codes == ["balance_below_floor"]
