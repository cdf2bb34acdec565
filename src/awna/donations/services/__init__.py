"""The only writers of gifts: pledges, claims, the donor's file, erasure, batches that hide a giver."""

from .donors import donor_file, erase_donor, proof_file
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
from .shelter import allocate_identified, close_batch, close_batches, propose_refund, record_return, waive_shelter, way_of

__all__ = [
    "Claimed", "Left", "allocate_identified", "assign_movement", "claim_movements", "close_batch", "close_batches", "confirm_pledge",
    "donor_file", "erase_donor", "forget_drafts", "identify_gift", "pledge_gift", "proof_file", "propose_refund", "record_gift_in_kind", "record_return", "waive_shelter",
    "way_of",
]  # fmt: skip
