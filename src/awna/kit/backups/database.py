"""The database as one file, taken while people work, and put back: SQLite's own online copy, or PostgreSQL's own programs."""

import errno
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections

from awna.core.problems import Problem, Refused

SQLITE, POSTGRESQL = "sqlite", "postgresql"
PG_DUMP = ".pgdump"
FILE_NAMES = {SQLITE: "database.sqlite3", POSTGRESQL: f"database{PG_DUMP}"}
PROGRAM_S_MAX = 6 * 3600
FALSE_NULL = re.compile(r"NULL value in (\w+)\.(\w+)")


def kind_of_database() -> str:
    return connections["default"].vendor


def copy_database(into: Path) -> None:
    """The database at one moment; nobody waits for it."""
    if kind_of_database() == POSTGRESQL:
        run_program("pg_dump", "--format=custom", "--no-password", f"--file={into}", alias=owner_alias())
        return
    # One step reads under one snapshot of the write-ahead log: writers go on, and what they write is not in the copy.
    with closing(sqlite3.connect(database_file())) as source, closing(sqlite3.connect(into)) as target:
        try:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise OSError(errno.ENOSPC if "full" in str(error) else errno.EIO, str(error)) from error


def check_copy(path: Path) -> None:
    """Refused when the copy of a database is not sound by that database's own check."""
    if path.suffix == PG_DUMP:
        run_program("pg_restore", "--list", "--file=/dev/null", str(path))
        return
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
            said = [text for (text,) in copy.execute("PRAGMA integrity_check") if text != "ok" and not _is_false_alarm(copy, text)]
            said += [f"a row of {table} points to nothing" for table, *_ in copy.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said:
        raise Refused(Problem("backup_database_damaged", "The database in the backup is not sound: %(what)s. Use the one before it.",
                              {"what": "; ".join(said[:3])}))  # fmt: skip


def _is_false_alarm(copy: sqlite3.Connection, text: str) -> bool:
    """SQLite before 3.44 reports NULL in tables without row ids whose key is not made of their first columns; a query tells whether it is so."""
    said = FALSE_NULL.fullmatch(text)
    return said is not None and copy.execute(f'SELECT 1 FROM "{said[1]}" WHERE "{said[2]}" IS NULL LIMIT 1').fetchone() is None  # noqa: S608 - names that the database itself gave


def put_back(copy: Path) -> None:
    """Make the copy the database of this installation, which has none."""
    if copy.suffix == PG_DUMP:
        run_program(
            "pg_restore",
            "--no-password",
            "--exit-on-error",
            "--single-transaction",
            "--dbname",
            _name("default"),
            str(copy),
            alias=owner_alias(),
        )
        return
    target = database_file()
    copy.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_unless_bare() -> None:
    """Refused when this installation has a database with something in it."""
    if kind_of_database() == POSTGRESQL:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            used = cursor.fetchone()[0] > 0
        where = _name("default")
    else:
        where = str(database_file())
        used = Path(where).exists()
    if used:
        raise Refused(Problem(
            "restore_needs_a_bare_place",
            "There is a database already: %(place)s. Nothing was restored. Move it away, or name an empty folder or database in the settings.",
            {"place": where}))  # fmt: skip


def database_file() -> Path:
    return Path(_name("default"))


def owner_alias() -> str:
    """The connection that may change tables."""
    return "owner" if "owner" in connections else "default"


def _name(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


def run_program(program: str, *arguments: str, alias: str | None = None) -> None:
    path = shutil.which(program)
    if path is None:
        raise Refused(Problem("program_missing", "The program %(name)s is missing. Install the PostgreSQL client of the server's version.",
                              {"name": program}))  # fmt: skip
    environment = {**os.environ, **(_connection(alias) if alias else {})}
    done = subprocess.run([path, *arguments], env=environment, capture_output=True, text=True, timeout=PROGRAM_S_MAX, check=False)  # noqa: S603 - PostgreSQL's own programs, words of ours
    if done.returncode:
        reason = done.stderr.strip()[-500:] or f"it ended with code {done.returncode}"
        if "No space left" in reason:
            raise OSError(errno.ENOSPC, reason)
        raise Refused(Problem("program_failed", "%(name)s refused: %(reason)s", {"name": program, "reason": reason}))


def _connection(alias: str) -> dict[str, str]:
    known: dict[str, Any] = connections[alias].settings_dict
    values = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": _name("default"),
    }
    return {name: str(value) for name, value in values.items() if value}
