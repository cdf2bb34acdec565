"""The proof that an entry is in the log: a handful of published tiles, however long the log is."""

from functools import partial

from awna.core.log.disk import read_file
from awna.core.log.nodes import Levels, TileNodes, inclusion_path
from awna.core.log.proof import InclusionProof, proof_text
from awna.core.log.tree import check_inclusion, hash_leaf
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint
from .heads import log_folder
from .publish import current_note, leaves_of
from .references import leaf_text
from .witnesses import log_policy, with_cosignatures, witnessed_head


def prove_entry(book: Book, *, seq: int) -> str:
    """The proof as text (C2SP tlog-proof), under the newest witnessed head that holds the entry, else under the newest signed one."""
    head, note = _head_over(book, seq)
    return proof_text(InclusionProof(seq, _path(book, seq, head), note))


def _head_over(book: Book, seq: int) -> tuple[Checkpoint, str]:
    policy = log_policy(book)
    witnessed = witnessed_head(book, policy=policy)
    if witnessed is not None and 0 <= seq < witnessed.row.size:
        return witnessed.row, witnessed.note
    head = Checkpoint.objects.filter(book=book, size__gt=seq).order_by("-size").first()
    if head is None or seq < 0:
        raise Refused(Problem(
            "entry_not_signed_yet", "Entry %(seq)s stands in the book, but no head of the log has been signed since. Come back later.",
            {"seq": seq}))  # fmt: skip
    return head, with_cosignatures(current_note(book, head), row=head, policy=policy)


def _path(book: Book, seq: int, head: Checkpoint) -> tuple[bytes, ...]:
    """From a few of the published tiles; from all entries where a tile is missing or not what was signed."""
    try:
        path = inclusion_path(TileNodes(partial(read_file, log_folder(book)), head.size), index=seq, size=head.size)
        leaf = hash_leaf(leaf_text(book, seq=seq).encode())
        if check_inclusion(leaf, index=seq, size=head.size, proof=path, root=bytes.fromhex(head.root)):
            return tuple(path)
    except Refused:
        pass
    return tuple(inclusion_path(Levels(leaves_of(book, first=0, until=head.size)), index=seq, size=head.size))
