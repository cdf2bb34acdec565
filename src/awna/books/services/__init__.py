"""The only writers of the books. `post_entry` is the one door through which anything enters the log."""

from awna.core.problems import Refused

from ..schema import rule_id
from . import log, posting
from .accounts import Row, Spot
from .acts import carry_out, propose_act, propose_loss, propose_reclass
from .asides import Lying, SetAside, lift, set_aside, sums_set_aside
from .bank import (
    book_equals_bank,
    open_bank_account,
    open_provider_account,
    post_all_unidentified,
    post_unidentified,
    remit,
)
from .bank_files import StatementImport, held_files, keep_table, post_waiting_interim, release_file, store_statement
from .cash import CashCount, count_cash, open_cash_box, propose_wages, write_slip
from .checking import check_book, rebuild_derived
from .derived import trace_lot
from .dump import dump_book, dump_mark
from .exchange import convert, exchange_free, exchange_released, goal_bar, rate_on, record_rate, settle_provider
from .expiry import void_expired, void_held
from .facts import post_bank_fact, shortfalls
from .governance import (
    Standing as CeremonyStanding,
)
from .governance import (
    ceremony_of,
    founding_digest,
    founding_payload,
    founding_policy,
    propose_policy,
    renew_policy,
    sign_founding,
)
from .interim import Interim, posts_interim, provisional_lines, set_interim_rule
from .keys import log_key
from .log import read_entries
from .mending import correct_line, propose_correction, propose_reversal, reverse_entry
from .naming import Counted, ensure_commodities, ensure_commodity, ensure_custody, ensure_fund, open_book, store_document
from .opposites import take_back_lines
from .periods import (
    close_period,
    closed_through,
    open_balances,
    propose_opening_balance,
    propose_opening_stock,
)
from .plain import safe_cell
from .posting import PostingReport, ensure_milestones, file_in_log, post_entries, post_entry, row_payload
from .profiles import preview_profile, profile_of, save_profile, suggest_profiles
from .proofs import prove_entry
from .publish import log_file, log_paths, publish_after_commit, publish_log, receive_cosigned
from .put_aside import aside_word, files_aside, put_file_aside, take_file_up
from .reading import balance_of, stock_by_place, sums_by_stage, trial_balance
from .references import ensure_reference, find_key, forget_line_texts, forget_reference, leaf_text, reference_of
from .releases import (
    ShareBack,
    clear_advance,
    hold_ceilings,
    left_of_lot,
    pay_refund,
    pay_released,
    propose_refund,
    refunded_shares,
    release_held,
    send_equipment_home,
    take_back_advance,
)
from .reposting import entries_using, entry_using, free_line, remit_booked_line, repost_line, standing_entries
from .shelter import GiftAsk, Taken, close_batch, due_batches, path_value, prove_share, set_exposure, take_gift, take_gifts, trace_shares
from .statements import Compared, compare_account, compare_accounts, say_movements, say_statements
from .stops import (
    decline_payload,
    pause,
    pause_payload,
    propose_resume,
    record_decline,
    resume,
    standing_pause,
    suspend_key,
    suspension_payload,
)
from .vouchers import holes_of, subject_of, vouch, vouched, words_on
from .witnesses import Standing, log_standing
from .writing import EntryDraft

publish_head = publish_log

__all__ = [
    "CashCount",
    "CeremonyStanding",
    "Compared",
    "Counted",
    "EntryDraft",
    "GiftAsk",
    "Interim",
    "Lying",
    "PostingReport",
    "Refused",
    "Row",
    "SetAside",
    "ShareBack",
    "Spot",
    "Standing",
    "StatementImport",
    "Taken",
    "aside_word",
    "balance_of",
    "book_equals_bank",
    "carry_out",
    "ceremony_of",
    "check_book",
    "clear_advance",
    "close_batch",
    "close_period",
    "closed_through",
    "compare_account",
    "compare_accounts",
    "convert",
    "correct_line",
    "count_cash",
    "decline_payload",
    "due_batches",
    "dump_book",
    "dump_mark",
    "ensure_commodities",
    "ensure_commodity",
    "ensure_custody",
    "ensure_fund",
    "ensure_milestones",
    "ensure_reference",
    "entries_using",
    "entry_using",
    "exchange_free",
    "exchange_released",
    "file_in_log",
    "files_aside",
    "find_key",
    "forget_line_texts",
    "forget_reference",
    "founding_digest",
    "founding_payload",
    "founding_policy",
    "free_line",
    "goal_bar",
    "held_files",
    "hold_ceilings",
    "holes_of",
    "keep_table",
    "leaf_text",
    "left_of_lot",
    "lift",
    "log",
    "log_file",
    "log_key",
    "log_paths",
    "log_standing",
    "open_balances",
    "open_bank_account",
    "open_book",
    "open_cash_box",
    "open_provider_account",
    "path_value",
    "pause",
    "pause_payload",
    "pay_refund",
    "pay_released",
    "post_all_unidentified",
    "post_bank_fact",
    "post_entries",
    "post_entry",
    "post_unidentified",
    "post_waiting_interim",
    "posting",
    "posts_interim",
    "preview_profile",
    "profile_of",
    "propose_act",
    "propose_correction",
    "propose_loss",
    "propose_opening_balance",
    "propose_opening_stock",
    "propose_policy",
    "propose_reclass",
    "propose_refund",
    "propose_resume",
    "propose_reversal",
    "propose_wages",
    "prove_entry",
    "prove_share",
    "provisional_lines",
    "publish_after_commit",
    "publish_head",
    "publish_log",
    "put_file_aside",
    "rate_on",
    "read_entries",
    "rebuild_derived",
    "receive_cosigned",
    "record_decline",
    "record_rate",
    "reference_of",
    "refunded_shares",
    "release_file",
    "release_held",
    "remit",
    "remit_booked_line",
    "renew_policy",
    "repost_line",
    "resume",
    "reverse_entry",
    "row_payload",
    "rule_id",
    "safe_cell",
    "save_profile",
    "say_movements",
    "say_statements",
    "send_equipment_home",
    "set_aside",
    "set_exposure",
    "set_interim_rule",
    "settle_provider",
    "shortfalls",
    "sign_founding",
    "standing_entries",
    "standing_pause",
    "stock_by_place",
    "store_document",
    "store_statement",
    "subject_of",
    "suggest_profiles",
    "sums_by_stage",
    "sums_set_aside",
    "suspend_key",
    "suspension_payload",
    "take_back_advance",
    "take_back_lines",
    "take_file_up",
    "take_gift",
    "take_gifts",
    "trace_lot",
    "trace_shares",
    "trial_balance",
    "void_expired",
    "void_held",
    "vouch",
    "vouched",
    "words_on",
    "write_slip",
]  # fmt: skip
