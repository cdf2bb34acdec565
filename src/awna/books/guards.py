"""The guards of the ledger, written once as (code, condition under which a row is refused) and rendered as triggers for both engines.

Guards of entries and transfers run after the row is in, so the row itself counts. What they need is joined once and named here:
`e` entry, `d` and `c` debit and credit account, `r` rule; `h` head, `b` book, `a` author's role, `s` second person's, `p` the entry before.
`COMMON` guards look at nothing else. A `Rare` group looks further, and only where its gate holds.
"""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from dataclasses import dataclass

from awna.core.ledger import rules

from .guard_groups import FREES, GROUPS, Guard, Rare, approved, equals, in_list


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


# -- entries --------------------------------------------------------------------------------------------------------

ENTRY = Joined(
    table="books_entry",
    join="""books_head h JOIN books_book b ON b.id = h.book_id JOIN parties_role a ON a.id = NEW.author_id
    LEFT JOIN parties_role s ON s.id = NEW.second_id LEFT JOIN books_entry p ON p.book_id = NEW.book_id AND p.seq = NEW.seq - 1 WHERE h.book_id = NEW.book_id""",
    missing="entry_seq_not_next",
    common=(
        ("entry_seq_not_next", "NEW.seq > 0 AND p.seq IS NULL"),
        ("entry_kind_unknown", f"{{not_in:NEW.kind:{in_list(rules.KINDS)}}}"),
        ("entry_rows_do_not_fit_kind", f"(NEW.row_count = 0) <> {equals('NEW.kind', rules.KINDS_WITHOUT_ROWS)}"),
        ("fx_needs_two_rows", "NEW.kind = 'fx' AND NEW.row_count <> 2"),
        ("first_entry_is_the_policy", "NEW.seq = 0 AND NEW.kind <> 'policy'"),
        ("period_is_closed", "NEW.effective_date <= h.closed_through"),
        ("second_person_is_author", "s.user_id = a.user_id"),
        ("role_of_another_campaign",
            "a.campaign_id <> b.campaign_id OR (NEW.second_id IS NOT NULL AND s.campaign_id IS DISTINCT FROM b.campaign_id)"),
    ),
    rare="NEW.proposal_id IS NOT NULL OR NEW.reverses IS NOT NULL OR NEW.row_count = 0",
    groups=(
        Rare("NEW.proposal_id IS NOT NULL", (
            ("proposal_of_another_campaign", "(SELECT q.campaign_id FROM consent_proposal q WHERE q.id = NEW.proposal_id) <> b.campaign_id"),
        )),
        Rare("NEW.kind = 'close'", (
            ("close_without_a_day", "COALESCE({through_text}, '') NOT LIKE '____-__-__'"),
            ("period_is_closed", "h.closed_through IS NOT NULL AND {through} <= h.closed_through"),
            ("close_before_its_end", "{through} >= NEW.effective_date"),
        ), ("UPDATE books_head SET closed_through = {through} WHERE book_id = NEW.book_id AND NEW.kind = 'close';",)),
        Rare("NEW.kind = 'memo'", (), (
            """INSERT INTO books_rate (book_id, entry_seq, from_id, to_id, dated, rate)
            SELECT NEW.book_id, NEW.seq, f.id, t.id, {rate_date}, {rate_rate} FROM books_commodity f, books_commodity t
            WHERE NEW.kind = 'memo' AND {is_json} AND {rate_about} = 'rate' AND f.code = {rate_from} AND t.code = {rate_to};""",
        )),
        Rare("NEW.seq > 0 AND (NEW.kind = 'policy' OR NEW.kind = 'break')", (
            ("proposal_of_another_purpose",
                "COALESCE((SELECT q.purpose FROM consent_proposal q WHERE q.id = NEW.proposal_id), '') <> NEW.kind"),
            ("proposal_already_used", """EXISTS (SELECT 1 FROM books_entry o WHERE o.book_id = NEW.book_id
                AND o.proposal_id = NEW.proposal_id AND o.kind = NEW.kind AND o.seq < NEW.seq)"""),
            ("proposal_not_approved", f"NOT {approved('NEW.proposal_id', 'NEW.effective_date')}"),
        )),
        Rare("NEW.reverses IS NOT NULL", (
            ("entry_not_reversible", f"""NOT EXISTS (SELECT 1 FROM books_entry o WHERE o.book_id = NEW.book_id AND o.seq = NEW.reverses
                AND o.seq < NEW.seq AND o.row_count = NEW.row_count AND o.kind IN ({in_list(rules.REVERSIBLE)}))"""),
            ("entry_was_corrected", """EXISTS (SELECT 1 FROM books_transfer t
                WHERE t.book_id = NEW.book_id AND t.corrects_seq = NEW.reverses)"""),
        )),
    ),
)  # fmt: skip

# -- transfers ------------------------------------------------------------------------------------------------------

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

TRANSFER = Joined(
    table="books_transfer",
    join="""books_entry e JOIN books_account d ON d.book_id = e.book_id AND d.id = NEW.debit_account_id
    JOIN books_account c ON c.book_id = e.book_id AND c.id = NEW.credit_account_id
    JOIN books_rule r ON r.id = NEW.rule_id WHERE e.book_id = NEW.book_id AND e.seq = NEW.entry_seq""",
    missing="pair_not_allowed",
    common=_COMMON,
    rare="""r.rare = 1 OR NEW.line > 1 OR NEW.movement_id IS NOT NULL OR NEW.giftbatch_id IS NOT NULL OR NEW.lot_seq IS NOT NULL
    OR NEW.resolves_seq IS NOT NULL OR NEW.corrects_seq IS NOT NULL OR NEW.covers_account_id IS NOT NULL""",
    groups=GROUPS,
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
HEAD_UPDATE: tuple[Guard, ...] = (
    ("head_moves_only_with_a_close", """NEW.book_id <> OLD.book_id OR NOT EXISTS (SELECT 1 FROM books_entry e
        WHERE e.book_id = NEW.book_id AND e.kind = 'close' AND e.seq = (SELECT max(o.seq) FROM books_entry o WHERE o.book_id = NEW.book_id)
        AND NEW.closed_through > COALESCE(OLD.closed_through, {never}) AND NEW.closed_through = {last_through})"""),
)  # fmt: skip
RATE_INSERT: tuple[Guard, ...] = (
    ("rate_comes_with_a_memo", """NOT EXISTS (SELECT 1 FROM books_entry e WHERE e.book_id = NEW.book_id AND e.seq = NEW.entry_seq
        AND e.kind = 'memo' AND {memo_rate} = NEW.rate)"""),
    ("rate_wrong", "NOT COALESCE(CAST(NEW.rate AS double precision) > 0, 1 = 0)"),
)  # fmt: skip
MOVEMENT_INSERT: tuple[Guard, ...] = (("movement_starts_unused", "NEW.used <> 0"),)
MOVEMENT_UPDATE: tuple[Guard, ...] = (
    ("movement_cannot_change", " OR ".join(
        f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in (
            "id", "bank_account_id", "custody_id", "commodity_id", "amount", "booked_on", "line_key", "occurrence", "statement_id"))),
    ("movement_used_only_by_transfers", f"""NEW.used <> (SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t WHERE t.movement_id = NEW.id)
        - 2 * (SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t WHERE t.movement_id = NEW.id AND t.kind = 'reverse'
            AND {FREES.format(row='t')}) + (SELECT COALESCE(sum(s.amount), 0) FROM books_share s WHERE s.movement_id = NEW.id)"""),
)  # fmt: skip
GIFTBATCH_INSERT: tuple[Guard, ...] = (("giftbatch_starts_open", "NEW.closed_seq IS NOT NULL"),)
GIFTBATCH_UPDATE: tuple[Guard, ...] = (
    ("giftbatch_cannot_change", """NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.custody_id <> OLD.custody_id
        OR NEW.fund_id <> OLD.fund_id OR NEW.commodity_id <> OLD.commodity_id OR NEW.n <> OLD.n OR OLD.closed_seq IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM books_transfer t WHERE t.giftbatch_id = NEW.id AND t.entry_seq = NEW.closed_seq)"""),
)  # fmt: skip
SHARE_INSERT: tuple[Guard, ...] = (
    ("giftbatch_is_closed", """NOT EXISTS (SELECT 1 FROM books_giftbatch g WHERE g.id = NEW.giftbatch_id AND g.closed_seq IS NULL)"""),
    # By the line's id alone, as `guard_groups._MOVEMENT_FITS`: not by its custody.
    ("movement_does_not_fit", """NOT COALESCE((SELECT m.amount > 0
            AND m.custody_id = (SELECT g.custody_id FROM books_giftbatch g WHERE g.id = NEW.giftbatch_id)
            AND m.commodity_id = (SELECT g.commodity_id FROM books_giftbatch g WHERE g.id = NEW.giftbatch_id)
        FROM books_movement m WHERE m.id = NEW.movement_id), 1 = 0)"""),
)  # fmt: skip
ROLE_DELETE: tuple[Guard, ...] = (
    ("role_stands_in_the_book", "EXISTS (SELECT 1 FROM books_entry e WHERE e.author_id = OLD.id OR e.second_id = OLD.id)"),
)  # fmt: skip
PROPOSAL_UPDATE: tuple[Guard, ...] = (
    ("proposal_cannot_change", """NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.epoch_id <> OLD.epoch_id
        OR NEW.payload <> OLD.payload OR NEW.digest <> OLD.digest OR NEW.expires_on <> OLD.expires_on OR NEW.purpose <> OLD.purpose
        OR OLD.withdrawn_at IS NOT NULL OR (OLD.held_at IS NOT NULL AND NEW.held_at IS DISTINCT FROM OLD.held_at)
        OR (OLD.signs <> '' AND (NEW.signs <> OLD.signs OR NEW.required <> OLD.required OR NEW.offices <> OLD.offices
            OR NEW.cool_down <> OLD.cool_down OR NEW.by_paper <> OLD.by_paper OR NEW.not_before IS DISTINCT FROM OLD.not_before))"""),
)  # fmt: skip
# Keys, households and offices stand before anything is proposed under their policy.
_EPOCH_IN_USE = """EXISTS (SELECT 1 FROM consent_proposal q WHERE q.epoch_id = NEW.epoch_id)
        OR EXISTS (SELECT 1 FROM consent_policyepoch k JOIN consent_policyepoch n ON n.campaign_id = k.campaign_id AND n.number > k.number
            WHERE k.id = NEW.epoch_id)"""
EPOCH_KEY_INSERT: tuple[Guard, ...] = (
    ("epoch_is_settled", _EPOCH_IN_USE),
    ("key_of_another_campaign", """NOT EXISTS (SELECT 1 FROM consent_policyepoch k JOIN consent_stewardkey v ON v.campaign_id = k.campaign_id
        WHERE k.id = NEW.epoch_id AND v.id = NEW.key_id AND k.keyed)"""),
)  # fmt: skip
EPOCH_STEWARD_INSERT: tuple[Guard, ...] = (("epoch_is_settled", _EPOCH_IN_USE),)
EPOCH_INSERT: tuple[Guard, ...] = (
    ("policy_change_needs_consent", f"""NEW.number > 0 AND NOT COALESCE((SELECT o.purpose = 'policy' AND o.campaign_id = NEW.campaign_id
        AND {approved("o.id", None)} FROM consent_proposal o WHERE o.id = NEW.proposal_id), 1 = 0)"""),
)  # fmt: skip
KEY_UPDATE: tuple[Guard, ...] = (
    ("key_cannot_change", " OR ".join(f"NEW.{column} <> OLD.{column}" for column in (
        "id", "campaign_id", "steward_id", "kind", "public", "credential_id", "rp", "site", "fingerprint"))),
)  # fmt: skip
KEY_DELETE: tuple[Guard, ...] = (("key_is_in_use", "EXISTS (SELECT 1 FROM consent_epochkey g WHERE g.key_id = OLD.id)"),)
DECISION_INSERT: tuple[Guard, ...] = (
    ("decision_without_a_day", "NEW.decided_on IS NULL"),
    ("decision_not_signed", """NEW.choice = 'approve' AND EXISTS (SELECT 1 FROM consent_proposal q
        JOIN consent_policyepoch k ON k.id = q.epoch_id WHERE q.id = NEW.proposal_id AND k.keyed
        AND (NEW.key_id IS NULL OR NEW.signature = '' OR NEW.nonce = '' OR NEW.digest <> COALESCE(NULLIF(q.signs, ''), q.digest)))"""),
    ("key_of_another_steward", """NEW.key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM consent_stewardkey v
        JOIN consent_proposal q ON q.campaign_id = v.campaign_id JOIN consent_epochkey g ON g.key_id = v.id AND g.epoch_id = q.epoch_id
        WHERE q.id = NEW.proposal_id AND v.id = NEW.key_id AND v.steward_id = NEW.steward_id)"""),
    ("key_is_suspended", """NEW.choice = 'approve' AND EXISTS (SELECT 1 FROM consent_suspension u
        WHERE u.key_id = NEW.key_id AND NEW.decided_on >= u.since AND NEW.decided_on <= u.until)"""),
)  # fmt: skip
PAUSE_UPDATE: tuple[Guard, ...] = (
    ("pause_cannot_change", """NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.by_id <> OLD.by_id OR NEW.since <> OLD.since
        OR NEW.until <> OLD.until OR NEW.entry_seq <> OLD.entry_seq OR OLD.ended_by_id IS NOT NULL"""),
    ("resume_needs_consent", f"""NEW.ended_by_id IS NULL OR NOT COALESCE((SELECT o.purpose = 'resume' AND o.campaign_id = OLD.campaign_id
        AND {approved("o.id", None)} FROM consent_proposal o WHERE o.id = NEW.ended_by_id), 1 = 0)"""),
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
    ("books_rate", "INSERT", RATE_INSERT),
    ("books_movement", "INSERT", MOVEMENT_INSERT),
    ("books_movement", "UPDATE", MOVEMENT_UPDATE),
    ("books_giftbatch", "INSERT", GIFTBATCH_INSERT),
    ("books_giftbatch", "UPDATE", GIFTBATCH_UPDATE),
    ("books_share", "INSERT", SHARE_INSERT),
    ("consent_proposal", "UPDATE", PROPOSAL_UPDATE),
    ("consent_decision", "INSERT", DECISION_INSERT),
    ("consent_epochkey", "INSERT", EPOCH_KEY_INSERT),
    ("consent_epochsteward", "INSERT", EPOCH_STEWARD_INSERT),
    ("consent_policyepoch", "INSERT", EPOCH_INSERT),
    ("consent_stewardkey", "UPDATE", KEY_UPDATE),
    ("consent_stewardkey", "DELETE", KEY_DELETE),
    ("consent_pause", "UPDATE", PAUSE_UPDATE),
    ("parties_role", "DELETE", ROLE_DELETE),
)
AFTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("books_account", OPEN_BALANCE),
    ("books_share", USE_MOVEMENT),
)
NEVER_CHANGED = (
    "books_rule", "books_account", "books_entry", "books_evidence", "books_transfer", "books_milestone", "books_checkpoint", "consent_decision",
    "books_share", "books_rate", "consent_policyepoch", "consent_epochkey", "consent_epochsteward", "consent_suspension",
)  # fmt: skip
NEVER_REMOVED = (
    *NEVER_CHANGED, "books_balance", "books_head", "books_movement", "books_giftbatch", "consent_proposal", "consent_pause",
)  # fmt: skip
MOVED_BY_TRIGGERS = ("books_balance", "books_head", "books_movement", "books_giftbatch")
