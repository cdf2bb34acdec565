"""The guards of a transfer that look beyond its entry, accounts and rule: each group is asked only where its gate holds. See guards.py."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from collections.abc import Iterable
from dataclasses import dataclass

from awna.core.ledger import rules
from awna.core.ledger.shelter import SHARES_MIN

Guard = tuple[str, str]


@dataclass(frozen=True)
class Rare:
    """Guards that are asked only where `gate`, which looks at nothing but the joined rows, holds; then `effects` follow."""

    gate: str
    guards: tuple[Guard, ...]
    effects: tuple[str, ...] = ()


def in_list(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


def equals(column: str, values: Iterable[str]) -> str:
    """Plain comparisons: SQLite would build a table in memory for each row to answer IN."""
    return "(" + " OR ".join(f"{column} = '{value}'" for value in sorted(values)) + ")"


def _fund(end: str, column: str) -> str:
    return f"(SELECT f.{column} FROM books_fund f WHERE f.id = NEW.{end}_fund_id)"


def _milestone(column: str, account: str = "d") -> str:
    return f"(SELECT m.{column} FROM books_milestone m WHERE m.id = {account}.milestone_id)"


def approved(proposal: str, on: str | None, *, day: str = "", cooled: bool = False) -> str:
    """Enough said yes to exactly this, as the policy of its epoch asks: distinct people or households, distinct offices, keys of the epoch.

    On a date, it must also not have expired by then, nor be early; on its `day` no pause may stand. `cooled`: the deciding yes is as old as
    the policy asks.
    """
    day = day or on or ""
    in_time = f"AND q.expires_on >= {on} AND (q.not_before IS NULL OR q.not_before <= {on})" if on else ""
    old_enough = f"AND (q.cool_down = 0 OR y.decided_on <= {{ago}}{on}{{ago_by}}q.cool_down{{ago_end}})" if cooled else ""
    says = f"""FROM consent_decision y JOIN parties_role z ON z.id = y.steward_id
             LEFT JOIN consent_epochsteward w ON w.epoch_id = q.epoch_id AND w.steward_id = y.steward_id
             WHERE y.proposal_id = q.id AND y.choice = 'approve' AND z.name = 'steward' AND z.campaign_id = q.campaign_id
             AND (NOT k.keyed OR {_key_counts(day)}) {old_enough}"""
    return f"""EXISTS (SELECT 1 FROM consent_proposal q JOIN consent_policyepoch k ON k.id = q.epoch_id
        WHERE q.id = {proposal} AND q.withdrawn_at IS NULL AND q.held_at IS NULL {in_time} {_unpaused(day)}
        AND (SELECT count(DISTINCT COALESCE(NULLIF(w.household, ''), CAST(z.user_id AS varchar))) {says}) >= {_NEEDED}
        AND (q.offices = 0 OR (SELECT count(DISTINCT NULLIF(w.office, '')) {says}) >= q.offices))"""


# What the band asks, and never fewer than the policy; by paper all stewards but one.
_NEEDED = """CASE WHEN q.by_paper AND q.purpose = 'policy' AND k.keyed
          THEN (SELECT CASE WHEN count(*) > 2 THEN count(*) - 1 ELSE 1 END FROM consent_epochsteward i WHERE i.epoch_id = q.epoch_id)
          WHEN q.required > k.required THEN q.required ELSE k.required END"""


def _key_counts(day: str) -> str:
    """A yes by key: signed for what the log holds, by a key of the proposal's epoch that is this steward's, suspended neither then nor now."""
    now = f"OR u.until >= {day}" if day else ""
    return f"""(y.signature <> '' AND q.signs <> '' AND y.digest = q.signs
               AND EXISTS (SELECT 1 FROM consent_epochkey g JOIN consent_stewardkey v ON v.id = g.key_id
                 WHERE g.epoch_id = q.epoch_id AND g.key_id = y.key_id AND v.steward_id = y.steward_id
                 AND (NOT q.by_paper OR v.kind = 'paper'))
               AND NOT EXISTS (SELECT 1 FROM consent_suspension u
                 WHERE u.key_id = y.key_id AND ((y.decided_on >= u.since AND y.decided_on <= u.until) {now})))"""


def _unpaused(day: str | None) -> str:
    """A pause holds everything that rests on the stewards, but not what ends it nor a change of who they are."""
    if not day:
        return ""
    return f"""AND (q.purpose = 'policy' OR q.purpose = 'resume' OR NOT EXISTS (SELECT 1 FROM consent_pause x
            WHERE x.campaign_id = q.campaign_id AND x.ended_by_id IS NULL AND x.until >= {day}))"""


# What is compared stands outside of WHERE: an empty table's plan would look a line up by its commodity for ever after.
_MOVEMENT_FITS = """COALESCE((SELECT m.commodity_id = NEW.commodity_id AND (
            (r.movement_end = 'debit' AND m.amount < 0 AND m.custody_id = d.custody_id)
            OR (r.movement_end = 'credit' AND m.amount > 0 AND m.custody_id = c.custody_id))
            FROM books_movement m WHERE m.id = NEW.movement_id), 1 = 0)"""
FREES = """EXISTS (SELECT 1 FROM books_entry u JOIN books_transfer o ON o.book_id = u.book_id AND o.entry_seq = u.reverses
            AND o.line = {row}.line AND o.movement_id = {row}.movement_id
            WHERE u.book_id = {row}.book_id AND u.seq = {row}.entry_seq AND {row}.kind = 'reverse')"""
"""The reversal gives the line back that the reversed row had used, so that the line can be posted again as what it is."""
_CARRIES_MILESTONE = f"(COALESCE(d.proposal_id = e.proposal_id, 1 = 0) AND {approved('e.proposal_id', None, day='e.effective_date')})"
_KINDS_ATTACHED = """EXISTS (SELECT 1 FROM {each:""" + _milestone("evidence") + """} WHERE NOT EXISTS (
                SELECT 1 FROM books_evidence v JOIN books_document g ON g.id = v.document_id
                WHERE v.book_id = NEW.book_id AND v.entry_seq = NEW.entry_seq AND g.kind = wanted.value))"""  # fmt: skip

_STANDS = "NOT EXISTS (SELECT 1 FROM books_entry u WHERE u.book_id = {row}.book_id AND u.reverses = {row}.entry_seq)"
"""The row's entry was not reversed."""


def _sum(column: str, where: str) -> str:
    return f"(SELECT COALESCE(sum(t.{column}), 0) FROM books_transfer t WHERE {where} AND {_STANDS.format(row='t')})"


def _uncovered(account: str) -> str:
    """What receipts may still cover of an account: ordered, paid without an order or given in advance, less what was taken back."""
    ordered = f"t.credit_account_id = {account} AND ((t.kind = 'order' AND t.credit_stage = 'committed') OR (t.kind = 'pay' AND t.credit_stage = 'advance'))"
    paid = f"t.debit_account_id = {account} AND t.kind = 'pay' AND t.debit_stage = 'released'"
    freed = f"t.debit_account_id = {account} AND t.kind = 'void' AND (t.debit_stage = 'committed' OR t.debit_stage = 'advance')"
    corrected = f"""(SELECT COALESCE(sum(t.amount), 0) FROM books_transfer t JOIN books_transfer o ON o.book_id = t.book_id
        AND o.entry_seq = t.corrects_seq AND o.line = t.corrects_line WHERE t.kind = 'correction' AND (
            (t.debit_account_id = {account} AND o.kind = 'pay' AND o.credit_stage = 'advance')
            OR (t.credit_account_id = {account} AND o.kind = 'pay' AND o.debit_stage = 'released')))"""
    covered = _sum("covers_amount", f"t.covers_account_id = {account}")
    return f"({_sum('amount', ordered)} + {_sum('amount', paid)} - {_sum('amount', freed)} - {corrected} - {covered})"


# A proposal's money is free again when the proposal ended, or when that milestone was paid; what bears its charges, when any was.
_ENDED = """EXISTS (SELECT 1 FROM consent_proposal q WHERE q.id = e.proposal_id AND (q.withdrawn_at IS NOT NULL OR q.expires_on < e.effective_date))
            OR EXISTS (SELECT 1 FROM books_milestone m JOIN books_account i ON i.proposal_id = m.proposal_id
                AND (i.milestone_id = m.id OR m.n = 'charges') JOIN books_transfer t ON t.debit_account_id = i.id
                WHERE m.id = d.milestone_id AND t.kind IN ('pay', 'remit', 'refund', 'fx', 'fee'))"""
_FIRST_ROW = """books_transfer o JOIN books_account i ON i.id = o.debit_account_id
            WHERE o.book_id = NEW.book_id AND o.entry_seq = NEW.entry_seq AND o.line = 1"""
_RATE = """(SELECT CASE WHEN g.from_id = o.commodity_id THEN CAST(g.rate AS double precision) ELSE 1 / CAST(g.rate AS double precision) END
                FROM books_rate g WHERE g.book_id = NEW.book_id AND g.dated <= e.effective_date
                AND ((g.from_id = o.commodity_id AND g.to_id = NEW.commodity_id) OR (g.from_id = NEW.commodity_id AND g.to_id = o.commodity_id))
                ORDER BY g.dated DESC, g.entry_seq DESC LIMIT 1)"""
# Only the question how far off a rate is, never an amount, is answered in floating point.
_FAIR = f"""(o.amount * CAST('1e' || (SELECT y.scale - x.scale FROM books_commodity x, books_commodity y
                WHERE x.id = o.commodity_id AND y.id = NEW.commodity_id) AS double precision) * {_RATE})"""
_LEAST = "(SELECT CAST(NULLIF({least}, '') AS bigint) FROM consent_proposal q WHERE q.id = e.proposal_id)"

GROUPS: tuple[Rare, ...] = (
    Rare("NEW.line > 1", (
        ("transfer_line_not_next", """NOT EXISTS (SELECT 1 FROM books_transfer t
            WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.entry_seq AND t.line = NEW.line - 1)"""),
    )),
    Rare("r.need_q = 1", (
        ("proposal_not_approved", f"NOT {approved('e.proposal_id', 'e.effective_date')}"),
        ("release_is_cooling", f"NEW.kind = 'release' AND NOT {approved('e.proposal_id', 'e.effective_date', cooled=True)}"),
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
    Rare("NEW.movement_id IS NOT NULL AND NEW.kind <> 'reverse'", (("movement_does_not_fit", f"NOT {_MOVEMENT_FITS}"),),
         ("UPDATE books_movement SET used = used + NEW.amount WHERE id = NEW.movement_id AND NEW.kind <> 'reverse';",)),
    Rare("NEW.movement_id IS NOT NULL AND NEW.kind = 'reverse'", (
        ("movement_does_not_fit", f"NOT {_MOVEMENT_FITS} AND NOT {FREES.format(row='NEW')}"),
    ), (f"""UPDATE books_movement SET used = used + CASE WHEN {FREES.format(row='NEW')} THEN -NEW.amount ELSE NEW.amount END
            WHERE id = NEW.movement_id AND NEW.kind = 'reverse';""",)),
    Rare("NEW.kind = 'allocate'", (
        ("lot_missing", f"NEW.lot_seq IS NULL AND {_fund('debit', 'code')} = 'unidentified'"),
        ("fund_not_narrower", f"""{_fund('debit', 'code')} <> 'unidentified'
            AND {_fund('credit', 'path')} NOT LIKE {_fund('debit', 'path')} || '/%'"""),
    )),
    Rare("NEW.lot_seq IS NOT NULL", (
        ("lot_brought_nothing", """NOT EXISTS (SELECT 1 FROM books_transfer t WHERE t.book_id = NEW.book_id AND t.entry_seq = NEW.lot_seq
            AND t.line = NEW.lot_line AND t.debit_stage = 'ext' AND t.entry_seq < NEW.entry_seq)"""),
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
        ("hold_line_does_not_fit", f"""NOT EXISTS (SELECT 1 FROM books_transfer o
            WHERE o.book_id = NEW.book_id AND o.entry_seq = NEW.resolves_seq AND o.line = NEW.resolves_line AND o.kind = 'hold'
            AND o.credit_account_id = NEW.debit_account_id AND o.amount = NEW.amount AND {_STANDS.format(row='o')})"""),
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
            AND o.kind IN ({in_list(rules.CORRECTABLE)})
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
        # A giver who waived the shelter stands alone, in no batch; so no batch is ever smaller.
        ("batch_too_small", f"(SELECT count(*) FROM books_share z WHERE z.giftbatch_id = NEW.giftbatch_id) < {SHARES_MIN}"),
    ), ("UPDATE books_giftbatch SET closed_seq = NEW.entry_seq WHERE id = NEW.giftbatch_id;",)),
    Rare("NEW.covers_account_id IS NOT NULL", (
        ("covers_not_wanted", "NEW.kind <> 'receive_goods'"),
        ("covers_above_what_was_paid", f"""{_uncovered('NEW.covers_account_id')} < 0 OR NOT EXISTS (SELECT 1 FROM books_account i
            WHERE i.id = NEW.covers_account_id AND i.book_id = NEW.book_id)"""),
    )),
    Rare("NEW.kind = 'void' AND NEW.credit_stage = 'free' AND (NEW.debit_stage = 'held' OR NEW.debit_stage = 'released')", (
        ("proposal_not_ended", f"NOT ({_ENDED})"),
    )),
    Rare("NEW.kind = 'void' AND (NEW.debit_stage = 'committed' OR NEW.debit_stage = 'advance')", (
        ("covers_above_what_was_paid", f"{_uncovered('NEW.debit_account_id')} < 0"),
    )),
    Rare("NEW.kind = 'fee' AND NEW.debit_stage = 'transit'", (
        ("charges_above_cap", f"""(SELECT sum(t.amount) FROM books_account i JOIN books_transfer t ON t.debit_account_id = i.id
            WHERE i.proposal_id = e.proposal_id AND t.kind = 'fee' AND t.debit_stage = 'transit' AND t.commodity_id = NEW.commodity_id
            AND {_STANDS.format(row='t')}) > COALESCE((SELECT m.ceiling FROM books_milestone m WHERE m.proposal_id = e.proposal_id
            AND m.n = 'charges' AND m.commodity_id = NEW.commodity_id), 0)"""),
    )),
    Rare("NEW.kind = 'issue' AND NEW.debit_stage = 'stock'", (
        ("batch_expired", "d.batch LIKE '%@____-__-__' AND substr(d.batch, length(d.batch) - 9) < CAST(e.effective_date AS varchar(10))"),
    )),
    Rare("NEW.kind = 'fx' AND NEW.line = 1", (("fx_rows_do_not_fit", "NEW.credit_stage <> 'trading'"),)),
    Rare("NEW.kind = 'fx' AND NEW.line = 2", (
        ("fx_rows_do_not_fit", f"""NEW.debit_stage <> 'trading' OR NOT EXISTS (SELECT 1 FROM {_FIRST_ROW} AND o.credit_stage = 'trading'
            AND o.commodity_id <> NEW.commodity_id AND o.credit_fund_id = NEW.debit_fund_id)"""),
        ("target_differs", f"""NEW.credit_stage = 'free' AND EXISTS (SELECT 1 FROM {_FIRST_ROW} AND o.debit_stage <> 'free'
            AND NOT COALESCE(c.custody_id = (SELECT m.payee_id FROM books_milestone m WHERE m.id = i.milestone_id), 1 = 0)
            AND NOT COALESCE(c.custody_id = (SELECT x.settles_to_id FROM books_custody x WHERE x.id = i.custody_id), 1 = 0))"""),
        ("exchange_of_two_holders", f"""NEW.credit_stage = 'free' AND EXISTS (SELECT 1 FROM {_FIRST_ROW} AND o.debit_stage = 'free'
            AND EXISTS (SELECT 1 FROM books_bankaccount x JOIN books_bankaccount y ON y.custody_id = c.custody_id
                WHERE x.custody_id = i.custody_id AND x.section_id IS DISTINCT FROM y.section_id))"""),
        ("rate_missing", f"""EXISTS (SELECT 1 FROM {_FIRST_ROW} AND {_RATE} IS NULL)
            AND NOT ({approved('e.proposal_id', None)} AND COALESCE({_LEAST}, 0) > 0)"""),
        ("arrival_below_least", f"{approved('e.proposal_id', None)} AND NEW.amount < COALESCE({_LEAST}, 0)"),
        ("rate_outside_band", f"""EXISTS (SELECT 1 FROM {_FIRST_ROW} AND (NEW.amount * 5 < 4 * {_FAIR} OR NEW.amount * 5 > 6 * {_FAIR}))
            AND NOT ({approved('e.proposal_id', None)} AND COALESCE({_LEAST}, 0) > 0)"""),
    )),
)  # fmt: skip
