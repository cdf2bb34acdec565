"""Write down what was forgotten or taken away, in the database and in files that no restore takes back; read what those files know more."""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.kit.serving import TOMBSTONES

from .models import Tombstone

FILE = TOMBSTONES
LINE_CHARS_MAX = 200
_log = logging.getLogger(__name__)
Known = tuple[str, str]
"""Kind and id of what was forgotten."""


def note_forgotten(*, kind: str, subject: object) -> None:
    """Call it in the transaction that forgets: the row is written with it, and the files right after. Twice is once."""
    Tombstone.objects.get_or_create(kind=kind, subject=str(subject))
    transaction.on_commit(_write_out_or_say, robust=True)


def tombstone_files() -> list[Path]:
    """Beside the database, and on the second storage where one is set."""
    folders = [Path(settings.AWNA_DATA_DIR), *([Path(settings.AWNA_LOG_GUARD_DIR)] if settings.AWNA_LOG_GUARD_DIR else [])]
    return [folder / FILE for folder in folders]


def write_out() -> int:
    """Bring every file up to what the database knows; how many lines were added. An OSError where a storage is away, after the others were written."""
    known = set(Tombstone.objects.values_list("kind", "subject"))
    added, away = 0, None
    for file in tombstone_files():
        try:
            added += _append(file, known)
        except OSError as error:
            away = error
    if away:
        raise away
    return added


def lines_missing() -> dict[Path, int]:
    """For each file, how many lines it lacks of what the database knows."""
    known = set(Tombstone.objects.values_list("kind", "subject"))
    return {file: len(known - _read(file)) for file in tombstone_files()}


def forgotten_elsewhere() -> list[Known]:
    """What a file says was forgotten and the database does not know: it is older than that."""
    known = set(Tombstone.objects.values_list("kind", "subject"))
    return sorted({one for file in tombstone_files() for one in _read(file)} - known)


def take_over(file: Path) -> int:
    """Bring the lines of a file that was kept elsewhere into the one beside the database; how many were new. Refused where it holds none."""
    found = _read(file)
    if not found:
        raise Refused(Problem("no_tombstones", "%(file)s holds no lines of what was forgotten. Name the file %(name)s of the second storage.",
                              {"file": file, "name": FILE}))  # fmt: skip
    return _append(tombstone_files()[0], found)


def forget_again(ways: Mapping[str, Callable[[str], None]]) -> int:
    """Forget what the files know and this database does not, each by its kind's own way; how many. Refused for kinds that have none here."""
    found = forgotten_elsewhere()
    for kind, subject in found:
        if kind in ways:
            with transaction.atomic():
                ways[kind](subject)
                note_forgotten(kind=kind, subject=subject)
    unknown = sorted({kind for kind, _ in found} - ways.keys())
    if unknown:
        raise Refused(Problem(
            "tombstone_unknown", "%(file)s says that something of the kind %(kind)s was forgotten; this version does not know how. Install the newer version and "
            "type awna checkrestored again.", {"file": FILE, "kind": unknown[0]}))  # fmt: skip
    return len(found)


def _write_out_or_say() -> None:
    """A second storage that is away must not keep anybody from being forgotten; awna hourly writes it there later, and awna doctor says so."""
    try:
        write_out()
    except OSError as error:
        _log.error("What was forgotten could not be written down: %s", error)


def _append(file: Path, known: set[Known]) -> int:
    missing = sorted(known - _read(file))
    if not missing:
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "a+b", opener=_for_me_alone) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if handle.tell() and not _ends_whole(file):
            handle.write(b"\n")  # a power cut left half a line
        handle.write("".join(f"{json.dumps({'kind': kind, 'id': subject})}\n" for kind, subject in missing).encode())
        handle.flush()
        os.fsync(handle.fileno())
    return len(missing)


def _read(file: Path) -> set[Known]:
    """The lines of a file; half a line that a power cut left says nothing."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return set()
    found = set()
    for line in lines:
        try:
            value = json.loads(line[:LINE_CHARS_MAX])
            found.add((str(value["kind"]), str(value["id"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _ends_whole(file: Path) -> bool:
    with file.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
