"""The only writers of the books. `post_entry` is the one door through which anything enters the log."""

from awna.core.problems import Refused

from ..schema import rule_id
from . import log, posting
from .accounts import Row, Spot
from .bank import StatementImport, book_equals_bank, open_bank_account, post_unidentified, remit, store_statement
from .log import check_book, dump_book, log_key, publish_head, read_entries, trace_lot
from .naming import ensure_commodity, ensure_custody, ensure_fund, open_book, store_document
from .posting import ensure_milestones, file_in_log, post_entry, row_payload
from .reading import balance_of, stock_by_place, sums_by_stage, trial_balance

__all__ = [
    "Refused", "Row", "Spot", "StatementImport", "balance_of", "book_equals_bank", "check_book", "dump_book", "ensure_commodity",
    "ensure_custody", "ensure_fund", "ensure_milestones", "file_in_log", "log", "log_key", "open_bank_account", "open_book", "post_entry",
    "post_unidentified", "posting", "publish_head", "read_entries", "remit", "row_payload", "rule_id", "stock_by_place", "store_document",
    "store_statement", "sums_by_stage", "trace_lot", "trial_balance",
]  # fmt: skip
