"""Django's engine for SQLite, remembering keys that it has just read: a page of rows names the same accounts, funds and things again and again."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.backends.sqlite3 import base, operations

KEYS_REMEMBERED = 4_096


@lru_cache(maxsize=KEYS_REMEMBERED)
def _key(text: str) -> UUID:
    """Keys cannot be changed, so that all rows may share one."""
    return UUID(text)


class DatabaseOperations(operations.DatabaseOperations):
    def convert_uuidfield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None or isinstance(value, UUID) else _key(value)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
