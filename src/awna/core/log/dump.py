"""The dump of a book: one file that anybody can keep, replay and verify offline. See docs/book-format.md."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..digest import canonical_json
from ..problems import Problem, Refused
from .tree import hash_leaf

DUMP_VERSION = 1
TILE_HASHES = 256


@dataclass(frozen=True)
class DumpHeader:
    """`log_key` and `witness_keys` as `name+hash+base64`; `origin` is the name of the log key."""

    book: str
    origin: str
    log_key: str
    witness_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opening:
    """Discloses the private field `name` of the account, custody, fund, commodity or entry `of`."""

    of: str
    name: str
    value: str
    salt: bytes


@dataclass(frozen=True)
class Dump:
    header: DumpHeader
    leaves: tuple[bytes, ...]
    openings: tuple[Opening, ...]
    checkpoint: str


def write_dump(header: DumpHeader, *, leaves: Sequence[bytes], openings: Sequence[Opening], checkpoint: str) -> bytes:
    """The bytes of the dump; `checkpoint` is the signed note of exactly these leaves."""
    head = {
        "type": "header", "v": DUMP_VERSION, "book": header.book, "origin": header.origin, "log_key": header.log_key,
        "witness_keys": list(header.witness_keys), "counts": {"entries": len(leaves), "openings": len(openings)}}  # fmt: skip
    tiles = [
        {"type": "tile", "first": first, "hashes": b"".join(hash_leaf(leaf) for leaf in leaves[first : first + TILE_HASHES]).hex()}
        for first in range(0, len(leaves), TILE_HASHES)
    ]
    ordered = sorted(openings, key=lambda opening: (opening.of, opening.name))
    lines = [
        canonical_json(head), *leaves, *(canonical_json(tile) for tile in tiles),
        *(canonical_json(opening_value(opening)) for opening in ordered),
        canonical_json({"type": "checkpoint", "note": checkpoint})]  # fmt: skip
    return b"".join(line + b"\n" for line in lines)


def opening_value(opening: Opening) -> dict[str, object]:
    return {
        "type": "opening",
        "v": DUMP_VERSION,
        "of": opening.of,
        "name": opening.name,
        "value": opening.value,
        "salt": opening.salt.hex(),
    }


def read_dump(data: bytes) -> Dump:
    """Split a dump into its parts; whether they are true is for `awna-verify` to say."""
    lines = data.split(b"\n")
    try:
        head = _object(lines[0])
        entries, openings = (int(head["counts"][name]) for name in ("entries", "openings"))
        leaves = tuple(lines[1 : 1 + entries])
        opened = tuple(_opening(_object(line)) for line in lines[-2 - openings : -2])
        header = DumpHeader(head["book"], head["origin"], head["log_key"], tuple(head["witness_keys"]))
        checkpoint = _object(lines[-2])["note"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise Refused(Problem("dump_unreadable", "This file is not a whole dump of a book. Fetch it again.")) from None
    tiles = -(-entries // TILE_HASHES)
    if lines[-1] or len(lines) != entries + tiles + openings + 3:
        raise Refused(Problem("dump_cut", "The dump has lost or gained lines. Fetch it again."))
    return Dump(header, leaves, opened, checkpoint)


def _object(line: bytes) -> Mapping[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _opening(value: Mapping[str, object]) -> Opening:
    return Opening(str(value["of"]), str(value["name"]), str(value["value"]), bytes.fromhex(str(value["salt"])))
