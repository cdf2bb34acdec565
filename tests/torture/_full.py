"""Disks that are full: test 16. What does not fit is refused whole, and goes on when there is room."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

from . import _place
from ._cases import POSTGRESQL, SQLITE, Case, Result, Torture
from ._crashes import LINES, answered_but_gone, base, import_lines, lose_last_entry

ROOM_MAX = 600_000
DISK = "256m"
WHAT = "imports onto a full disk"


def fill_disk(how: Torture) -> Result:
    """Let every write fail after so many bytes: the import is refused or whole, and goes on when there is room."""
    wanted, dice, faults = how.rounds(full=40, short=2), how.random, []
    for _ in range(wanted):
        with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
            before, minors = base(place), [dice.randint(1, 9_999) for _ in range(LINES // 2)]
            movements = _place.lines(place, minors)
            answers = Path(folder) / "answers"
            room = Path(place.name).stat().st_size + dice.randint(0, ROOM_MAX)
            child = _place.spawn(lambda: import_lines(movements, minors, answers, room=room))  # noqa: B023
            _place.wait(child)
            faults += answered_but_gone(_place.here(place.name), before, answers)
            import_lines(movements, minors, answers)
            if how.plant:
                lose_last_entry()
            faults += _place.faults_of(_place.here(place.name), entries=before + len(minors), received=sum(minors))
    return Result(WHAT, wanted, faults)


def fill_tablespace(how: Torture) -> Result:
    """The same with the book's tables on a small file system of their own, filled by somebody else up to a few pages."""
    wanted, dice, faults, stopped = how.rounds(full=20, short=1), how.random, [], 0
    with _place.superuser() as asked:
        data = Path(asked.execute("SHOW data_directory").fetchone()[0])
    with small_disk(data.parent / "small", owner=data.owner()) as disk:
        if disk is None:
            return Result(WHAT, 0, missing="this user may not mount a small file system")
        for n in range(wanted):
            with _place.scratch() as place, tempfile.TemporaryDirectory() as folder:
                move_to(place.name, disk, f"small_{n}")
                before, minors = base(place), [dice.randint(1, 9_999) for _ in range(LINES)]
                movements = _place.lines(place, minors)
                answers, filler = Path(folder) / "answers", disk / "filler"
                with filler.open("wb") as file:
                    file.write(bytes(max(0, shutil.disk_usage(disk).free - dice.randint(0, ROOM_MAX // 2))))
                child = _place.spawn(lambda: import_lines(movements, minors, answers))  # noqa: B023
                stopped += bool(_place.wait(child))
                filler.unlink()
                faults += answered_but_gone(_place.here(place.name), before, answers)
                import_lines(movements, minors, answers)
                if how.plant:
                    lose_last_entry()
                faults += _place.faults_of(_place.here(place.name), entries=before + len(minors), received=sum(minors))
            drop(f"small_{n}")
    return Result(WHAT, wanted, faults, note=f"{stopped} of them were stopped by it")


@contextlib.contextmanager
def small_disk(folder: Path, *, owner: str) -> Iterator[Path | None]:
    """A file system in memory, or None where this user may not mount one."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False, capture_output=True)
    if done.returncode:
        yield None
        return
    try:
        shutil.chown(folder, owner)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def move_to(database: str, disk: Path, name: str) -> None:
    """Move a scratch database into a tablespace on this disk."""
    connections.close_all()
    place = disk / name
    place.mkdir()
    shutil.chown(place, disk.owner())
    with _place.superuser() as asked:
        asked.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        asked.execute(f"ALTER DATABASE {database} SET TABLESPACE {name}")


def drop(name: str) -> None:
    with _place.superuser() as asked:
        asked.execute(f"DROP TABLESPACE {name}")


CASES = [Case(16, "the disk is full", SQLITE, fill_disk), Case(16, "the disk is full", POSTGRESQL, fill_tablespace)]
