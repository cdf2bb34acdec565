"""Files that survive a power cut: written beside their place, synced, renamed, the folder synced. Every step is one method of `Disk`."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

TEMPORARY = ".new-"


class Disk:
    """The steps of a durable write, each of which a test can make fail."""

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def sync(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, path: Path, place: Path) -> None:
        path.replace(place)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)


def write_durably(files: Iterable[tuple[str, bytes]], *, under: Path, disk: Disk) -> int:
    """Put each file whole into its place below `under` and return how many were written; what is there, byte for byte, is left alone.

    When this returns, all of them survive a power cut. When it raises, no file is half there: those renamed are whole.
    """
    written = 0
    folders: set[Path] = set()
    for path, data in files:
        place = under / path
        # A folder is synced even where its file was there: a run that was killed may have left it unsynced.
        folder = place.parent
        while folder not in folders:
            folders.add(folder)
            folder = folder if folder == under else folder.parent
        if _holds(place, data):
            continue
        if not place.parent.is_dir():
            disk.make_folder(place.parent)
        beside = place.with_name(f"{TEMPORARY}{place.name}")
        try:
            disk.write(beside, data)
            disk.sync(beside)
            disk.rename(beside, place)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        written += 1
    for folder in sorted(folders, reverse=True):
        disk.sync(folder)
    return written


def read_file(folder: Path, path: str) -> bytes | None:
    """The bytes of a published file, or None where there is none."""
    try:
        return (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _holds(place: Path, data: bytes) -> bool:
    try:
        return place.stat().st_size == len(data) and place.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False
