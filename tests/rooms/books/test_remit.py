"""A section sends money on: out of its statement, under way, into the owner's statement; what banks kept is a fee."""

import pytest

from awna.books import services as books
from awna.consent import services as consent
from awna.core.problems import Refused


def released(ledger, ceiling=60_000, charges=1_000):
    ledger.gift(100_000)
    milestone = {"n": "1", "custody": str(ledger.north.custody_id), "fund": str(ledger.fund.pk), "commodity": str(ledger.eur.pk),
                 "ceiling": str(ceiling), "evidence": [], "earliest": "2026-03-01"}  # fmt: skip
    milestones = [milestone, {**milestone, "n": "charges", "ceiling": str(charges)}]
    from datetime import date

    proposal = consent.file_proposal(
        campaign=ledger.world.campaign, purpose="remit", payload={"payee": str(ledger.owner.custody_id), "milestones": milestones, "documents": []},
        filed_by=ledger.world.north_treasurer, expires_on=date(2099, 1, 1), request_id="remit")  # fmt: skip
    ledger.hold(proposal, ceiling)
    ledger.approve(proposal)
    ledger.release(proposal, ceiling)
    return proposal


def remit(ledger, proposal, movement, request_id):
    return books.remit(proposal=proposal, milestone="1", movement=movement, author=ledger.world.karim, request_id=request_id)


def test_money_goes_out_and_arrives_less_the_fee(ledger):
    proposal = released(ledger)
    out = ledger.movement(-60_000, "to the association")
    assert remit(ledger, proposal, out, "out") == remit(ledger, proposal, out, "out")
    assert ledger.net("transit") == 60_000
    arrived = ledger.movement(59_000, "from Neighbours North", ledger.owner)
    assert remit(ledger, proposal, arrived, "in") == remit(ledger, proposal, arrived, "in")
    assert ledger.net("transit") == 0
    assert books.balance_of(ledger.book, stage="free", custody=ledger.owner.custody) == 59_000
    assert all(inside == bank for _, inside, bank in books.book_equals_bank(ledger.book))
    assert books.check_book(ledger.book) == []


def test_more_charges_than_the_stewards_allowed_are_refused(ledger):
    proposal = released(ledger, charges=999)
    remit(ledger, proposal, ledger.movement(-60_000, "to the association"), "out")
    with pytest.raises(Refused) as refused:
        remit(ledger, proposal, ledger.movement(59_000, "from Neighbours North", ledger.owner), "in")
    assert refused.value.codes == ["charges_above_cap"]
    assert ledger.net("transit") == 60_000


def test_it_arrives_in_another_currency(ledger):
    proposal = released(ledger)
    dollars = books.open_bank_account(book=ledger.book, section=None, holder="Health Association", iban="US1", currency="USD")
    assert dollars.commodity != ledger.eur
    remit(ledger, proposal, ledger.movement(-60_000, "out"), "out")
    with pytest.raises(Refused) as refused:
        remit(ledger, proposal, ledger.movement(64_000, "in", dollars), "in")
    assert refused.value.codes == ["target_differs"]


def test_more_than_was_released_is_refused(ledger):
    proposal = released(ledger)
    with pytest.raises(Refused) as refused:
        remit(ledger, proposal, ledger.movement(-60_001, "out"), "out")
    assert refused.value.codes == ["balance_below_floor"]
