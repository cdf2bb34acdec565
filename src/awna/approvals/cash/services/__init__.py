"""The only writers of cash and wages."""

from .papers import RECEIPT, SIGNED_SHEET
from .paying import PAYERS, WITNESSES, box_of, lines_for, note_wages_paid, refuse_payment, witness_wages
from .wages import APPROVERS, HoursAsk, approve_sheet, ask_for_wages, drop_sheet, left_for, open_sheet, wages_payee, write_hours
from .workers import LEADS, RATE_SETTERS, add_labourer, change_labourer, note_benchmark

__all__ = [
    "APPROVERS",
    "LEADS",
    "PAYERS",
    "RATE_SETTERS",
    "RECEIPT",
    "SIGNED_SHEET",
    "WITNESSES",
    "HoursAsk",
    "add_labourer",
    "approve_sheet",
    "ask_for_wages",
    "box_of",
    "change_labourer",
    "drop_sheet",
    "left_for",
    "lines_for",
    "note_benchmark",
    "note_wages_paid",
    "open_sheet",
    "refuse_payment",
    "wages_payee",
    "witness_wages",
    "write_hours",
]  # fmt: skip
