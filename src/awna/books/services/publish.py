"""Publish the log of a book as static files: hash, write bundles and tiles, sync, sign, keep the head, replace the checkpoint last."""

import contextlib
import fcntl
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.checkpoint import checkpoint_text, read_checkpoint
from awna.core.log.disk import TEMPORARY, Disk, read_file, write_durably
from awna.core.log.nodes import TileNodes, root_at
from awna.core.log.policy import policy_text
from awna.core.log.publishing import (
    CHECKPOINT,
    ENTRIES,
    KEYS,
    POLICY,
    WITNESSED,
    Grown,
    bundle_files,
    first_of_tile,
    grow,
    replaced_bundles,
    replaced_tiles,
)  # fmt: skip
from awna.core.problems import Problem, Refused
from awna.kit import jobs

from ..models import Book, Checkpoint, Entry
from . import heads, witnesses
from .keys import Signer, keys_bytes, known_keys, log_signer, origin_of, with_origin
from .tables import db_uuid
from .witnesses import entries_of

PUBLISH_PAUSE_S = 1.0
"""Commits that follow each other faster are published together."""

_REBUILD = {"tiles_differ", "tile_damaged"}
_DISK = Disk()
_published_at: dict[UUID, float] = {}
_waiting: set[UUID] = set()
_log = logging.getLogger(__name__)


def publish_log(book: Book, *, entries_until: int | None = None, rebuild: bool = False, disk: Disk = _DISK) -> Checkpoint:
    """Sign the present head and publish it; rerunnable after a crash at any point, with the same bytes.

    `entries_until`: how many entries may be read in bundles now; by default all, or for a campaign at risk those older than its delay.
    Refused, with nothing signed, when the database does not continue every head that was ever signed.
    """
    with _locked(book), transaction.atomic(durable=True), _disk_problems():
        return _publish(with_origin(book), entries_until, rebuild, disk)


def publish_after_commit(book: Book) -> None:
    """Publish when the transaction at hand commits; a batch of many entries, or many batches in a second, publish once."""
    if settings.AWNA_LOG_AT_COMMIT and not any(_is_for(book, call) for _, call, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(partial(_publish_soon, book.pk), robust=True)


def _is_for(book: Book, call: object) -> bool:
    return isinstance(call, partial) and call.func is _publish_soon and call.args == (book.pk,)


def _publish_soon(pk: UUID) -> None:
    """What was posted stands whatever happens here: a refusal is written to the journal and shown by `log_standing` as entries that wait."""
    if time.monotonic() - _published_at.get(pk, -PUBLISH_PAUSE_S) < PUBLISH_PAUSE_S:
        if pk not in _waiting:
            _waiting.add(pk)
            jobs.enqueue(_publish_later, book=str(pk))
        return
    _published_at[pk] = time.monotonic()
    _waiting.discard(pk)
    try:
        publish_log(Book.objects.get(pk=pk))
    except Refused as refused:
        _log.error("The log of book %s was not published: %s", pk, refused)


@jobs.job_task
def _publish_later(book: str) -> None:
    publish_log(Book.objects.get(pk=book))


def entries_allowed(book: Book, *, size: int) -> int:
    """How many entries may be read now. At risk: those older than the campaign's delay, up to a head that was signed, so no day can be read off."""
    campaign = book.campaign
    if not campaign.at_risk:
        return size
    limit = timezone.now() - timedelta(days=campaign.publication_delay_days)
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if Entry.objects.filter(book=book, seq=middle, posted_at__lte=limit).exists():
            low = middle + 1
        else:
            high = middle
    return _signed_size(book, low)


def _allowed_by_caller(book: Book, until: int, size: int) -> int:
    return size if until >= size else _signed_size(book, until)


def _signed_size(book: Book, until: int) -> int:
    """Partial bundles exist for signed sizes alone."""
    found = Checkpoint.objects.filter(book=book, size__lte=until, note__startswith=f"{origin_of(book)}\n").order_by("-size")
    return found.values_list("size", flat=True).first() or 0


def _publish(book: Book, entries_until: int | None, rebuild: bool, disk: Disk) -> Checkpoint:
    folder, size = heads.log_folder(book), entries_of(book)
    if not size:
        raise Refused(Problem("book_not_founded", "The book has no entries yet, so there is nothing to sign."))
    known = heads.signed_heads(book)
    last = heads.last_signed(book, heads=known, disk=disk)
    heads.refuse_shorter(book, last=last, size=size)
    # A restored copy does not know the head that was signed after it was made: then every entry is hashed again and compared.
    rebuild = rebuild or (last is not None and not _knows(book, last.head))
    grown, leaves = _grown(book, folder, size, rebuild)
    _refuse_other_history(grown, known, folder)
    signer = log_signer(book)
    row = _row(book, size)
    if row is not None and row.root != grown.root.hex():
        raise Refused(heads.lost(heads.SignedHead(Head("", size, bytes.fromhex(row.root)), row.note, "the database"), size=size))
    allowed = entries_allowed(book, size=size) if entries_until is None else _allowed_by_caller(book, entries_until, size)
    _write_tree(book, folder, grown, leaves, allowed, rebuild, disk)
    note = row.note if row is not None and _is_current(row.note, signer) else _sign(Head(origin_of(book), size, grown.root), signer)
    heads.keep_guard(book, note=note, disk=disk)
    row = row or Checkpoint.objects.create(book=book, size=size, root=grown.root.hex(), note=note)
    witnesses.take_inbox(book, disk=disk)
    # Before the checkpoint, so that a run that is killed here does it again; readers of the old one take the full tiles.
    _remove_replaced(folder, replaced_tiles(_published_size(book, folder), size=size), disk)
    write_head(book, note=note, row=row, disk=disk)
    return row


def _grown(book: Book, folder: Path, size: int, rebuild: bool) -> tuple[Grown, list[bytes]]:
    """The new tiles and the last leaves; from the edge of the tiles on disk or, where that is missing or damaged, from all entries."""
    old = None if rebuild else _published_head(book, folder)
    if old is not None and old.size <= size:
        try:
            leaves = leaves_of(book, first=first_of_tile(old.size), until=size)
            return grow(partial(read_file, folder), old_size=old.size, old_root=old.root, leaves=leaves), leaves
        except Refused as refused:
            if not _REBUILD & set(refused.codes):
                raise
    leaves = leaves_of(book, first=0, until=size)
    return grow(lambda _: None, old_size=0, old_root=b"", leaves=leaves), leaves


def _refuse_other_history(grown: Grown, known: list[heads.SignedHead], folder: Path | None = None) -> None:
    """Each head that was ever signed must be a beginning of the tree that is about to be signed."""
    new = dict(grown.files)
    nodes = TileNodes(lambda path: new.get(path) or (read_file(folder, path) if folder else None), grown.size)
    # Most places keep the same head.
    for one in {(one.head.size, one.head.root): one for one in known}.values():
        if root_at(nodes, size=one.head.size) != one.head.root:
            raise Refused(heads.lost(one, size=grown.size))


def _write_tree(book: Book, folder: Path, grown: Grown, leaves: list[bytes], allowed: int, rebuild: bool, disk: Disk) -> None:
    """Bundles, then tiles, then how many entries are out; all on the platter before the head is signed."""
    done = 0 if rebuild else min(entries_out(folder), allowed)
    first = first_of_tile(done)
    in_hand = grown.size - len(leaves)
    if first < in_hand:
        leaves, in_hand = leaves_of(book, first=first, until=allowed), first
    bundles = bundle_files(leaves[first - in_hand : allowed - in_hand], first=first) if allowed > done or rebuild else ()
    write_durably([*bundles, *grown.files], under=folder, disk=disk)
    # Before their number moves on, so that a run that is killed here does it again.
    _remove_replaced(folder, replaced_bundles(done, entries=allowed), disk)
    if allowed > entries_out(folder) or not (folder / ENTRIES).exists():
        write_durably([(ENTRIES, f"{allowed}\n".encode())], under=folder, disk=disk)


def write_head(book: Book, *, note: str, row: Checkpoint, disk: Disk) -> None:
    """The policy, the older keys, the newest witnessed head; and last of all the checkpoint with its cosignatures."""
    policy = witnesses.log_policy(book)
    side = [(POLICY, policy_text(policy).encode()), (KEYS, keys_bytes(book))]
    witnessed = witnesses.witnessed_head(book, policy=policy)
    if witnessed is not None:
        side.append((WITNESSED, witnessed.note.encode()))
    folder = heads.log_folder(book)
    write_durably(side, under=folder, disk=disk)
    write_durably([(CHECKPOINT, witnesses.with_cosignatures(note, row=row, policy=policy).encode())], under=folder, disk=disk)


def leaves_of(book: Book, *, first: int, until: int) -> list[bytes]:
    """The leaves numbered `first` to `until`, that one not included. By SQL: a publisher reads them after every batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leaf FROM books_entry WHERE book_id = %s AND seq >= %s AND seq < %s ORDER BY seq", [db_uuid(book.pk), first, until]
        )
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def _sign(head: Head, signer: Signer) -> str:
    """The note, read back with the public key before anybody gets it."""
    text = checkpoint_text(head)
    note = f"{text}\n{signer.sign(text)}"
    if read_checkpoint(note, key=signer.key) != head:
        raise Refused(Problem("signer_failed", "The signer signed another head. Nothing was published; check its key."))
    return note


def current_note(book: Book, row: Checkpoint) -> str:
    """A head's note by the key in force: right after a rotation the newest head is signed once more."""
    signer = log_signer(book)
    return row.note if _is_current(row.note, signer) else _sign(Head(origin_of(book), row.size, bytes.fromhex(row.root)), signer)


def _is_current(note: str, signer: Signer) -> bool:
    return heads.head_of(note, keys=[signer.key]) is not None


def _row(book: Book, size: int) -> Checkpoint | None:
    return Checkpoint.objects.filter(book=book, size=size).first()


def _knows(book: Book, head: Head) -> bool:
    return Checkpoint.objects.filter(book=book, size=head.size, root=head.root.hex()).exists()


def _published_head(book: Book, folder: Path) -> Head | None:
    data = read_file(folder, CHECKPOINT)
    found = heads.head_of(data.decode(errors="replace"), keys=known_keys(book)) if data else None
    return found if found and found.origin == origin_of(book) else None


def _published_size(book: Book, folder: Path) -> int:
    found = _published_head(book, folder)
    return found.size if found else 0


def entries_out(folder: Path) -> int:
    """How many entries stand in published bundles."""
    text = (read_file(folder, ENTRIES) or b"").decode(errors="replace").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _remove_replaced(folder: Path, parts: Iterable[str], disk: Disk) -> None:
    """Partial tiles or bundles whose full ones are on disk, and what a killed run left beside them."""
    for path in parts:
        part = folder / path
        if part.is_dir() and (folder / path.removesuffix(".p")).exists():
            for file in part.iterdir():
                disk.remove(file)
            part.rmdir()


def continuity_problems(book: Book) -> list[Problem]:
    """Whether the database continues every head that was ever signed, hashing every entry; nothing is written."""
    try:
        known = heads.signed_heads(book)
        last = heads.last_signed(book, heads=known, disk=_DISK)
        heads.refuse_shorter(book, last=last, size=entries_of(book))
        if last is not None:
            _refuse_other_history(
                grow(lambda _: None, old_size=0, old_root=b"", leaves=leaves_of(book, first=0, until=entries_of(book))), known
            )
    except Refused as refused:
        return refused.problems
    return []


def receive_cosigned(book: Book, *, note: str, disk: Disk = _DISK) -> int:
    """Keep the cosignatures of a note that a witness returned, and publish them with the checkpoint; how many were new."""
    with _locked(book), transaction.atomic(durable=True), _disk_problems():
        new = witnesses.take_cosigned(book, note=note)
        head = _published_head(book, heads.log_folder(book))
        row = _row(book, head.size) if head else None
        if new and row is not None:
            write_head(book, note=current_note(book, row), row=row, disk=disk)
        return new


def log_file(book: Book, path: str) -> bytes | None:
    """The bytes of a published file, or None. The caller makes sure that the path is one of a log."""
    return read_file(heads.log_folder(book), path)


def log_paths(book: Book) -> list[str]:
    """Every published file of the log, as paths below its folder."""
    folder = heads.log_folder(book)
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY)]


def remove_leftovers(book: Book, *, disk: Disk = _DISK) -> int:
    """Remove half-written files of runs that were killed; how many there were."""
    left = list(heads.log_folder(book).rglob(f"{TEMPORARY}*"))
    for file in left:
        disk.remove(file)
    return len(left)


@contextlib.contextmanager
def _locked(book: Book) -> Iterator[None]:
    """One publisher a book: a file lock, which a killed process gives back."""
    folder = Path(settings.AWNA_LOG_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{book.pk}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _disk_problems() -> Iterator[None]:
    """A disk that is full or gone leaves the old checkpoint in place, and says which file could not be written."""
    try:
        yield
    except OSError as error:
        raise Refused(Problem(
            "log_not_written", "%(file)s could not be written: %(reason)s. The old checkpoint stands. Make room or mount the disk, then publish again.",
            {"file": error.filename or "A file of the log", "reason": error.strerror or error})) from error  # fmt: skip
