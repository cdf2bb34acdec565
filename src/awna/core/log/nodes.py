"""The nodes of the tree where they lie: in memory for building, in tile files for reading; and the proofs that need few of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from ..problems import Problem, Refused
from .tiles import TILE_HEIGHT, TILE_WIDTH, tile_path
from .tree import EMPTY_ROOT, HASH_BYTES, hash_leaves, hash_node, hash_pairs

PAIR_BYTES = 2 * HASH_BYTES


class Nodes(Protocol):
    """Whoever can give the hash of the complete node `index` of `level`, level 0 being the leaf hashes."""

    def node(self, level: int, index: int) -> bytes: ...


def root_at(nodes: Nodes, *, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _range_hash(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_path(nodes: Nodes, *, index: int, size: int) -> list[bytes]:
    """The path of leaf `index` in the tree of the first `size` leaves, from the leaf upwards (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    proof, level, last = [], 0, size - 1
    while last:
        sibling = index ^ 1
        if sibling < last or (sibling == last and not size & ((1 << level) - 1)):
            proof.append(nodes.node(level, sibling))
        elif sibling == last:
            proof.append(_range_hash(nodes, sibling << level, size))
        index, last, level = index >> 1, last >> 1, level + 1
    return proof


def consistency_path(nodes: Nodes, *, old_size: int, size: int) -> list[bytes]:
    """Proof that the tree of the first `old_size` leaves is a beginning of that of the first `size` (RFC 6962 §2.1.2)."""
    if not 0 < old_size <= size:
        raise ValueError("the old tree is empty or larger than the new one")
    proof = []
    start, stop, whole = 0, size, True
    while old_size != stop:
        split = start + (1 << ((stop - start - 1).bit_length() - 1))
        if old_size <= split:
            proof.append(_range_hash(nodes, split, stop))
            stop = split
        else:
            proof.append(_range_hash(nodes, start, split))
            start, whole = split, False
    if not whole:
        proof.append(_range_hash(nodes, start, stop))
    return proof[::-1]


def _range_hash(nodes: Nodes, start: int, stop: int) -> bytes:
    """The hash over leaves start to stop of a subtree that begins at `start`: its complete parts, joined from the small end."""
    parts = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        parts.append(nodes.node(level, start >> level))
        start += 1 << level
    joined = parts.pop()
    while parts:
        joined = hash_node(parts.pop(), joined)
    return joined


class Levels:
    """All complete nodes of a growing tree, one byte string a level: 64 bytes for each leaf, each hash held once."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    @property
    def size(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaves; each level is hashed in one sweep, so that a large append costs little more than its hashes."""
        self.extend_hashes(hash_leaves(leaves))

    def extend_hashes(self, leaf_hashes: bytes) -> None:
        """Append leaf hashes, given one after the other."""
        level = 0
        self._levels[0] += leaf_hashes
        while len(self._levels[level]) >= PAIR_BYTES:
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            done = len(self._levels[level + 1]) // HASH_BYTES
            below = bytes(memoryview(self._levels[level])[done * PAIR_BYTES :])
            self._levels[level + 1] += hash_pairs(below)
            level += 1

    def node(self, level: int, index: int) -> bytes:
        at = index * HASH_BYTES
        found = bytes(self._levels[level][at : at + HASH_BYTES]) if level < len(self._levels) else b""
        if len(found) != HASH_BYTES:
            raise IndexError(f"node {index} of level {level} is not complete")
        return found

    def hashes(self, level: int, first: int, last: int) -> bytes:
        """The complete nodes `first` to `last` (not itself) of a level, one after the other."""
        return bytes(self._levels[level][first * HASH_BYTES : last * HASH_BYTES]) if level < len(self._levels) else b""


@dataclass
class TileNodes:
    """The nodes of a published tree of `size` leaves, read from its tile files alone.

    `read` gives the bytes of a path such as `tile/0/000`, or None where there is no such file.
    """

    read: Callable[[str], bytes | None]
    size: int
    _tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, at = divmod(index << height, TILE_WIDTH)
        hashes = self.tile(tile_level, number)
        part = hashes[at * HASH_BYTES : (at + (1 << height)) * HASH_BYTES]
        if len(part) != HASH_BYTES << height:
            raise IndexError(f"node {index} of level {level} is not complete")
        while len(part) > HASH_BYTES:
            part = hash_pairs(part)
        return part

    def tile(self, level: int, number: int) -> bytes:
        """One tile, as far as this tree fills it: the partial file of this size, or the full one that took its place."""
        if (level, number) not in self._tiles:
            width = min(TILE_WIDTH, (self.size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH)
            path = tile_path(level, index=number, width=width)
            data = self.read(path)
            if data is None and width < TILE_WIDTH:
                data = self.read(tile_path(level, index=number))
                data = data and data[: width * HASH_BYTES]
            if data is None or len(data) != width * HASH_BYTES:
                raise Refused(Problem(
                    "tile_damaged", "%(file)s is missing or does not have %(bytes)s bytes. Fetch it again, or publish the log again.",
                    {"file": path, "bytes": width * HASH_BYTES}))  # fmt: skip
            self._tiles[level, number] = data
        return self._tiles[level, number]
