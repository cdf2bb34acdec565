"""Scratch databases that hold a founded book, processes to kill, and what is asked of a book afterwards."""

import contextlib
import itertools
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from awna.books import services as books
from awna.books.models import BankAccount, Book, Entry, Fund
from awna.parties.models import Role
from tests import databases

IBAN = "DE02120300000000202051"
PROCESS_S_MAX, COPY_S_MAX = 900, 60
_numbers = itertools.count(1)


@dataclass
class Place:
    """A founded book over a scratch database of its own."""

    name: str
    book: Book
    account: BankAccount
    karim: Role

    @property
    def roof(self) -> Fund:
        return self.book.fund("roof")


def prepare() -> None:
    """Tables and one founded book in the database that all scratch ones are copied from."""
    from tests.world import make_world

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        shutil.copy(str(connection.settings_dict["NAME"]), empty_file())
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.salma)
    books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    books.ensure_fund(book=book, code="whole", title="The clinic")
    books.ensure_fund(book=book, code="roof", title="Roof", parent=book.fund("whole"))
    connections.close_all()


def empty_file() -> str:
    """On SQLite, the database with tables and nothing else."""
    return str(Path(settings.AWNA_DATA_DIR) / "empty.sqlite3")


@contextlib.contextmanager
def scratch() -> Iterator[Place]:
    """A copy of the founded book, with keys, log and guard of its own; all thrown away afterwards."""
    original = str(connection.settings_dict["NAME"])
    copy = databases._copy_sqlite(original) if connection.vendor == "sqlite" else _copy_postgresql(original)
    databases._use(copy)
    try:
        with own_log():
            yield here(copy)
    finally:
        databases._use(original)
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(copy + suffix).unlink(missing_ok=True)
        else:
            with contextlib.suppress(Exception):
                databases.drop_copy(copy)


@contextlib.contextmanager
def own_log() -> Iterator[None]:
    """The keys that are there, and a log and a guard that are yet empty, in a folder that goes away."""
    kept = settings.AWNA_KEY_DIR, settings.AWNA_LOG_DIR, settings.AWNA_LOG_GUARD_DIR
    folder = Path(tempfile.mkdtemp(prefix="book-", dir=settings.AWNA_DATA_DIR))
    shutil.copytree(kept[0], folder / "keys")
    settings.AWNA_KEY_DIR, settings.AWNA_LOG_DIR, settings.AWNA_LOG_GUARD_DIR = folder / "keys", folder / "log", str(folder / "guard")
    (folder / "guard").mkdir()
    try:
        yield
    finally:
        settings.AWNA_KEY_DIR, settings.AWNA_LOG_DIR, settings.AWNA_LOG_GUARD_DIR = kept
        shutil.rmtree(folder, ignore_errors=True)


def here(name: str) -> Place:
    book = Book.objects.get()
    return Place(name, book, BankAccount.objects.get(), Role.objects.get(campaign=book.campaign, user__name="Karim"))


def _copy_postgresql(original: str) -> str:
    connections.close_all()
    copy = f"awna_torture_{next(_numbers)}"
    import psycopg

    deadline = time.monotonic() + COPY_S_MAX
    while True:
        try:
            with databases._owner() as owner:
                owner.execute(f"CREATE DATABASE {copy} TEMPLATE {original} OWNER awna_owner")
            return copy
        except psycopg.errors.ObjectInUse:  # the server process of somebody who just left, or who was killed
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def gift_draft(place: Place, *, movement: object, minor: int, request_id: str, fund: str = "whole", day=None):
    """One gift that a bank line brings, as posting takes it."""
    from awna.books.services.writing import EntryDraft

    at = {"fund": str(place.book.fund(fund).pk), "commodity": str(place.account.commodity_id)}
    row = books.Row(books.Spot("ext", None, **at), books.Spot("free", str(place.account.custody_id), **at), minor, movement=str(movement))
    return EntryDraft("gift", request_id, [row], day or timezone.localdate() - timedelta(days=1))


def lines(place: Place, minors: list[int], *, reference: str = "") -> list[object]:
    """Bank lines of these amounts, not yet used."""
    from awna.books.models import Movement, Statement, StatementFile

    number = next(_numbers)
    file = StatementFile.objects.create(bank_account=place.account, name="s", digest=f"s{number}", content="s", author=place.karim,
                                        request_id=f"s{number}")  # fmt: skip
    statement = Statement.objects.create(bank_account=place.account, file=file, position=0)
    made = [
        Movement(bank_account=place.account, custody=place.account.custody, commodity=place.account.commodity, statement=statement,
                 line_key=f"{number}-{n}", occurrence=1, position=n, amount=minor, reference=reference, booked_on=timezone.localdate() - timedelta(days=1))
        for n, minor in enumerate(minors)
    ]  # fmt: skip
    return [movement.pk for movement in Movement.objects.bulk_create(made)]


def spawn(act: Callable[[], None]) -> int:
    """Run `act` in a process of its own and give its id; it ends with 0, or with 1 when it raised."""
    connections.close_all()
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    with contextlib.suppress(BaseException):
        signal.alarm(PROCESS_S_MAX)
        act()
        code = 0
    os._exit(code)


def kill(child: int, *, after_s: float) -> bool:
    """SIGKILL after this time; whether it still ran then."""
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def faults_of(place: Place, *, entries: int | None = None, received: int | None = None) -> list[str]:
    """What is wrong with a book: gaps, rows and balances that disagree, derived tables that drifted, the wrong sum."""
    seqs = list(Entry.objects.filter(book=place.book).order_by("seq").values_list("seq", flat=True))
    found = [] if seqs == list(range(len(seqs))) else ["the numbers of the entries have a gap"]
    found += [problem.code for problem in books.check_book(place.book)]
    if entries is not None and len(seqs) != entries:
        found.append(f"{len(seqs)} entries, {entries} were answered or were there before")
    if received is not None and (held := received_minor(place)) != received:
        found.append(f"{held} received, {received} expected")
    return found


def received_minor(place: Place) -> int:
    return sum(minor for (code, stage), minor in books.sums_by_stage(place.book).items() if (code, stage) == ("EUR", "free"))


@contextlib.contextmanager
def unguarded() -> Iterator[Callable[[str], None]]:
    """Run SQL as somebody for whom the guards do not stand: on PostgreSQL a superuser without triggers, on SQLite a file without them."""
    connections.close_all()
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(name, isolation_level=None)) as raw:
            raw.execute("PRAGMA ignore_check_constraints = ON")
            for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f'DROP TRIGGER "{trigger}"')
            yield lambda sql: raw.execute(sql)
        return
    with superuser(name) as asked:
        asked.execute("SET session_replication_role = replica")
        yield lambda sql: asked.execute(sql)


def superuser(name: str = "postgres") -> Any:
    """A connection of the server's owner."""
    import psycopg

    return psycopg.connect(host=settings.DATABASES["default"]["HOST"], user="postgres", dbname=name, autocommit=True)
