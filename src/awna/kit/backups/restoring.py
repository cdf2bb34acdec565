"""Bring a backup back into a bare place: opened, compared with its own list, and put down piece by piece, the database last of all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from awna.core.problems import Problem, Refused

from ..serving import unknown_migrations
from .database import FILE_NAMES, check_copy, kind_of_database, put_back, refuse_unless_bare
from .making import DATA, KEYS, LOG
from .packing import Contents, unpack
from .sealing import read_identities, unseal

BEFORE = ".before-restore"


def restore(*, backup: Path, key_file: Path, tell: Callable[[str], None] = lambda _said: None) -> Contents:
    """Put the backup into the folders and the database of the settings, which must be bare. Stopped on the way, it may be begun again."""
    refuse_unless_bare()
    identities = read_identities(key_file)
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
        copy = folder / FILE_NAMES[contents.database]
        check_copy(copy)
        tell("putting it in place")
        for name, place in ((KEYS, Path(settings.AWNA_KEY_DIR)), (LOG, Path(settings.AWNA_LOG_DIR))):
            _put(folder / name, place)
        for piece in sorted((folder / DATA).glob("*")):
            _put(piece, data / piece.name)
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


def _put(source: Path, target: Path) -> None:
    """Move a file or folder into place. What lies there, such as a key that was made at this start, is kept beside it."""
    if not source.exists():
        return
    if target.exists():
        aside = target.with_name(target.name + BEFORE)
        if aside.is_dir():
            shutil.rmtree(aside)
        else:
            aside.unlink(missing_ok=True)
        target.rename(aside)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)
