"""Tables of the books: what things are, where they lie, what was posted, what the bank says."""

from .bank import BankAccount, Movement, Statement, StatementFile
from .derived import Hop, Slice, Tally
from .files import (
    DetailNotice,
    InterimRule,
    MovementDetail,
    ProvisionalLine,
    StatementAside,
    StatementHold,
    StatementProfile,
    StatementVoucher,
)
from .ledger import Account, Balance, Entry, Evidence, Head, Rule, Transfer
from .log import Checkpoint, Opening
from .naming import Book, Commodity, Custody, Document, Fund, Milestone
from .shelter import GiftBatch, GiftKey, Share

__all__ = [
    "Account", "Balance", "BankAccount", "Book", "Checkpoint", "Commodity", "Custody", "DetailNotice", "Document", "Entry", "Evidence", "Fund", "GiftBatch",
    "GiftKey", "Head", "Hop", "InterimRule", "Milestone", "Movement",
    "MovementDetail", "Opening", "ProvisionalLine", "Rule", "Share", "Slice", "Statement", "StatementAside", "StatementFile", "StatementHold",
    "StatementProfile", "StatementVoucher", "Tally", "Transfer",
]  # fmt: skip
