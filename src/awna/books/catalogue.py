"""Compares the live tables and indexes of the ledger with what schema.py makes: a table that was rebuilt has lost its keys and checks.

SQLite keeps the statement that made a table. PostgreSQL keeps what it understood, so golden.py holds a copy of that.
"""

import json
import re
from typing import Any

from .schema import RAW_TABLES, one_line, table_statements

_NAME = re.compile(r"CREATE (?:UNIQUE )?(?:TABLE|INDEX) (\w+)")
_COLUMNS = """SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped"""
_CONSTRAINTS = """SELECT c.relname || ' ' || k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s) AND k.contype IN ('c', 'f', 'p', 'u') AND k.convalidated"""
_INDEXES = """SELECT i.relname, regexp_replace(pg_get_indexdef(i.oid), ' ON \\S+\\.', ' ON ') || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)"""


def wrong_tables(connection: Any) -> list[str]:
    """Names of tables, indexes, columns and constraints that are missing, changed, or not of this code; empty when all stand."""
    if connection.vendor == "sqlite":
        wanted, live = _wanted_sqlite(), _live_sqlite(connection)
    else:
        from .golden import POSTGRESQL

        wanted, live = (
            {name: _one_wording(text) for name, text in found.items()} for found in (POSTGRESQL, describe_postgresql(connection))
        )
    return sorted(name for name in wanted.keys() | live.keys() if wanted.get(name) != live.get(name))


def describe_postgresql(connection: Any) -> dict[str, str]:
    """Every column, constraint and index of the ledger's tables, as PostgreSQL words them."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for question in (_COLUMNS, _CONSTRAINTS, _INDEXES):
            cursor.execute(question, [list(RAW_TABLES)])
            found |= dict(cursor.fetchall())
    return found


def _one_wording(text: str) -> str:
    """PostgreSQL words a list of names anew when a dump is put back: it casts each name instead of the whole list."""
    each = re.sub(r"\(('[^']*'::character varying)\)::text", r"\1", text)
    return re.sub(r"\((ARRAY\[[^]]*\])\)::text\[\]", r"\1", each)


def _wanted_sqlite() -> dict[str, str]:
    named = {found.group(1): statement for statement in table_statements("sqlite") if (found := _NAME.match(statement))}
    return {name: one_line(statement) for name, statement in named.items()}


def _live_sqlite(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT name, sql FROM sqlite_master
            WHERE type IN ('table', 'index') AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(%s))""",
            [json.dumps(list(RAW_TABLES))],
        )
        return {name: one_line(sql) for name, sql in cursor.fetchall()}
