"""Make a backup: copy, pack, seal, read back, and only then give it its name; forget the oldest."""

import contextlib
import errno
import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

import awna
from awna.core.problems import Problem, Refused

from .database import FILE_NAMES, check_copy, copy_database, database_file, kind_of_database
from .packing import Contents, Piece, pack, unpack
from .sealing import seal, unseal

PREFIX, SUFFIX = "awna-", ".backup.age"
SCRATCH, LOCK = "backup-", "backup.lock"
NAME_FORMAT = f"{PREFIX}%Y%m%dT%H%M%SZ{SUFFIX}"
DAYS_KEPT_MAX = 90
KEPT_LEAST = 2
ROOM_FACTOR = 2.5
"""How much larger than the database the free room must be: its copy, the packed archive, the sealed file."""
DATA, KEYS, LOG = "data", "keys", "log"
LEFT_OUT = ("static", "made", "mail", "backups", "upgrade", "serving.lock", LOCK)
"""What can be made again in the data folder, sent mails, which nobody needs twice, and the copies for the way back from an upgrade."""


@dataclass(frozen=True)
class Backup:
    """A backup that was read back: where it lies, how large it is, and what it says of itself."""

    path: Path
    size_bytes: int
    contents: Contents


Heads = Callable[[Path], list[dict[str, Any]]]
"""Of a copy of the database: the signed head of each book that the copy was found to continue."""


def make_backup(*, folder: Path, keys: Sequence[str], heads: Heads, tell: Callable[[str], None] = lambda _said: None) -> Backup:
    """A backup of everything that cannot be made again, below `folder`. Refused, and nothing left behind, when anything of it fails."""
    if not keys:
        raise Refused(Problem(
            "backup_needs_a_key",
            "Backups hold people's data, so they are sealed for a key that is not on this machine. Run awna backup --new-key, keep the secret line "
            "offline in two places, and put the public one into AWNA_BACKUP_KEYS."))  # fmt: skip
    now = timezone.now()
    path = folder / now.strftime(NAME_FORMAT)
    part = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _refuse_without_room(folder)
        with _one_at_a_time(folder), tempfile.TemporaryDirectory(dir=settings.AWNA_DATA_DIR, prefix=SCRATCH) as scratch:
            contents = _write(part, scratch=Path(scratch), made_at=now, keys=keys, heads=heads, tell=tell)
            part.replace(path)
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        part.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, contents)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Under a lock, which a killed process gives back; what such a one left, people's data in the open, is removed first."""
    with (Path(settings.AWNA_DATA_DIR) / LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(Problem("backup_is_running", "Another backup is being made. Wait until it has ended.")) from None
        for left in Path(settings.AWNA_DATA_DIR).glob(f"{SCRATCH}*/"):
            shutil.rmtree(left)
        for half in folder.glob(f"{PREFIX}*.part"):
            half.unlink()
        yield


def forget_old(folder: Path, *, days: int = DAYS_KEPT_MAX, now: datetime | None = None) -> list[Path]:
    """Delete backups older than that, except for the newest two; what was erased for people must be gone from backups too one day."""
    edge = ((now or timezone.now()) - timedelta(days=min(days, DAYS_KEPT_MAX))).strftime(NAME_FORMAT)
    gone = [path for path in backups_in(folder)[:-KEPT_LEAST] if path.name < edge]
    for path in gone:
        path.unlink()
    return gone


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the oldest first."""
    return sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))


def made_at(path: Path) -> datetime:
    """When a backup was made, by its name."""
    return datetime.strptime(path.name, NAME_FORMAT).replace(tzinfo=UTC)


def _write(part: Path, *, scratch: Path, made_at: datetime, keys: Sequence[str], heads: Heads, tell: Callable[[str], None]) -> Contents:
    copy = scratch / FILE_NAMES[kind_of_database()]
    # The published log and the guards first: they must not be ahead of the database beside them, or it would look like an older copy.
    # The database next, and files of the data folder last, because a row may name a file that has just been written.
    early = scratch / "early"
    for name, place in ((KEYS, Path(settings.AWNA_KEY_DIR)), (LOG, Path(settings.AWNA_LOG_DIR))):
        if place.is_dir():
            shutil.copytree(place, early / name, symlinks=False, ignore=shutil.ignore_patterns("*.lock"))
    tell("copying the database")
    copy_database(copy)
    check_copy(copy)
    contents = Contents(
        made_at=made_at.isoformat(), version=awna.__version__, database=kind_of_database(), migrations=_migrations(), heads=heads(copy)
    )
    with tempfile.TemporaryFile(dir=scratch) as plain:
        tell("packing")
        pack([Piece(copy.name, copy), *_pieces(early, ""), *_data_pieces()], contents=contents, into=plain)
        tell("sealing")
        reading_back = seal(plain, into=part, keys=keys)
    with tempfile.TemporaryFile(dir=scratch) as plain:
        tell("reading back")
        unseal(part, identities=[reading_back], into=plain)
        found = unpack(plain, folder=scratch / "found")
    check_copy(scratch / "found" / copy.name)
    if found != contents or heads(scratch / "found" / copy.name) != contents.heads:
        raise Refused(Problem("backup_differs", "What was read back differs from what was written. Nothing was kept; look at the disk."))
    return contents


def _data_pieces() -> Iterator[Piece]:
    root, elsewhere = Path(settings.AWNA_DATA_DIR), {Path(settings.AWNA_KEY_DIR), Path(settings.AWNA_LOG_DIR)}
    database = str(database_file())
    for top in sorted(root.iterdir()):
        if (
            top in elsewhere
            or top.name in LEFT_OUT
            or str(top).startswith(database)
            or top.name.startswith((SCRATCH, "restoring-", "test-"))
        ):
            continue
        if top.is_dir():
            yield from _pieces(top, f"{DATA}/{top.name}/")
        elif top.is_file():
            yield Piece(f"{DATA}/{top.name}", top)


def _pieces(folder: Path, prefix: str) -> Iterator[Piece]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield Piece(f"{prefix}{path.relative_to(folder).as_posix()}", path)


def _migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections["default"]).applied_migrations())


def _refuse_without_room(folder: Path) -> None:
    database = database_file()
    needed = int(database.stat().st_size * ROOM_FACTOR) if database.is_file() else 0
    for place in {folder, Path(settings.AWNA_DATA_DIR)}:
        free = shutil.disk_usage(place).free
        if free < needed:
            raise Refused(Problem(
                "backup_has_no_room", "%(place)s has %(free)s MB free; the backup needs about %(needed)s MB while it is made. Free some room or name another folder.",
                {"place": place, "free": free >> 20, "needed": (needed >> 20) + 1}))  # fmt: skip


def _not_written(folder: Path, error: OSError) -> Refused:
    full = error.errno == errno.ENOSPC or "No space" in str(error)
    if full:
        return Refused(Problem("disk_full", "The disk became full while the backup was written. Nothing of it was kept, and earlier backups stand. "
                               "Free some room in %(place)s.", {"place": folder}))  # fmt: skip
    return Refused(Problem("backup_not_written", "The backup could not be written to %(place)s: %(reason)s. Nothing of it was kept.",
                           {"place": folder, "reason": error.strerror or error}))  # fmt: skip
