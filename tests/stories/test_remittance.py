"""A section abroad collects in euros and sends them to the owner's dollar account; banks keep a fee on the way."""

from datetime import date

import pytest

from awna.books import services as books
from awna.core.problems import Refused

RATE_DAY = date(2026, 3, 1)


def rate(story):
    books.record_rate(book=story.book, source="European Central Bank", of="EUR", to="USD", rate="1.08", on=RATE_DAY, author=story.world.karim,
                      request_id="rate")  # fmt: skip


def send(story, amount=60_000, cap=500, **more):
    proposal = story.release(story.dollars.custody, story.ask("1", amount), story.ask("charges", cap), purpose="remit", **more)
    out = story.line(-amount, text="to the association")
    books.remit(proposal=proposal, milestone="1", movement=out, author=story.world.north_treasurer, request_id="out")
    return proposal


def arrive(story, proposal, minor, account=None, **more):
    line = story.line(minor, account or story.dollars, "from Neighbours North")
    return books.remit(proposal=proposal, milestone="1", movement=line, author=story.world.karim, request_id=f"in {line.pk}", **more)


def test_euros_leave_and_dollars_arrive(story):
    dana = story.gift(100_000)
    rate(story)
    proposal = send(story)
    assert (story.net("transit"), story.net("free")) == (60_000, 39_500)

    # 600.00 EUR less 2.00 of fee, at 1.08: the dollars lie at the owner, in the same fund, and are still Dana's.
    arrive(story, proposal, 64_584, fee=200)
    assert (story.net("transit"), story.net("free", story.usd)) == (0, 64_584)
    assert story.book.entries.filter(kind="fee").count() == 1
    dollars = [hop for hop in books.trace_lot(story.book, dana) if hop.amount == 64_584]
    assert [hop.taken for hop in dollars] == [59_800]
    assert story.stages_of(dana) == ["free", "held", "released", "transit", "trading", "ext"]
    story.ends_well()


def test_it_arrives_only_at_the_target_at_a_fair_rate_and_within_the_cap(story):
    story.gift(100_000)
    proposal = send(story)
    with pytest.raises(Refused) as elsewhere:
        arrive(story, proposal, 59_800, story.owner)
    assert elsewhere.value.codes == ["target_differs"]
    with pytest.raises(Refused) as no_rate:
        arrive(story, proposal, 64_584, fee=200)
    assert no_rate.value.codes == ["rate_missing"]
    rate(story)
    with pytest.raises(Refused) as greedy:
        arrive(story, proposal, 64_000, fee=501)
    assert greedy.value.codes == ["charges_above_cap"]
    with pytest.raises(Refused) as vanished:
        arrive(story, proposal, 40_000)
    assert vanished.value.codes == ["rate_outside_band"]
    assert story.net("transit") == 60_000


def test_without_a_rate_the_stewards_name_the_least_arrival(story):
    story.gift(100_000)
    proposal = send(story, least_arrival="60000")
    with pytest.raises(Refused) as too_little:
        arrive(story, proposal, 59_999)
    assert too_little.value.codes == ["arrival_below_least"]
    arrive(story, proposal, 60_001)
    assert story.net("free", story.usd) == 60_001


def test_money_lost_on_the_way_needs_the_stewards(story):
    story.gift(100_000)
    proposal = send(story)
    way = story.book.accounts.get(stage="transit")
    spot = books.acts.spot_of(way)
    asked = books.propose_loss(book=story.book, spot=spot, amount=60_000, documents=[story.paper("letter of the bank")], filed_by=story.world.karim,
                               expires_on=date(2099, 1, 1), request_id="lost")  # fmt: skip
    books.carry_out(proposal=story.agree(asked), author=story.world.karim, request_id="lost on the way")
    assert (story.net("transit"), story.net("lost")) == (0, 60_000)
    assert proposal.withdrawn_at is None
    story.ends_well()


def test_a_provider_pays_out_to_the_bank_that_it_settles_to(story):
    provider = books.open_provider_account(
        book=story.book, section=story.world.north, holder="Neighbours North", number="PAY1", currency="EUR", settles_to=story.north)  # fmt: skip
    lot = story.gift(20_000, provider)
    fee = story.line(-500, provider, "provider fee")
    books.post_bank_fact(movement=fee, lot=lot, author=story.world.karim, request_id="fee")
    common = {"provider": provider, "fund": story.fund, "author": story.world.karim}
    books.settle_provider(movement=story.line(-19_500, provider), request_id="payout", **common)
    with pytest.raises(Refused) as elsewhere:
        books.settle_provider(movement=story.line(19_500, story.owner), request_id="wrong", **common)
    assert elsewhere.value.codes == ["target_differs"]
    books.settle_provider(movement=story.line(19_500), request_id="arrival", **common)
    assert (story.net("transit"), story.net("free", custody=story.north.custody)) == (0, 19_500)
    assert story.stages_of(lot) == ["free", "ext", "transit"]
