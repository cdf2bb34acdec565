"""Static files of the log as in C2SP tlog-tiles: paths and bytes of hash tiles and entry bundles."""

from collections.abc import Iterator, Sequence

from ..problems import Problem, Refused
from .tree import hash_leaf, node_hashes

TILE_WIDTH = 256
TILE_HEIGHT = 8
BUNDLE_ENTRY_BYTES_MAX = 65_535


def tile_path(level: int, *, index: int, width: int = TILE_WIDTH) -> str:
    """`tile/0/x001/067`, with `.p/112` when only 112 hashes are there."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def bundle_path(index: int, *, width: int = TILE_WIDTH) -> str:
    """`tile/entries/x001/067`, with `.p/112` when only 112 entries are there."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def bundle_bytes(leaves: Sequence[bytes]) -> bytes:
    """Each leaf after its length as a big-endian uint16."""
    try:
        return b"".join([len(leaf).to_bytes(2) + leaf for leaf in leaves])
    except OverflowError:
        raise Refused(
            Problem("leaf_too_large", "A leaf has more than %(limit)s bytes and cannot be published.", {"limit": BUNDLE_ENTRY_BYTES_MAX})
        ) from None


def split_bundle(data: bytes) -> list[bytes]:
    """The leaves of a bundle; refuses one that is cut short."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if at + 2 > len(data) or end > len(data):
            raise Refused(Problem("bundle_cut_short", "The entry bundle ends in the middle of its entry %(n)s.", {"n": len(leaves)}))
        leaves.append(data[at + 2 : end])
        at = end
    return leaves


def tile_files(leaves: Sequence[bytes], *, already: int = 0) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each hash tile and bundle of the tree; those wholly inside the first `already` entries are left out.

    Bundles come first, so that a tile never speaks of an entry that is not there yet.
    """
    for index in range(already // TILE_WIDTH, -(-len(leaves) // TILE_WIDTH)):
        part = leaves[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
        yield bundle_path(index, width=len(part)), bundle_bytes(part)
    nodes, level = [hash_leaf(leaf) for leaf in leaves], 0
    while nodes:
        done = already >> (TILE_HEIGHT * level)
        for index in range(done // TILE_WIDTH, -(-len(nodes) // TILE_WIDTH)):
            hashes = nodes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
            yield tile_path(level, index=index, width=len(hashes)), b"".join(hashes)
        nodes, level = node_hashes(nodes, level=TILE_HEIGHT), level + 1


def _number(index: int) -> str:
    digits = str(index)
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def _partial(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"
