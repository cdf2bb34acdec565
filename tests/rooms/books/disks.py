"""Disks that fail: killed before a step, a half-written file, a power cut that forgets what was not synced, a disk that is full."""

import errno
import random
from pathlib import Path

from awna.core.log.disk import Disk


class Killed(BaseException):
    """The process ends here; nothing of it runs on."""


class KillingDisk(Disk):
    """Ends the process before step `at`; a write that is hit leaves half of its bytes."""

    def __init__(self, at: int) -> None:
        self.at, self.steps = at, 0

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self.at:
            self.cut()
            raise Killed

    def cut(self) -> None:
        """What the machine does to the files when it ends."""

    def make_folder(self, folder: Path) -> None:
        self._step()
        super().make_folder(folder)

    def write(self, path: Path, data: bytes) -> None:
        try:
            self._step()
        except Killed:
            path.write_bytes(data[: len(data) // 2])
            raise
        super().write(path, data)

    def sync(self, path: Path) -> None:
        self._step()
        super().sync(path)

    def rename(self, path: Path, place: Path) -> None:
        self._step()
        super().rename(path, place)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


class PowerCut(KillingDisk):
    """At the cut, files that were not synced are empty, and each rename in a folder that was not synced may never have happened."""

    def __init__(self, at: int, *, chance: random.Random) -> None:
        super().__init__(at)
        self.chance = chance
        self.unsynced: dict[Path, None] = {}
        self.renamed: list[tuple[Path, bytes | None]] = []

    def write(self, path: Path, data: bytes) -> None:
        super().write(path, data)
        self.unsynced[path] = None

    def sync(self, path: Path) -> None:
        super().sync(path)
        self.unsynced.pop(path, None)
        self.renamed = [(place, old) for place, old in self.renamed if place.parent != path]

    def rename(self, path: Path, place: Path) -> None:
        old = place.read_bytes() if place.exists() else None
        super().rename(path, place)
        self.renamed.append((place, old))
        if path in self.unsynced:
            self.unsynced[place] = self.unsynced.pop(path)

    def cut(self) -> None:
        for path in self.unsynced:
            if path.exists():
                path.write_bytes(b"")
        for place, old in reversed(self.renamed):
            if self.chance.random() < 0.7:
                if old is None:
                    place.unlink()
                else:
                    place.write_bytes(old)


class FullDisk(Disk):
    """Room for `room` more bytes; then writes end half-way, as a full disk ends them."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, path: Path, data: bytes) -> None:
        super().write(path, data[: self.room])
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        self.room -= len(data)
