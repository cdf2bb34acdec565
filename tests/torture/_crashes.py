"""Kills, power cuts and a full disk: tests 1, 2 and 16. What was answered stands, what was not is whole or absent."""

import contextlib
import os
import random
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, connections

from awna.books import services as books
from awna.books.services import heads, post_entries
from awna.core.log.checkpoint import read_checkpoint
from awna.core.log.disk import Disk
from awna.core.log.tiles import tile_files
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Refused

from . import _place
from ._cases import BOTH, POSTGRESQL, SQLITE, Case, Result, Torture
from ._place import Place

LINES, BATCH = 240, 8
RUN_S = 0.35  # about as long as a run takes that nobody kills; kills fall into it
SERVER_START_S_MAX = 60


def kill_importers(how: Torture) -> Result:
    """SIGKILL an import at a random moment, start it again, until it is done; then the next book."""
    wanted, dice = how.rounds(full=200, short=5), how.random
    kills, faults = 0, []
    while kills < wanted and not faults:
        with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
            before, _minors = base(place), [dice.randint(1, 9_999) for _ in range(LINES)]
            movements = _place.lines(place, _minors)
            answers = Path(folder) / "answers"
            done = False
            while not done:
                child = _place.spawn(lambda: import_lines(movements, _minors, answers))  # noqa: B023  # it runs before the next round
                killed = kills < wanted and _place.kill(child, after_s=dice.uniform(0, RUN_S))
                if killed:
                    kills += 1
                else:
                    done = kills < wanted or _place.wait(child) == 0
                place = _place.here(place.name)
                faults += answered_but_gone(place, before, answers)
            if how.plant:
                lose_last_entry()
            faults += _place.faults_of(place, entries=before + LINES, received=sum(_minors))
            faults += answered_but_gone(place, before, answers)
    return Result("kills of an import", kills, faults)


def kill_servers(how: Torture) -> Result:
    """SIGKILL PostgreSQL's postmaster under a running import, start it again, go on."""
    wanted, dice = how.rounds(full=20, short=1), how.random
    faults: list[str] = []
    with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
        before, minors = base(place), [dice.randint(1, 9_999) for _ in range(LINES)]
        movements = _place.lines(place, minors)
        answers = Path(folder) / "answers"
        server = Server()
        for _ in range(wanted):
            child = _place.spawn(lambda: import_lines(movements, minors, answers))
            time.sleep(dice.uniform(0.02, RUN_S))
            server.kill()
            _place.wait(child)
            server.start()
            place = _place.here(place.name)
            faults += answered_but_gone(place, before, answers)
        import_lines(movements, minors, answers)
        if how.plant:
            lose_last_entry()
        faults += _place.faults_of(_place.here(place.name), entries=before + LINES, received=sum(minors))
    return Result("kills of the postmaster", wanted, faults)


def cut_power(how: Torture) -> Result:
    """Stop an import, cut the write-ahead log of its copy at a random byte, open it: a whole beginning, and all that was synced and answered.

    Each cut but one in ten is harder than a disk may be: it takes what was synced. A head that was signed over it must then be missed.
    """
    wanted, dice, cuts, faults = how.rounds(full=200, short=5), how.random, 0, []
    with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
        before, minors = base(place), [dice.randint(1, 9_999) for _ in range(LINES)]
        movements = _place.lines(place, minors)
        connections.close_all()
        while cuts < wanted and not faults:
            copy, answers = Path(folder) / "copy.sqlite3", Path(folder) / "answers"
            shutil.copy(place.name, copy)
            answers.unlink(missing_ok=True)
            with _place.own_log():
                child = _place.spawn(lambda: import_lines(movements, minors, answers, database=str(copy)))  # noqa: B023
                time.sleep(dice.uniform(0.05, RUN_S))
                _stop(child, signal.SIGSTOP)
                data, wal, said = copy.read_bytes(), _read(Path(f"{copy}-wal")), _answers(answers)
                _stop(child, signal.SIGKILL)
                ends = [len(wal), *(dice.randint(0, len(wal)) for _ in range(min(10, wanted - cuts) - 1))]
                for at in ends:
                    cuts += 1
                    if how.plant:
                        data = _damaged(data)
                    faults += _after_cut(
                        Path(folder), data, wal[:at], before, [n for n, size in said if size <= at], is_whole=at == len(wal)
                    )
            for suffix in ("-wal", "-shm"):
                Path(f"{copy}{suffix}").unlink(missing_ok=True)
    return Result("cuts of the write-ahead log", cuts, faults)


def _stop(child: int, how: signal.Signals) -> None:
    """It may have ended by itself."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, how)
        if how == signal.SIGKILL:
            os.waitpid(child, 0)


def cut_publisher(how: Torture) -> Result:
    """Cut the power at every step of the publisher; what was not synced is lost or torn; the next run publishes the right tree."""
    wanted, dice, cuts, faults = how.rounds(full=200, short=6), how.random, 0, []
    with _place.scratch() as place:
        while cuts < wanted and not faults:
            movements = _place.lines(place, minors := [dice.randint(1, 9_999) for _ in range(dice.randint(1, 60))])
            post_entries(book=place.book, drafts=_drafts(place, movements, minors), author=place.karim)
            for _ in range(4):
                cuts += 1
                disk = CutDisk(dice, after=dice.randint(0, 40))
                with contextlib.suppress(PowerCut):
                    books.publish_log(place.book, disk=disk)
                disk.lose()
            books.publish_log(place.book)
            if how.plant:
                _tear_a_tile(place)
            faults += wrong_files(place)
    return Result("power cuts while publishing", cuts, faults)


# -- parts ----------------------------------------------------------------------------------------------------------


def base(place: Place) -> int:
    return place.book.entries.count()


def import_lines(
    movements: list[Any], minors: list[int], answers: Path, *, database: str = "", room: int = 0,
) -> None:  # fmt: skip
    """Post all lines in batches; after each answer, note how many were answered and how long the write-ahead log was then."""
    if database:
        from tests import databases

        databases._use(database)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint = 0")
    if room:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    place = _place.here(database)
    drafts = _drafts(place, movements, minors)
    wal = Path(f"{connection.settings_dict['NAME']}-wal")
    for at in range(0, len(drafts), BATCH):
        report = post_entries(book=place.book, drafts=drafts[at : at + BATCH], author=place.karim)
        if report.refused:
            raise Refused(report.refused[0][1])
        with answers.open("a") as file:
            file.write(f"{min(at + BATCH, len(drafts))} {wal.stat().st_size if wal.exists() else 0}\n")


def _drafts(place: Place, movements: list[Any], minors: list[int]) -> list[Any]:
    return [
        _place.gift_draft(place, movement=pk, minor=minor, request_id=f"line:{pk}") for pk, minor in zip(movements, minors, strict=True)
    ]


def _answers(path: Path) -> list[tuple[int, int]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(line.split()[0]), int(line.split()[1])) for line in lines if len(line.split()) == 2]


def answered_but_gone(place: Place, before: int, answers: Path) -> list[str]:
    said = max((count for count, _wal in _answers(answers)), default=0)
    here = place.book.entries.count() - before
    return [f"{said} lines were answered, {here} are in the book"] if here < said else []


def lose_last_entry() -> None:
    """The planted fault: somebody who passes the guards takes the newest entry away."""
    with _place.unguarded() as run:
        run("DELETE FROM books_transfer WHERE entry_seq = (SELECT MAX(seq) FROM books_entry)")
        run("DELETE FROM books_entry WHERE seq = (SELECT MAX(seq) FROM books_entry)")


def _after_cut(folder: Path, data: bytes, wal: bytes, before: int, answered: list[int], *, is_whole: bool) -> list[str]:
    from tests import databases

    path, name = folder / "cut.sqlite3", str(connection.settings_dict["NAME"])
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    path.write_bytes(data)
    Path(f"{path}-wal").write_bytes(wal)
    try:
        with contextlib.closing(sqlite3.connect(path)) as raw:
            if raw.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return ["the file is damaged"]
        databases._use(str(path))
        place = _place.here(str(path))
        count = base(place)
        gone = (
            [f"{max(answered)} lines were answered and synced, {count - before} are there"]
            if answered and count - before < max(answered)
            else []
        )
        signed = max((one.head.size for one in heads.signed_heads(place.book)), default=0)
        found = _place.faults_of(place)
        if signed > count and not is_whole:  # what was synced was taken away, and exactly this must be said
            found = (
                []
                if found == ["log_does_not_continue"]
                else [*found, f"{signed} entries were signed, {count} are there, and it is not missed"]
            )
        return gone + found
    except Exception as problem:
        return [f"the file cannot be read: {problem}"]
    finally:
        databases._use(name)


def _damaged(data: bytes) -> bytes:
    """The planted fault: a page of the database file itself was never written."""
    middle = len(data) // 2 // 4096 * 4096
    return data[:middle] + bytes(4096 * 8) + data[middle + 4096 * 8 :]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


class PowerCut(BaseException):
    """The moment at which nothing more is written."""


class CutDisk(Disk):
    """A disk that stops after so many steps and forgets what was not synced."""

    def __init__(self, dice: random.Random, *, after: int) -> None:
        self.dice, self.left = dice, after
        self.unsynced: dict[Path, bytes | None] = {}

    def _step(self) -> None:
        if self.left <= 0:
            raise PowerCut
        self.left -= 1

    def write(self, path: Path, data: bytes) -> None:
        self._step()
        self.unsynced.setdefault(path, None)
        super().write(path, data)

    def sync(self, path: Path) -> None:
        self._step()
        super().sync(path)
        for name in [
            name for name in self.unsynced if name == path or (path.is_dir() and name.parent == path and self.unsynced[name] is not None)
        ]:
            del self.unsynced[name]

    def rename(self, path: Path, place: Path) -> None:
        self._step()
        self.unsynced[place] = place.read_bytes() if place.exists() else b""
        super().rename(path, place)

    def lose(self) -> None:
        """A file that was not synced is torn; a rename whose folder was not synced may not have happened."""
        for path, old in self.unsynced.items():
            if old is None and path.exists():
                os.truncate(path, self.dice.randint(0, path.stat().st_size))
            elif old is not None and self.dice.random() < 0.5:
                path.write_bytes(old) if old else path.unlink(missing_ok=True)


def wrong_files(place: Place) -> list[str]:
    """The published files against the leaves: the head, and every tile and bundle that belongs to it."""
    from awna.books.services import log_key

    folder = heads.log_folder(place.book)
    leaves = [bytes(leaf) for leaf in place.book.entries.order_by("seq").values_list("leaf", flat=True)]
    head = read_checkpoint((folder / "checkpoint").read_text(), key=log_key(place.book))
    if (head.size, head.root) != (len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])):
        return ["the published head is not that of the book"]
    return [f"{path} is wrong" for path, data in tile_files(leaves) if _read(folder / path) != data]


def _tear_a_tile(place: Place) -> None:
    tile = next(path for path in sorted(heads.log_folder(place.book).rglob("*")) if path.is_file() and "tile/0" in str(path))
    tile.write_bytes(tile.read_bytes()[:-1])


class Server:
    """The PostgreSQL server of this run, found by what it says about itself; killed and started as its own user."""

    def __init__(self) -> None:
        with _place.superuser() as asked:
            self.data = Path(asked.execute("SHOW data_directory").fetchone()[0])
        self.pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        self.user = self.data.owner()
        self.words = shlex.split((self.data / "postmaster.opts").read_text())

    def kill(self) -> None:
        connections.close_all()
        os.kill(self.pid, signal.SIGKILL)

    def start(self) -> None:
        """Its children end by themselves when they miss it; until then the new one is refused."""
        deadline = time.monotonic() + SERVER_START_S_MAX
        options = " ".join(shlex.quote(word) for word in self.words[1:] if word not in ("-D", str(self.data)))
        words = [
            str(Path(self.words[0]).with_name("pg_ctl")),
            "-D",
            str(self.data),
            "-l",
            str(self.data / "server.log"),
            "-o",
            options,
            "-w",
            "start",
        ]
        user = {"user": self.user} if os.geteuid() == 0 else {}
        while subprocess.run(
            words, cwd=self.data.parent, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user
        ).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start again")
            time.sleep(0.3)
        self.pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])


_Run = Callable[[Torture], Result]
CASES = [
    Case(1, "an import is killed", BOTH, kill_importers),
    Case(1, "the database server is killed", POSTGRESQL, kill_servers),
    Case(2, "the power fails under the database", SQLITE, cut_power),
    Case(2, "the power fails under the publisher", SQLITE, cut_publisher),
]
