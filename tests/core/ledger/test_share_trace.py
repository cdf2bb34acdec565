"""Each share of a batch has its own exact part of the way of the batch's lot."""

import itertools
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.ledger.entries import Covers
from awna.core.ledger.share_trace import NOBODY, follow_shares
from awna.core.ledger.trace import trace
from tests.core.ledger.story import EXT, FREE, PAPER, STOCK, UNKNOWN, Story, account, tell

DANA = (1, 1)


def ways(story: Story, sizes, lot=DANA, chosen=None):
    traced = trace(story.entries)
    stages = {account.id: account.stage for entry in story.entries for account in entry.accounts}
    entries = {entry.seq: entry for entry in story.entries}
    return traced.of_lot(lot), follow_shares(traced.of_lot(lot), entries=entries, stages=stages, sizes=sizes, chosen=chosen)


def moved(found, row):
    return {hop.share: hop.amount for hop in found if hop.row == row}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 59_999), max_size=12, unique=True))
def test_the_shares_of_every_hop_add_up_to_the_hop(cuts):
    borders = [0, *sorted(cuts), 60_000]
    hops, found = ways(tell(), [stop - start for start, stop in itertools.pairwise(borders)])
    whole, parts = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])
    for sums, items in ((whole, hops), (parts, found)):
        for hop in items:
            sums[hop.row][0] += hop.amount
            sums[hop.row][1] += hop.taken
    assert {row: sums for row, sums in whole.items() if any(sums)} == parts


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 30_000), st.integers(1, 29_999))
def test_a_share_goes_the_same_way_however_the_rest_is_cut(left, size):
    rest = 60_000 - left - size
    _, coarse = ways(tell(), [left, size, rest])
    _, fine = ways(tell(), [1, left - 1, size, rest - 1, 1])
    hers = [(hop.row, hop.amount, hop.taken) for hop in coarse if hop.share == 1 and (hop.amount or hop.taken)]
    assert hers == [(hop.row, hop.amount, hop.taken) for hop in fine if hop.share == 2 and (hop.amount or hop.taken)]


def spending(*, first_return=False) -> Story:
    """A batch of 60,000; 30,000 are spent on 30 bags; a share came back to its giver before, if so asked."""
    story = Story()
    from tests.core.ledger.story import gifts

    gifts(story)
    if first_return:
        story.add("bank_forced", (FREE, EXT, 10_000, {"movement": "line-9", "lot": DANA}))
    place = {"custody": "bank-1", "proposal": "buy", "milestone": "1"}
    held, released = (account(stage, **place) for stage in ("held", "released"))
    story.add("hold", (FREE, held, 30_000), proposal="buy")
    story.add("release", (held, released, 30_000), proposal="buy")
    story.add("pay", (released, EXT, 30_000, {"movement": "line-3"}), proposal="buy")
    story.add("receive_goods", (account("ext", commodity="cement"), STOCK, 30, {"covers": Covers(released.id, 30_000)}), second="nour")
    return story


def test_the_left_most_share_is_spent_first():
    _, found = ways(spending(), [10_000, 20_000, 5_000, 25_000])
    assert moved(found, (5, 1)) == {0: 10_000, 1: 20_000}
    assert moved(found, (7, 1)) == {0: 10, 1: 20}


def test_a_returned_share_leaves_the_others_where_they_were():
    _, found = ways(spending(first_return=True), [15_000, 10_000, 20_000, 15_000], chosen={(4, 1): {1}})
    assert moved(found, (4, 1)) == {1: 10_000}
    assert moved(found, (6, 1)) == {0: 15_000, 2: 15_000}
    # Without knowing whose it was, the head would go, and somebody else would seem repaid.
    assert moved(ways(spending(first_return=True), [15_000, 10_000, 20_000, 15_000])[1], (4, 1)) == {0: 10_000}


def test_a_return_that_comes_back_belongs_to_whom_it_was_returned():
    story = spending(first_return=True)
    story.add("bank_forced", (EXT, FREE, 10_000, {"movement": "line-10", "lot": DANA}))
    assert moved(ways(story, [15_000, 45_000], chosen={(4, 1): {1}, (9, 1): {1}})[1], (9, 1)) == {1: 10_000}
    assert moved(ways(story, [15_000, 45_000])[1], (9, 1)) == {NOBODY: 10_000}


def test_a_loss_takes_from_each_share_and_a_reversal_gives_the_same_parts_back():
    story = spending()
    story.add("loss", (STOCK, account("lost", commodity="cement"), 6), second="nour", documents=(PAPER,))
    story.add("reverse", (account("lost", commodity="cement"), STOCK, 6), second="nour", reverses=8)
    story.add("issue", (STOCK, account("issued", custody="roof", commodity="cement"), 30))
    _, found = ways(story, [10_000, 20_000, 30_000])
    assert moved(found, (8, 1)) == {0: 2, 1: 4}
    assert moved(found, (9, 1)) == {0: 2, 1: 4}
    assert moved(found, (10, 1)) == {0: 10, 1: 20}


def test_an_allocation_of_identified_gifts_takes_their_own_money():
    story = Story()
    from tests.core.ledger.story import gifts

    gifts(story)
    story.add("allocate", (FREE, account("free", custody="bank-1", fund="roof-fund"), 25_000, {"lot": DANA}))
    _, found = ways(story, [10_000, 20_000, 5_000, 25_000], chosen={(4, 1): {1, 2}})
    assert moved(found, (4, 1)) == {1: 20_000, 2: 5_000}
    assert UNKNOWN.id not in {hop.debit for hop in found}
