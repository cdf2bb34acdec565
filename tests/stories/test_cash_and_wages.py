"""Cash for the roof crew: from the bank to a box, wages by a sheet, an imprest that receipts clear, and a count that is short."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from awna.books import services as books
from awna.books.models import Statement
from awna.core.problems import Refused

from .cast import LATER

DAY = date(2026, 4, 1)


def box_with(story, minor=40_000):
    """The stewards let cash be drawn from the bank; it arrives in the box by a slip that two people sign."""
    box = books.open_cash_box(book=story.book, section=story.world.north, holder="Neighbours North", name="roof", currency="EUR")
    story.gift(100_000)
    drawing = story.release(box.custody, story.ask("1", minor), purpose="remit")
    books.remit(proposal=drawing, milestone="1", movement=story.line(-minor, text="drawn"), author=story.world.karim, request_id="drawn")
    entry = slip(story, box, minor, "from the bank")
    books.remit(proposal=drawing, milestone="1", movement=entry, author=story.world.karim, second=story.world.nour, request_id="in the box")
    return box


def slip(story, box, minor, text):
    return books.write_slip(box=box, amount=minor, text=text, author=story.world.karim, second=story.world.nour, on=DAY, request_id=text)


def test_wages_are_paid_by_a_sheet(story):
    box = box_with(story)
    sheet = story.paper("wage_sheet", "Amal 60.00, Basil 60.00")
    wages = books.propose_wages(box=box, fund=story.fund, ceiling=15_000, sheet=sheet, earliest=DAY, filed_by=story.world.rami, expires_on=LATER,
                                request_id="wages")  # fmt: skip
    books.release_held(proposal=story.agree(wages), author=story.world.salma)
    paid = {
        "proposal": wages,
        "milestone": "1",
        "movement": slip(story, box, -12_000, "wages of the day"),
        "documents": [sheet],
        "request_id": "pay",
    }
    with pytest.raises(Refused) as alone:
        books.pay_released(author=story.world.karim, **paid)
    assert alone.value.codes == ["second_person_missing"]
    books.pay_released(author=story.world.karim, second=story.world.shift_lead, **paid)

    # Nobody stood in line for the rest: it is free again.
    part = books.releases.find_milestone(wages, "1", story.eur)
    rest = books.Row(books.releases.milestone_spot(part, "released"), books.releases.milestone_spot(part, "free"), 3_000)
    story.post("void", rest, proposal=wages)
    assert (story.net("released"), story.net("free", custody=box.custody)) == (0, 28_000)

    # No name stands in the log, only the salted digest of the list.
    assert not any(b"Amal" in bytes(leaf) for leaf in story.book.entries.values_list("leaf", flat=True))
    story.ends_well()


def test_an_imprest_is_cleared_by_receipts_and_the_rest_returns(story):
    box = box_with(story)
    holder = story.place("Rami's purse", "payee")
    imprest = story.release(holder, story.ask("1", 10_000, account=box))
    common = {"author": story.world.karim, "second": story.world.nour}
    books.pay_released(
        proposal=imprest, milestone="1", movement=slip(story, box, -10_000, "imprest"), as_advance=True, request_id="imprest", **common
    )
    clearing = {"payee": holder, "fund": story.fund, "commodity": story.eur, "effective_date": DAY, **common}
    with pytest.raises(Refused) as no_receipt:
        books.clear_advance(amount=7_000, documents=[], request_id="nails", **clearing)
    assert no_receipt.value.codes == ["document_missing"]
    books.clear_advance(amount=7_000, documents=[story.paper("receipt", "nails")], request_id="nails", **clearing)
    books.take_back_advance(movement=slip(story, box, 3_000, "the rest"), payee=holder, fund=story.fund, request_id="rest", **common)
    assert (story.net("advance"), story.net("free", custody=box.custody)) == (0, 33_000)
    story.ends_well()


def test_counts_find_more_and_less(story):
    box = box_with(story)
    paper, common = (
        story.paper("count"),
        {"author": story.world.karim, "second": story.world.nour, "on": DAY, "expires_on": LATER, "fund": story.fund},
    )
    more = books.count_cash(box=box, counted=40_050, text="first count", paper=paper, request_id="count 1", **common)
    assert more.surplus is not None
    assert story.net("free", custody=box.custody, fund=story.book.fund("unallocated")) == 50

    less = books.count_cash(box=box, counted=39_050, text="second count", paper=paper, request_id="count 2", **common)
    assert less.difference == -1_000
    compared = books.compare_account(box)
    assert (compared.in_book, compared.at_bank, compared.unexplained) == (40_050, 39_050, -1_000)
    assert [advice.code for advice in compared.advice] == ["cash_is_short"]
    books.carry_out(proposal=story.agree(less.loss), author=story.world.karim, second=story.world.nour, request_id="missing")
    assert story.net("lost") == 1_000
    story.ends_well()


def test_a_slip_needs_two_people_and_money_in_the_box(story):
    box = books.open_cash_box(book=story.book, section=story.world.north, holder="Neighbours North", name="roof", currency="EUR")
    with pytest.raises(Refused) as refused:
        books.write_slip(box=box, amount=-1, text="", author=story.world.karim, second=story.world.karim, on=DAY, request_id="x")
    assert refused.value.codes == ["second_person_is_author", "slip_without_text", "cash_not_there"]
    assert box.statements.count() == 0


def test_nobody_is_asked_to_give_into_a_box(story, client):
    box = books.open_cash_box(book=story.book, section=story.world.north, holder="Roof crew's box", name="roof", currency="EUR")
    page = client.get("/c/clinic/give/").content.decode()
    assert "Neighbours North" in page
    assert box.holder not in page


def test_a_slips_number_is_there_once(story):
    box = books.open_cash_box(book=story.book, section=story.world.north, holder="Neighbours North", name="roof", currency="EUR")
    first, second = (slip(story, box, minor, f"slip of {minor}").statement for minor in (500, 300))
    assert (first.slip, second.slip, box.statements.count()) == (1, 2, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(bank_account=box, file=first.file, position=0, slip=2)
