"""Corrections in several parts: each takes back the next part of the row, and sets free the next part of what a receipt covered."""

from awna.core.ledger.entries import Covers
from awna.core.ledger.trace import Slice, trace
from tests.core.ledger.story import CEMENT_EXT, FREE, STOCK, Story, account, gifts, purchase

DANA, SECOND = (1, 1), (2, 1)
BOUGHT = account("committed", custody="bank-1", proposal="buy", milestone="1")
ROOF = account("free", custody="bank-1", fund="roof-fund")


def started() -> Story:
    story = Story()
    gifts(story)
    return story


def test_a_second_correction_returns_the_next_part_of_the_row():
    story = started()
    moved = story.add("allocate", (FREE, ROOF, 70_000))
    story.add("correction", (ROOF, FREE, 60_000, {"corrects": (moved.seq, 1)}), second="nour")
    story.add("correction", (ROOF, FREE, 10_000, {"corrects": (moved.seq, 1)}), second="nour")
    found = trace(story.entries)
    assert [(hop.lot, hop.amount) for hop in found.hops[-2:]] == [(DANA, 60_000), (SECOND, 10_000)]
    assert found.queues[ROOF.id] == []


def test_a_receipt_taken_back_in_part_frees_that_part_of_the_order():
    story = started()
    purchase(story)
    story.entries = story.entries[:9]
    story.opened = {one.id for entry in story.entries for one in entry.accounts}
    receipt = story.add("receive_goods", (CEMENT_EXT, STOCK, 70, {"covers": Covers(BOUGHT.id, 70_000)}), second="nour")
    story.add("correction", (STOCK, CEMENT_EXT, 7, {"corrects": (receipt.seq, 1)}), second="nour")
    assert sum(part.amount for part in trace(story.entries).covers[BOUGHT.id]) == 7_000
    story.add("correction", (STOCK, CEMENT_EXT, 63, {"corrects": (receipt.seq, 1)}), second="nour")
    freed = trace(story.entries).covers[BOUGHT.id]
    assert sum(part.amount for part in freed) == 70_000
    assert {part.lot for part in freed} == {DANA, SECOND}
    assert isinstance(freed[0], Slice)
