"""Writes events as iCalendar (RFC 5545): plain data in, bytes out. Times are written in UTC, so that no table of zones is needed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MEDIA_TYPE = "text/calendar; charset=utf-8"
LINE_OCTETS_MAX = 75
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class CalendarEvent:
    """One event. `uid` never changes; `sequence` grows with each change, so that calendars take the newer one."""

    uid: str
    title: str
    starts: datetime
    ends: datetime
    changed: datetime
    sequence: int = 0
    text: str = ""
    place: str = ""
    url: str = ""
    language: str = "en"
    cancelled: bool = False


def write_calendar(events: Sequence[CalendarEvent], *, name: str, product: str) -> bytes:
    """A calendar with these events; lines end in CR LF and hold at most 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_text(product)}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    # The name by RFC 7986, and as most calendars have called it since before.
    lines += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    for event in events:
        lines.extend(_event(event))
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(event: CalendarEvent) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{_time(event.changed)}", f"LAST-MODIFIED:{_time(event.changed)}")
    yield from (f"SEQUENCE:{event.sequence}", f"DTSTART:{_time(event.starts)}", f"DTEND:{_time(event.ends)}")
    yield f"SUMMARY;LANGUAGE={event.language}:{_text(event.title)}"
    for name, value in (("LOCATION", event.place), ("DESCRIPTION", event.text)):
        if value:
            yield f"{name};LANGUAGE={event.language}:{_text(value)}"
    if event.url:
        yield f"URL:{_CONTROL.sub('', event.url)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """Escaped as RFC 5545 3.3.11 says; a carriage return alone would end the line for some readers."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    escaped = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return _CONTROL.sub("", escaped)


def _time(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> Iterator[str]:
    """Parts of at most 75 octets, the following ones begun by a blank; no sign of several octets is cut."""
    part, octets = "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > LINE_OCTETS_MAX:
            yield part
            part, octets = " ", 1
        part, octets = part + sign, octets + size
    yield part
