"""The folder of a snapshot: a new copy beside the old one, files that did not change linked instead of written, and one rename that swaps them."""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from awna.core.problems import Problem, Refused

CURRENT, COPIES, STATES, LOCK = "current", "copies", "states", "lock"
COMPRESSED = re.compile(r"\.(html|css|js|svg|json|jsonl|csv|txt|xml|ics|py|journal|ledger|beancount)$|/for/\w+$")
GZIP_LEVEL = 6
PIECE_BYTES = 1 << 20
SAFE_PATH = re.compile(r"(?!\.{1,2}(?:/|$))[\w.,@+=~-]+(?:/(?!\.{1,2}(?:/|$))[\w.,@+=~-]+)*")


class Kept(NamedTuple):
    """What is remembered of one file: its SHA-256, its bytes, what it was made from, the SHA-256 of its compressed twin."""

    sha256: str
    size: int
    made_from: str
    twin: str


@dataclass
class Counts:
    """How many files were made, and how many were taken over from the copy before."""

    written: int = 0
    kept: int = 0


class NewCopy:
    """A copy that is being built beside the one that is served."""

    def __init__(self, place: Path, old: Path | None, known: dict[str, Kept]) -> None:
        self.place, self.old, self.known = place, old, known
        self.files: dict[str, Kept] = {}
        self.counts = Counts()
        self._folders: set[Path] = set()

    def keep(self, files: Iterable[str], *, made_from: str) -> bool:
        """Take all these files over where they were made from the same; never one whose bytes were changed since."""
        found = {file: self.known.get(file) for file in files}
        if not made_from or not all(
            known and known.made_from == made_from and self._is_whole(file, known) for file, known in found.items()
        ):
            return False
        for file, known in found.items():
            if known:
                self._link(file, known)
        return True

    def put(self, file: str, pieces: Iterable[bytes], *, made_from: str = "") -> None:
        """Write the file, or link the old one where the bytes turn out to be the same."""
        if not SAFE_PATH.fullmatch(file):
            raise Refused(Problem("path_unsafe", "“%(file)s” cannot be the name of a file in a snapshot.", {"file": file}))
        path = self._path(file)
        path.unlink(missing_ok=True)  # never through a link into the copy that is served
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as out:
            for piece in pieces:
                digest.update(piece)
                size += out.write(piece)
        sha256, known = digest.hexdigest(), self.known.get(file)
        if known and known.sha256 == sha256 and self._is_whole(file, known):
            path.unlink()
            self._link(file, known._replace(made_from=made_from))
            return
        twin = _compress(path) if COMPRESSED.search(file) else ""
        self.files[file] = Kept(sha256, size, made_from, twin)
        self.counts.written += 1

    def take(self, files: dict[str, Kept], counts: Counts) -> None:
        """Files that another process has made in the same folder."""
        self.files |= files
        self.counts.written += counts.written
        self.counts.kept += counts.kept

    def _path(self, file: str) -> Path:
        path = self.place / file
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        return path

    def _link(self, file: str, known: Kept) -> None:
        path, old = self._path(file), self.old
        assert old is not None  # `known` is of the old copy
        _link(f"{old}/{file}", str(path))
        if known.twin:
            _link(f"{old}/{file}.gz", f"{path}.gz")
        self.files[file] = known
        self.counts.kept += 1

    def _is_whole(self, file: str, known: Kept) -> bool:
        if self.old is None or _sha256(f"{self.old}/{file}") != known.sha256:
            return False
        return not known.twin or _sha256(f"{self.old}/{file}.gz") == known.twin


def _link(old: str, new: str) -> None:
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)  # file systems without hard links, or too many of them


def _compress(path: Path) -> str:
    """Write the compressed twin, without a time in it so that the same bytes give the same bytes, and return its SHA-256."""
    data = gzip.compress(path.read_bytes(), GZIP_LEVEL, mtime=0)
    path.with_name(f"{path.name}.gz").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    try:
        # Thousands of small files: paths of `pathlib` and buffers cost more than reading them.
        handle = os.open(path, os.O_RDONLY)
        try:
            while piece := os.read(handle, PIECE_BYTES):
                digest.update(piece)
        finally:
            os.close(handle)
    except OSError:
        return ""
    return digest.hexdigest()


@contextlib.contextmanager
def one_publisher(folder: Path) -> Iterator[None]:
    """One run at a time; a file lock, which a killed process gives back."""
    try:
        for name in (COPIES, STATES):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise Refused(
            Problem("publishing_already", "Another run is publishing into %(folder)s. Wait for it.", {"folder": folder})
        ) from None
    except OSError as error:
        raise Refused(Problem(
            "snapshot_not_written", "%(file)s could not be written: %(reason)s. The old snapshot is served as before. Make room, then publish again.",
            {"file": error.filename or "A file of the snapshot", "reason": error.strerror or error})) from error  # fmt: skip


def begin(folder: Path, *, fresh: bool = False) -> NewCopy:
    """A new empty copy, after removing what runs that did not end have left. `fresh`: nothing is taken over."""
    served = served_copy(folder)
    newest = int(served.name) if served else 0
    for path in (folder / COPIES).iterdir():
        if int(path.name) > newest:
            shutil.rmtree(path)
    place = folder / COPIES / f"{newest + 1:06d}"
    place.mkdir()
    known = {} if served is None or fresh else _read_state(folder, served)
    return NewCopy(place, served, known)


def served_copy(folder: Path) -> Path | None:
    """The copy that is served now."""
    link = folder / CURRENT
    return link.resolve() if link.is_symlink() and link.exists() else None


def swap(folder: Path, copy: NewCopy) -> None:
    """From here on the new copy is served. The one before stays for whoever is still reading it; older ones go."""
    state = {file: list(kept) for file, kept in sorted(copy.files.items())}
    _state_file(folder, copy.place).write_text(json.dumps(state))
    os.sync()  # thousands of files: one call instead of one for each
    beside = folder / f"{CURRENT}.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(Path(COPIES) / copy.place.name)
    beside.replace(folder / CURRENT)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    for path in (folder / COPIES).iterdir():
        if path not in (copy.place, copy.old):
            shutil.rmtree(path)
            _state_file(folder, path).unlink(missing_ok=True)


def _state_file(folder: Path, copy: Path) -> Path:
    return folder / STATES / f"{copy.name}.json"


def _read_state(folder: Path, copy: Path) -> dict[str, Kept]:
    """What is known of the served copy; nothing where the file is lost, and then everything is written anew."""
    try:
        found = json.loads(_state_file(folder, copy).read_text())
        return {file: Kept(*kept) for file, kept in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
