"""The guards of the ledger, written once as (code, condition under which a row is refused) and rendered as triggers for both engines."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from awna.core.ledger import rules

Guard = tuple[str, str]


def _in(kinds: object) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))  # type: ignore[call-overload]


def _entry(column: str) -> str:
    return f"(SELECT {column} FROM books_entry WHERE book_id = NEW.book_id AND seq = NEW.entry_seq)"


def _account(end: str, column: str) -> str:
    return f"(SELECT {column} FROM books_account WHERE id = NEW.{end}_account_id)"


def _rule(column: str) -> str:
    return f"(SELECT {column} FROM books_rule WHERE id = NEW.rule_id)"


def _needs(letter: str) -> str:
    return f"{_rule('needs')} LIKE '%{letter}%'"


def _fund(end: str, column: str) -> str:
    return f"(SELECT {column} FROM books_fund WHERE id = NEW.{end}_fund_id)"


def _milestone(column: str, end: str = "debit") -> str:
    return f"(SELECT {column} FROM books_milestone WHERE id = {_account(end, 'milestone_id')})"


def _user(role: str) -> str:
    return f"(SELECT user_id FROM parties_role WHERE id = {role})"


def _approved(proposal: str, on: str | None) -> str:
    """At least k distinct people of the proposal's epoch said yes; on a date, it must also not have expired by then."""
    expiry = f"AND p.expires_on >= {on}" if on else ""
    return f"""EXISTS (SELECT 1 FROM consent_proposal p JOIN consent_policyepoch k ON k.id = p.epoch_id
        WHERE p.id = {proposal} AND p.withdrawn_at IS NULL {expiry}
        AND (SELECT count(DISTINCT r.user_id) FROM consent_decision c JOIN parties_role r ON r.id = c.steward_id
             WHERE c.proposal_id = p.id AND c.choice = 'approve' AND r.name = 'steward' AND r.campaign_id = p.campaign_id) >= k.required)"""


_HEAD = "(SELECT next_seq FROM books_head WHERE book_id = NEW.book_id)"
_CAMPAIGN = "(SELECT campaign_id FROM books_book WHERE id = NEW.book_id)"

ENTRY: tuple[Guard, ...] = (
    ("entry_seq_not_next", f"NEW.seq <> COALESCE({_HEAD}, -1)"),
    ("entry_before_is_incomplete", """NEW.seq > 0 AND (SELECT row_count FROM books_entry WHERE book_id = NEW.book_id AND seq = NEW.seq - 1)
        <> (SELECT count(*) FROM books_transfer WHERE book_id = NEW.book_id AND entry_seq = NEW.seq - 1)"""),
    ("entry_kind_unknown", f"NEW.kind NOT IN ({_in(rules.KINDS)})"),
    ("entry_rows_do_not_fit_kind", f"(NEW.row_count = 0) <> (NEW.kind IN ({_in(rules.KINDS_WITHOUT_ROWS)}))"),
    ("fx_needs_two_rows", "NEW.kind = 'fx' AND NEW.row_count <> 2"),
    ("first_entry_is_the_policy", "NEW.seq = 0 AND NEW.kind <> 'policy'"),
    ("second_person_is_author", f"NEW.second_id IS NOT NULL AND {_user('NEW.second_id')} = {_user('NEW.author_id')}"),
    ("role_of_another_campaign", f"""(SELECT campaign_id FROM parties_role WHERE id = NEW.author_id) <> {_CAMPAIGN}
        OR (NEW.second_id IS NOT NULL AND (SELECT campaign_id FROM parties_role WHERE id = NEW.second_id) <> {_CAMPAIGN})"""),
    ("proposal_of_another_campaign",
        f"NEW.proposal_id IS NOT NULL AND (SELECT campaign_id FROM consent_proposal WHERE id = NEW.proposal_id) <> {_CAMPAIGN}"),
    ("proposal_not_approved", f"NEW.seq > 0 AND NEW.kind IN ('policy', 'break') AND NOT {_approved('NEW.proposal_id', 'NEW.effective_date')}"),
    ("entry_not_reversible", f"""NEW.reverses IS NOT NULL AND NOT EXISTS (SELECT 1 FROM books_entry o WHERE o.book_id = NEW.book_id
        AND o.seq = NEW.reverses AND o.row_count = NEW.row_count AND o.kind IN ({_in(rules.REVERSIBLE)}))"""),
    ("entry_was_corrected", """NEW.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM books_transfer t
        WHERE t.book_id = NEW.book_id AND t.corrects_seq = NEW.reverses)"""),
)  # fmt: skip

ACCOUNT: tuple[Guard, ...] = (
    ("account_does_not_fit_milestone", """NEW.milestone_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM books_milestone m
        WHERE m.id = NEW.milestone_id AND m.book_id = NEW.book_id AND m.proposal_id = NEW.proposal_id AND (NEW.stage = 'transit'
          OR (m.commodity_id = NEW.commodity_id AND m.custody_id = NEW.custody_id AND m.fund_id = NEW.fund_id)))"""),
)  # fmt: skip

_MOVEMENT_FITS = f"""EXISTS (SELECT 1 FROM books_movement m WHERE m.id = NEW.movement_id AND m.commodity_id = NEW.commodity_id AND (
        ({_rule("movement_end")} = 'debit' AND m.amount < 0 AND m.custody_id = {_account("debit", "custody_id")})
        OR ({_rule("movement_end")} = 'credit' AND m.amount > 0 AND m.custody_id = {_account("credit", "custody_id")})))"""
_CARRIES_MILESTONE = f"""COALESCE({_account("debit", "proposal_id")} = {_entry("proposal_id")}
        AND {_approved(_entry("proposal_id"), None)}, 1 = 0)"""

TRANSFER: tuple[Guard, ...] = (
    ("entry_is_closed", f"NEW.entry_seq <> COALESCE({_HEAD}, 0) - 1"),
    ("transfer_line_not_next", f"""NEW.line > {_entry('row_count')} OR NEW.line <> 1 + (SELECT count(*) FROM books_transfer t
        WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.entry_seq)"""),
    ("pair_not_allowed", f"""NOT EXISTS (SELECT 1 FROM books_rule r WHERE r.id = NEW.rule_id AND r.kind = NEW.kind
        AND r.debit_stage = NEW.debit_stage AND r.credit_stage = NEW.credit_stage
        AND r.debit_custody_type = {_account('debit', 'custody_type')} AND r.credit_custody_type = {_account('credit', 'custody_type')}
        AND r.commodity_kind = {_account('debit', 'commodity_kind')})"""),
    ("funds_differ", f"NEW.debit_fund_id <> NEW.credit_fund_id AND {_rule('fund_change')} = 0"),
    ("custody_must_stay", f"""{_rule('custody_change')} = 'same'
        AND {_account('debit', 'custody_id')} <> {_account('credit', 'custody_id')}"""),
    ("custody_must_change", f"""{_rule('custody_change')} = 'new'
        AND {_account('debit', 'custody_id')} = {_account('credit', 'custody_id')}"""),
    ("batches_differ", f"""NEW.debit_stage NOT IN ('ext', 'lost') AND NEW.credit_stage NOT IN ('ext', 'lost')
        AND {_account('debit', 'batch')} <> {_account('credit', 'batch')}"""),
    ("second_person_missing", f"{_needs('P')} AND {_entry('second_id')} IS NULL"),
    ("proposal_not_approved", f"{_needs('Q')} AND NOT {_approved(_entry('proposal_id'), _entry('effective_date'))}"),
    ("proposal_already_used", f"""{_needs('Q')} AND NEW.kind <> 'release' AND EXISTS (SELECT 1 FROM books_entry o
        WHERE o.book_id = NEW.book_id AND o.proposal_id = {_entry('proposal_id')} AND o.kind = NEW.kind AND o.seq < NEW.entry_seq)"""),
    ("milestone_not_approved", f"{_needs('R')} AND NOT {_CARRIES_MILESTONE}"),
    ("target_differs", f"""{_needs('T')} AND NOT COALESCE({_account('credit', 'custody_id')} = (SELECT c.settles_to_id FROM books_custody c
        WHERE c.id = {_account('debit', 'custody_id')}), 1 = 0)
        AND NOT ({_CARRIES_MILESTONE} AND COALESCE({_account('credit', 'custody_id')} = {_milestone('payee_id')}, 1 = 0))"""),
    ("account_of_another_proposal", f"""({_account('debit', 'proposal_id')} IS NOT NULL
        AND {_account('debit', 'proposal_id')} IS DISTINCT FROM {_entry('proposal_id')})
        OR ({_account('credit', 'proposal_id')} IS NOT NULL AND {_account('credit', 'proposal_id')} IS DISTINCT FROM {_entry('proposal_id')})"""),
    ("milestones_differ", f"{_account('debit', 'milestone_id')} <> {_account('credit', 'milestone_id')}"),
    ("payee_differs", f"""NEW.kind = 'pay' AND COALESCE({_account('credit', 'payee_id')}, {_account('credit', 'custody_id')})
        IS DISTINCT FROM {_milestone('payee_id')}"""),
    ("movement_missing", f"{_needs('M')} AND NEW.movement_id IS NULL"),
    ("movement_not_wanted", f"{_rule('movement_end')} = '' AND NEW.movement_id IS NOT NULL"),
    ("movement_does_not_fit", f"NEW.movement_id IS NOT NULL AND NOT {_MOVEMENT_FITS}"),
    ("lot_missing", f"NEW.lot_seq IS NULL AND ({_needs('L')} OR (NEW.kind = 'allocate' AND {_fund('debit', 'code')} = 'unidentified'))"),
    ("lot_not_wanted", f"NEW.lot_seq IS NOT NULL AND {_needs('N')} AND NEW.kind <> 'bank_forced'"),
    ("fund_not_narrower", f"""NEW.kind = 'allocate' AND {_fund('debit', 'code')} <> 'unidentified'
        AND {_fund('credit', 'path')} NOT LIKE {_fund('debit', 'path')} || '/%'"""),
    ("document_missing", f"""{_needs('W')} AND NOT EXISTS (SELECT 1 FROM books_evidence v
        WHERE v.book_id = NEW.book_id AND v.entry_seq = NEW.entry_seq)"""),
    ("milestone_too_early", f"{_needs('E')} AND {_entry('effective_date')} < {_milestone('earliest')}"),
    ("evidence_missing", f"""{_needs('E')} AND EXISTS (SELECT 1 FROM {{kinds}} WHERE NOT EXISTS (
        SELECT 1 FROM books_evidence v JOIN books_document d ON d.id = v.document_id
        WHERE v.book_id = NEW.book_id AND v.entry_seq = NEW.entry_seq AND d.kind = wanted.value))"""
        .replace("{kinds}", "{kinds_open}" + _milestone("evidence") + "{kinds_close}")),
    ("proposal_not_open", f"""{_needs('F')} AND NOT EXISTS (SELECT 1 FROM consent_proposal p WHERE p.id = {_entry('proposal_id')}
        AND p.withdrawn_at IS NULL AND p.expires_on >= {_entry('effective_date')})"""),
    ("hold_is_not_the_ceiling", f"{_needs('F')} AND NEW.amount IS DISTINCT FROM {_milestone('ceiling', 'credit')}"),
    ("unidentified_cannot_be_held", f"{_needs('F')} AND {_fund('debit', 'code')} = 'unidentified'"),
    ("hold_line_missing", f"{_needs('V')} AND NEW.resolves_seq IS NULL"),
    ("hold_line_not_wanted", f"NEW.resolves_seq IS NOT NULL AND NOT {_needs('V')}"),
    ("hold_line_does_not_fit", """NEW.resolves_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM books_transfer h
        WHERE h.book_id = NEW.book_id AND h.entry_seq = NEW.resolves_seq AND h.line = NEW.resolves_line AND h.kind = 'hold'
        AND h.credit_account_id = NEW.debit_account_id AND h.amount = NEW.amount)"""),
    ("reverse_is_not_the_mirror", f"""NEW.kind = 'reverse' AND NOT EXISTS (SELECT 1 FROM books_transfer o
        WHERE o.book_id = NEW.book_id AND o.entry_seq = {_entry('reverses')} AND o.line = NEW.line AND o.amount = NEW.amount
        AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id)"""),
    ("correction_above_the_line", f"""NEW.kind = 'correction' AND NOT EXISTS (SELECT 1 FROM books_transfer o
        WHERE o.book_id = NEW.book_id AND o.entry_seq = NEW.corrects_seq AND o.line = NEW.corrects_line
        AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id
        AND o.kind IN ({_in(rules.CORRECTABLE)})
        AND NOT EXISTS (SELECT 1 FROM books_entry u WHERE u.book_id = NEW.book_id AND u.reverses = o.entry_seq)
        AND o.amount >= NEW.amount + (SELECT COALESCE(sum(c.amount), 0) FROM books_transfer c WHERE c.book_id = NEW.book_id
            AND c.corrects_seq = NEW.corrects_seq AND c.corrects_line = NEW.corrects_line))"""),
    ("correction_not_wanted", "NEW.kind <> 'correction' AND NEW.corrects_seq IS NOT NULL"),
    ("short_before_free_is_empty", f"""NEW.kind = 'bank_forced' AND NEW.debit_stage = 'short' AND EXISTS (SELECT 1 FROM books_account a
        JOIN books_balance b ON b.account_id = a.id WHERE a.book_id = NEW.book_id AND a.stage = 'free' AND a.fund_id = NEW.debit_fund_id
        AND a.commodity_id = NEW.commodity_id AND a.custody_id = {_account('debit', 'custody_id')} AND b.credits > b.debits)"""),
    ("fee_is_not_of_charges", f"NEW.kind = 'fee' AND NEW.debit_stage = 'released' AND COALESCE({_milestone('n')}, '') <> 'charges'"),
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
HEAD_UPDATE: tuple[Guard, ...] = (
    ("head_moves_only_with_an_entry", """NEW.book_id <> OLD.book_id OR NEW.next_seq <> OLD.next_seq + 1 OR NOT EXISTS (
        SELECT 1 FROM books_entry e WHERE e.book_id = NEW.book_id AND e.seq = OLD.next_seq)"""),
)  # fmt: skip
HEAD_INSERT: tuple[Guard, ...] = (("head_starts_at_zero", "NEW.next_seq <> 0"),)
MOVEMENT_UPDATE: tuple[Guard, ...] = (
    ("movement_cannot_change", """NEW.id <> OLD.id OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.custody_id <> OLD.custody_id
        OR NEW.commodity_id <> OLD.commodity_id OR NEW.amount <> OLD.amount OR NEW.booked_on <> OLD.booked_on
        OR NEW.line_key <> OLD.line_key OR NEW.occurrence <> OLD.occurrence OR NEW.statement_id <> OLD.statement_id"""),
    ("movement_used_only_by_transfers", """NEW.used <> (SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t
        WHERE t.movement_id = NEW.id)"""),
)  # fmt: skip
PROPOSAL_UPDATE: tuple[Guard, ...] = (
    ("proposal_cannot_change", """NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.epoch_id <> OLD.epoch_id
        OR NEW.payload <> OLD.payload OR NEW.digest <> OLD.digest OR NEW.expires_on <> OLD.expires_on OR NEW.purpose <> OLD.purpose
        OR OLD.withdrawn_at IS NOT NULL"""),
)  # fmt: skip

MOVE_BALANCES = (
    """UPDATE books_balance SET debits = debits + NEW.amount, version = NEW.entry_seq * 10000 + NEW.line
        WHERE account_id = NEW.debit_account_id;""",
    """UPDATE books_balance SET credits = credits + NEW.amount, version = NEW.entry_seq * 10000 + NEW.line
        WHERE account_id = NEW.credit_account_id;""",
    "UPDATE books_movement SET used = used + NEW.amount WHERE id = NEW.movement_id;",
)
OPEN_BALANCE = (
    """INSERT INTO books_balance (book_id, account_id, debits, credits, version, floor, ceil)
        VALUES (NEW.book_id, NEW.id, 0, 0, -1, NEW.floor, NEW.ceil);""",
)
MOVE_HEAD = ("UPDATE books_head SET next_seq = next_seq + 1 WHERE book_id = NEW.book_id;",)

BEFORE: tuple[tuple[str, str, tuple[Guard, ...]], ...] = (
    ("books_entry", "INSERT", ENTRY),
    ("books_account", "INSERT", ACCOUNT),
    ("books_transfer", "INSERT", TRANSFER),
    ("books_balance", "INSERT", BALANCE_INSERT),
    ("books_balance", "UPDATE", BALANCE_UPDATE),
    ("books_head", "INSERT", HEAD_INSERT),
    ("books_head", "UPDATE", HEAD_UPDATE),
    ("books_movement", "UPDATE", MOVEMENT_UPDATE),
    ("consent_proposal", "UPDATE", PROPOSAL_UPDATE),
)
AFTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("books_entry", MOVE_HEAD),
    ("books_account", OPEN_BALANCE),
    ("books_transfer", MOVE_BALANCES),
)
NEVER_CHANGED = (
    "books_rule", "books_account", "books_entry", "books_evidence", "books_transfer", "books_milestone", "books_checkpoint", "consent_decision",
)  # fmt: skip
NEVER_REMOVED = (*NEVER_CHANGED, "books_balance", "books_head", "books_movement", "consent_proposal")
