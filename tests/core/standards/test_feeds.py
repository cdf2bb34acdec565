"""Feeds and calendars are read by strangers' readers: what went in comes out, in any script, with hostile signs in it."""

from datetime import UTC, datetime, timedelta, timezone

import feedparser
import icalendar
import pytest

from awna.core.standards.atom import FeedEntry, write_feed
from awna.core.standards.ical import LINE_OCTETS_MAX, CalendarEvent, write_calendar

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HARD = "Béton, «طوب»; 50\\50\nand a very long line " + "عيادة " * 40 + "\x0b<b>&amp;"


def entry(key: str = "5a6f1c1e-0000-4000-8000-000000000001", **changes: object) -> FeedEntry:
    told = {
        "key": key, "title": HARD, "html": "<p>The roof &amp; the ward</p>", "url": "https://a.example/1", "author": "Site lead", "language": "ar",
        "published": NOON, "updated": NOON + timedelta(hours=1),
    }  # fmt: skip
    return FeedEntry(**(told | changes))


def feed(*entries: FeedEntry) -> feedparser.FeedParserDict:
    data = write_feed(
        entries, title="News", url="https://a.example/", feed_url="https://a.example/feed.atom", author="Owner", language="ar", updated=NOON
    )
    return feedparser.parse(data)


def event(**changes: object) -> CalendarEvent:
    told = {
        "uid": "1@awna", "title": HARD, "starts": NOON.astimezone(timezone(timedelta(hours=3))), "ends": NOON + timedelta(hours=2),
        "changed": NOON, "sequence": 2, "text": HARD, "place": "District; north", "url": "https://a.example/e", "language": "ar",
    }  # fmt: skip
    return CalendarEvent(**(told | changes))


def test_a_feed_is_well_formed_and_complete() -> None:
    read = feed(entry(), entry("5a6f1c1e-0000-4000-8000-000000000002", title="Two"))
    assert not read.bozo and read.version == "atom10"
    assert (read.feed.title, read.feed.updated, read.feed.id) == ("News", "2026-11-21T13:00:00+00:00", "https://a.example/feed.atom")
    first, second = read.entries
    assert first.title.split() == HARD.replace("\x0b", "").split() and first.author == "Site lead" and first.link == "https://a.example/1"
    assert first.content[0].value == "<p>The roof &amp; the ward</p>" and first.content[0].language == "ar"
    assert {first.id, second.id} == {f"urn:uuid:5a6f1c1e-0000-4000-8000-00000000000{n}" for n in (1, 2)}


def test_an_empty_feed_is_a_feed() -> None:
    read = feed()
    assert not read.bozo and read.entries == [] and read.feed.updated == "2026-11-21T12:00:00+00:00"


def test_the_reader_notices_a_broken_feed() -> None:
    assert feedparser.parse(b"<feed xmlns='http://www.w3.org/2005/Atom'><title>News").bozo


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        feed(entry(updated=datetime(2026, 1, 1)))
    with pytest.raises(ValueError, match="no time zone"):
        write_calendar([event(starts=datetime(2026, 1, 1))], name="A", product="-//A//EN")


def test_a_calendar_gives_back_what_went_in() -> None:
    data = write_calendar([event(), event(uid="2@awna", cancelled=True)], name="Clinic of the north", product="-//Awna//EN")
    calendar = icalendar.Calendar.from_ical(data)
    assert calendar.errors == [] and str(calendar["NAME"]) == "Clinic of the north"
    first, second = calendar.walk("VEVENT")
    assert first.errors == [] and str(first["SUMMARY"]) == str(first["DESCRIPTION"]) == HARD.replace("\x0b", "")
    assert (first["DTSTART"].dt, first["DTEND"].dt, first["SEQUENCE"]) == (NOON, NOON + timedelta(hours=2), 2)
    assert (str(first["STATUS"]), str(second["STATUS"]), first["SUMMARY"].params["LANGUAGE"]) == ("CONFIRMED", "CANCELLED", "ar")


def test_no_line_is_too_long_and_none_ends_alone() -> None:
    data = write_calendar([event()], name="A", product="-//A//EN")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) == LINE_OCTETS_MAX and lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert [line.decode() for line in lines]  # no sign of several octets was cut
