"""The database in use exchanged for a copy of it, what was written since a copy was made, and who else is connected."""

import hashlib
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from awna.core.problems import Problem, Refused

from .database import POSTGRESQL, database_file, kind_of_database, owner_alias, put_back, run_program

PASSING = ("django_session", "django_task", "django_migrations", "axes_", "books_checkpoint")
"""Tables by the beginnings of their names that change while nobody does anything worth keeping: sessions, jobs, attempts to sign in, signed heads."""
DIGEST_BYTES = 16
# Tables, sequences and functions go one by one, each in a transaction of its own: all in one take more locks than a server has by default.
# The schema itself stays: it carries the rights of the role that serves.
_EMPTY = r"""
SET client_min_messages = warning;
SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \gexec
SELECT format('DROP SEQUENCE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' \gexec
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') \gexec
"""


def replace_database(copy: Path) -> None:
    """Put the copy in the place of the database, which nobody else uses. Stopped on the way, it is done again from the beginning."""
    with tempfile.TemporaryDirectory(dir=settings.AWNA_DATA_DIR, prefix="restoring-") as scratch:
        connections.close_all()
        if kind_of_database() == POSTGRESQL:
            empty = Path(scratch) / "empty.sql"
            empty.write_text(_EMPTY, encoding="ascii")
            run_program("psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", f"--file={empty}", alias=owner_alias())
            run_program(
                "pg_restore",
                "--no-password",
                "--exit-on-error",
                "--dbname",
                str(connection.settings_dict["NAME"]),
                str(copy),
                alias=owner_alias(),
            )
            return
        _leave_no_journal(database_file())
        put_back(Path(shutil.copyfile(copy, Path(scratch) / copy.name)))


def _leave_no_journal(path: Path) -> None:
    """A write-ahead log that stayed beside the new file would be taken for its own."""
    with closing(sqlite3.connect(path, timeout=1)) as opened:
        try:
            mode = opened.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            mode = str(error)
    if mode != "delete":
        raise Refused(
            Problem("database_in_use", "%(file)s is in use. Stop every program that has it open, then type this again.", {"file": path})
        )


def table_digests() -> dict[str, str]:
    """For each table that keeps what people did: how many rows, and a digest that does not depend on their order."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return {name: _digest(name) for name in sorted(names) if not name.startswith(PASSING)}


def _digest(table: str) -> str:
    count = total = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # a name that the database gave
        while rows := cursor.fetchmany(1000):
            count += len(rows)
            for row in rows:
                total += int.from_bytes(hashlib.blake2b(repr(tuple(map(_plain, row))).encode(), digest_size=DIGEST_BYTES).digest())
    return f"{count}:{total % (1 << 8 * DIGEST_BYTES):x}"


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def others_connected() -> int:
    """How many other programs are connected to the database on PostgreSQL; on SQLite the lock of the data folder tells."""
    if kind_of_database() != POSTGRESQL:
        return 0
    ours = []
    for alias in connections:
        if connections[alias].connection is not None:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ours.append(cursor.fetchone()[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
            " AND pid <> pg_backend_pid() AND NOT pid = ANY(%s)", [ours])  # fmt: skip
        return int(cursor.fetchone()[0])
