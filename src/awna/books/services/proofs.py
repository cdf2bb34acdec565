"""A donor's proof that an entry is in the log, made from the published files alone: a handful of tiles, however long the log is."""

from functools import partial

from awna.core.log.disk import read_file
from awna.core.log.nodes import TileNodes, inclusion_path
from awna.core.log.proof import InclusionProof, proof_text
from awna.core.log.publishing import CHECKPOINT, WITNESSED
from awna.core.problems import Problem, Refused

from ..models import Book
from . import heads
from .keys import known_keys


def prove_leaf(book: Book, *, seq: int) -> str:
    """The proof as text (C2SP tlog-proof), under the newest witnessed head that holds the entry, else under the newest signed one."""
    read = partial(read_file, heads.log_folder(book))
    keys = known_keys(book)
    for name in (WITNESSED, CHECKPOINT):
        note = (read(name) or b"").decode(errors="replace")
        head = heads.head_of(note, keys=keys)
        if head is not None and 0 <= seq < head.size:
            path = inclusion_path(TileNodes(read, head.size), index=seq, size=head.size)
            return proof_text(InclusionProof(seq, tuple(path), note))
    raise Refused(Problem(
        "entry_not_signed_yet", "Entry %(seq)s stands in the book, but no head of the log has been signed since. Come back later.",
        {"seq": seq}))  # fmt: skip
