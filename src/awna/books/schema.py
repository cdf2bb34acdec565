"""Raw DDL of the ledger's tables for both engines. Django must not make or alter these: on SQLite it would rebuild them without guards.

Rows of entry and transfer name their accounts, rule and entry without foreign keys: the guard reads all of them in one go, compares every
column that is repeated, and what it read can never be removed. Only completeness is a foreign key, checked when the transaction ends.
"""

from awna.core.ledger import rules

TYPES = {
    "sqlite": {"uuid": "char(32)", "blob": "BLOB", "stamp": "datetime", "fill": "", "keyed": " WITHOUT ROWID"},
    # Balances leave room on each page: versions that one transaction made stay on it, with no new entry in the index, until it ends.
    "postgresql": {"uuid": "uuid", "blob": "bytea", "stamp": "timestamp with time zone", "fill": " WITH (fillfactor = 10)", "keyed": ""},
}
RAW_TABLES = (
    "books_rule", "books_head", "books_account", "books_balance", "books_entry", "books_evidence", "books_giftbatch", "books_share",
    "books_rate", "books_transfer",
)  # fmt: skip
_STAGES = ", ".join(f"'{stage}'" for stage in rules.STAGES)
_OUTSIDE = ", ".join(f"'{stage}'" for stage in sorted(rules.OUTSIDE_STAGES))
_BOUND = "'held', 'released', 'committed'"
_FLAGS = ", ".join(f"need_{need.lower()} smallint NOT NULL" for need in rules.NEEDS)

_TABLES = (
    f"""CREATE TABLE books_rule (
    id varchar(120) NOT NULL PRIMARY KEY, kind varchar(20) NOT NULL,
    debit_stage varchar(12) NOT NULL, debit_custody_type varchar(12) NOT NULL,
    credit_stage varchar(12) NOT NULL, credit_custody_type varchar(12) NOT NULL, commodity_kind varchar(12) NOT NULL,
    needs varchar(20) NOT NULL, custody_change varchar(8) NOT NULL, movement_end varchar(8) NOT NULL, fund_change smallint NOT NULL,
    {_FLAGS}, rare smallint NOT NULL,
    UNIQUE (kind, debit_stage, debit_custody_type, credit_stage, credit_custody_type, commodity_kind)){{keyed}}""",
    """CREATE TABLE books_head (
    book_id {uuid} NOT NULL PRIMARY KEY REFERENCES books_book (id), closed_through date){keyed}""",
    f"""CREATE TABLE books_account (
    book_id {{uuid}} NOT NULL REFERENCES books_book (id), id {{uuid}} NOT NULL UNIQUE,
    stage varchar(12) NOT NULL CONSTRAINT account_stage_unknown CHECK (stage IN ({_STAGES})),
    custody_id {{uuid}}, custody_type varchar(12) NOT NULL, fund_id {{uuid}} NOT NULL,
    commodity_id {{uuid}} NOT NULL, commodity_kind varchar(12) NOT NULL, batch varchar(120) NOT NULL,
    payee_id {{uuid}} REFERENCES books_custody (id), proposal_id {{uuid}} REFERENCES consent_proposal (id),
    milestone_id {{uuid}} REFERENCES books_milestone (id), floor bigint, ceil bigint,
    PRIMARY KEY (book_id, id),
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
      OR (stage NOT IN ({_OUTSIDE}, 'short') AND floor IS NOT NULL AND floor = 0 AND ceil IS NULL))){{keyed}}""",
    """CREATE TABLE books_balance (
    book_id {uuid} NOT NULL, account_id {uuid} NOT NULL, debits bigint NOT NULL, credits bigint NOT NULL, version bigint NOT NULL,
    floor bigint, ceil bigint, PRIMARY KEY (account_id),
    FOREIGN KEY (book_id, account_id) REFERENCES books_account (book_id, id),
    CONSTRAINT balance_below_floor CHECK (floor IS NULL OR floor <= credits - debits),
    CONSTRAINT balance_above_ceil CHECK (ceil IS NULL OR credits - debits <= ceil)){keyed}{fill}""",
    """CREATE TABLE books_entry (
    book_id {uuid} NOT NULL, seq bigint NOT NULL CONSTRAINT entry_seq_not_negative CHECK (seq >= 0), id {uuid} NOT NULL UNIQUE,
    request_hash {blob} NOT NULL CONSTRAINT entry_request_hash_size CHECK (length(request_hash) = 32),
    kind varchar(20) NOT NULL, effective_date date NOT NULL, posted_at {stamp} NOT NULL,
    author_id {uuid} NOT NULL, second_id {uuid},
    proposal_id {uuid} REFERENCES consent_proposal (id), reverses bigint,
    row_count integer NOT NULL CONSTRAINT entry_row_count CHECK (row_count BETWEEN 0 AND 1000),
    last_row integer CONSTRAINT entry_last_row CHECK (
      (row_count = 0 AND last_row IS NULL) OR (row_count > 0 AND last_row IS NOT NULL AND last_row = row_count)),
    leaf {blob} NOT NULL CONSTRAINT entry_leaf_size CHECK (length(leaf) BETWEEN 2 AND 65535),
    PRIMARY KEY (book_id, seq),
    CONSTRAINT entry_reverse_names_entry CHECK ((kind = 'reverse') = (reverses IS NOT NULL)){complete})""",
    """CREATE TABLE books_evidence (
    book_id {uuid} NOT NULL, entry_seq bigint NOT NULL, entry_id {uuid} NOT NULL REFERENCES books_entry (id),
    document_id {uuid} NOT NULL REFERENCES books_document (id),
    PRIMARY KEY (book_id, entry_seq, document_id), FOREIGN KEY (book_id, entry_seq) REFERENCES books_entry (book_id, seq)){keyed}""",
    # Each new entry makes SQLite look for evidence that already refers to it.
    "CREATE INDEX books_evidence_entry ON books_evidence (entry_id)",
    """CREATE TABLE books_giftbatch (
    id {uuid} NOT NULL PRIMARY KEY, book_id {uuid} NOT NULL REFERENCES books_book (id),
    custody_id {uuid} NOT NULL REFERENCES books_custody (id), fund_id {uuid} NOT NULL,
    commodity_id {uuid} NOT NULL REFERENCES books_commodity (id),
    n bigint NOT NULL CONSTRAINT giftbatch_number CHECK (n >= 0), closed_seq bigint,
    UNIQUE (book_id, fund_id, commodity_id, custody_id, n), FOREIGN KEY (book_id, fund_id) REFERENCES books_fund (book_id, id)){keyed}""",
    """CREATE TABLE books_share (
    id {uuid} NOT NULL PRIMARY KEY, giftbatch_id {uuid} NOT NULL REFERENCES books_giftbatch (id),
    movement_id {uuid} NOT NULL REFERENCES books_movement (id),
    amount bigint NOT NULL CONSTRAINT share_amount CHECK (amount BETWEEN 1 AND 1000000000000000),
    commitment varchar(64) NOT NULL CONSTRAINT share_commitment CHECK (length(commitment) = 64)){keyed}""",
    "CREATE INDEX books_share_giftbatch ON books_share (giftbatch_id)",
    "CREATE INDEX books_share_movement ON books_share (movement_id)",
    """CREATE TABLE books_rate (
    book_id {uuid} NOT NULL, entry_seq bigint NOT NULL, from_id {uuid} NOT NULL REFERENCES books_commodity (id),
    to_id {uuid} NOT NULL REFERENCES books_commodity (id), dated date NOT NULL, rate varchar(40) NOT NULL,
    PRIMARY KEY (book_id, entry_seq), FOREIGN KEY (book_id, entry_seq) REFERENCES books_entry (book_id, seq),
    CONSTRAINT rate_commodities_differ CHECK (from_id <> to_id)){keyed}""",
    "CREATE INDEX books_rate_pair ON books_rate (book_id, from_id, to_id, dated, entry_seq)",
    """CREATE TABLE books_transfer (
    book_id {uuid} NOT NULL, entry_seq bigint NOT NULL, line integer NOT NULL CONSTRAINT transfer_line CHECK (line >= 1),
    entry_id {uuid} NOT NULL, kind varchar(20) NOT NULL, rule_id varchar(120) NOT NULL,
    commodity_id {uuid} NOT NULL, debit_fund_id {uuid} NOT NULL, credit_fund_id {uuid} NOT NULL,
    debit_stage varchar(12) NOT NULL, credit_stage varchar(12) NOT NULL, debit_account_id {uuid} NOT NULL, credit_account_id {uuid} NOT NULL,
    amount bigint NOT NULL CONSTRAINT transfer_amount CHECK (amount BETWEEN 1 AND 1000000000000000),
    movement_id {uuid}, giftbatch_id {uuid}, lot_seq bigint, lot_line integer,
    resolves_seq bigint, resolves_line integer, corrects_seq bigint, corrects_line integer, covers_account_id {uuid}, covers_amount bigint,
    PRIMARY KEY (book_id, entry_seq, line),
    CONSTRAINT transfer_names_whole_rows CHECK ((lot_seq IS NULL) = (lot_line IS NULL) AND (resolves_seq IS NULL) = (resolves_line IS NULL)
      AND (corrects_seq IS NULL) = (corrects_line IS NULL) AND (covers_account_id IS NULL) = (covers_amount IS NULL)),
    CONSTRAINT transfer_covers_amount CHECK (covers_amount IS NULL OR covers_amount BETWEEN 1 AND 1000000000000000),
    CONSTRAINT transfer_accounts_differ CHECK (debit_account_id <> credit_account_id)){keyed}""",
    "CREATE INDEX books_transfer_debit ON books_transfer (debit_account_id, entry_seq, line, amount)",
    "CREATE INDEX books_transfer_credit ON books_transfer (credit_account_id, entry_seq, line, amount)",
    "CREATE INDEX books_transfer_movement ON books_transfer (movement_id, kind, amount) WHERE movement_id IS NOT NULL",
    "CREATE INDEX books_transfer_giftbatch ON books_transfer (giftbatch_id) WHERE giftbatch_id IS NOT NULL",
    "CREATE UNIQUE INDEX books_transfer_resolves ON books_transfer (book_id, resolves_seq, resolves_line) WHERE resolves_seq IS NOT NULL",
    "CREATE INDEX books_transfer_corrects ON books_transfer (book_id, corrects_seq, corrects_line) WHERE corrects_seq IS NOT NULL",
    "CREATE INDEX books_transfer_covers ON books_transfer (covers_account_id) WHERE covers_account_id IS NOT NULL",
    "CREATE UNIQUE INDEX books_entry_reverses ON books_entry (book_id, reverses) WHERE reverses IS NOT NULL",
    "CREATE INDEX books_entry_proposal ON books_entry (proposal_id) WHERE proposal_id IS NOT NULL",
    "CREATE INDEX books_entry_date ON books_entry (book_id, effective_date, seq)",
    "CREATE INDEX books_entry_kind ON books_entry (book_id, kind, seq)",
    "CREATE INDEX books_account_custody ON books_account (custody_id)",
    "CREATE INDEX books_account_proposal ON books_account (proposal_id) WHERE proposal_id IS NOT NULL",
)
_COMPLETE = """CONSTRAINT entry_is_incomplete FOREIGN KEY (book_id, seq, last_row)
      REFERENCES books_transfer (book_id, entry_seq, line) DEFERRABLE INITIALLY DEFERRED"""


def table_statements(vendor: str) -> list[str]:
    """CREATE TABLE and INDEX, in order. An entry refers to its last row, which has a later table: PostgreSQL learns that at the end."""
    inline = vendor == "sqlite"
    statements = [statement.format(complete=f",\n    {_COMPLETE}" if inline else "", **TYPES[vendor]) for statement in _TABLES]
    return statements if inline else [*statements, f"ALTER TABLE books_entry ADD {_COMPLETE}"]


def rule_id(rule: rules.FlatRule) -> str:
    return f"{rule.kind}|{rule.debit_stage}:{rule.debit_custody_type}|{rule.credit_stage}:{rule.credit_custody_type}|{rule.commodity_kind}"


def rule_rows() -> list[tuple[str | int, ...]]:
    """The kind table as rows of books_rule: the last flag says that some guard beyond the common ones may apply."""
    plain = {rules.M, rules.P, rules.N}
    plain_kinds = {"gift", "gift_in_kind", "hours"}
    return [
        (rule_id(r), r.kind, r.debit_stage, r.debit_custody_type, r.credit_stage, r.credit_custody_type, r.commodity_kind,
         "".join(sorted(r.needs)), r.custody_change, r.movement_end or "", int(r.fund_change),
         *(int(need in r.needs) for need in rules.NEEDS), int(r.kind not in plain_kinds or bool(r.needs - plain)))
        for r in rules.expanded_rules()
    ]  # fmt: skip


def one_line(statement: str) -> str:
    """The statement without its layout, so that two of them can be compared."""
    return " ".join(statement.split())
