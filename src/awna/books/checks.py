"""Refuses to start with a database whose guards are missing or changed: Django on SQLite drops triggers silently when it alters a table."""

from typing import Any

from django.core.checks import Error
from django.db import connections

from .triggers import wrong_guards


def check_guards(*, databases: list[str] | None = None, **_: Any) -> list[Error]:
    """Compare the live triggers with this code, where the tables exist."""
    errors = []
    for alias in databases or []:
        connection = connections[alias]
        if "books_transfer" not in connection.introspection.table_names():
            continue
        errors += [
            Error(f"The guard {name} is missing or changed.", hint="Restore it from books/triggers.py before posting.", id="awna.E010")
            for name in wrong_guards(connection)
        ]
    return errors
