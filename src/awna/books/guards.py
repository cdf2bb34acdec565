"""The guards of the ledger, written once as (code, condition under which a row is refused) and rendered as triggers for both engines.

Guards of entries and transfers run after the row is in, so the row itself counts. What they need is joined once and named here:
`e` entry, `d` and `c` debit and credit account, `r` rule; `h` head, `b` book, `a` author's role, `s` second person's, `p` the entry before.
`COMMON` guards look at nothing else. A `Rare` group looks further, and only where its gate holds.
"""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from dataclasses import dataclass

from awna.core.ledger import rules

Guard = tuple[str, str]


@dataclass(frozen=True)
class Rare:
    """Guards that are asked only where `gate`, which looks at nothing but the joined rows, holds; then `effects` follow."""

    gate: str
    guards: tuple[Guard, ...]
    effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """All guards of one table, over one join; `missing` is the refusal when the join finds nothing, `rare` the gate of all groups."""

    table: str
    join: str
    missing: str
    common: tuple[Guard, ...]
    rare: str
    groups: tuple[Rare, ...]
    effects: tuple[str, ...] = ()


def _in(kinds: object) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))  # type: ignore[call-overload]


def _is(column: str, values: object) -> str:
    """Plain comparisons: SQLite would build a table in memory for each row to answer IN."""
    return "(" + " OR ".join(f"{column} = '{value}'" for value in sorted(values)) + ")"  # type: ignore[call-overload]


def _fund(end: str, column: str) -> str:
    return f"(SELECT f.{column} FROM books_fund f WHERE f.id = NEW.{end}_fund_id)"


def _milestone(column: str, account: str = "d") -> str:
    return f"(SELECT m.{column} FROM books_milestone m WHERE m.id = {account}.milestone_id)"


def _approved(proposal: str, on: str | None) -> str:
    """At least k distinct people of the proposal's epoch said yes; on a date, it must also not have expired by then."""
    expiry = f"AND q.expires_on >= {on}" if on else ""
    return f"""EXISTS (SELECT 1 FROM consent_proposal q JOIN consent_policyepoch k ON k.id = q.epoch_id
        WHERE q.id = {proposal} AND q.withdrawn_at IS NULL {expiry}
        AND (SELECT count(DISTINCT z.user_id) FROM consent_decision y JOIN parties_role z ON z.id = y.steward_id
             WHERE y.proposal_id = q.id AND y.choice = 'approve' AND z.name = 'steward' AND z.campaign_id = q.campaign_id) >= k.required)"""


# -- entries --------------------------------------------------------------------------------------------------------

ENTRY = Joined(
    table="books_entry",
    join="""books_head h JOIN books_book b ON b.id = h.book_id JOIN parties_role a ON a.id = NEW.author_id
    LEFT JOIN parties_role s ON s.id = NEW.second_id LEFT JOIN books_entry p ON p.book_id = NEW.book_id AND p.seq = NEW.seq - 1 WHERE h.book_id = NEW.book_id""",
    missing="entry_seq_not_next",
    common=(
        ("entry_seq_not_next", "NEW.seq > 0 AND p.seq IS NULL"),
        ("entry_kind_unknown", f"{{not_in:NEW.kind:{_in(rules.KINDS)}}}"),
        ("entry_rows_do_not_fit_kind", f"(NEW.row_count = 0) <> {_is('NEW.kind', rules.KINDS_WITHOUT_ROWS)}"),
        ("fx_needs_two_rows", "NEW.kind = 'fx' AND NEW.row_count <> 2"),
        ("first_entry_is_the_policy", "NEW.seq = 0 AND NEW.kind <> 'policy'"),
        ("second_person_is_author", "s.user_id = a.user_id"),
        ("role_of_another_campaign",
            "a.campaign_id <> b.campaign_id OR (NEW.second_id IS NOT NULL AND s.campaign_id IS DISTINCT FROM b.campaign_id)"),
    ),
    rare="NEW.proposal_id IS NOT NULL OR NEW.reverses IS NOT NULL OR NEW.row_count = 0",
    groups=(
        Rare("NEW.proposal_id IS NOT NULL", (
            ("proposal_of_another_campaign", "(SELECT q.campaign_id FROM consent_proposal q WHERE q.id = NEW.proposal_id) <> b.campaign_id"),
        )),
        Rare("NEW.seq > 0 AND (NEW.kind = 'policy' OR NEW.kind = 'break')", (
            ("proposal_not_approved", f"NOT {_approved('NEW.proposal_id', 'NEW.effective_date')}"),
        )),
        Rare("NEW.reverses IS NOT NULL", (
            ("entry_not_reversible", f"""NOT EXISTS (SELECT 1 FROM books_entry o WHERE o.book_id = NEW.book_id AND o.seq = NEW.reverses
                AND o.seq < NEW.seq AND o.row_count = NEW.row_count AND o.kind IN ({_in(rules.REVERSIBLE)}))"""),
            ("entry_was_corrected", """EXISTS (SELECT 1 FROM books_transfer t
                WHERE t.book_id = NEW.book_id AND t.corrects_seq = NEW.reverses)"""),
        )),
    ),
)  # fmt: skip

# -- transfers ------------------------------------------------------------------------------------------------------

_MOVEMENT_FITS = """EXISTS (SELECT 1 FROM books_movement m WHERE m.id = NEW.movement_id AND m.commodity_id = NEW.commodity_id AND (
            (r.movement_end = 'debit' AND m.amount < 0 AND m.custody_id = d.custody_id)
            OR (r.movement_end = 'credit' AND m.amount > 0 AND m.custody_id = c.custody_id)))"""
_FREES = """EXISTS (SELECT 1 FROM books_entry u JOIN books_transfer o ON o.book_id = u.book_id AND o.entry_seq = u.reverses
            AND o.line = {row}.line AND o.movement_id = {row}.movement_id
            WHERE u.book_id = {row}.book_id AND u.seq = {row}.entry_seq AND {row}.kind = 'reverse')"""
"""The reversal gives the line back that the reversed row had used, so that the line can be posted again as what it is."""
_CARRIES_MILESTONE = f"(COALESCE(d.proposal_id = e.proposal_id, 1 = 0) AND {_approved('e.proposal_id', None)})"
_KINDS_ATTACHED = """EXISTS (SELECT 1 FROM {each:""" + _milestone("evidence") + """} WHERE NOT EXISTS (
                SELECT 1 FROM books_evidence v JOIN books_document g ON g.id = v.document_id
                WHERE v.book_id = NEW.book_id AND v.entry_seq = NEW.entry_seq AND g.kind = wanted.value))"""  # fmt: skip

_COMMON: tuple[Guard, ...] = (
    ("entry_is_closed", "NEW.line > e.row_count"),
    ("pair_not_allowed", """r.kind <> NEW.kind OR r.debit_stage <> d.stage OR r.credit_stage <> c.stage
        OR r.debit_custody_type <> d.custody_type OR r.credit_custody_type <> c.custody_type OR r.commodity_kind <> d.commodity_kind"""),
    ("row_differs_from_its_entry", "e.id <> NEW.entry_id OR e.kind <> NEW.kind"),
    ("row_differs_from_its_accounts", """d.stage <> NEW.debit_stage OR c.stage <> NEW.credit_stage
        OR d.commodity_id <> NEW.commodity_id OR c.commodity_id <> NEW.commodity_id
        OR d.fund_id <> NEW.debit_fund_id OR c.fund_id <> NEW.credit_fund_id"""),
    ("funds_differ", "r.fund_change = 0 AND NEW.debit_fund_id <> NEW.credit_fund_id"),
    ("custody_must_stay", "r.custody_change = 'same' AND d.custody_id <> c.custody_id"),
    ("custody_must_change", "r.custody_change = 'new' AND d.custody_id = c.custody_id"),
    ("batches_differ", """d.batch <> c.batch AND NEW.debit_stage <> 'ext' AND NEW.debit_stage <> 'lost'
        AND NEW.credit_stage <> 'ext' AND NEW.credit_stage <> 'lost'"""),
    ("second_person_missing", "r.need_p = 1 AND e.second_id IS NULL"),
    # Rows that the stewards fixed one by one may touch another proposal's account: money of it that was lost, an entry taken back.
    ("account_of_another_proposal", """(r.need_q = 0 OR NEW.kind = 'release') AND ((d.proposal_id IS NOT NULL AND d.proposal_id IS DISTINCT FROM e.proposal_id)
        OR (c.proposal_id IS NOT NULL AND c.proposal_id IS DISTINCT FROM e.proposal_id))"""),
    ("milestones_differ", "d.milestone_id <> c.milestone_id"),
    ("movement_missing", "r.need_m = 1 AND NEW.movement_id IS NULL AND NEW.giftbatch_id IS NULL"),
    ("movement_not_wanted", "r.movement_end = '' AND NEW.movement_id IS NOT NULL"),
    ("giftbatch_not_wanted", "NEW.giftbatch_id IS NOT NULL AND (NEW.kind <> 'gift' OR NEW.movement_id IS NOT NULL OR e.row_count <> 1)"),
    ("lot_missing", "r.need_l = 1 AND NEW.lot_seq IS NULL"),
    ("lot_not_wanted", "r.need_n = 1 AND NEW.lot_seq IS NOT NULL AND NEW.kind <> 'bank_forced'"),
    ("hold_line_missing", "r.need_v = 1 AND NEW.resolves_seq IS NULL"),
    ("hold_line_not_wanted", "r.need_v = 0 AND NEW.resolves_seq IS NOT NULL"),
    ("correction_not_wanted", "NEW.corrects_seq IS NOT NULL AND NEW.kind <> 'correction'"),
)  # fmt: skip

_GROUPS: tuple[Rare, ...] = (
    Rare("NEW.line > 1", (
        ("transfer_line_not_next", """NOT EXISTS (SELECT 1 FROM books_transfer t
            WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.entry_seq AND t.line = NEW.line - 1)"""),
    )),
    Rare("r.need_q = 1", (
        ("proposal_not_approved", f"NOT {_approved('e.proposal_id', 'e.effective_date')}"),
        ("proposal_already_used", """NEW.kind <> 'release' AND EXISTS (SELECT 1 FROM books_entry o
            WHERE o.book_id = NEW.book_id AND o.proposal_id = e.proposal_id AND o.kind = NEW.kind AND o.seq < NEW.entry_seq)"""),
    )),
    Rare("r.need_r = 1", (("milestone_not_approved", f"NOT {_CARRIES_MILESTONE}"),)),
    Rare("r.need_t = 1", (
        ("target_differs", f"""NOT COALESCE(c.custody_id = (SELECT x.settles_to_id FROM books_custody x WHERE x.id = d.custody_id), 1 = 0)
            AND NOT ({_CARRIES_MILESTONE} AND COALESCE(c.custody_id = {_milestone('payee_id')}, 1 = 0))"""),
    )),
    Rare("NEW.kind = 'pay'", (
        ("payee_differs", f"COALESCE(c.payee_id, c.custody_id) IS DISTINCT FROM {_milestone('payee_id')}"),
    )),
    Rare("NEW.movement_id IS NOT NULL", (("movement_does_not_fit", f"NOT {_MOVEMENT_FITS} AND NOT {_FREES.format(row='NEW')}"),),
         (f"""UPDATE books_movement SET used = used + CASE WHEN {_FREES.format(row='NEW')} THEN -NEW.amount ELSE NEW.amount END
            WHERE id = NEW.movement_id;""",)),
    Rare("NEW.kind = 'allocate'", (
        ("lot_missing", f"NEW.lot_seq IS NULL AND {_fund('debit', 'code')} = 'unidentified'"),
        ("fund_not_narrower", f"""{_fund('debit', 'code')} <> 'unidentified'
            AND {_fund('credit', 'path')} NOT LIKE {_fund('debit', 'path')} || '/%'"""),
    )),
    Rare("NEW.lot_seq IS NOT NULL", (
        ("lot_brought_nothing", """NOT EXISTS (SELECT 1 FROM books_transfer t WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.lot_seq
            AND t.line = NEW.lot_line)"""),
    )),
    Rare("r.need_w = 1", (
        ("document_missing", """NOT EXISTS (SELECT 1 FROM books_evidence v
            WHERE v.book_id = NEW.book_id AND v.entry_seq = NEW.entry_seq)"""),
    )),
    Rare("r.need_e = 1", (
        ("milestone_too_early", f"e.effective_date < {_milestone('earliest')}"),
        ("evidence_missing", _KINDS_ATTACHED),
    )),
    Rare("r.need_f = 1", (
        ("proposal_not_open", """NOT EXISTS (SELECT 1 FROM consent_proposal q WHERE q.id = e.proposal_id
            AND q.withdrawn_at IS NULL AND q.expires_on >= e.effective_date)"""),
        ("hold_is_not_the_ceiling", f"NEW.amount IS DISTINCT FROM {_milestone('ceiling', 'c')}"),
        ("unidentified_cannot_be_held", f"{_fund('debit', 'code')} = 'unidentified'"),
    )),
    Rare("NEW.resolves_seq IS NOT NULL", (
        ("hold_line_does_not_fit", """NOT EXISTS (SELECT 1 FROM books_transfer o
            WHERE o.book_id = NEW.book_id AND o.entry_seq = NEW.resolves_seq AND o.line = NEW.resolves_line AND o.kind = 'hold'
            AND o.credit_account_id = NEW.debit_account_id AND o.amount = NEW.amount)"""),
    )),
    Rare("NEW.kind = 'reverse'", (
        ("reverse_is_not_the_mirror", """NOT EXISTS (SELECT 1 FROM books_transfer o
            WHERE o.book_id = NEW.book_id AND o.entry_seq = e.reverses AND o.line = NEW.line AND o.amount = NEW.amount
            AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id)"""),
    )),
    Rare("NEW.kind = 'correction'", (
        ("correction_above_the_line", f"""NOT EXISTS (SELECT 1 FROM books_transfer o
            WHERE o.book_id = NEW.book_id AND o.entry_seq = NEW.corrects_seq AND o.line = NEW.corrects_line AND o.entry_seq < NEW.entry_seq
            AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id
            AND o.kind IN ({_in(rules.CORRECTABLE)})
            AND NOT EXISTS (SELECT 1 FROM books_entry u WHERE u.book_id = NEW.book_id AND u.reverses = o.entry_seq)
            AND o.amount >= (SELECT sum(t.amount) FROM books_transfer t WHERE t.book_id = NEW.book_id
                AND t.corrects_seq = NEW.corrects_seq AND t.corrects_line = NEW.corrects_line))"""),
    )),
    Rare("NEW.kind = 'bank_forced' AND NEW.debit_stage = 'short'", (
        ("short_before_free_is_empty", """EXISTS (SELECT 1 FROM books_account i JOIN books_balance g ON g.account_id = i.id
            WHERE i.book_id = NEW.book_id AND i.stage = 'free' AND i.fund_id = NEW.debit_fund_id
            AND i.commodity_id = NEW.commodity_id AND i.custody_id = d.custody_id AND g.credits > g.debits)"""),
    )),
    Rare("NEW.kind = 'fee' AND NEW.debit_stage = 'released'", (
        ("fee_is_not_of_charges", f"COALESCE({_milestone('n')}, '') <> 'charges'"),
    )),
    Rare("NEW.giftbatch_id IS NOT NULL", (
        ("giftbatch_does_not_fit", """NOT EXISTS (SELECT 1 FROM books_giftbatch g WHERE g.id = NEW.giftbatch_id AND g.book_id = NEW.book_id
            AND g.custody_id = c.custody_id AND g.fund_id = NEW.credit_fund_id AND g.commodity_id = NEW.commodity_id
            AND g.closed_seq IS NULL)"""),
        ("shares_do_not_add_up", """NEW.amount IS DISTINCT FROM (SELECT sum(z.amount) FROM books_share z
            WHERE z.giftbatch_id = NEW.giftbatch_id)"""),
    ), ("UPDATE books_giftbatch SET closed_seq = NEW.entry_seq WHERE id = NEW.giftbatch_id;",)),
)  # fmt: skip

TRANSFER = Joined(
    table="books_transfer",
    join="""books_entry e JOIN books_account d ON d.book_id = e.book_id AND d.id = NEW.debit_account_id
    JOIN books_account c ON c.book_id = e.book_id AND c.id = NEW.credit_account_id
    JOIN books_rule r ON r.id = NEW.rule_id WHERE e.book_id = NEW.book_id AND e.seq = NEW.entry_seq""",
    missing="pair_not_allowed",
    common=_COMMON,
    rare="""r.rare = 1 OR NEW.line > 1 OR NEW.movement_id IS NOT NULL OR NEW.giftbatch_id IS NOT NULL OR NEW.lot_seq IS NOT NULL
    OR NEW.resolves_seq IS NOT NULL OR NEW.corrects_seq IS NOT NULL OR NEW.covers_account_id IS NOT NULL""",
    groups=_GROUPS,
    effects=(
        """UPDATE books_balance SET debits = debits + NEW.amount, version = NEW.entry_seq * 10000 + NEW.line
        WHERE account_id = NEW.debit_account_id;""",
        """UPDATE books_balance SET credits = credits + NEW.amount, version = NEW.entry_seq * 10000 + NEW.line
        WHERE account_id = NEW.credit_account_id;""",
    ),
)  # fmt: skip
JOINED = (ENTRY, TRANSFER)

# -- the other tables -----------------------------------------------------------------------------------------------

ACCOUNT: tuple[Guard, ...] = (
    ("account_does_not_fit_milestone", """NEW.milestone_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM books_milestone m
        WHERE m.id = NEW.milestone_id AND m.book_id = NEW.book_id AND m.proposal_id = NEW.proposal_id AND (NEW.stage = 'transit'
          OR (m.commodity_id = NEW.commodity_id AND m.custody_id = NEW.custody_id AND m.fund_id = NEW.fund_id)))"""),
)  # fmt: skip
BALANCE_UPDATE: tuple[Guard, ...] = (
    ("balance_moves_only_with_a_transfer", """NEW.book_id <> OLD.book_id OR NEW.account_id <> OLD.account_id
        OR NEW.floor IS DISTINCT FROM OLD.floor OR NEW.ceil IS DISTINCT FROM OLD.ceil OR NEW.version <= OLD.version
        OR NOT EXISTS (SELECT 1 FROM books_transfer t
        WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.version / 10000 AND t.line = NEW.version % 10000 AND (
          (t.debit_account_id = NEW.account_id AND NEW.debits = OLD.debits + t.amount AND NEW.credits = OLD.credits)
          OR (t.credit_account_id = NEW.account_id AND NEW.credits = OLD.credits + t.amount AND NEW.debits = OLD.debits)))"""),
)  # fmt: skip
BALANCE_INSERT: tuple[Guard, ...] = (
    ("balance_starts_with_its_account", """NEW.debits <> 0 OR NEW.credits <> 0 OR NEW.version <> -1 OR NOT EXISTS (
        SELECT 1 FROM books_account a WHERE a.id = NEW.account_id AND a.floor IS NOT DISTINCT FROM NEW.floor
        AND a.ceil IS NOT DISTINCT FROM NEW.ceil)"""),
)  # fmt: skip
HEAD_INSERT: tuple[Guard, ...] = (("head_starts_open", "NEW.closed_through IS NOT NULL"),)
HEAD_UPDATE: tuple[Guard, ...] = (("head_moves_only_with_a_close", "1 = 1"),)
MOVEMENT_INSERT: tuple[Guard, ...] = (("movement_starts_unused", "NEW.used <> 0"),)
MOVEMENT_UPDATE: tuple[Guard, ...] = (
    ("movement_cannot_change", " OR ".join(
        f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in (
            "id", "bank_account_id", "custody_id", "commodity_id", "amount", "booked_on", "line_key", "occurrence", "statement_id", "slip"))),
    ("movement_used_only_by_transfers", f"""NEW.used <> (SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t WHERE t.movement_id = NEW.id)
        - 2 * (SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t WHERE t.movement_id = NEW.id AND t.kind = 'reverse'
            AND {_FREES.format(row='t')}) + (SELECT COALESCE(sum(s.amount), 0) FROM books_share s WHERE s.movement_id = NEW.id)"""),
)  # fmt: skip
GIFTBATCH_INSERT: tuple[Guard, ...] = (("giftbatch_starts_open", "NEW.closed_seq IS NOT NULL"),)
GIFTBATCH_UPDATE: tuple[Guard, ...] = (
    ("giftbatch_cannot_change", """NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.custody_id <> OLD.custody_id
        OR NEW.fund_id <> OLD.fund_id OR NEW.commodity_id <> OLD.commodity_id OR NEW.n <> OLD.n OR OLD.closed_seq IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM books_transfer t WHERE t.giftbatch_id = NEW.id AND t.entry_seq = NEW.closed_seq)"""),
)  # fmt: skip
SHARE_INSERT: tuple[Guard, ...] = (
    ("giftbatch_is_closed", """NOT EXISTS (SELECT 1 FROM books_giftbatch g WHERE g.id = NEW.giftbatch_id AND g.closed_seq IS NULL)"""),
    ("movement_does_not_fit", """NOT EXISTS (SELECT 1 FROM books_giftbatch g JOIN books_movement m ON m.custody_id = g.custody_id
        AND m.commodity_id = g.commodity_id WHERE g.id = NEW.giftbatch_id AND m.id = NEW.movement_id AND m.amount > 0)"""),
)  # fmt: skip
ROLE_DELETE: tuple[Guard, ...] = (
    ("role_stands_in_the_book", "EXISTS (SELECT 1 FROM books_entry e WHERE e.author_id = OLD.id OR e.second_id = OLD.id)"),
)  # fmt: skip
PROPOSAL_UPDATE: tuple[Guard, ...] = (
    ("proposal_cannot_change", """NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.epoch_id <> OLD.epoch_id
        OR NEW.payload <> OLD.payload OR NEW.digest <> OLD.digest OR NEW.expires_on <> OLD.expires_on OR NEW.purpose <> OLD.purpose
        OR OLD.withdrawn_at IS NOT NULL"""),
)  # fmt: skip

OPEN_BALANCE = (
    """INSERT INTO books_balance (book_id, account_id, debits, credits, version, floor, ceil)
        VALUES (NEW.book_id, NEW.id, 0, 0, -1, NEW.floor, NEW.ceil);""",
)
USE_MOVEMENT = ("UPDATE books_movement SET used = used + NEW.amount WHERE id = NEW.movement_id;",)

BEFORE: tuple[tuple[str, str, tuple[Guard, ...]], ...] = (
    ("books_account", "INSERT", ACCOUNT),
    ("books_balance", "INSERT", BALANCE_INSERT),
    ("books_balance", "UPDATE", BALANCE_UPDATE),
    ("books_head", "INSERT", HEAD_INSERT),
    ("books_head", "UPDATE", HEAD_UPDATE),
    ("books_movement", "INSERT", MOVEMENT_INSERT),
    ("books_movement", "UPDATE", MOVEMENT_UPDATE),
    ("books_giftbatch", "INSERT", GIFTBATCH_INSERT),
    ("books_giftbatch", "UPDATE", GIFTBATCH_UPDATE),
    ("books_share", "INSERT", SHARE_INSERT),
    ("consent_proposal", "UPDATE", PROPOSAL_UPDATE),
    ("parties_role", "DELETE", ROLE_DELETE),
)
AFTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("books_account", OPEN_BALANCE),
    ("books_share", USE_MOVEMENT),
)
NEVER_CHANGED = (
    "books_rule", "books_account", "books_entry", "books_evidence", "books_transfer", "books_milestone", "books_checkpoint", "consent_decision",
    "books_share", "books_rate",
)  # fmt: skip
NEVER_REMOVED = (*NEVER_CHANGED, "books_balance", "books_head", "books_movement", "books_giftbatch", "consent_proposal")
MOVED_BY_TRIGGERS = ("books_balance", "books_head", "books_movement", "books_giftbatch")
