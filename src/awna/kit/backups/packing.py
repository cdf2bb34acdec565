"""What lies in a backup: a packed archive whose last part is the list of all others, with their digests."""

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from awna.core.problems import Problem, Refused

LIST = "manifest.json"
FORMAT = 1
CHUNK_BYTES = 1 << 20
LIST_BYTES_MAX = 64 << 20
GZIP_LEVEL = 6


@dataclass(frozen=True)
class Piece:
    """One file of a backup: its name in the archive (`data/files/plan.pdf`) and where it lies."""

    name: str
    path: Path


@dataclass
class Contents:
    """What a backup says of itself. `heads` are the signed heads of the books in its database."""

    made_at: str
    version: str
    database: str
    migrations: list[str]
    heads: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        return sum(int(one["size"]) for one in self.files)


def pack(pieces: Iterable[Piece], *, contents: Contents, into: BinaryIO) -> None:
    """Write the archive. A file that grows or goes while it is read is taken as it was at one moment, or left out when it is gone."""
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=GZIP_LEVEL, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as tar,
    ):
        for piece in pieces:
            try:
                stream = piece.path.open("rb")
            except FileNotFoundError:
                continue
            with stream:
                info = tar.gettarinfo(arcname=piece.name, fileobj=stream)
                hashed = _Hashed(stream)
                tar.addfile(info, hashed)
                contents.files.append({"name": piece.name, "size": info.size, "sha256": hashed.digest()})
        data = json.dumps({"v": FORMAT, **vars(contents)}, ensure_ascii=False, sort_keys=True).encode()
        info = tarfile.TarInfo(LIST)
        info.size = len(data)
        tar.addfile(info, BytesIO(data))
    into.seek(0)


def unpack(packed: BinaryIO, *, folder: Path | None) -> Contents:
    """Read the whole archive and compare it with its list; write its files below `folder` if one is given. Refused unless all is there."""
    seen: dict[str, tuple[int, str]] = {}
    listed: dict[str, Any] | None = None
    try:
        with gzip.GzipFile(fileobj=packed) as zipped, tarfile.open(fileobj=zipped, mode="r|") as tar:
            for info in tar:
                stream = tar.extractfile(info) if info.isfile() and _is_inside(info.name) else None
                if stream is None:
                    raise _damaged(info.name)
                if info.name == LIST:
                    listed = json.loads(stream.read(LIST_BYTES_MAX))
                else:
                    seen[info.name] = (info.size, _copy(stream, folder and folder / info.name))
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError) as error:
        raise _damaged(str(error)) from error
    if listed is None:
        raise _damaged(LIST)
    return _compared(listed, seen)


def _compared(listed: dict[str, Any], seen: dict[str, tuple[int, str]]) -> Contents:
    if listed.pop("v", None) != FORMAT:
        raise Refused(
            Problem("backup_of_another_kind", "This backup was made by another version in another form. Restore it with that version.")
        )
    wanted = {one["name"]: (one["size"], one["sha256"]) for one in listed["files"]}
    for name in sorted(wanted.keys() | seen.keys()):
        if wanted.get(name) != seen.get(name):
            raise _damaged(name)
    return Contents(**listed)


class _Hashed:
    """A stream whose bytes are hashed as they are read; only what the archive asked for counts."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._hash = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def digest(self) -> str:
        return self._hash.hexdigest()


def _copy(stream: Any, path: Path | None) -> str:
    digest = hashlib.sha256()
    for data in _chunks(stream, path):
        digest.update(data)
    return digest.hexdigest()


def _chunks(stream: Any, path: Path | None) -> Iterator[bytes]:
    if path is None:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        path.chmod(0o600)
        for data in iter(lambda: stream.read(CHUNK_BYTES), b""):
            file.write(data)
            yield data


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts


def _damaged(what: str) -> Refused:
    return Refused(Problem("backup_damaged", "The backup is not whole: %(what)s is missing or differs from its list. Use the one before it.",
                           {"what": what}))  # fmt: skip
