"""What a publisher writes and in which order: bundles, tiles, then the checkpoint. Pure: given old files and new leaves, paths and bytes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..problems import Problem, Refused
from .nodes import TileNodes, root_at
from .tiles import TILE_HEIGHT, TILE_WIDTH, bundle_bytes, bundle_path, tile_path
from .tree import HASH_BYTES, hash_leaves, hash_pairs

CHECKPOINT, POLICY, KEYS, WITNESSED, ENTRIES = "checkpoint", "policy", "keys", "witnessed", "entries"
"""Files beside `tile/`: the signed head, the policy, the log's older keys, the newest head with its quorum, how many entries are out."""

Read = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Grown:
    """The hash tiles that a grown tree needs, in the order of writing, and its root."""

    size: int
    root: bytes
    files: tuple[tuple[str, bytes], ...]


def first_of_tile(size: int) -> int:
    """The first entry of the tile that entry number `size` falls into: from there on a publisher needs the leaves."""
    return size // TILE_WIDTH * TILE_WIDTH


def grow(read: Read, *, old_size: int, old_root: bytes, leaves: Sequence[bytes]) -> Grown:
    """The tiles after `leaves`, which begin at `first_of_tile(old_size)`; of the old tree only its right edge is read.

    Refused when that edge is not the tree signed before, or the leaves are not those that were in it.
    """
    first = first_of_tile(old_size)
    hashes = hash_leaves(leaves)
    old = TileNodes(read, old_size)
    if old_size:
        if root_at(old, size=old_size) != old_root:
            raise Refused(
                Problem("tiles_differ", "The tiles on disk are not those of the head signed with %(size)s entries.", {"size": old_size})
            )
        known = old.tile(0, first // TILE_WIDTH) if old_size > first else b""
        if not hashes.startswith(known):
            raise Refused(leaves_differ(old_size))
    files = dict(_tiles(old, first, hashes))
    size = first + len(leaves)
    nodes = TileNodes(lambda path: files.get(path) or read(path), size)
    return Grown(size, root_at(nodes, size=size), tuple(files.items()))


def leaves_differ(size: int) -> Problem:
    return Problem(
        "log_does_not_continue",
        "The log was signed with %(size)s entries, and this database does not hold them. Restore the newest copy or read them back from a mirror; sign nothing.",
        {"size": size},
    )


def _tiles(old: TileNodes, start: int, hashes: bytes) -> Iterator[tuple[str, bytes]]:
    """Every tile that changes: on each level what was there of its last tile, and what came to it."""
    level, added = 0, len(hashes)
    while added:
        tiles = [hashes[at : at + TILE_WIDTH * HASH_BYTES] for at in range(0, len(hashes), TILE_WIDTH * HASH_BYTES)]
        for number, tile in enumerate(tiles, start // TILE_WIDTH):
            yield tile_path(level, index=number, width=len(tile) // HASH_BYTES), tile
        parents = b"".join(_tile_root(tile) for tile in tiles if len(tile) == TILE_WIDTH * HASH_BYTES)
        level, added, above = level + 1, len(parents), start // TILE_WIDTH
        start = first_of_tile(above)
        hashes = (old.tile(level, start // TILE_WIDTH) if above > start and parents else b"") + parents


def _tile_root(tile: bytes) -> bytes:
    for _ in range(TILE_HEIGHT):
        tile = hash_pairs(tile)
    return tile


def bundle_files(leaves: Sequence[bytes], *, first: int) -> Iterator[tuple[str, bytes]]:
    """The entry bundles of leaves that begin at `first`, the first of a bundle."""
    for at in range(0, len(leaves), TILE_WIDTH):
        part = leaves[at : at + TILE_WIDTH]
        yield bundle_path((first + at) // TILE_WIDTH, width=len(part)), bundle_bytes(part)


def replaced_tiles(old_size: int, *, size: int) -> Iterator[str]:
    """Folders of partial tiles whose full ones are there since the tree grew; they may be removed."""
    level = 0
    while (size >> (TILE_HEIGHT * level)) >= TILE_WIDTH:
        first, last = ((length >> (TILE_HEIGHT * level)) // TILE_WIDTH for length in (old_size, size))
        for number in range(first, last):
            yield f"{tile_path(level, index=number)}.p"
        level += 1


def replaced_bundles(old_entries: int, *, entries: int) -> Iterator[str]:
    """Folders of partial bundles whose full ones are there since more entries may be read."""
    for number in range(old_entries // TILE_WIDTH, entries // TILE_WIDTH):
        yield f"{bundle_path(number)}.p"
