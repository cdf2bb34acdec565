"""Refuses to start with a database whose guards, tables or indexes differ from this code: Django on SQLite drops triggers and keys silently
when it alters a table."""

from typing import Any

from django.core.checks import Error
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from awna.core.problems import Problem

from .catalogue import wrong_tables
from .triggers import wrong_guards


def check_guards(*, databases: list[str] | None = None, **_: Any) -> list[Error]:
    """Compare the live triggers, tables and indexes with this code, where the tables exist and no migration waits that will change them."""
    errors: list[Error] = []
    for alias in databases or []:
        connection = connections[alias]
        if "books_transfer" not in connection.introspection.table_names():
            continue
        found = [
            Error(f"The guard {name} is missing or changed.", hint="Restore it from books/triggers.py before posting.", id="awna.E010")
            for name in wrong_guards(connection)
        ]
        found += [
            Error(
                f"{name} of the ledger is missing, changed or unknown.",
                hint="Compare it with books/schema.py before posting.",
                id="awna.E011",
            )
            for name in wrong_tables(connection)
        ]
        # An older database has the guards of its own version. It must be possible to bring it up to date; nothing is served before that.
        errors += found if found and not migrations_wait(connection) else []
    return errors


def migrations_wait(connection: Any) -> bool:
    """Whether the database is older than this code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def standing_problems(connection: Any) -> list[Problem]:
    """The same as problems of a book, for `awna checkbook`."""
    return [
        *(Problem("guard_differs", "The guard %(name)s is missing, changed or unknown. Post nothing before it stands again.", {"name": name})
          for name in wrong_guards(connection)),
        *(Problem("table_differs", "%(name)s of the ledger's tables is missing, changed or unknown. Post nothing before it stands again.",
                  {"name": name}) for name in wrong_tables(connection)),
    ]  # fmt: skip
