"""Tables of giving: donors, pledges, gifts, and the receipts for them."""

from ..debit.models import Creditor, Debit, DebitRun, Instalment, Mandate, MandateEvent, Plan, RunMark
from ..providers.models import Provider, ProviderEvent, ProviderFact, ProviderItem
from .clauses import SurplusClause
from .earlier import EarlierGift, GiftImport
from .freezes import Freeze
from .giving import Donor, Gift, Pledge, token_digest
from .offers import GoodsOffer
from .receipts import Receipt, ReceiptGift, ReceiptPaper, ReceiptSeries

__all__ = [
    "Creditor",
    "Debit",
    "DebitRun",
    "Donor",
    "EarlierGift",
    "Freeze",
    "Gift",
    "GiftImport",
    "GoodsOffer",
    "Instalment",
    "Mandate",
    "MandateEvent",
    "Plan",
    "Pledge",
    "Provider",
    "ProviderEvent",
    "ProviderFact",
    "ProviderItem",
    "Receipt",
    "ReceiptGift",
    "ReceiptPaper",
    "ReceiptSeries",
    "RunMark",
    "SurplusClause",
    "token_digest",
]
