"""Refuses a SQLite connection that was not opened as settings.py states: a wrong pragma loses acknowledged rows or is slow."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2, "cache_size": -65_536}


def watch_connections() -> None:
    """Check every new connection. This is the one use of a signal: Django offers no other hook there."""
    connection_created.connect(_refuse_wrong_pragmas, dispatch_uid="awna.kit.sqlite")


def _refuse_wrong_pragmas(*, connection: Any, **_: Any) -> None:
    if connection.vendor != "sqlite":
        return
    wrong = wrong_pragmas(connection)
    if wrong:
        raise ImproperlyConfigured("SQLite is not opened safely: " + "; ".join(wrong) + ". Use settings.sqlite_database().")


def wrong_pragmas(connection: Any) -> list[str]:
    """What differs from the settings that keep acknowledged rows through a power cut."""
    wrong = []
    with connection.cursor() as cursor:
        for name, wanted in PRAGMAS.items():
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if found != wanted and not (name == "journal_mode" and found == "memory"):
                wrong.append(f"{name} is {found}, not {wanted}")
    if connection.transaction_mode != "IMMEDIATE":
        wrong.append(f"transaction_mode is {connection.transaction_mode}, not IMMEDIATE")
    return wrong
