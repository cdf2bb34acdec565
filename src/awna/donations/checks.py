"""Refuses to start with a database in which receipts could be changed: altering a table drops triggers silently on SQLite."""

from typing import Any

from django.core.checks import Error
from django.db import connections

from .guards import missing_guards


def check_receipt_guards(*, databases: list[str] | None = None, **_: Any) -> list[Error]:
    """Each guard of receipts stands, where the tables exist."""
    errors = []
    for alias in databases or []:
        connection = connections[alias]
        if "donations_receipt" in connection.introspection.table_names():
            errors += [
                Error(f"The guard {name} is missing or changed.", hint="Restore it from donations/guards.py.", id="awna.E020")
                for name in missing_guards(connection)
            ]
    return errors
