"""Dana gives dollars to a campaign that counts in euros: the bar takes the rate of her day, and an exchange adds what really came."""

from datetime import date

import pytest

from awna.books import services as books
from awna.core.problems import Refused


def rate(story, value, on):
    return books.record_rate(
        book=story.book, source="European Central Bank", of="EUR", to="USD", rate=value, on=on, author=story.world.karim, request_id=f"rate {on}")  # fmt: skip


def test_a_gift_in_dollars(story):
    before = story.gift(50_000, story.dollars)  # booked when nobody had written a rate down
    bar = books.goal_bar(story.book, goal=story.eur)
    assert (bar.total, bar.apart) == (0, {"USD": 50_000})

    rate(story, "1.25", date(2026, 3, 3))
    assert books.goal_bar(story.book, goal=story.eur).total == 40_000

    # The bar stands still when the rate moves: the gift keeps that of its own day.
    rate(story, "1.00", date(2026, 3, 15))
    bar = books.goal_bar(story.book, goal=story.eur)
    assert (bar.total, bar.apart, bar.settled) == (40_000, {}, ())

    # The association exchanges 500.00 USD into 398.00 EUR: a line of its own, under the bar.
    out, into = story.line(-50_000, story.dollars), story.line(39_800, story.owner)
    exchanged = books.exchange_free(out=out, into=into, fund=story.fund, author=story.world.karim, request_id="exchange")
    again = books.exchange_free(out=out, into=into, fund=story.fund, author=story.world.karim, request_id="exchange")
    assert exchanged == again
    bar = books.goal_bar(story.book, goal=story.eur)
    assert (bar.total, bar.settled) == (40_000, ((into.booked_on, 50_000, "USD", 39_800, "EUR"),))

    # Her gift is followed through the exchange.
    assert story.stages_of(before) == ["free", "trading"]
    assert story.net("free", custody=story.owner.custody) == 39_800
    story.ends_well()


def test_a_strange_rate_is_refused(story):
    story.gift(50_000, story.dollars)
    out, into = story.line(-50_000, story.dollars), story.line(31_999, story.owner)
    common = {"out": out, "fund": story.fund, "author": story.world.karim}
    with pytest.raises(Refused) as unknown:
        books.exchange_free(into=into, request_id="1", **common)
    assert unknown.value.codes == ["rate_missing"]
    rate(story, "1.25", date(2026, 3, 3))
    with pytest.raises(Refused) as far_off:
        books.exchange_free(into=into, request_id="2", **common)
    assert far_off.value.codes == ["rate_outside_band"]
    with pytest.raises(Refused) as two_bodies:
        books.exchange_free(into=story.line(40_000), request_id="3", **common)
    assert two_bodies.value.codes == ["exchange_of_two_holders"]
    assert story.net("free", story.usd) == 50_000
