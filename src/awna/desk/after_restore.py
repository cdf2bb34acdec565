"""What a restored database lacks: its books against every signed head that was kept outside of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from awna.books.models import Book, Commodity
from awna.books.services import heads
from awna.books.services.breaks import lost_head
from awna.books.services.keys import known_keys
from awna.books.services.log import entry_of_leaf
from awna.books.services.mirror import read_missing
from awna.books.services.publish import leaves_of
from awna.books.services.witnesses import entries_of
from awna.core.amounts import format_minor
from awna.core.ledger.entries import Entry
from awna.core.log.disk import Disk
from awna.core.log.nodes import Levels, root_at
from awna.core.log.publishing import CHECKPOINT, Read
from awna.core.log.witness import open_log
from awna.core.problems import Problem, Refused
from awna.kit.backups.restoring import kept_before, size_said


@dataclass
class Standing:
    """How one book stands after a restore. `missing` tells the missing entries one by one where a mirror has them."""

    slug: str
    origin: str
    entries: int
    compared_with: list[str] = field(default_factory=list)
    missing_count: int = 0
    missing: list[str] = field(default_factory=list)
    signed_in: str = ""
    mirror: str = ""


def standing_of(book: Book, *, notes: Mapping[str, str], mirror: str = "") -> Standing:
    """Compare with the guards, the published files, what the database says itself, and the given notes (name → text).

    A given head that the database lacks is kept as a guard: from then on nothing is signed that does not continue it.
    """
    entries = entries_of(book)
    standing = Standing(book.campaign.slug, book.origin, entries)
    standing.compared_with = sorted({f"{one.head.size} entries in {one.place}" for one in heads.signed_heads(book)})
    latest = lost_head(book)
    for name, note in notes.items():
        given = heads.head_of(note, keys=known_keys(book))
        if given is None:
            continue
        standing.compared_with.append(f"{given.size} entries in {name}")
        if given.size <= entries and root_at(Levels(leaves_of(book, first=0, until=given.size)), size=given.size) != given.root:
            raise Refused(Problem(
                "restored_history_differs", "The book of %(campaign)s does not continue the head in %(file)s: its history is another one. Do not serve it; use another backup.",
                {"campaign": book.campaign.slug, "file": name}))  # fmt: skip
        if given.size > entries and (latest is None or given.size > latest.head.size):
            latest = heads.SignedHead(given, note, name)
    if latest is not None:
        standing.missing_count, standing.signed_in = latest.head.size - entries, latest.place
        if latest.place in notes:
            heads.keep_guard(book, note=latest.note, disk=Disk())
        standing.mirror, standing.missing = mirror, _told(book, open_log(mirror)) if mirror else []
    return standing


def kept_aside(book: Book) -> dict[str, str]:
    """Heads that lay in the place when a backup was restored there."""
    places = [*_logs_aside(book), *(folder / f"log-{book.pk}.checkpoint" for folder in kept_before(Path(settings.AWNA_KEY_DIR)))]
    return {str(place): place.read_text(encoding="utf-8", errors="replace") for place in places if place.is_file()}


def mirror_aside(book: Book) -> str:
    """The published log with most entries that lay there, if one did."""
    found = max(_logs_aside(book), key=size_said, default=None)
    return str(found.parent) if found and found.is_file() else ""


def _logs_aside(book: Book) -> list[Path]:
    return [folder / str(book.pk) / CHECKPOINT for folder in kept_before(Path(settings.AWNA_LOG_DIR))]


def _told(book: Book, read: Read) -> list[str]:
    missing = read_missing(book, read=read)
    money = {commodity.pk: (commodity.code, commodity.scale) for commodity in Commodity.objects.all()}
    units = {str(pk): money[commodity] for pk, commodity in book.accounts.values_list("pk", "commodity")}
    lines = []
    for seq, leaf in enumerate(missing.leaves, missing.first):
        entry = entry_of_leaf(leaf)
        units |= {one.id: money[one.commodity] for one in entry.accounts if one.commodity in money}
        lines.append(entry_line(seq, entry, units))
    return lines


def entry_line(seq: int, entry: Entry, units: Mapping[str, tuple[str, int]]) -> str:
    """One entry in one line; `units` has code and scale of each account's commodity."""
    rows = [_amount(units.get(row.credit), row.amount) for row in entry.rows]
    return f"entry {seq}, {entry.date}, {entry.kind}: {', '.join(rows) or entry.payload.get('about', '')}"


def _amount(unit: tuple[str, int] | None, minor: int) -> str:
    """A commodity that the lost entries brought in is unknown here by name."""
    return f"{format_minor(minor, unit[1])} {unit[0]}" if unit else f"{minor} of something new"
