"""Every head that this log ever signed must be continued: found in all the places that keep one, compared, and refused where one is not."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.checkpoint import LogKey, read_checkpoint
from awna.core.log.disk import Disk, read_file, write_durably
from awna.core.log.publishing import CHECKPOINT, WITNESSED
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint
from .keys import known_keys, origin_of

NOTES_REMEMBERED = 64


@dataclass(frozen=True)
class SignedHead:
    """A head with the note that signs it and the place where it was found."""

    head: Head
    note: str
    place: str


def log_folder(book: Book) -> Path:
    """Where the static files of this book's log are published."""
    return Path(settings.AWNA_LOG_DIR) / str(book.pk)


def inbox_folder(book: Book) -> Path:
    """Where witnesses, or people on their behalf, drop cosigned checkpoints."""
    return Path(settings.AWNA_LOG_DIR) / f"{book.pk}.inbox"


def guard_files(book: Book) -> list[Path]:
    """The places that keep the head signed last: beside the keys, and on the second storage where one is set."""
    folders = [Path(settings.AWNA_KEY_DIR), *([Path(settings.AWNA_LOG_GUARD_DIR)] if settings.AWNA_LOG_GUARD_DIR else [])]
    return [folder / f"log-{book.pk}.checkpoint" for folder in folders]


def evidence_folder() -> Path:
    return Path(settings.AWNA_LOG_GUARD_DIR or settings.AWNA_KEY_DIR) / "evidence"


def signed_heads(book: Book) -> list[SignedHead]:
    """Heads of the log in force that carry its signature, from every place that keeps any; unsigned or foreign notes do not count."""
    keys, origin = known_keys(book), origin_of(book)
    guards = {str(place) for place in guard_files(book)}
    found = []
    for place, note in _notes(book):
        head = head_of(note, keys=keys)
        if head is not None and head.origin == origin:
            found.append(SignedHead(head, note, place))
        elif place in guards:
            raise Refused(Problem(
                "guard_damaged", "%(file)s keeps the head signed last, and it is not signed by this log. Nothing was signed. Put the right file back.",
                {"file": place}))  # fmt: skip
    return found


def head_of(note: str, *, keys: list[LogKey]) -> Head | None:
    """The head of a note that one of these keys signed."""
    return next((head for key in keys if (head := _head_by(note, key)) is not None), None)


@lru_cache(maxsize=NOTES_REMEMBERED)
def _head_by(note: str, key: LogKey) -> Head | None:
    """Each publication meets the same note in several places; its signature is checked once."""
    try:
        return read_checkpoint(note, key=key)
    except Refused:
        return None


def last_signed(book: Book, *, heads: list[SignedHead], disk: Disk) -> SignedHead | None:
    """The largest head ever signed. Refused, with both kept as evidence, when two of one size have other roots."""
    by_size: dict[int, SignedHead] = {}
    for one in heads:
        first = by_size.setdefault(one.head.size, one)
        if first.head.root != one.head.root:
            kept = keep_evidence(book, notes=[first.note, one.note], disk=disk)
            raise Refused(Problem(
                "two_heads_of_one_size",
                "Two heads were signed for %(size)s entries: %(root)s in %(place)s and %(other)s in %(elsewhere)s. Both are kept in %(kept)s. "
                "Sign nothing, ask everyone who has a copy which one they saw, and break the log if the entries cannot be made one.",
                {"size": one.head.size, "root": short(first.head.root), "place": first.place, "other": short(one.head.root),
                 "elsewhere": one.place, "kept": kept}))  # fmt: skip
    return by_size[max(by_size)] if by_size else None


def refuse_shorter(book: Book, *, last: SignedHead | None, size: int) -> None:
    """A database with fewer entries than were signed is an older copy."""
    if last is not None and size < last.head.size:
        raise Refused(lost(last, size=size))


def lost(last: SignedHead, *, size: int) -> Problem:
    return Problem(
        "log_does_not_continue",
        "The log was signed with %(signed)s entries and the root %(root)s (%(place)s); this database has %(size)s entries that do not continue it. "
        "Restore the newest copy, or read the missing entries back with awna breaklog --mirror, or, if they are lost everywhere, break the log. "
        "Nothing was signed.",
        {"signed": last.head.size, "root": short(last.head.root), "place": last.place, "size": size})  # fmt: skip


def keep_evidence(book: Book, *, notes: list[str], disk: Disk) -> Path:
    """Write conflicting notes where nobody tidies up; the folder that holds them."""
    folder = evidence_folder()
    files = []
    for note in notes:
        lines = note.split("\n")
        root = base64.b64decode(lines[2]).hex()[:8] if len(lines) > 2 else "unreadable"
        files.append((f"{book.pk}-{lines[1]}-{root}.checkpoint", note.encode()))
    write_durably(files, under=folder, disk=disk)
    return folder


def keep_guard(book: Book, *, note: str, disk: Disk) -> None:
    """Keep the head in every guard place before anybody can see it."""
    for place in guard_files(book):
        write_durably([(place.name, note.encode())], under=place.parent, disk=disk)


def short(root: bytes) -> str:
    return root.hex()[:16]


def _notes(book: Book) -> Iterator[tuple[str, str]]:
    folder = log_folder(book)
    places = [*guard_files(book), folder / CHECKPOINT, folder / WITNESSED, *sorted(inbox_folder(book).glob("*"))]
    for place in places:
        data = read_file(place.parent, place.name)
        if data:
            yield str(place), data.decode(errors="replace")
    for row in Checkpoint.objects.filter(book=book).order_by("-size")[:1]:
        yield "the database", row.note
