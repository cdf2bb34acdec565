"""Tables of giving: donors, pledges, gifts, and the receipts for them."""

from .giving import Donor, Gift, Pledge, token_digest
from .receipts import Receipt, ReceiptGift, ReceiptPaper, ReceiptSeries

__all__ = ["Donor", "Gift", "Pledge", "Receipt", "ReceiptGift", "ReceiptPaper", "ReceiptSeries", "token_digest"]
