"""Read every byte of a published log again: each tile, bundle and side file against the tree that it should be, the damaged ones named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..problems import Problem, Refused
from .nodes import Levels
from .publishing import CHECKPOINT, Read
from .tiles import TILE_HEIGHT, TILE_WIDTH, bundle_path, split_bundle, tile_path
from .tree import HASH_BYTES, hash_leaf

_TILE = re.compile(r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Place:
    """Which tile a path names: its level (None for entry bundles), its number, how many hashes or entries it holds."""

    level: int | None
    number: int
    width: int


def place_of(path: str) -> Place | None:
    """Read a path of a tile or bundle; None for any other."""
    match = _TILE.fullmatch(path)
    if match is None:
        return None
    level = None if match[1] == "entries" else int(match[1])
    number, width = int(match[2].replace("x", "").replace("/", "") + match[3]), int(match[4] or TILE_WIDTH)
    again = bundle_path(number, width=width) if level is None else tile_path(level, index=number, width=width)
    return Place(level, number, width) if again == path else None


def check_files(
    paths: Iterable[str], read: Read, *, nodes: Levels, size: int, entries: int, exact: Mapping[str, bytes]
) -> Iterator[Problem]:
    """What is wrong with the files of a log of `size` entries, of which `entries` may be read.

    `nodes` is the tree as it should be; `exact` gives the bytes of files that have only one right content.
    """
    there = set(paths)
    for path in sorted(there):
        place, data = place_of(path), read(path) or b""
        if path in exact:
            if data != exact[path]:
                yield Problem("file_damaged", "%(file)s is not what was published: byte %(byte)s differs.",
                              {"file": path, "byte": _first_difference(data, exact[path])}, path)  # fmt: skip
        elif place is None:
            yield Problem("file_unknown", "%(file)s does not belong to a log. Remove it.", {"file": path}, path)
        elif place.level is None:
            yield from _check_bundle(path, data, place, nodes, entries)
        else:
            yield from _check_tile(path, data, place, nodes, size)
    for path in sorted({*exact, *needed_paths(size=size, entries=entries)} - there):
        if not _stands_in(path, there):
            yield Problem("file_missing", "%(file)s is missing. Publish the log again, or fetch it from a mirror.", {"file": path}, path)


def needed_paths(*, size: int, entries: int) -> Iterator[str]:
    """Every file under `tile/` that a log of this size must serve."""
    for first in range(0, entries, TILE_WIDTH):
        yield bundle_path(first // TILE_WIDTH, width=min(TILE_WIDTH, entries - first))
    level, count = 0, size
    while count:
        for first in range(0, count, TILE_WIDTH):
            yield tile_path(level, index=first // TILE_WIDTH, width=min(TILE_WIDTH, count - first))
        level, count = level + 1, count >> TILE_HEIGHT


def read_tree(read: Read, *, size: int) -> Levels:
    """The tree as the lowest tiles give it, for a reader who has nothing else."""
    nodes = Levels()
    for first in range(0, size, TILE_WIDTH):
        path = tile_path(0, index=first // TILE_WIDTH, width=min(TILE_WIDTH, size - first))
        data = read(path)
        if data is None or len(data) != min(TILE_WIDTH, size - first) * HASH_BYTES:
            raise Refused(Problem("file_missing", "%(file)s is missing or cut short. Fetch it from a mirror.", {"file": path}, path))
        nodes.extend_hashes(data)
    return nodes


def _check_tile(path: str, data: bytes, place: Place, nodes: Levels, size: int) -> Iterator[Problem]:
    first = place.number * TILE_WIDTH
    if place.level is None or first + place.width > size >> (TILE_HEIGHT * place.level):
        yield Problem("file_unknown", "%(file)s is a tile beyond the %(size)s entries that are signed.", {"file": path, "size": size}, path)
        return
    right = nodes.hashes(TILE_HEIGHT * place.level, first, first + place.width)
    if data != right:
        at = first + min(_first_difference(data, right) // HASH_BYTES, place.width - 1)
        yield Problem(
            "tile_damaged", "%(file)s is damaged: its hash of entry %(n)s is not that of the log. Publish the log again, or fetch it from a mirror.",
            {"file": path, "n": at << (TILE_HEIGHT * place.level)}, path)  # fmt: skip


def _check_bundle(path: str, data: bytes, place: Place, nodes: Levels, entries: int) -> Iterator[Problem]:
    first = place.number * TILE_WIDTH
    try:
        leaves = split_bundle(data)
    except Refused:
        leaves = []
    if first + place.width > entries:
        yield Problem(
            "file_unknown", "%(file)s holds entries beyond the %(size)s that may be read now.", {"file": path, "size": entries}, path
        )
        return
    wrong = [n for n, leaf in enumerate(leaves) if hash_leaf(leaf) != nodes.hashes(0, first + n, first + n + 1)]
    if wrong or len(leaves) != place.width:
        yield Problem(
            "bundle_damaged", "%(file)s is damaged: entry %(n)s is not the one in the log. Publish the log again, or fetch it from a mirror.",
            {"file": path, "n": first + (wrong[0] if wrong else len(leaves))}, path)  # fmt: skip


def _stands_in(path: str, there: set[str]) -> bool:
    """A full tile does for the partial one that it replaced."""
    return path != CHECKPOINT and ".p/" in path and path.partition(".p/")[0] in there


def _first_difference(data: bytes, right: bytes) -> int:
    return next((n for n, (one, other) in enumerate(zip(data, right, strict=False)) if one != other), min(len(data), len(right)))
