"""The owner's bank line was set aside as nobody's gift; then the section's notice comes. One step puts it where it belongs."""

import pytest

from awna.books import services as books
from awna.books.services.reposting import entry_using, remit_booked_line, repost_line
from awna.core.problems import Refused


def set_aside(story):
    story.gift(100_000)
    proposal = story.release(story.owner.custody, story.ask("1", 60_000), story.ask("charges", 500), purpose="remit")
    out = story.line(-60_000, text="to the association")
    books.remit(proposal=proposal, milestone="1", movement=out, author=story.world.north_treasurer, request_id="out")
    line = story.line(59_800, story.owner, "from abroad")
    books.post_unidentified(movement=line, author=story.world.karim)
    return proposal, line


def test_a_line_set_aside_becomes_the_remittance_that_it_is(story):
    proposal, line = set_aside(story)
    assert story.net("free", fund=story.book.fund("unidentified")) == 59_800
    common = {"proposal": proposal, "milestone": "1", "movement": line, "author": story.world.karim, "request_id": "late"}
    entry = remit_booked_line(**common)
    assert remit_booked_line(**common) == entry
    line.refresh_from_db()
    assert (line.used, entry_using(line)) == (59_800, entry)
    assert story.net("free", fund=story.book.fund("unidentified")) == 0
    assert (story.net("transit"), story.net("free", custody=story.owner.custody)) == (0, 59_800)
    story.ends_well()


def test_it_is_one_step_or_none(story):
    """When the second half is refused, the first has not happened either."""
    proposal, line = set_aside(story)
    before = story.book.entries.count()
    with pytest.raises(Refused) as refused:
        remit_booked_line(proposal=proposal, milestone="7", movement=line, author=story.world.karim, request_id="late")
    assert refused.value.codes == ["milestone_unknown"]
    line.refresh_from_db()
    assert (line.used, story.book.entries.count()) == (59_800, before)


def test_a_line_that_was_freed_can_be_set_aside_again(story):
    line = story.line(2_000, text="for whom?")
    first = books.post_unidentified(movement=line, author=story.world.karim)

    def again():
        line.refresh_from_db()
        return books.post_unidentified(movement=line, author=story.world.karim)

    second = repost_line(movement=line, post=again, author=story.world.karim, request_id="once more")
    assert second.pk != first.pk
    assert story.net("free") == 2_000
    story.ends_well()
