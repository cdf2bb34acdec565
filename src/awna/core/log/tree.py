"""The Merkle tree of RFC 6962 (and 9162): roots, inclusion and consistency proofs, and an appender that keeps only its frontier."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()


def hash_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_leaves(leaves: Iterable[bytes]) -> bytes:
    """The hashes of many leaves, one after the other."""
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves])


def hash_pairs(hashes: bytes) -> bytes:
    """The hash of each two neighbours, one after the other; a last one without a neighbour is left out."""
    sha256, pair = hashlib.sha256, 2 * HASH_BYTES
    return b"".join([sha256(b"\x01" + hashes[at : at + pair]).digest() for at in range(0, len(hashes) - pair + 1, pair)])


@dataclass
class Frontier:
    """The roots of the perfect subtrees, largest first: all that appending and the root need (O(log size))."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf_hash: bytes) -> None:
        node, size = leaf_hash, self.size
        while size & 1:
            node = hash_node(self.hashes.pop(), node)
            size >>= 1
        self.hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = hash_node(left, node)
        return node


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all leaf hashes given; the hash of nothing when there are none."""
    frontier = Frontier()
    for leaf_hash in leaf_hashes:
        frontier.append(leaf_hash)
    return frontier.root()


def prove_inclusion(leaf_hashes: Sequence[bytes], *, index: int) -> list[bytes]:
    """The path of leaf `index` in the tree of all `leaf_hashes`, from the leaf upwards (RFC 6962 §2.1.1)."""
    if not 0 <= index < len(leaf_hashes):
        raise ValueError("the leaf is not in the tree")
    proof = []
    start, stop = 0, len(leaf_hashes)
    while stop - start > 1:
        split = start + _largest_power_below(stop - start)
        if index < split:
            proof.append(root_of(leaf_hashes[split:stop]))
            stop = split
        else:
            proof.append(root_of(leaf_hashes[start:split]))
            start = split
    return proof[::-1]


def prove_consistency(leaf_hashes: Sequence[bytes], *, old_size: int) -> list[bytes]:
    """Proof that the tree of the first `old_size` leaves is a beginning of the whole tree (RFC 6962 §2.1.2)."""
    if not 0 < old_size <= len(leaf_hashes):
        raise ValueError("the old tree is empty or larger than the new one")
    proof = []
    start, stop, whole = 0, len(leaf_hashes), True
    while old_size != stop:
        split = start + _largest_power_below(stop - start)
        if old_size <= split:
            proof.append(root_of(leaf_hashes[split:stop]))
            stop = split
        else:
            proof.append(root_of(leaf_hashes[start:split]))
            start, whole = split, False
    if not whole:
        proof.append(root_of(leaf_hashes[start:stop]))
    return proof[::-1]


def inclusion_root(leaf_hash: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to, or None when its length cannot be right (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return None
    node, position, last = leaf_hash, index, size - 1
    for sibling in proof:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = hash_node(sibling, node)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


def check_inclusion(leaf_hash: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    return inclusion_root(leaf_hash, index=index, size=size, proof=proof) == root


def check_consistency(*, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the old tree is a beginning of the new one (RFC 9162 §2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return False
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = hash_node(sibling, old), hash_node(sibling, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = hash_node(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def node_hashes(leaf_hashes: Sequence[bytes], *, level: int) -> list[bytes]:
    """Hashes of the complete nodes at `level`, 0 being the leaves."""
    nodes: list[bytes] = list(leaf_hashes)
    for _ in range(level):
        nodes = [hash_node(nodes[i], nodes[i + 1]) for i in range(0, len(nodes) - 1, 2)]
    return nodes


def _largest_power_below(size: int) -> int:
    """The largest power of two smaller than `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)
