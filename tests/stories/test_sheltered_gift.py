"""Where a giver must not be seen: twelve gifts come as one, become cement for the roof, and each giver still follows the own part."""

import pytest

from awna import verify
from awna.books import services as books
from awna.books.models.naming import SHELTERED
from awna.core.problems import Refused
from awna.donations import services as donations

AMOUNTS = [5_000, 12_500, 800, 30_000, 7_777, 2_400, 900, 16_000, 4_321, 9_999, 1_250, 11_053]


def give(story, minor, name):
    pledge = donations.pledge_gift(bank_account=story.north, amount_minor=minor, fund=story.fund, name=name, request_id=f"form {name}")
    return donations.assign_movement(movement=story.line(minor), pledge=pledge, author=story.world.karim)


def collect(story):
    story.ledger.book = books.set_exposure(book=story.book, exposure=SHELTERED)
    story.north.refresh_from_db()
    return [give(story, minor, f"giver {n}") for n, minor in enumerate(AMOUNTS)]


def close(story, gifts):
    entry = donations.close_batch(batch=gifts[0].batch, author=story.world.karim)
    for gift in gifts:
        gift.refresh_from_db()
    return entry


def moved(gifts, entry, line=1):
    """What each giver had in a row, in the order of the gifts."""
    return [sum(hop.amount for hop in donations.way_of(gift) if hop.row == (entry.seq, line)) for gift in gifts]


def test_sheltered_gifts_become_cement_and_each_giver_sees_the_own_part(story, capsys):
    gifts = collect(story)
    assert story.net("free") == 0
    entry = close(story, gifts)
    assert story.net("free") == sum(AMOUNTS)

    roof = story.release(story.supplier, story.ask("1", 60_000, "invoice"))
    paid = books.pay_released(proposal=roof, milestone="1", movement=story.line(-60_000), documents=[story.paper("invoice")],
                              author=story.world.karim, request_id="paid")  # fmt: skip
    cement, store, task = story.goods("cement"), story.place("store"), story.place("roof", "task")
    outside, stock, issued = (
        books.Spot(stage, str(custody.pk) if custody else None, str(story.fund.pk), str(cement.pk))
        for stage, custody in (("ext", None), ("stock", store), ("issued", task))
    )
    released = books.Spot(
        "released", str(story.north.custody_id), str(story.fund.pk), str(story.eur.pk), proposal=str(roof.pk), milestone="1"
    )
    received = story.post("receive_goods", books.Row(outside, stock, 80, covers=(released, 60_000)), second=story.world.nour, proposal=roof)
    used = story.post("issue", books.Row(stock, issued, 30))

    # First in, first out inside the batch too: whose share lies left is spent first, and every cent and bag is somebody's.
    assert (sum(moved(gifts, paid)), sum(moved(gifts, received)), sum(moved(gifts, used))) == (60_000, 80, 30)
    assert sum(0 < part < gift.amount_minor for part, gift in zip(moved(gifts, paid), gifts, strict=True)) <= 1
    story.ends_well()

    files = []
    for n, gift in enumerate(gifts):
        files.append(story.folder / f"{n}.awna")
        files[-1].write_bytes(donations.donor_file(gift))
    assert verify.main([str(story.folder / "book.jsonl"), *(part for file in files for part in ("--receipt", str(file)))]) == 0
    assert capsys.readouterr().out.count(f"share of batch {entry.seq}.1") == len(gifts)


def test_a_gift_that_the_bank_takes_back_does_not_touch_the_others(story):
    gifts = collect(story)
    close(story, gifts)
    back = donations.record_return(gift=gifts[3], movement=story.line(-AMOUNTS[3]), author=story.world.karim, request_id="back")
    assert moved(gifts, back) == [minor if n == 3 else 0 for n, minor in enumerate(AMOUNTS)]
    story.ends_well()


def test_nine_gifts_are_at_the_bank_and_not_yet_in_the_book(story):
    gifts = collect(story)[:9]
    assert books.check_book(story.book) == []
    assert [(one.in_book, one.lines) for one in books.compare_accounts(story.book)] == [
        (one.at_bank, ()) for one in books.compare_accounts(story.book)
    ]
    with pytest.raises(Refused) as waiting:
        donations.donor_file(gifts[0])
    assert waiting.value.codes == ["batch_not_closed"]
