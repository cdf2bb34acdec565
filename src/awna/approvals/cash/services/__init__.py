"""The only writers of cash and wages."""

from .arrivals import ArrivalAsk, drop_arrival, lines_out, note_arrival, top_ups, witness_arrival
from .boxes import HOLDERS, OPENERS, SECONDS, BoxLimits, ask_for_petty_cash, ask_for_top_up, change_box, open_box, petty_payee
from .counts import book_count_loss, explain_count, type_count
from .papers import RECEIPT, SIGNED_SHEET
from .paying import PAYERS, WITNESSES, box_of, lines_for, note_wages_paid, refuse_payment, witness_wages
from .receipts import KEEPERS, begin_receipt_book, confirm_lost, declare_lost, next_serial, use_page, void_page
from .spending import PaymentAsk, drop_payment, left_to_spend, note_payment, sign_payment
from .undoing import ask_back, take_back
from .wages import APPROVERS, HoursAsk, approve_sheet, ask_for_wages, drop_sheet, left_for, open_sheet, wages_payee, write_hours
from .workers import LEADS, RATE_SETTERS, add_labourer, change_labourer, note_benchmark

__all__ = [
    "APPROVERS",
    "HOLDERS",
    "KEEPERS",
    "LEADS",
    "OPENERS",
    "PAYERS",
    "RATE_SETTERS",
    "RECEIPT",
    "SECONDS",
    "SIGNED_SHEET",
    "WITNESSES",
    "ArrivalAsk",
    "BoxLimits",
    "HoursAsk",
    "PaymentAsk",
    "add_labourer",
    "approve_sheet",
    "ask_back",
    "ask_for_petty_cash",
    "ask_for_top_up",
    "ask_for_wages",
    "begin_receipt_book",
    "book_count_loss",
    "box_of",
    "change_box",
    "change_labourer",
    "confirm_lost",
    "declare_lost",
    "drop_arrival",
    "drop_payment",
    "drop_sheet",
    "explain_count",
    "left_for",
    "left_to_spend",
    "lines_for",
    "lines_out",
    "next_serial",
    "note_arrival",
    "note_benchmark",
    "note_payment",
    "note_wages_paid",
    "open_box",
    "open_sheet",
    "petty_payee",
    "refuse_payment",
    "sign_payment",
    "take_back",
    "top_ups",
    "type_count",
    "use_page",
    "void_page",
    "wages_payee",
    "witness_arrival",
    "witness_wages",
    "write_hours",
]  # fmt: skip
