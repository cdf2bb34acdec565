"""The only writers of gifts: pledges, claims, the donor's file, erasure, batches that hide a giver, receipts."""

from .collecting import (
    account_problem,
    accounts_that_collect,
    closed_bodies,
    collecting_accounts,
    is_collecting,
    refuse_unless_collecting,
)
from .donors import donor_file, erase_donor, proof_file
from .dues import due_of
from .freezing import ask_thaw, freeze_gift, freezes_of, thaw_gift
from .gifts import (
    Claimed,
    Left,
    assign_movement,
    claim_movements,
    confirm_pledge,
    forget_drafts,
    identify_gift,
    pledge_gift,
    record_gift_in_kind,
)
from .matching import Part, allocation_of, forget_returns, pay_pledges, rank_movements, undo_gifts
from .offers import answer_offer, offer_goods
from .receipt_rules import (
    Ground,
    details_of,
    gift_problems,
    ground_of,
    missing_of_donor,
    nameless_problems,
    tell_receipt_details,
    wrong_receipts,
)
from .receipt_runs import AnnualRun, annual_progress, gifts_without_receipt, issue_annual_receipts, start_annual_run
from .receipts import issue_receipt, paper_of, reissue_receipt, set_paper, void_receipt
from .shelter import allocate_identified, close_batch, close_batches, propose_refund, record_return, waive_shelter
from .ways import left_of, way_of

__all__ = [
    "AnnualRun",
    "Claimed",
    "Ground",
    "Left",
    "Part",
    "account_problem",
    "accounts_that_collect",
    "allocate_identified",
    "allocation_of",
    "annual_progress",
    "answer_offer",
    "ask_thaw",
    "assign_movement",
    "claim_movements",
    "close_batch",
    "close_batches",
    "closed_bodies",
    "collecting_accounts",
    "confirm_pledge",
    "details_of",
    "donor_file",
    "due_of",
    "erase_donor",
    "forget_drafts",
    "forget_returns",
    "freeze_gift",
    "freezes_of",
    "gift_problems",
    "gifts_without_receipt",
    "ground_of",
    "identify_gift",
    "is_collecting",
    "issue_annual_receipts",
    "issue_receipt",
    "left_of",
    "missing_of_donor",
    "nameless_problems",
    "offer_goods",
    "paper_of",
    "pay_pledges",
    "pledge_gift",
    "proof_file",
    "propose_refund",
    "rank_movements",
    "record_gift_in_kind",
    "record_return",
    "refuse_unless_collecting",
    "reissue_receipt",
    "set_paper",
    "start_annual_run",
    "tell_receipt_details",
    "thaw_gift",
    "undo_gifts",
    "void_receipt",
    "waive_shelter",
    "way_of",
    "wrong_receipts",
]  # fmt: skip
