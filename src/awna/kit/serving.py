"""Whether this program may serve this data: who else runs, who wrote here last, which changes of the database wait or are unknown."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

import awna
from awna.core.log.disk import Disk, write_durably
from awna.core.problems import Problem, Refused

LOCK, STAMP = "serving.lock", "version.json"
UPGRADE_DIR, JOURNAL = "upgrade", "journal.json"
TOMBSTONES = "forgotten.jsonl"
"""What was forgotten, as opaque ids; `parties.forgotten` writes it."""
BEGUN, CHANGING, CHANGED, DONE, GOING_BACK, BACK = "begun", "changing", "changed", "done", "going-back", "back"
UNFINISHED = (CHANGING, CHANGED, GOING_BACK)
_held: list[Any] = []


@dataclass
class Journal:
    """How far an upgrade came, written before each step. `tables` is a digest of each table right after it, to see what was written since."""

    version_from: str
    version_to: str
    begun_at: str
    state: str = BEGUN
    backup: str = ""
    copy: str = ""
    tables: dict[str, str] = field(default_factory=dict)

    def keep(self, state: str) -> None:
        self.state = state
        write_json(upgrade_folder() / JOURNAL, asdict(self))


def upgrade_folder() -> Path:
    return Path(settings.AWNA_DATA_DIR) / UPGRADE_DIR


def read_journal() -> Journal | None:
    """Of the last upgrade, or None where there was none."""
    found = _read_json(upgrade_folder() / JOURNAL)
    return Journal(**found) if found else None


def serve() -> None:
    """Say for as long as this process lives that it serves. Refused where an upgrade runs or this program does not fit the data."""
    handle = _lock_file()
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(Problem("upgrade_is_running", "An upgrade is running. Start again when it has ended.")) from None
    problems = unfit_problems()
    if problems:
        handle.close()
        raise Refused(problems)
    _held.append(handle)
    keep_stamp()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody serves meanwhile, and nobody begins to. Refused, with who it is, while somebody does."""
    with _lock_file() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(_others(_holders(handle))) from None
        yield


def unfit_problems() -> list[Problem]:
    """Why this program must not serve this data, with what to type."""
    journal = read_journal()
    if journal and journal.state in UNFINISHED:
        return [unfinished(journal)]
    applied = set(MigrationRecorder(connections["default"]).applied_migrations())
    stamp = read_stamp()
    if unknown := unknown_migrations(f"{app}.{name}" for app, name in applied):
        return [_data_is_newer(stamp or "of another state", unknown[0])]
    if stamp and _number(stamp) > _number(awna.__version__):
        return [_data_is_newer(stamp, stamp)]
    waiting = waiting_migrations()
    if not waiting:
        return []
    if not applied:
        return [Problem("data_is_empty", "The database is empty. Type awna migrate, then awna setup.")]
    return [Problem("data_is_older", "The data was last used by version %(stamp)s; for version %(version)s %(n)s changes wait, the first is %(name)s. Type awna upgrade.",
                    {"stamp": stamp or "unknown", "version": awna.__version__, "n": len(waiting), "name": waiting[0]})]  # fmt: skip


def unfinished(journal: Journal) -> Problem:
    if journal.state == GOING_BACK:
        return Problem("going_back_unfinished", "The way back from version %(to)s was stopped half-way. Nothing is served. Type awna upgrade --back.",
                       {"to": journal.version_to})  # fmt: skip
    return Problem(
        "upgrade_unfinished", "The upgrade from version %(old)s to %(new)s, begun at %(time)s, was stopped half-way. Nothing is served. "
        "Type awna upgrade to finish it, or awna upgrade --back to undo it.",
        {"old": journal.version_from or "unknown", "new": journal.version_to, "time": journal.begun_at})  # fmt: skip


def waiting_migrations() -> list[str]:
    """What would change the database, in the order in which it would."""
    executor = MigrationExecutor(connections["default"])
    return [f"{one.app_label}.{one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def unknown_migrations(applied: Any) -> list[str]:
    """Of these names of migrations, those of our rooms that this program does not have: a newer one made them."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {*loader.disk_migrations, *(old for one in loader.disk_migrations.values() for old in one.replaces)}
    rooms = {app for app, _ in known}
    return sorted(name for name in applied if name.split(".")[0] in rooms and tuple(name.split(".", 1)) not in known)


def read_stamp() -> str:
    """The version of the program that wrote here last; empty where none left its stamp."""
    return str(_read_json(Path(settings.AWNA_DATA_DIR) / STAMP).get("version", ""))


def keep_stamp(version: str | None = None) -> None:
    version = awna.__version__ if version is None else version
    if read_stamp() != version:
        write_json(Path(settings.AWNA_DATA_DIR) / STAMP, {"version": version})


def write_json(path: Path, value: dict[str, Any]) -> None:
    write_durably([(path.name, json.dumps(value, indent=1, sort_keys=True).encode())], under=path.parent, disk=Disk())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Refused(Problem("stamp_damaged", "%(file)s cannot be read: %(why)s. Look into the newest backup before you remove it.",
                              {"file": path, "why": error})) from error  # fmt: skip


def _lock_file() -> Any:
    return (Path(settings.AWNA_DATA_DIR) / LOCK).open("a+b")


def _holders(handle: Any) -> list[str]:
    """Who holds the lock, as far as this system tells."""
    inode, found = os.fstat(handle.fileno()).st_ino, []
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{inode}") and words[4] != str(os.getpid()):
                found.append(_process(words[4]))
    return found


def _process(pid: str) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        command = "of another place"
    return f"{pid} ({command[:80]})"


def _others(who: list[str]) -> Problem:
    return Problem(
        "others_are_running", "Awna is running: %(who)s. Stop the web server, awna work and the timers first (systemctl stop 'awna*'), then type this again. "
        "Nothing was changed.", {"who": ", ".join(who) or "it holds serving.lock in the data folder"})  # fmt: skip


def _data_is_newer(stamp: str, name: str) -> Problem:
    return Problem(
        "data_is_newer", "The data is of a newer version (%(stamp)s; %(name)s is unknown here); this program is version %(version)s. "
        "Install that version again, or type awna upgrade --back to return to the data of before the upgrade.",
        {"stamp": stamp, "name": name, "version": awna.__version__})  # fmt: skip


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
