"""The only writers of direct debit, re-exported: who debits, mandates and plans, runs and their files, returns."""

from .mandates import Asked, end_mandate, end_plan, is_creditor_id, make_due, set_creditor, sign_mandate, start_plan
from .returns import claim_returns, note_return
from .runs import APPROVALS_NEEDED, approvals_of, approve_run, drop_run, make_run, return_debit, take_file, waiting_instalments

__all__ = [
    "APPROVALS_NEEDED", "Asked", "approvals_of", "approve_run", "claim_returns", "drop_run", "end_mandate", "end_plan", "is_creditor_id", "make_due", "make_run",
    "note_return", "return_debit", "set_creditor", "sign_mandate", "start_plan", "take_file", "waiting_instalments",
]  # fmt: skip
