"""What the database itself refuses about receipts, on both engines: no change, no removal; voiding is written once."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.

from typing import Any

FROZEN = {
    "donations_receipt": (
        "id", "campaign_id", "section_id", "donor_id", "issuer", "year", "number", "kind", "gifts_year", "rules", "currency", "scale", "total_minor",
        "content", "digest", "issued_at", "issued_by_id", "replaces_id",
    ),
    "donations_receiptgift": ("id", "receipt_id", "gift_id"),
    "donations_receiptpaper": ("receipt_id", "sealed", "digest", "made_at"),
    "donations_receiptseries": ("id", "issuer", "year"),
}  # fmt: skip
"""Table → columns that never change."""
ONCE = {"donations_receipt": ("voided_at", "void_reason", "voided_by_id"), "donations_receiptgift": ("released_at",)}
"""Columns that are written together, once: after the first of them was set nothing changes any more."""
_BODY = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN\n  {body}\n  RETURN {row};\nEND $guard$"


def guard_statements(vendor: str) -> dict[str, str]:
    """Name → DDL of every trigger, and on PostgreSQL of the function that it runs."""
    found: dict[str, str] = {}
    for table in FROZEN:
        for act, condition in (("UPDATE", _changed(table)), ("DELETE", "1 = 1")):
            name = f"{table}_{act.lower()}_guard"
            code = "receipt_never_changes" if act == "UPDATE" else "receipt_never_goes"
            if vendor == "sqlite":
                check = f"SELECT RAISE(ABORT, '{code}') WHERE {condition};"
                found[name] = f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW BEGIN\n  {check}\nEND"
                continue
            check = f"IF {condition} THEN RAISE EXCEPTION '{code}' USING ERRCODE = 'check_violation'; END IF;"
            found[f"{name}()"] = _BODY.format(name=name, body=check, row="NEW" if act == "UPDATE" else "OLD")
            found[name] = f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return found


def install(connection: Any) -> None:
    """Set every guard. Run by the migration that makes the tables, and again by each that alters one: SQLite forgets them then."""
    with connection.cursor() as cursor:
        for name, statement in guard_statements(connection.vendor).items():
            if not name.endswith("()"):
                table = name.rsplit("_", 2)[0]
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
            cursor.execute(statement)


def missing_guards(connection: Any) -> list[str]:
    """Names of triggers that are not there, or on SQLite not as they should be."""
    question = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        question = "SELECT tgname, '' FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    with connection.cursor() as cursor:
        cursor.execute(question)
        live = dict(cursor.fetchall())
    wanted = {name: text for name, text in guard_statements(connection.vendor).items() if not name.endswith("()")}
    return [name for name, text in wanted.items() if live.get(name) != (text if connection.vendor == "sqlite" else "")]


def _changed(table: str) -> str:
    frozen = [f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN[table]]
    if table == "donations_receiptseries":
        frozen.append("NEW.last <> OLD.last + 1")
    once = ONCE.get(table, ())
    if once:
        # Set for the second time, or taken back.
        frozen.append(f"OLD.{once[0]} IS NOT NULL OR NEW.{once[0]} IS NULL")
    return " OR ".join(f"({condition})" for condition in frozen)
