"""Raw DDL of the ledger's tables for both engines. Django must not make or alter these: on SQLite it would rebuild them without guards."""

from awna.core.ledger import rules

TYPES = {
    "sqlite": {"uuid": "char(32)", "blob": "BLOB", "stamp": "datetime"},
    "postgresql": {"uuid": "uuid", "blob": "bytea", "stamp": "timestamp with time zone"},
}
RAW_TABLES = (
    "books_rule", "books_head", "books_account", "books_balance", "books_entry", "books_evidence", "books_transfer",
)  # fmt: skip
_STAGES = ", ".join(f"'{stage}'" for stage in rules.STAGES)
_OUTSIDE = ", ".join(f"'{stage}'" for stage in sorted(rules.OUTSIDE_STAGES))
_BOUND = "'held', 'released', 'committed'"

_TABLES = (
    """CREATE TABLE books_rule (
    id varchar(120) NOT NULL PRIMARY KEY, kind varchar(20) NOT NULL,
    debit_stage varchar(12) NOT NULL, debit_custody_type varchar(12) NOT NULL,
    credit_stage varchar(12) NOT NULL, credit_custody_type varchar(12) NOT NULL, commodity_kind varchar(12) NOT NULL,
    needs varchar(20) NOT NULL, custody_change varchar(8) NOT NULL, movement_end varchar(8) NOT NULL, fund_change smallint NOT NULL,
    UNIQUE (kind, debit_stage, debit_custody_type, credit_stage, credit_custody_type, commodity_kind))""",
    """CREATE TABLE books_head (
    book_id {uuid} NOT NULL PRIMARY KEY REFERENCES books_book (id),
    next_seq bigint NOT NULL CONSTRAINT head_not_negative CHECK (next_seq >= 0))""",
    f"""CREATE TABLE books_account (
    book_id {{uuid}} NOT NULL REFERENCES books_book (id), id {{uuid}} NOT NULL UNIQUE,
    stage varchar(12) NOT NULL CONSTRAINT account_stage_unknown CHECK (stage IN ({_STAGES})),
    custody_id {{uuid}}, custody_type varchar(12) NOT NULL, fund_id {{uuid}} NOT NULL,
    commodity_id {{uuid}} NOT NULL, commodity_kind varchar(12) NOT NULL, batch varchar(120) NOT NULL,
    payee_id {{uuid}} REFERENCES books_custody (id), proposal_id {{uuid}} REFERENCES consent_proposal (id),
    milestone_id {{uuid}} REFERENCES books_milestone (id), floor bigint, ceil bigint,
    PRIMARY KEY (book_id, id), UNIQUE (book_id, id, commodity_id, fund_id, stage),
    FOREIGN KEY (book_id, custody_id, custody_type) REFERENCES books_custody (book_id, id, type),
    FOREIGN KEY (book_id, fund_id) REFERENCES books_fund (book_id, id),
    FOREIGN KEY (commodity_id, commodity_kind) REFERENCES books_commodity (id, kind),
    CONSTRAINT account_custody_only_inside CHECK ((custody_id IS NULL) = (stage IN ({_OUTSIDE})) AND (custody_id IS NULL) = (custody_type = '')),
    CONSTRAINT account_milestone_where_bound CHECK (
      (proposal_id IS NULL) = (milestone_id IS NULL)
      AND (stage NOT IN ({_BOUND}) OR milestone_id IS NOT NULL) AND (milestone_id IS NULL OR stage IN ({_BOUND}, 'transit'))),
    CONSTRAINT account_payee_only_ext CHECK (payee_id IS NULL OR stage = 'ext'),
    CONSTRAINT account_floor_of_stage CHECK (
      (stage IN ({_OUTSIDE}) AND floor IS NULL AND ceil IS NULL) OR (stage = 'short' AND floor IS NULL AND ceil IS NOT NULL AND ceil = 0)
      OR (stage NOT IN ({_OUTSIDE}, 'short') AND floor IS NOT NULL AND floor = 0 AND ceil IS NULL)))""",
    """CREATE TABLE books_balance (
    book_id {uuid} NOT NULL, account_id {uuid} NOT NULL UNIQUE, debits bigint NOT NULL, credits bigint NOT NULL, version bigint NOT NULL,
    floor bigint, ceil bigint, PRIMARY KEY (book_id, account_id),
    FOREIGN KEY (book_id, account_id) REFERENCES books_account (book_id, id),
    CONSTRAINT balance_below_floor CHECK (floor IS NULL OR floor <= credits - debits),
    CONSTRAINT balance_above_ceil CHECK (ceil IS NULL OR credits - debits <= ceil)){fill}""",
    """CREATE TABLE books_entry (
    book_id {uuid} NOT NULL REFERENCES books_book (id), seq bigint NOT NULL, id {uuid} NOT NULL UNIQUE,
    request_hash {blob} NOT NULL CONSTRAINT entry_request_hash_size CHECK (length(request_hash) = 32),
    kind varchar(20) NOT NULL, effective_date date NOT NULL, posted_at {stamp} NOT NULL,
    author_id {uuid} NOT NULL REFERENCES parties_role (id), second_id {uuid} REFERENCES parties_role (id),
    proposal_id {uuid} REFERENCES consent_proposal (id), reverses bigint,
    row_count integer NOT NULL CONSTRAINT entry_row_count CHECK (row_count BETWEEN 0 AND 1000),
    leaf {blob} NOT NULL CONSTRAINT entry_leaf_size CHECK (length(leaf) BETWEEN 2 AND 65535),
    PRIMARY KEY (book_id, seq), UNIQUE (book_id, reverses), UNIQUE (book_id, seq, id, kind),
    FOREIGN KEY (book_id, reverses) REFERENCES books_entry (book_id, seq),
    CONSTRAINT entry_reverse_names_entry CHECK ((kind = 'reverse') = (reverses IS NOT NULL)))""",
    """CREATE TABLE books_evidence (
    book_id {uuid} NOT NULL, entry_seq bigint NOT NULL, entry_id {uuid} NOT NULL REFERENCES books_entry (id),
    document_id {uuid} NOT NULL REFERENCES books_document (id),
    PRIMARY KEY (book_id, entry_seq, document_id), FOREIGN KEY (book_id, entry_seq) REFERENCES books_entry (book_id, seq))""",
    """CREATE TABLE books_transfer (
    book_id {uuid} NOT NULL, entry_seq bigint NOT NULL, line integer NOT NULL CONSTRAINT transfer_line CHECK (line >= 1),
    entry_id {uuid} NOT NULL, kind varchar(20) NOT NULL, rule_id varchar(120) NOT NULL REFERENCES books_rule (id),
    commodity_id {uuid} NOT NULL, debit_fund_id {uuid} NOT NULL, credit_fund_id {uuid} NOT NULL,
    debit_stage varchar(12) NOT NULL, credit_stage varchar(12) NOT NULL, debit_account_id {uuid} NOT NULL, credit_account_id {uuid} NOT NULL,
    amount bigint NOT NULL CONSTRAINT transfer_amount CHECK (amount BETWEEN 1 AND 1000000000000000),
    movement_id {uuid} REFERENCES books_movement (id), lot_seq bigint, lot_line integer,
    resolves_seq bigint, resolves_line integer, corrects_seq bigint, corrects_line integer,
    PRIMARY KEY (book_id, entry_seq, line), UNIQUE (book_id, resolves_seq, resolves_line),
    FOREIGN KEY (book_id, entry_seq, entry_id, kind) REFERENCES books_entry (book_id, seq, id, kind),
    FOREIGN KEY (book_id, debit_account_id, commodity_id, debit_fund_id, debit_stage)
      REFERENCES books_account (book_id, id, commodity_id, fund_id, stage),
    FOREIGN KEY (book_id, credit_account_id, commodity_id, credit_fund_id, credit_stage)
      REFERENCES books_account (book_id, id, commodity_id, fund_id, stage),
    FOREIGN KEY (book_id, lot_seq, lot_line) REFERENCES books_transfer (book_id, entry_seq, line),
    FOREIGN KEY (book_id, resolves_seq, resolves_line) REFERENCES books_transfer (book_id, entry_seq, line),
    FOREIGN KEY (book_id, corrects_seq, corrects_line) REFERENCES books_transfer (book_id, entry_seq, line),
    CONSTRAINT transfer_accounts_differ CHECK (debit_account_id <> credit_account_id))""",
    "CREATE INDEX books_transfer_debit ON books_transfer (debit_account_id)",
    "CREATE INDEX books_transfer_credit ON books_transfer (credit_account_id)",
    "CREATE INDEX books_transfer_movement ON books_transfer (movement_id)",
    "CREATE INDEX books_transfer_corrects ON books_transfer (book_id, corrects_seq, corrects_line)",
    "CREATE INDEX books_entry_proposal ON books_entry (proposal_id)",
    "CREATE INDEX books_account_custody ON books_account (custody_id)",
)


def table_statements(vendor: str) -> list[str]:
    """CREATE TABLE and INDEX, in order; balances leave room on each page for their frequent updates."""
    fill = " WITH (fillfactor = 50)" if vendor == "postgresql" else ""
    return [statement.format(fill=fill, **TYPES[vendor]) for statement in _TABLES]


def rule_id(rule: rules.FlatRule) -> str:
    return f"{rule.kind}|{rule.debit_stage}:{rule.debit_custody_type}|{rule.credit_stage}:{rule.credit_custody_type}|{rule.commodity_kind}"


def rule_rows() -> list[tuple[str, str, str, str, str, str, str, str, str, str, int]]:
    """The kind table as rows of books_rule."""
    return [
        (rule_id(r), r.kind, r.debit_stage, r.debit_custody_type, r.credit_stage, r.credit_custody_type, r.commodity_kind,
         "".join(sorted(r.needs)), r.custody_change, r.movement_end or "", int(r.fund_change))
        for r in rules.expanded_rules()
    ]  # fmt: skip
