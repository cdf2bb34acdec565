"""Databases that a test may commit into: copies of the empty one, thrown away afterwards.

The book's tables refuse UPDATE, DELETE and TRUNCATE, so a test that commits cannot be cleaned up after. It gets a copy instead.
"""

import asyncio
import contextlib
import itertools
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

_numbers = itertools.count(1)
DROP_TRIES, DROP_WAIT_S = 20, 0.5


@contextlib.contextmanager
def copied_database() -> Iterator[str]:
    """Point Django, in every thread, at a fresh copy; back to the shared one afterwards."""
    original = str(connection.settings_dict["NAME"])
    copy = _copy_sqlite(original) if connection.vendor == "sqlite" else _copy_postgresql()
    _use(copy)
    try:
        yield copy
    finally:
        _use(original)
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(copy + suffix).unlink(missing_ok=True)
        else:
            drop_copy(copy)


def drop_copy(copy: str) -> None:
    """Drop a database of PostgreSQL. The server's own cleaner may stand in the way, and only the server may end it: it is waited for."""
    import psycopg

    with _owner() as owner:
        for left in reversed(range(DROP_TRIES)):
            try:
                owner.execute(f"DROP DATABASE {copy} WITH (FORCE)")
                return
            except psycopg.errors.InsufficientPrivilege:
                if not left:
                    raise
                time.sleep(DROP_WAIT_S)


def close_everywhere() -> None:
    """Close Django's connections, also those it made before a browser's event loop began in this thread: it keeps two sets apart, and a
    forked process, in which no loop runs, would go on with the other set's open ones.
    """
    connections.close_all()
    loop = asyncio._get_running_loop()
    if loop is not None:
        asyncio._set_running_loop(None)
        try:
            connections.close_all()
        finally:
            asyncio._set_running_loop(loop)


def _use(name: str) -> None:
    close_everywhere()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _copy_sqlite(original: str) -> str:
    connection.close()
    copy = f"{original}.{next(_numbers)}"
    with contextlib.closing(sqlite3.connect(original)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _copy_postgresql() -> str:
    from .postgres import TEMPLATE

    copy = f"awna_fresh_{next(_numbers)}"
    with _owner() as owner:
        owner.execute(f"CREATE DATABASE {copy} TEMPLATE {TEMPLATE} OWNER awna_owner")
    return copy


def empty_postgresql() -> str:
    """One more database, with nothing in it but the rights that every database of the owner has."""
    name = f"awna_bare_{next(_numbers)}"
    with _owner() as owner:
        owner.execute(f"CREATE DATABASE {name} OWNER awna_owner")
    return name


def _owner():
    import psycopg

    described = settings.DATABASES["owner"]
    return psycopg.connect(host=described["HOST"], user=described["USER"], dbname="postgres", autocommit=True)
