"""The frame of the book: it takes over what was there, closes its months, and goes on under new stewards."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry
from awna.books.services import Row
from awna.core.problems import Refused
from awna.parties import services as parties
from tests.rooms.books.conftest import DAY, mt940
from tests.world import person

from .cast import LATER


def first_statement(story, opening):
    """The account had money before there was a campaign; its first statement says how much."""
    data = mt940(story.north.iban, currency="EUR", opening=opening, lines=[], day=DAY)
    books.store_statement(bank_account=story.north, data=data, filename="first.sta", author=story.world.karim, request_id="first")
    story.ledger.at_bank = {story.north.iban: opening}


def test_the_opening_balance_is_that_of_the_first_statement(story):
    general = story.book.fund("unallocated")
    books.posting.found_book(story.book, author=story.world.karim)
    first_statement(story, 70_000)
    assert [advice.code for advice in books.compare_account(story.north).advice] == ["open_balance"]
    common = {"bank_account": story.north, "documents": [story.paper("statement")], "filed_by": story.world.karim, "expires_on": LATER}
    with pytest.raises(Refused) as another:
        books.propose_opening_balance(parts=[(story.fund, 70_001)], request_id="wrong", **common)
    assert another.value.codes == ["opening_is_not_the_statements"]
    asked = books.propose_opening_balance(parts=[(story.fund, 60_000), (general, 10_000)], request_id="opening", **common)
    with pytest.raises(Refused) as alone:
        books.open_balances(proposal=asked, author=story.world.karim, request_id="open")
    assert alone.value.codes == ["proposal_not_approved"]
    books.open_balances(proposal=story.agree(asked), author=story.world.karim, request_id="open")
    assert (story.net("free", fund=story.fund), story.net("free", fund=general)) == (60_000, 10_000)
    story.ends_well()


def test_a_closed_period_stays_closed(story):
    story.gift(50_000)
    line = story.line(-700, text="fee")
    with pytest.raises(Refused) as waiting:
        books.close_period(book=story.book, through=date(2026, 3, 31), author=story.world.karim, request_id="march")
    assert waiting.value.codes == ["period_has_open_lines"]
    books.post_bank_fact(movement=line, author=story.world.karim, request_id="fee")
    closed = books.close_period(book=story.book, through=date(2026, 3, 31), author=story.world.karim, request_id="march")
    assert books.close_period(book=story.book, through=date(2026, 3, 31), author=story.world.karim, request_id="march") == closed
    assert books.closed_through(story.book) == date(2026, 3, 31)

    with pytest.raises(Refused) as again:
        books.close_period(book=story.book, through=date(2026, 3, 31), author=story.world.karim, request_id="march once more")
    assert again.value.codes == ["period_closed"]
    with pytest.raises(Refused) as today:
        books.close_period(book=story.book, through=timezone.localdate(), author=story.world.karim, request_id="today")
    assert today.value.codes == ["period_not_over"]

    # A line of March that comes late is written on the first open day.
    late = story.line(2_000, text="late gift")
    assert late.booked_on < date(2026, 3, 31)
    entry = books.post_unidentified(movement=late, author=story.world.karim)
    assert entry.effective_date == date(2026, 4, 1)
    story.ends_well()


def test_nothing_is_dated_into_a_closed_period(story):
    story.gift(50_000)
    books.close_period(book=story.book, through=date(2026, 3, 31), author=story.world.karim, request_id="march")
    line = story.line(10)
    with pytest.raises(Refused) as closed:
        story.post("gift", Row(story.at("ext"), story.at("free"), 10, movement=str(line.pk)), effective_date=date(2026, 3, 31))
    assert closed.value.codes == ["period_is_closed"]


def test_a_steward_who_joins_later_counts_after_a_new_policy(story):
    story.gift(50_000)
    new = parties.give_role(campaign=story.world.campaign, user=person("Hanan"), name="steward")
    asked = books.propose_policy(book=story.book, filed_by=story.world.salma, expires_on=LATER, request_id="hanan")
    with pytest.raises(Refused) as alone:
        books.renew_policy(proposal=asked, author=story.world.salma)
    assert alone.value.codes == ["proposal_not_approved"]
    entry = books.renew_policy(proposal=story.agree(asked), author=story.world.salma)
    assert books.renew_policy(proposal=asked, author=story.world.salma) == entry

    proposal = story.ledger.proposal(ceiling=10_000, name="with Hanan")
    books.hold_ceilings(proposal=proposal, author=story.world.nour)
    from awna.consent.services import decide

    for steward in (story.world.yusuf, new):
        decide(proposal=proposal, steward=steward, choice="approve", request_id=f"{steward.pk}")
    books.release_held(proposal=proposal, author=story.world.yusuf)
    assert story.net("released") == 10_000
    with pytest.raises(Refused) as same:
        books.propose_policy(book=story.book, filed_by=story.world.salma, expires_on=LATER, request_id="same")
    assert same.value.codes == ["policy_is_the_same"]
    assert Entry.objects.filter(kind="policy").count() == 2
    assert timezone.localdate() + timedelta(days=1) < LATER
    story.ends_well()
