"""A donor's proof as one text file (C2SP tlog-proof): this leaf is in the tree of this checkpoint."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from ..problems import Problem, Refused
from .checkpoint import LogKey, read_checkpoint
from .tree import HASH_BYTES, check_inclusion, hash_leaf, prove_inclusion

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
PROOF_HASHES_MAX = 63


@dataclass(frozen=True)
class InclusionProof:
    """Leaf number, path from the leaf upwards, signed note."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str


def make_proof(leaf_hashes: Sequence[bytes], *, index: int, checkpoint: str) -> InclusionProof:
    """The proof for one leaf in the tree that the signed `checkpoint` speaks of."""
    return InclusionProof(index, tuple(prove_inclusion(leaf_hashes, index=index)), checkpoint)


def proof_text(proof: InclusionProof) -> str:
    hashes = "".join(f"{base64.b64encode(node).decode()}\n" for node in proof.hashes)
    return f"{PROOF_HEADER}\nindex {proof.index}\n{hashes}\n{proof.checkpoint}"


def read_proof(text: str) -> InclusionProof:
    """Read the text form, refuse what is not one."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    index = lines[1].removeprefix("index ") if len(lines) > 1 else ""
    if not gap or lines[0] != PROOF_HEADER or not index.isascii() or not index.isdigit() or len(lines) > PROOF_HASHES_MAX + 2:
        raise _wrong()
    return InclusionProof(int(index), tuple(_hash(line) for line in lines[2:]), checkpoint)


def check_proof(text: str, *, leaf: bytes, key: LogKey) -> list[Problem]:
    """Whether `leaf` is in the log of `key`, as this proof says; no problem = it is."""
    try:
        proof = read_proof(text)
        checkpoint = read_checkpoint(proof.checkpoint, key=key)
    except Refused as refused:
        return refused.problems
    if check_inclusion(hash_leaf(leaf), index=proof.index, size=checkpoint.size, proof=proof.hashes, root=checkpoint.root):
        return []
    return [Problem("leaf_not_in_log", "This entry is not number %(n)s of the log. Ask the campaign for a new proof.", {"n": proof.index})]


def _hash(line: str) -> bytes:
    try:
        raw = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong() from None
    if len(raw) != HASH_BYTES or base64.b64encode(raw).decode() != line:  # one exact form: no spare bits
        raise _wrong()
    return raw


def _wrong() -> Refused:
    return Refused(Problem("proof_unreadable", "This is not a proof file of the log. Ask the campaign for a new one."))
