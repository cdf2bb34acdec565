"""Batches of gifts in which no gift stands alone: a Merkle-sum tree over the shares, and a tree over the bank lines behind them.

See docs/book-format.md. Each node hashes both its children's sums, so a path proves a share and how much lies before it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from ..amounts import AMOUNT_MINOR_MAX
from ..problems import Problem, Refused

SHARES_MIN = 10
"""No batch of fewer gifts is ever published."""
PATH_STEPS_MAX = 32
_SUM_BYTES = 8
_HASH_BYTES = 32
# The log's own tree uses 00 and 01; a hash of one tree never stands for one of another.
_SHARE, _SHARE_NODE, _MOVEMENT, _MOVEMENT_NODE = b"\x10", b"\x11", b"\x12", b"\x13"
_SHARE_PAD, _MOVEMENT_PAD, _ORDER = b"awna/share-pad/v1", b"awna/movement-pad/v1", b"awna/share-order/v1"


@dataclass(frozen=True)
class Share:
    """One gift of a batch: the commitment that only its donor can open (hexadecimal), and its minor units."""

    commitment: str
    amount: int


@dataclass(frozen=True)
class Step:
    """A sibling on the way up: its sum and its hash (hexadecimal)."""

    sum: int
    hash: str


@dataclass(frozen=True)
class SharePath:
    """Where a share lies in its tree, and its siblings from the leaf upwards."""

    index: int
    amount: int
    steps: tuple[Step, ...]

    @property
    def left(self) -> int:
        """Minor units of the batch that lie before this share: its place in the lot."""
        return sum(step.sum for height, step in enumerate(self.steps) if self.index >> height & 1)

    @property
    def total(self) -> int:
        return self.amount + sum(step.sum for step in self.steps)


_Node = tuple[int, bytes]


class ShareTree:
    """The whole tree of one batch, rebuilt from its shares and its seed at any time; only `root` and `total` are published."""

    def __init__(self, shares: Iterable[Share], *, seed: bytes) -> None:
        given = list(shares)
        problems = [problem for share in given for problem in _share_problems(share.commitment, share.amount, least=1)]
        if len({share.commitment for share in given}) != len(given):
            problems.append(_problem("share_doubled", "Two gifts of the batch have one commitment. Each gift needs its own key."))
        if sum(share.amount for share in given) > AMOUNT_MINOR_MAX:
            problems.append(_problem("batch_too_large", "The batch is larger than the book can hold. Close it earlier."))
        if not given:
            problems.append(_problem("batch_empty", "A batch without gifts cannot be closed."))
        if problems:
            raise Refused(problems)
        given += [Share(_keyed(seed, _SHARE_PAD, n.to_bytes(4, "big")).hex(), 0) for n in range(_width(len(given)) - len(given))]
        given.sort(key=lambda share: _keyed(seed, _ORDER, bytes.fromhex(share.commitment)))
        self._index = {share.commitment: index for index, share in enumerate(given)}
        self._levels: list[list[_Node]] = [[(share.amount, _share_hash(share.commitment, share.amount)) for share in given]]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            self._levels.append([_parent(level[at], level[at + 1]) for at in range(0, len(level), 2)])

    @property
    def root(self) -> str:
        return self._levels[-1][0][1].hex()

    @property
    def total(self) -> int:
        return self._levels[-1][0][0]

    def path(self, commitment: str) -> SharePath:
        """The proof of one share; KeyError when the batch does not hold it."""
        index = self._index[commitment]
        siblings = [level[(index >> height) ^ 1] for height, level in enumerate(self._levels[:-1])]
        return SharePath(index, self._levels[0][index][0], tuple(Step(total, node.hex()) for total, node in siblings))


def check_share(path: SharePath, *, commitment: str, root: str, total: int) -> list[Problem]:
    """Whether the batch with this root and total holds this share at this place; no problem = it does."""
    problems = _share_problems(commitment, path.amount)
    if len(path.steps) > PATH_STEPS_MAX or not 0 <= path.index < 1 << len(path.steps):
        problems.append(_problem("share_place_wrong", "The proof's place is outside of its tree. Ask the campaign for a new file."))
    problems += [problem for step in path.steps for problem in _share_problems(step.hash, step.sum)]
    if problems:
        return problems
    node: _Node = (path.amount, _share_hash(commitment, path.amount))
    for height, step in enumerate(path.steps):
        sibling = (step.sum, bytes.fromhex(step.hash))
        if node[0] + sibling[0] > AMOUNT_MINOR_MAX:
            return [_problem("share_amount_wrong", "The sums of the proof are larger than the book can hold.")]
        node = _parent(sibling, node) if path.index >> height & 1 else _parent(node, sibling)
    if node != (total, bytes.fromhex(root)):
        return [_problem("share_not_in_batch", "The batch does not hold this share: its root or its total is another one.")]
    return []


def movements_root(movements: Iterable[str], *, seed: bytes) -> str:
    """The root over the bank lines of a batch, whatever their order; ids of movements are random, so no salt is needed."""
    given = list(movements)
    if not given or len(set(given)) != len(given):
        raise Refused(_problem("batch_movements_wrong", "A batch stands on one bank line for each gift, each of them once."))
    pads = [_keyed(seed, _MOVEMENT_PAD, n.to_bytes(4, "big")) for n in range(_width(len(given)) - len(given))]
    level = sorted(hashlib.sha256(_MOVEMENT + text).digest() for text in [*(text.encode() for text in given), *pads])
    while len(level) > 1:
        level = [hashlib.sha256(_MOVEMENT_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level), 2)]
    return level[0].hex()


def share_reference(key: bytes, *, receipt: str) -> str:
    """What the book says of a giver: HMAC-SHA256(key, receipt number), hexadecimal. Without the key it says nothing."""
    if len(key) != _HASH_BYTES:
        raise ValueError(f"a gift's key has {_HASH_BYTES} bytes")
    return hmac.new(key, receipt.encode(), hashlib.sha256).hexdigest()


def _parent(left: _Node, right: _Node) -> _Node:
    data = b"".join(total.to_bytes(_SUM_BYTES, "big") + node for total, node in (left, right))
    return left[0] + right[0], hashlib.sha256(_SHARE_NODE + data).digest()


def _share_hash(commitment: str, amount: int) -> bytes:
    return hashlib.sha256(_SHARE + bytes.fromhex(commitment) + amount.to_bytes(_SUM_BYTES, "big")).digest()


def _width(count: int) -> int:
    """The power of two that hides the exact number, never below what a smallest batch needs."""
    return 1 << (max(count, SHARES_MIN) - 1).bit_length()


def _keyed(seed: bytes, *parts: bytes) -> bytes:
    return hmac.new(seed, b"".join(parts), hashlib.sha256).digest()


def _share_problems(digest: str, amount: int, *, least: int = 0) -> list[Problem]:
    problems = []
    if len(digest) != 2 * _HASH_BYTES or set(digest) - set("0123456789abcdef"):
        problems.append(_problem("share_digest_wrong", "A commitment or hash is 64 small hexadecimal letters."))
    if not least <= amount <= AMOUNT_MINOR_MAX:
        problems.append(_problem("share_amount_wrong", "A share has 1 to 10^15 minor units, a sum none to as many."))
    return problems


def _problem(code: str, text: str) -> Problem:
    return Problem(code, text)
