"""Tables of the books: what things are, where they lie, what was posted, what the bank says."""

from .bank import BankAccount, Movement, Statement, StatementFile
from .derived import Hop, Slice, Tally
from .files import StatementHold, StatementProfile, StatementVoucher
from .ledger import Account, Balance, Entry, Evidence, Head, Rule, Transfer
from .log import Checkpoint, Opening
from .naming import Book, Commodity, Custody, Document, Fund, Milestone
from .shelter import GiftBatch, GiftKey, Share

__all__ = [
    "Account", "Balance", "BankAccount", "Book", "Checkpoint", "Commodity", "Custody", "Document", "Entry", "Evidence", "Fund", "GiftBatch",
    "GiftKey", "Head", "Hop", "Milestone", "Movement", "Opening", "Rule", "Share", "Slice", "Statement", "StatementFile", "StatementHold",
    "StatementProfile", "StatementVoucher", "Tally", "Transfer",
]  # fmt: skip
