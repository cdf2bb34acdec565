"""What the browser needs to check one gift by itself: the entry's leaf, its proof file, the key of the log."""

from dataclasses import dataclass

from awna.books.models import Checkpoint, Entry
from awna.books.services import log_key
from awna.core.log.proof import make_proof, proof_text
from awna.core.log.tree import hash_leaf
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
    head = Checkpoint.objects.filter(book=gift.book, size__gt=gift.entry_seq).order_by("-size").first()
    if head is None:
        return None
    leaves = [
        bytes(leaf) for leaf in Entry.objects.filter(book=gift.book, seq__lt=head.size).order_by("seq").values_list("leaf", flat=True)
    ]
    proof = make_proof([hash_leaf(leaf) for leaf in leaves], index=gift.entry_seq, checkpoint=head.note)
    return GiftProof(
        leaves[gift.entry_seq].decode(), proof_text(proof), str(log_key(gift.book)), str(gift.book_id), gift.entry_seq, gift.line
    )
