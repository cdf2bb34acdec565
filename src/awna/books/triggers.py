"""Renders the guards as triggers of SQLite or PostgreSQL, installs them, and compares the live ones with what they should be."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

import re
from typing import Any

from . import guards
from .schema import rule_rows, table_statements

_JSON = {
    "sqlite": ("json_each(", ") AS wanted"),
    "postgresql": ("jsonb_array_elements_text((", ")::jsonb) AS wanted(value)"),
}


def install(connection: Any) -> None:
    """Create tables, fill the kind table, then close it and set every guard. Run by the migration, as the owner."""
    with connection.cursor() as cursor:
        for statement in table_statements(connection.vendor):
            cursor.execute(statement)
        marks = ", ".join(["%s"] * 11)
        cursor.executemany(f"INSERT INTO books_rule VALUES ({marks})", rule_rows())
        for statement in guard_statements(connection.vendor).values():
            cursor.execute(statement)


def guard_statements(vendor: str) -> dict[str, str]:
    """Name → DDL of every trigger (and, on PostgreSQL, of the function it runs)."""
    render = _sqlite if vendor == "sqlite" else _postgresql
    statements: dict[str, str] = {}
    for table, act, found in guards.BEFORE:
        statements |= render(f"{table}_{act.lower()}_guard", table, "BEFORE", act, [(c, _json(s, vendor)) for c, s in found], ())
    for table, effects in guards.AFTER:
        statements |= render(f"{table}_insert_effect", table, "AFTER", "INSERT", [], effects)
    for table in guards.NEVER_CHANGED:
        statements |= render(f"{table}_never_changed", table, "BEFORE", "UPDATE", [("row_never_changes", "1 = 1")], ())
    for table in guards.NEVER_REMOVED:
        statements |= render(f"{table}_never_removed", table, "BEFORE", "DELETE", [("row_never_goes", "1 = 1")], ())
        if vendor == "postgresql":
            statements |= render(f"{table}_never_emptied", table, "BEFORE", "TRUNCATE", [("row_never_goes", "1 = 1")], ())
    statements |= render("books_rule_closed", "books_rule", "BEFORE", "INSERT", [("kind_table_is_closed", "1 = 1")], ())
    if vendor == "postgresql":
        statements["books_lock()"] = _LOCK
    return statements


def wrong_guards(connection: Any) -> list[str]:
    """Names of guards that are missing from the live database or differ from this code; empty when all stand."""
    wanted = guard_statements(connection.vendor)
    live = _live_sqlite(connection) if connection.vendor == "sqlite" else _live_postgresql(connection)
    return [name for name, statement in wanted.items() if _plain(live.get(name, "")) != _plain(_body(statement, connection.vendor))]


def _json(condition: str, vendor: str) -> str:
    opening, closing = _JSON[vendor]
    return condition.replace("{kinds_open}", opening).replace("{kinds_close}", closing)


def _sqlite(name: str, table: str, when: str, act: str, found: list[guards.Guard], effects: tuple[str, ...]) -> dict[str, str]:
    checks = [f"SELECT RAISE(ABORT, '{code}') WHERE {condition};" for code, condition in found]
    body = "\n  ".join([*checks, *effects])
    return {name: f"CREATE TRIGGER {name} {when} {act} ON {table} FOR EACH ROW BEGIN\n  {body}\nEND"}


def _postgresql(name: str, table: str, when: str, act: str, found: list[guards.Guard], effects: tuple[str, ...]) -> dict[str, str]:
    """One function for each trigger. SECURITY DEFINER: the role that serves may move a balance only through it."""
    checks = [f"IF {condition} THEN RAISE EXCEPTION '{code}' USING ERRCODE = 'check_violation'; END IF;" for code, condition in found]
    result = "RETURN NULL;" if when == "AFTER" or act == "TRUNCATE" else "RETURN OLD;" if act == "DELETE" else "RETURN NEW;"
    body = "\n  ".join([*checks, *effects, result])
    each = "STATEMENT" if act == "TRUNCATE" else "ROW"
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $guard$\nBEGIN\n  {body}\nEND $guard$"
    )
    return {f"{name}()": function, name: f"CREATE TRIGGER {name} {when} {act} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()"}


_LOCK = """CREATE OR REPLACE FUNCTION books_lock(wanted uuid) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $guard$ SELECT next_seq FROM books_head WHERE book_id = wanted FOR UPDATE $guard$"""


def _live_sqlite(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _live_postgresql(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname || '()', p.prosrc FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = current_schema()::regnamespace"
        )
        live = dict(cursor.fetchall())
        cursor.execute(
            "SELECT t.tgname, c.relname || ' ' || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
        )
        return live | dict(cursor.fetchall())


def _body(statement: str, vendor: str) -> str:
    """What the catalogue keeps of a statement: on PostgreSQL the function's source, or table and `O` (enabled) of a trigger."""
    if vendor == "sqlite":
        return statement
    if statement.startswith("CREATE TRIGGER"):
        table = re.search(r" ON (\w+) ", statement)
        return f"{table.group(1) if table else ''} O"
    return statement.split("$guard$")[1]


def _plain(statement: str) -> str:
    return " ".join(statement.split())
