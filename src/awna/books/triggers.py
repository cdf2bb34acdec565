"""Renders the guards as triggers of SQLite or PostgreSQL, installs them, and compares the live ones with what they should be."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

import re
from typing import Any

from . import guards
from .guard_groups import Guard
from .schema import RAW_TABLES, one_line, rule_rows, table_statements

_TOKEN = re.compile(r"\{(not_in|each):")
_JOINED_COLUMN = re.compile(r"\b([edcrhbasp])\.(\w+)")


def install(connection: Any) -> None:
    """Create tables, fill the kind table, then close it and set every guard. Run by the migration, as the owner."""
    with connection.cursor() as cursor:
        for statement in table_statements(connection.vendor):
            cursor.execute(statement)
        rows = rule_rows()
        cursor.executemany(f"INSERT INTO books_rule VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
    set_guards(connection)


def set_guards(connection: Any) -> None:
    """Set every guard; not before all columns stand that they read, which later migrations of other rooms add."""
    columns = {column.name for column in _columns_of(connection, "consent_proposal")}
    if "signs" not in columns:
        return
    with connection.cursor() as cursor:
        for statement in guard_statements(connection.vendor).values():
            cursor.execute(statement)


def renew(connection: Any) -> None:
    """Take away the guards that stand, whatever they say, and set those of this code."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name, table in _all_triggers(connection):
            cursor.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
    set_guards(connection)


def _columns_of(connection: Any, table: str) -> Any:
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, table)


def _all_triggers(connection: Any) -> list[tuple[str, str]]:
    """(name, table) of every trigger of the ledger's tables and of the consent room's."""
    question = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        question = """SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"""
    with connection.cursor() as cursor:
        cursor.execute(question)
        found = cursor.fetchall()
    ours = set(guard_statements(connection.vendor))
    return [(name, table) for name, table in found if name in ours or table in RAW_TABLES]


def guard_statements(vendor: str) -> dict[str, str]:
    """Name → DDL of every trigger (and, on PostgreSQL, of the function it runs)."""
    render = _sqlite if vendor == "sqlite" else _postgresql
    statements: dict[str, str] = {}
    for joined in guards.JOINED:
        statements |= _joined_sqlite(joined) if vendor == "sqlite" else _joined_postgresql(joined)
    for table, act, found in guards.BEFORE:
        statements |= render(f"{table}_{act.lower()}_guard", table, "BEFORE", act, [(c, _written(s, vendor)) for c, s in found], ())
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
    """Names of guards that are missing from the live database, differ from this code, or are not of this code; empty when all stand."""
    wanted = guard_statements(connection.vendor)
    live = _live_sqlite(connection) if connection.vendor == "sqlite" else _live_postgresql(connection)
    wrong = [name for name, statement in wanted.items() if one_line(live.get(name, "")) != one_line(_body(statement, connection.vendor))]
    return wrong + sorted(name for name in _triggers_of(connection) if name not in wanted)


def _said(leaf: str, field: str, vendor: str) -> str:
    """One text of a leaf's payload."""
    if vendor == "sqlite":
        return f"json_extract(CAST({leaf} AS TEXT), '$.payload.{field}')"
    return f"(convert_from({leaf}, 'UTF8')::jsonb #>> '{{payload,{field}}}')"


def _words(vendor: str) -> dict[str, str]:
    """Names in braces that the guards use for what the engines write differently."""
    date = (lambda text: text) if vendor == "sqlite" else (lambda text: f"{text}::date")
    words = {f"{{rate_{field}}}": _said("NEW.leaf", field, vendor) for field in ("about", "from", "to", "rate")}
    return words | {
        "{rate_date}": date(_said("NEW.leaf", "date", vendor)),
        "{through_text}": _said("NEW.leaf", "through", vendor),
        "{through}": date(_said("NEW.leaf", "through", vendor)),
        "{last_through}": date(_said("e.leaf", "through", vendor)),
        "{memo_rate}": _said("e.leaf", "rate", vendor),
        "{never}": date("'0001-01-01'"),
        "{ago}": "date(" if vendor == "sqlite" else "(",
        "{ago_by}": ", '-' || " if vendor == "sqlite" else " - ",
        "{ago_end}": " || ' days')" if vendor == "sqlite" else ")",
        "{is_json}": "json_valid(CAST(NEW.leaf AS TEXT))" if vendor == "sqlite" else "1 = 1",
        "{least}": "json_extract(q.payload, '$.least_arrival')" if vendor == "sqlite" else "(q.payload::jsonb ->> 'least_arrival')",
    }


def _written(condition: str, vendor: str) -> str:
    """The two things that the engines write differently: a list of constants, and the texts of a JSON list as rows of `wanted`."""
    found = _TOKEN.search(condition)
    if found is None:
        for word, said in _words(vendor).items():
            condition = condition.replace(word, said)
        return condition
    end = _closing(condition, found.end())
    inner = condition[found.end() : end]
    if found.group(1) == "each":
        said = f"json_each({inner}) AS wanted" if vendor == "sqlite" else f"jsonb_array_elements_text(({inner})::jsonb) AS wanted(value)"
    else:
        column, _, values = inner.partition(":")
        # SQLite would build the list anew for each row; the kind table has an index on the kind.
        said = f"{column} NOT IN ({values})"
        if vendor == "sqlite":
            said = "(" + " AND ".join(f"{column} <> {value}" for value in values.split(", ")) + ")"
    return condition[: found.start()] + said + _written(condition[end + 1 :], vendor)


def _closing(text: str, start: int) -> int:
    return text.index("}", start)


def _joined_sqlite(joined: guards.Joined) -> dict[str, str]:
    """One SELECT for all guards: CASE stops at the first that refuses, and leaves early when no rare one can apply."""
    name = f"{joined.table}_insert_guard"
    lines = [f"WHEN {condition} THEN RAISE(ABORT, '{code}')" for code, condition in joined.common]
    lines.append(f"WHEN NOT ({joined.rare}) THEN 1")
    lines += [
        f"WHEN {rare.gate} AND ({condition}) THEN RAISE(ABORT, '{code}')" for rare in joined.groups for code, condition in rare.guards
    ]
    cases = "\n    ".join(_written(line, "sqlite") for line in lines)
    check = f"""SELECT CASE WHEN (SELECT CASE
    {cases}
    ELSE 1 END FROM {joined.join}) IS NULL THEN RAISE(ABORT, '{joined.missing}') END;"""
    body = "\n  ".join([check, *joined.effects, *(_written(effect, "sqlite") for rare in joined.groups for effect in rare.effects)])
    return {name: f"CREATE TRIGGER {name} AFTER INSERT ON {joined.table} FOR EACH ROW BEGIN\n  {body}\nEND"}


def _joined_postgresql(joined: guards.Joined) -> dict[str, str]:
    """One function: a single SELECT brings what all guards need. The guards themselves are plain expressions, because PostgreSQL
    prepares those once and each SELECT anew; one expression answers all common guards, and only when it fails is asked which."""
    asked = [*(c for _, c in joined.common), joined.rare, *(f"{rare.gate} {' '.join(c for _, c in rare.guards)}" for rare in joined.groups)]
    columns = sorted(set(_JOINED_COLUMN.findall(" ".join(asked))))
    wanted = ", ".join(f"{alias}.{column} AS {alias}_{column}" for alias, column in columns)
    lines = [
        f"SELECT {wanted}\n  INTO joined FROM {joined.join};",
        f"IF NOT FOUND THEN {_raise(joined.missing)}; END IF;",
        "IF " + "\n    OR ".join(f"({_from_record(condition)})" for _, condition in joined.common) + " THEN",
        *(f"  IF {_from_record(condition)} THEN {_raise(code)}; END IF;" for code, condition in joined.common),
        "END IF;",
        f"IF {_from_record(joined.rare)} THEN",
    ]
    for rare in joined.groups:
        lines.append(f"  IF {_from_record(rare.gate)} THEN")
        lines += [f"    IF {_from_record(condition)} THEN {_raise(code)}; END IF;" for code, condition in rare.guards]
        lines += [f"    {effect}" for effect in rare.effects]
        lines.append("  END IF;")
    body = "\n  ".join([*(_written(line, "postgresql") for line in lines), "END IF;", _MOVE_BOTH if joined.effects else "", "RETURN NULL;"])
    name = f"{joined.table}_insert_guard"
    return {
        f"{name}()": _FUNCTION.format(name=name, declare="DECLARE joined record; moved integer;\n", body=body),
        name: f"CREATE TRIGGER {name} AFTER INSERT ON {joined.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    }


def _raise(code: str) -> str:
    return f"RAISE EXCEPTION '{code}' USING ERRCODE = 'check_violation'"


# Both balances in one statement, because each start of an UPDATE reads the table's CHECKs anew. PostgreSQL trusts what its own triggers
# do to a balance, so the order is asked here: a version only ever rises.
_MOVE_BOTH = f"""UPDATE books_balance SET debits = debits + CASE WHEN account_id = NEW.debit_account_id THEN NEW.amount ELSE 0 END,
    credits = credits + CASE WHEN account_id = NEW.credit_account_id THEN NEW.amount ELSE 0 END,
    version = NEW.entry_seq * 10000 + NEW.line
  WHERE account_id IN (NEW.debit_account_id, NEW.credit_account_id) AND version < NEW.entry_seq * 10000 + NEW.line;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> 2 THEN {_raise("balance_moves_only_with_a_transfer")}; END IF;"""


def _from_record(condition: str) -> str:
    return _JOINED_COLUMN.sub(r"joined.\1_\2", condition)


def _sqlite(name: str, table: str, when: str, act: str, found: list[Guard], effects: tuple[str, ...]) -> dict[str, str]:
    checks = [f"SELECT RAISE(ABORT, '{code}') WHERE {condition};" for code, condition in found]
    body = "\n  ".join([*checks, *effects])
    return {name: f"CREATE TRIGGER {name} {when} {act} ON {table} FOR EACH ROW BEGIN\n  {body}\nEND"}


def _postgresql(name: str, table: str, when: str, act: str, found: list[Guard], effects: tuple[str, ...]) -> dict[str, str]:
    """One function for each trigger. SECURITY DEFINER: the role that serves may move a balance only through it."""
    checks = [f"IF {condition} THEN RAISE EXCEPTION '{code}' USING ERRCODE = 'check_violation'; END IF;" for code, condition in found]
    result = "RETURN NULL;" if when == "AFTER" or act == "TRUNCATE" else "RETURN OLD;" if act == "DELETE" else "RETURN NEW;"
    body = "\n  ".join([*checks, *effects, result])
    each = "STATEMENT" if act == "TRUNCATE" else "ROW"
    function = _FUNCTION.format(name=name, declare="", body=body)
    # Below a trigger of this code the rows move as they must; by hand, or from anywhere else, they are guarded.
    only = " WHEN (pg_trigger_depth() = 0)" if table in guards.MOVED_BY_TRIGGERS and act == "UPDATE" else ""
    return {f"{name}()": function, name: f"CREATE TRIGGER {name} {when} {act} ON {table} FOR EACH {each}{only} EXECUTE FUNCTION {name}()"}


_FUNCTION = """CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $guard$
{declare}BEGIN
  {body}
END $guard$"""
# Two statements: the second must see what another writer committed while the first waited.
_LOCK = """CREATE OR REPLACE FUNCTION books_lock(wanted uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $guard$ BEGIN
  PERFORM 1 FROM books_head WHERE book_id = wanted FOR UPDATE;
  RETURN COALESCE((SELECT max(seq) + 1 FROM books_entry WHERE book_id = wanted), 0);
END $guard$"""


def _triggers_of(connection: Any) -> list[str]:
    """Every trigger of the ledger's tables, whoever made it."""
    question = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})"
    if connection.vendor == "postgresql":
        question = """SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname IN ({marks})"""
    with connection.cursor() as cursor:
        cursor.execute(question.format(marks=", ".join(["%s"] * len(RAW_TABLES))), list(RAW_TABLES))
        return [name for (name,) in cursor.fetchall()]


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
        return f"{_table_of(statement)} O"
    return statement.split("$guard$")[1]


def _table_of(trigger: str) -> str:
    found = re.search(r" ON (\w+) ", trigger)
    return found.group(1) if found else ""
