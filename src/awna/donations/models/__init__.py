"""Tables of giving: donors, pledges, gifts, and the receipts for them."""

from ..debit.models import Creditor
from .earlier import EarlierGift, GiftImport
from .giving import Donor, Gift, Pledge, token_digest
from .receipts import Receipt, ReceiptGift, ReceiptPaper, ReceiptSeries

__all__ = ["Creditor", "Donor", "EarlierGift", "Gift", "GiftImport", "Pledge", "Receipt", "ReceiptGift", "ReceiptPaper", "ReceiptSeries", "token_digest"]
