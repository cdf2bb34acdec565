"""Tables of cash and wages, each part in a file of its own."""

from .box_models import CashArrival, CashBox, CashCount, CashPayment, CashReversal
from .receipt_models import ReceiptBook, ReceiptPage
from .wage_models import BenchmarkRate, Labourer, WageRow, WageSheet

__all__ = [
    "BenchmarkRate",
    "CashArrival",
    "CashBox",
    "CashCount",
    "CashPayment",
    "CashReversal",
    "Labourer",
    "ReceiptBook",
    "ReceiptPage",
    "WageRow",
    "WageSheet",
]
