"""Omar builds the roof: an advance against a guarantee, the work, what is kept back until the defects date, and the bank's charges."""

from datetime import date

import pytest

from awna.books import services as books
from awna.core.problems import Refused


def release_roof(story):
    story.gift(100_000)
    return story.release(
        story.supplier, story.ask("1", 20_000, "guarantee"), story.ask("2", 50_000, "invoice"),
        story.ask("3", 10_000, earliest="2027-03-01"), story.ask("charges", 500))  # fmt: skip


def pay(story, proposal, n, minor, *papers, **more):
    line = story.line(-minor)
    return books.pay_released(proposal=proposal, milestone=n, movement=line, documents=papers, author=story.world.karim, request_id=f"pay {line.pk}",
                              **more)  # fmt: skip


def test_advance_retention_and_charges(story):
    roof = release_roof(story)
    with pytest.raises(Refused) as no_guarantee:
        pay(story, roof, "1", 20_000, as_advance=True)
    assert no_guarantee.value.codes == ["evidence_missing"]
    line = story.book.bank_accounts.get(pk=story.north.pk).movements.get(used=0)
    advance = {
        "proposal": roof,
        "milestone": "1",
        "movement": line,
        "as_advance": True,
        "author": story.world.karim,
        "request_id": "advance",
    }
    books.pay_released(documents=[story.paper("guarantee")], **advance)
    assert story.net("advance") == 20_000

    # The first part of the work accounts for the advance.
    clearing = {
        "payee": story.supplier,
        "fund": story.fund,
        "commodity": story.eur,
        "author": story.world.karim,
        "second": story.world.nour,
    }
    books.clear_advance(
        amount=20_000, documents=[story.paper("acceptance")], effective_date=date(2026, 4, 1), request_id="clear", **clearing
    )
    assert story.net("advance") == 0

    pay(story, roof, "2", 45_000, story.paper("invoice"))
    charge = story.line(-120, text="transfer fee")
    released = books.Spot(
        "released", str(story.north.custody_id), str(story.fund.pk), str(story.eur.pk), proposal=str(roof.pk), milestone="charges"
    )
    story.post("fee", books.Row(released, story.at("ext"), 120, movement=str(charge.pk)), proposal=roof)

    # What is kept back is not paid before the defects date; what nobody needed goes back to the fund.
    with pytest.raises(Refused) as too_early:
        pay(story, roof, "3", 10_000)
    assert too_early.value.codes == ["milestone_too_early"]
    books.post_bank_fact(movement=story.north.movements.get(used=0), author=story.world.karim, request_id="the bank paid all the same")
    second = books.Spot(
        "released", str(story.north.custody_id), str(story.fund.pk), str(story.eur.pk), proposal=str(roof.pk), milestone="2"
    )
    story.post("void", books.Row(second, story.at("free"), 5_000), proposal=roof)
    assert story.net("released") == 10_000 + 380
    assert story.net("short") == -10_000
    story.ends_well()


def test_the_supplier_fails_and_repays_a_part(story):
    roof = release_roof(story)
    pay(story, roof, "1", 20_000, story.paper("guarantee"), as_advance=True)
    back = story.line(12_000, text="guarantee called")
    books.take_back_advance(movement=back, payee=story.supplier, fund=story.fund, author=story.world.karim, request_id="repaid")
    assert story.net("advance") == 8_000

    # The rest is gone. That is a loss, and only the stewards can say so.
    spot = books.releases.advance_spot(story.supplier, story.fund, story.eur)
    asked = books.propose_loss(book=story.book, spot=spot, amount=8_000, documents=[story.paper("insolvency")], filed_by=story.world.karim,
                               expires_on=date(2099, 1, 1), request_id="loss")  # fmt: skip
    with pytest.raises(Refused) as not_yet:
        books.carry_out(proposal=asked, author=story.world.karim, request_id="post loss")
    assert not_yet.value.codes == ["proposal_not_approved"]
    books.carry_out(proposal=story.agree(asked), author=story.world.karim, request_id="post loss")
    assert (story.net("advance"), story.net("lost")) == (0, 8_000)
    story.ends_well()
