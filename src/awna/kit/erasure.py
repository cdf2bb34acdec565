"""Make erased bytes unreadable in the database's files too, where the application can."""

import contextlib
from typing import Any

from django.db import OperationalError, connection


def scrub_freed_bytes() -> bool:
    """On SQLite: empty the write-ahead log, which keeps erased bytes until then, and rebuild the file without its free pages.

    False: somebody reads at this moment, so the log could not be emptied; run it again. On PostgreSQL its own VACUUM does this,
    and its archived log and backups keep old bytes until they expire (docs/reference.md).
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with contextlib.suppress(OperationalError), connection.cursor() as cursor:
        _empty_log(cursor)
        cursor.execute("VACUUM")
        return _empty_log(cursor)
    return False


def _empty_log(cursor: Any) -> bool:
    busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
