"""Bring a backup back into a bare place: opened, compared with its own list, and put down piece by piece, the database last of all."""

import errno
import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from django.conf import settings
from pyrage.x25519 import Identity

from awna.core.log.disk import read_file
from awna.core.log.publishing import CHECKPOINT
from awna.core.problems import Problem, Refused

from ..serving import JOURNAL, TOMBSTONES, unknown_migrations, upgrade_folder
from .database import FILE_NAMES, check_copy, kind_of_database, put_back, refuse_unless_bare
from .making import DATA, KEYS, LOG
from .packing import Contents, unpack
from .sealing import read_identities, unseal

BEFORE = ".before-restore"
SIZE_DIGITS_MAX = 16


def restore(*, backup: Path, key_file: Path, though_older: bool = False, tell: Callable[[str], None] = lambda _said: None) -> Contents:
    """Put the backup into the folders and the database of the settings, which must be bare. Stopped on the way, it may be begun again.

    Refused, unless `though_older`, where a published log or a guard in place is ahead of the backup.
    """
    refuse_unless_bare()
    identities = read_identities(key_file)
    try:
        return _restore(backup, identities, though_older, tell)
    except OSError as error:
        full = error.errno == errno.ENOSPC or "No space" in str(error)
        raise Refused(Problem(
            "restore_has_no_room" if full else "restore_not_written",
            "The disk became full. Free some room in %(place)s and type the same again." if full else "%(place)s could not be written: %(reason)s. Mend it and type the same again.",
            {"place": settings.AWNA_DATA_DIR, "reason": error.strerror or error})) from error  # fmt: skip


def _restore(backup: Path, identities: list[Identity], though_older: bool, tell: Callable[[str], None]) -> Contents:
    data = Path(settings.AWNA_DATA_DIR)
    for left in data.glob("restoring-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=data, prefix="restoring-") as scratch:
        folder = Path(scratch) / "found"
        with tempfile.TemporaryFile(dir=scratch) as plain:
            tell("opening")
            unseal(backup, identities=identities, into=plain)
            tell("comparing with its list")
            contents = unpack(plain, folder=folder)
        _refuse_unfit(contents)
        if not though_older:
            _refuse_older(contents)
        copy = folder / FILE_NAMES[contents.database]
        check_copy(copy)
        tell("putting it in place")
        for name, place in ((KEYS, Path(settings.AWNA_KEY_DIR)), (LOG, Path(settings.AWNA_LOG_DIR))):
            _put(folder / name, place)
        for piece in sorted((folder / DATA).glob("*")):
            # Who was forgotten stands in the database of the backup too; a file in place may know more.
            if piece.name != TOMBSTONES or not (data / piece.name).exists():
                _put(piece, data / piece.name)
        journal = upgrade_folder() / JOURNAL
        if journal.exists():  # of a database that is no more
            journal.rename(journal.with_name(JOURNAL + BEFORE))
        put_back(copy)
    return contents


def _refuse_unfit(contents: Contents) -> None:
    if contents.database != kind_of_database():
        raise Refused(Problem("backup_of_another_database", "The backup is of %(held)s; this installation is set to %(here)s. Set AWNA_DATABASE_URL to match.",
                              {"held": contents.database, "here": kind_of_database()}))  # fmt: skip
    if newer := unknown_migrations(contents.migrations):
        raise Refused(Problem(
            "backup_of_a_newer_version", "The backup was made by version %(version)s, which is newer than this one (%(name)s is unknown here). Install that version first.",
            {"version": contents.version, "name": newer[0]}))  # fmt: skip


def _refuse_older(contents: Contents) -> None:
    """A log or a guard that outlived the database may know more than the backup: then a newer backup is what is wanted."""
    problems = []
    for head in contents.heads:
        places = [Path(settings.AWNA_LOG_DIR) / head["book"] / CHECKPOINT]
        places += [
            Path(folder) / f"log-{head['book']}.checkpoint" for folder in (settings.AWNA_KEY_DIR, settings.AWNA_LOG_GUARD_DIR) if folder
        ]
        size, place = max((size_said(place, origin=head["origin"]), str(place)) for place in places)
        if size > head["entries"]:
            problems.append(Problem(
                "restore_onto_a_newer_log", "%(place)s keeps a signed head of %(size)s entries of %(origin)s; this backup has %(held)s: %(n)s would be missing. Nothing was "
                "restored. Use a newer backup. If there is none, type the same with --though-older: the missing entries are then listed.",
                {"place": place, "size": size, "origin": head["origin"], "held": head["entries"], "n": size - head["entries"]}))  # fmt: skip
    if problems:
        raise Refused(problems)


def size_said(place: Path, *, origin: str = "") -> int:
    """How many entries the head in this file counts, its signature unlooked at; 0 where there is none that can be read, or none of this log."""
    try:
        lines = (read_file(place.parent, place.name) or b"").decode(errors="replace").split("\n")
    except OSError:
        return 0
    said = len(lines) > 2 and lines[0].startswith(origin) and lines[1].isascii() and lines[1].isdigit() and len(lines[1]) < SIZE_DIGITS_MAX
    return int(lines[1]) if said else 0


def _put(source: Path, target: Path) -> None:
    """Move a file or folder into place. What lies there, such as a key that was made at this start, is kept beside it."""
    if not source.exists():
        return
    if target.exists():
        target.rename(_free_name(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)


def _free_name(target: Path) -> Path:
    """A restore that was stopped and begun again must not throw away what the first one put aside."""
    names = (target.with_name(f"{target.name}{BEFORE}{f'-{number}' if number > 1 else ''}") for number in count(1))
    return next(name for name in names if not name.exists())


def kept_before(place: Path) -> list[Path]:
    """What restores put aside of a file or folder."""
    return sorted(place.parent.glob(f"{place.name}{BEFORE}*"))
