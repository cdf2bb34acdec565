"""A disk is lost, and with it the last entries: the older copy signs nothing until the stewards break the log and say so for ever."""

import json

import pytest
from django.db import transaction

from awna.books import services as books
from awna.books.services.breaks import break_log, propose_break
from awna.core.problems import Refused

from .cast import LATER


def lose_the_last_gift(story):
    """A gift is booked and its head signed; then the database is the copy of the evening before."""
    before, evening = dict(story.ledger.at_bank), transaction.savepoint()
    story.gift(7_000)
    books.publish_head(story.book)
    transaction.savepoint_rollback(evening)
    story.ledger.at_bank = before


def test_a_log_is_broken_and_goes_on(story):
    story.gift(50_000)
    books.publish_head(story.book)
    with pytest.raises(Refused) as nothing_lost:
        propose_break(book=story.book, filed_by=story.world.salma, expires_on=LATER, request_id="too early")
    assert nothing_lost.value.codes == ["nothing_is_lost"]

    lose_the_last_gift(story)
    entries = story.book.entries.count()
    with pytest.raises(Refused):
        books.publish_head(story.book)
    asked = propose_break(book=story.book, filed_by=story.world.salma, expires_on=LATER, request_id="break")
    with pytest.raises(Refused) as alone:
        break_log(proposal=asked, author=story.world.salma)
    assert alone.value.codes == ["proposal_not_approved"]

    entry = break_log(proposal=story.agree(asked), author=story.world.salma)
    assert break_log(proposal=asked, author=story.world.salma) == entry
    said = json.loads(bytes(entry.leaf))["payload"]
    assert said["lost"]["size"] > entries, "the head that cannot be continued stands in the book for ever"

    # The bank's next statement brings the lost gift again: the bank never forgot it.
    story.gift(7_000)
    assert story.net("free") == 57_000
    story.ends_well()
