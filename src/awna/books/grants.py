"""What the serving role may do on PostgreSQL: read and add. Balances, heads and used amounts move inside guards, as their owner."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.

from typing import Any

from .schema import RAW_TABLES

APP_ROLE = "awna_app"
READ_ONLY = ("books_rule", "books_balance", "books_rate")
READ_AND_ADD = (
    *(table for table in RAW_TABLES if table not in READ_ONLY),
    "books_milestone", "books_movement", "books_statement", "books_statementfile", "books_checkpoint", "books_commodity", "books_fund",
    "books_custody", "books_statementprofile", "books_statementhold", "books_statementvoucher", "books_statementaside", "books_interimrule", "books_detailnotice",
    "books_movementdetail", "consent_decision", "consent_policyepoch", "consent_epochkey", "consent_epochsteward", "consent_suspension",
    "consent_mark",
)  # fmt: skip
READ_ADD_UPDATE = (
    "books_book", "books_bankaccount", "books_document", "books_provisionalline", "consent_proposal", "consent_nonce", "consent_pause", "consent_interest",
    "consent_pin",
)  # fmt: skip
READ_ADD_UPDATE_REMOVE = ("books_opening", "consent_stewardkey", "consent_founding", "consent_foundingword")
ERASABLE = {
    "books_movement": ("reference", "text", "counterparty", "counter_account", "bank_reference"),
    "books_movementdetail": ("end_to_end_id", "mandate_id", "return_reason", "purpose"),
}
"""What the bank wrote about a person can be blanked; everything that counts cannot."""


def grant_app(connection: Any, *, role: str = APP_ROLE) -> None:
    """Give the serving role exactly this, and nothing more, where the role exists. Run as the owner, again at will."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        for rights, tables in (
            ("SELECT", READ_ONLY),
            ("SELECT, INSERT", READ_AND_ADD),
            ("SELECT, INSERT, UPDATE", READ_ADD_UPDATE),
            ("SELECT, INSERT, UPDATE, DELETE", READ_ADD_UPDATE_REMOVE),
        ):
            for table in tables:
                cursor.execute("SELECT to_regclass(%s)", [table])
                if cursor.fetchone() == (None,):
                    continue  # a later migration makes it, and gives the same rights
                cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
                cursor.execute(f"GRANT {rights} ON {table} TO {role}")
        for table, columns in ERASABLE.items():
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone() == (None,):
                continue
            cursor.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}")
        cursor.execute("SELECT to_regprocedure('books_lock(uuid)')")
        if cursor.fetchone() != (None,):  # it comes with the guards, and they after the columns that they read
            cursor.execute(f"GRANT EXECUTE ON FUNCTION books_lock(uuid) TO {role}")
