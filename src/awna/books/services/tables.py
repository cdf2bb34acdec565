"""Many rows into or out of a table at once: executemany on SQLite, COPY and arrays on PostgreSQL."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

COPY_ROWS_MIN = 8
"""Below this a plain INSERT is cheaper than starting a COPY."""
ROWS_AT_ONCE = 400


@cache
def on_sqlite() -> bool:
    """Which engine this process runs on; asked for every value, so answered without Django's detours."""
    return connection.vendor == "sqlite"


def db_uuid(value: UUID | str | None) -> Any:
    """An id as raw SQL hands it to this engine."""
    if not value:
        return None
    if on_sqlite():
        return value.hex if isinstance(value, UUID) else value.replace("-", "")
    return value if isinstance(value, UUID) else UUID(value)


def add_rows(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert these rows in this order."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if not on_sqlite() and len(rows) >= COPY_ROWS_MIN:
            with connection.wrap_database_errors, cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_marks(len(columns))})", rows)


def add_models(objects: Sequence[Model]) -> None:
    """`bulk_create` of one model without building a statement for every few dozen rows; ids are given beforehand, not by the database."""
    if not objects:
        return
    fields = objects[0]._meta.concrete_fields
    rows = [tuple(field.get_db_prep_save(field.pre_save(one, add=True), connection) for field in fields) for one in objects]
    add_rows(objects[0]._meta.db_table, [field.column for field in fields], rows)
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


def remove_rows(table: str, columns: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> None:
    """Delete the rows with these keys."""
    if not keys:
        return
    where = " AND ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:
        if on_sqlite():
            cursor.executemany(f"DELETE FROM {table} WHERE {where}", keys)
            return
        for start in range(0, len(keys), ROWS_AT_ONCE):
            part = keys[start : start + ROWS_AT_ONCE]
            rows = ", ".join([f"({_marks(len(columns))})"] * len(part))
            joined = " AND ".join(f"t.{column} = v.{column}" for column in columns)
            cursor.execute(f"DELETE FROM {table} t USING (VALUES {rows}) AS v ({', '.join(columns)}) WHERE {joined}",
                           [value for key in part for value in key])  # fmt: skip


def upsert_rows(table: str, keys: Sequence[str], sums: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert these rows, or add their sums to the rows that are there."""
    if not rows:
        return
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    columns = [*keys, *sums]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            marks = ", ".join([f"({_marks(len(columns))})"] * len(part))
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}",
                [value for row in part for value in row],
            )


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
