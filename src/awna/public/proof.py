"""What the browser needs to check one gift by itself: the entry's leaf, its proof file, the key of the log."""

from dataclasses import dataclass

from awna.books.services import leaf_text, log_key, prove_entry
from awna.core.problems import Refused
from awna.donations.models import Gift


@dataclass(frozen=True)
class GiftProof:
    leaf: str
    proof: str
    key: str
    book: str
    seq: int
    line: int


def proof_of(gift: Gift) -> GiftProof | None:
    """The proof against the newest signed head, or nothing while no head covers the gift."""
    if gift.entry_seq is None:
        return None
    try:
        proof = prove_entry(gift.book, seq=gift.entry_seq)
    except Refused:
        return None
    leaf = leaf_text(gift.book, seq=gift.entry_seq)
    return GiftProof(leaf, proof, str(log_key(gift.book)), str(gift.book_id), gift.entry_seq, gift.line)
