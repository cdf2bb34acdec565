"""Where each gift went: first in, first out, and the listed exceptions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.ledger.balances import replay
from awna.core.ledger.entries import Covers
from awna.core.ledger.trace import Slice, trace
from tests.core.ledger.story import CEMENT_EXT, EXT, FREE, ISSUED, PAPER, STOCK, UNKNOWN, Story, account, gifts, purchase, tell

DANA, SECOND = (1, 1), (2, 1)
BOX = account("free", custody="box")
BOUGHT = account("committed", custody="bank-1", proposal="buy", milestone="1")


def moved(story: Story, seq: int, line: int = 1) -> list[tuple]:
    return [(hop.lot, hop.amount) for hop in trace(story.entries).of_row((seq, line))]


def started() -> Story:
    story = Story()
    gifts(story)
    return story


def test_a_gift_is_followed_from_the_bank_to_the_task():
    places = [hop.credit for hop in trace(tell().entries).of_lot(DANA)]
    assert places[0] == FREE.id
    assert STOCK.id in places and ISSUED.id in places


def test_the_first_gift_is_spent_first_and_receipts_map_money_onto_bags():
    story = tell()
    assert moved(story, 5) == [(DANA, 60_000), (SECOND, 10_000)]
    assert moved(story, 9) == [(DANA, 68), (SECOND, 11)]


def test_slices_add_up_to_the_balances():
    story = tell()
    book, found = replay(story.entries), trace(story.entries)
    for name, queue in found.queues.items():
        assert sum(part.amount for part in queue) == book.balances[name].net


def test_an_exchange_maps_its_first_row_onto_its_second():
    story = tell()
    hops = trace(story.entries).of_row((17, 2))
    assert [(hop.lot, hop.taken, hop.amount) for hop in hops] == [(SECOND, 9_800, 10_500)]


def test_a_row_that_names_a_gift_takes_it_first_and_says_when_it_is_gone():
    story = started()
    story.add("bank_forced", (FREE, EXT, 45_000, {"movement": "line-7", "lot": SECOND}))
    hops = trace(story.entries).of_row((4, 1))
    assert [(hop.lot, hop.amount, hop.substituted) for hop in hops] == [(SECOND, 40_000, False), (DANA, 5_000, True)]


def test_a_loss_falls_on_all_gifts_in_proportion():
    story = started()
    purchase(story)
    story.add("loss", (STOCK, account("lost", commodity="cement"), 10), second="nour", documents=(PAPER,))
    assert moved(story, 12) == [(DANA, 6), (SECOND, 4)]


def test_a_reversal_puts_the_same_slices_back_in_their_place():
    story = started()
    before = trace(story.entries).queues[FREE.id]
    hold = story.add("allocate", (FREE, account("free", custody="bank-1", fund="roof-fund"), 70_000))
    back = account("free", custody="bank-1", fund="roof-fund")
    story.add("reverse", (back, FREE, 70_000), second="nour", reverses=hold.seq)
    after = trace(story.entries).queues
    assert (after[FREE.id], after[back.id]) == ([Slice(DANA, 60_000), Slice(SECOND, 10_000), Slice(SECOND, 30_000)], [])
    assert sum(part.amount for part in before) == sum(part.amount for part in after[FREE.id])


def test_a_reversed_receipt_can_be_received_again():
    story = started()
    purchase(story)
    story.entries = story.entries[:9]
    story.opened = {one.id for entry in story.entries for one in entry.accounts}
    story.add("receive_goods", (CEMENT_EXT, STOCK, 70, {"covers": Covers(BOUGHT.id, 70_000)}), second="nour")
    story.add("reverse", (STOCK, CEMENT_EXT, 70), second="nour", reverses=9)
    story.add("receive_goods", (CEMENT_EXT, STOCK, 7, {"covers": Covers(BOUGHT.id, 70_000)}), second="nour")
    assert moved(story, 11) == [(DANA, 6), (SECOND, 1)]


def test_a_shortfall_queues_a_debt_that_is_paid_off():
    story = started()
    short = account("short", custody="bank-1")
    story.add("bank_forced", (short, EXT, 500, {"movement": "line-9"}))
    assert trace(story.entries).queues[short.id] == [Slice((4, 1), 500)]
    story.add("reclass", (FREE, short, 200), proposal="clear")
    found = trace(story.entries)
    assert (found.queues[short.id], moved(story, 5)) == ([Slice((4, 1), 300)], [(DANA, 200)])


def test_goods_that_nobody_paid_for_are_a_lot_of_their_own():
    story = started()
    story.add("receive_goods", (CEMENT_EXT, STOCK, 3), second="nour")
    assert moved(story, 4) == [((4, 1), 3)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["in", "out", "back"]), st.integers(1, 50_000)), max_size=30))
def test_amounts_are_kept_whatever_happens(steps):
    story = started()
    roof = account("free", custody="bank-1", fund="roof-fund")
    for kind, amount in steps:
        found = replay(story.entries).balances
        if kind == "in":
            story.add("gift", (EXT, FREE, amount, {"movement": "line"}))
        elif kind == "out" and found[FREE.id].net >= amount:
            story.add("allocate", (FREE, roof, amount))
        elif kind == "back" and len(story.entries) > 4 and story.entries[-1].kind == "allocate":
            story.add("reverse", (roof, FREE, story.entries[-1].rows[0].amount), second="nour", reverses=len(story.entries) - 1)
    book, traced = replay(story.entries), trace(story.entries)
    for name in (FREE.id, roof.id, UNKNOWN.id):
        assert sum(part.amount for part in traced.queues.get(name, [])) == (book.balances[name].net if name in book.balances else 0)
    assert all(hop.amount > 0 for hop in traced.hops)
