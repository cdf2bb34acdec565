"""Mail that came back: finds reports in a mailbox or a single message, and stops what does not arrive."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from awna.core.problems import Problem, Refused

from ..sandbox import Limits, run_in_sandbox
from .judging import is_dead
from .models import Mail
from .services import bounce

MESSAGE_BYTES_MAX = 512 * 1024
"""A report says all that counts at its beginning; the original mail follows."""
MAILBOX_BYTES_MAX = 50 * 1024 * 1024
BATCH, BATCH_BYTES_MAX = 100, 4 * 1024 * 1024
LIMITS = Limits(memory_mb=512, cpu_s=20, wall_s=40, modules=("awna.kit.outbox.reports",))
TARGET = "awna.kit.outbox.reports:read_reports"


@dataclass
class Reading:
    """How many messages there were, and of them: mails of ours that came back, addresses given up, reports of a delay or a delivery,
    reports that are not about a mail of ours, letters that are no report, and what could not be read."""

    messages: int = 0
    bounced: int = 0
    dead: int = 0
    known: int = 0
    passing: int = 0
    foreign: int = 0
    no_report: int = 0
    damaged: int = 0


@dataclass
class Found:
    """One message of a mailbox; `path` where each is a file of its own."""

    data: bytes
    path: Path | None = None


@dataclass
class _Batch:
    messages: list[Found] = field(default_factory=list)
    size: int = 0

    def is_full(self) -> bool:
        return len(self.messages) >= BATCH or self.size >= BATCH_BYTES_MAX


def read_bounces(messages: Iterable[Found], *, is_dry: bool = False) -> Reading:
    """Read every message once; with `is_dry` nothing is written or moved. Twice is once."""
    reading, batch = Reading(), _Batch()
    for message in messages:
        batch.messages.append(message)
        batch.size += len(message.data)
        if batch.is_full():
            _read_batch(batch.messages, reading, is_dry)
            batch = _Batch()
    _read_batch(batch.messages, reading, is_dry)
    return reading


def messages_in(place: Path) -> Iterator[Found]:
    """The unread messages of a Maildir, or every message of an mbox file or of a file that holds a single one. Refused where it is neither."""
    if place.is_dir():
        if not (place / "new").is_dir() or not (place / "cur").is_dir():
            raise Refused(Problem("no_maildir", "%(place)s is a folder without new and cur in it, so it is no Maildir. Name the folder above them.",
                                  {"place": place}))  # fmt: skip
        unread = [*(place / "new").iterdir(), *(one for one in (place / "cur").iterdir() if "S" not in one.name.rpartition(":2,")[2])]
        yield from (Found(_bytes_of(path, MESSAGE_BYTES_MAX), path) for path in sorted(unread))
        return
    try:
        if place.stat().st_size > MAILBOX_BYTES_MAX:
            raise Refused(Problem("mailbox_too_large", "%(place)s is larger than %(mb)s MB. Empty it, or use a Maildir.",
                                  {"place": place, "mb": MAILBOX_BYTES_MAX >> 20}))  # fmt: skip
        data = _bytes_of(place, MAILBOX_BYTES_MAX)
    except OSError as error:
        raise Refused(Problem("mailbox_unreadable", "%(place)s cannot be read: %(why)s. Check the path and who may read it.",
                              {"place": place, "why": error.strerror})) from error  # fmt: skip
    yield from split_mbox(data)


def split_mbox(data: bytes) -> Iterator[Found]:
    """Messages begin at lines that start with “From ”; a file without one is a single message."""
    if not data.startswith(b"From "):
        yield Found(data[:MESSAGE_BYTES_MAX])
        return
    for part in (b"\n" + data).split(b"\nFrom ")[1:]:
        yield Found(part.partition(b"\n")[2][:MESSAGE_BYTES_MAX])


def _bytes_of(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _read_batch(messages: list[Found], reading: Reading, is_dry: bool) -> None:
    if not messages:
        return
    try:
        reports = run_in_sandbox(TARGET, {"messages": [base64.b64encode(one.data).decode() for one in messages]}, limits=LIMITS)
    except Refused:
        if len(messages) > 1:  # one message spoils the batch: which one?
            half = len(messages) // 2
            _read_batch(messages[:half], reading, is_dry)
            _read_batch(messages[half:], reading, is_dry)
            return
        reading.messages += 1
        reading.damaged += 1
        _mark_seen(messages[0], is_dry, flags="FS")
        return
    for message, report in zip(messages, reports, strict=True):
        reading.messages += 1
        _take(report, reading, is_dry)
        _mark_seen(message, is_dry)


def _take(report: dict[str, Any], reading: Reading, is_dry: bool) -> None:
    if not report["recipients"]:
        reading.no_report += 1
        return
    failed = [one for one in report["recipients"] if one["action"] == "failed"]
    if not failed:
        reading.passing += 1
        return
    # Only who saw our mail knows its number: a report that anybody could write stops nobody.
    mail = Mail.objects.filter(pk=UUID(report["number"])).first() if report["number"] else None
    if mail is None or mail.state not in (Mail.LEFT, Mail.BOUNCED):
        reading.foreign += 1
        return
    if mail.state == Mail.BOUNCED:
        reading.known += 1
        return
    dead = any(is_dead(one["status"]) for one in failed)
    said = failed[0]["said"] or failed[0]["status"] or "–"
    text = "The mail came back for good: %(answer)s" if dead else "The mail came back: %(answer)s"
    problem = Problem("mail_came_back_for_good" if dead else "mail_came_back", text, {"answer": said})
    if is_dry or bounce(mail=mail, problem=problem, is_dead=dead):
        reading.bounced += 1
        reading.dead += dead


def _mark_seen(message: Found, is_dry: bool, flags: str = "S") -> None:
    """In a Maildir a message that was read moves to `cur` with the flag of the seen."""
    if message.path is None or is_dry:
        return
    name = message.path.name.partition(":2,")[0]
    message.path.rename(message.path.parent.parent / "cur" / f"{name}:2,{flags}")
