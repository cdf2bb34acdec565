"""Follow the shares of a batch: whose part of each hop of the batch's lot is whose. First in, first out inside the lot, as a pure function."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from . import rules
from .entries import Entry, Ref, Transfer
from .trace import Hop

Part = tuple[int, int]
"""(number of the share in the order of the tree, amount in the minor units of where it lies)."""
NOBODY = -1
"""Money that came back to the lot and belongs to no share that is known."""


@dataclass(frozen=True)
class ShareHop:
    """The part of one row that is one share's; `amount` is counted where it arrives, `taken` where it left."""

    row: Ref
    debit: str
    credit: str
    share: int
    amount: int
    taken: int


@dataclass
class _Walk:
    """Where the parts of the lot lie, head first, and what each row moved."""

    sizes: Sequence[int]
    stages: Mapping[str, str]
    chosen: Mapping[Ref, Collection[int]]
    queues: dict[str, list[Part]] = field(default_factory=dict)
    coverable: dict[str, list[Part]] = field(default_factory=dict)
    moved: dict[Ref, list[Part]] = field(default_factory=dict)

    def take(self, kind: str, ref: Ref, row: Transfer, amount: int) -> list[Part]:
        """The parts that leave: out of the bank at first, from what was covered, or from the account's head."""
        stage = self.stages[row.debit]
        if stage == rules.TRADING:
            return self.moved.get((ref[0], 1), [])
        if stage in rules.NO_FLOOR_STAGES:
            if row.covers:
                return _pop(self.coverable.get(row.covers.account, []), amount)
            if row.lot is None:
                return list(enumerate(self.sizes))
            return [(next(iter(self.chosen.get(ref, ())), NOBODY), amount)]
        queue = self.queues.setdefault(row.debit, [])
        if kind == "loss":
            return _pop_pro_rata(queue, amount)
        return _pop_first(queue, amount, first=self.chosen.get(ref, ()))

    def undo(self, row: Transfer, original: Ref, amount: int) -> list[Part]:
        """The same parts that a row moved, back out of where they came to."""
        wanted = _pop(list(self.moved.get(original, [])), amount)
        queue = self.queues.get(row.debit)
        if queue is None:
            return wanted
        taken = [part for share, size in wanted for part in _pop_of(queue, size, shares=(share,))]
        return taken + _pop(queue, amount - _sum(taken))

    def put(self, account: str, parts: list[Part], *, at_head: bool) -> None:
        if self.stages[account] not in rules.NO_FLOOR_STAGES:
            queue = self.queues.setdefault(account, [])
            at = 0 if at_head else len(queue)
            queue[at:at] = [part for part in parts if part[1]]

    def note_cover(self, kind: str, row: Transfer, parts: list[Part]) -> None:
        if kind == "order":
            self.coverable.setdefault(row.credit, []).extend(parts)
        elif kind == "pay" and self.stages[row.debit] == rules.RELEASED:
            self.coverable.setdefault(row.debit, []).extend(parts)


def follow_shares(
    hops: Iterable[Hop], *, entries: Mapping[int, Entry], stages: Mapping[str, str], sizes: Sequence[int],
    chosen: Mapping[Ref, Collection[int]] | None = None,
) -> list[ShareHop]:  # fmt: skip
    """Whose part of each hop is whose. `hops` are those of the batch's lot, in the order of the book; `sizes` the shares from left to right.

    `entries` holds those that the hops name, `stages` the stage of each account. `chosen`: rows that know whose shares they move
    (returns, allocations of identified gifts), with the numbers of these shares.
    """
    walk = _Walk(sizes, stages, chosen or {})
    found: list[ShareHop] = []
    for ref, group in _by_row(hops).items():
        entry = entries[ref[0]]
        row = entry.rows[ref[1] - 1]
        taken, arrived = sum(hop.taken for hop in group), sum(hop.amount for hop in group)
        original = row.corrects or ((entry.reverses, ref[1]) if entry.reverses is not None else None)
        if original is not None:
            left = given = walk.undo(row, original, taken)
        else:
            left = walk.take(entry.kind, ref, row, taken)
            given = left if taken == arrived else _scaled(left, arrived)
            walk.note_cover(entry.kind, row, left)
        walk.moved[ref] = given
        walk.put(row.credit, given, at_head=original is not None)
        for share in dict.fromkeys(share for share, _ in given):
            came, went = (sum(size for owner, size in parts if owner == share) for parts in (given, left))
            found += [ShareHop(ref, row.debit, row.credit, share, came, went)] if came or went else []
    return found


def _by_row(hops: Iterable[Hop]) -> dict[Ref, list[Hop]]:
    rows: dict[Ref, list[Hop]] = {}
    for hop in hops:
        rows.setdefault(hop.row, []).append(hop)
    return rows


def _sum(parts: Iterable[Part]) -> int:
    return sum(size for _, size in parts)


def _pop(queue: list[Part], amount: int) -> list[Part]:
    """Take `amount` from the head, or all there is."""
    taken: list[Part] = []
    count = 0
    while amount > 0 and count < len(queue):
        share, size = queue[count]
        used = min(size, amount)
        taken.append((share, used))
        amount -= used
        if used < size:
            queue[count] = (share, size - used)
        else:
            count += 1
    del queue[:count]
    return taken


def _pop_of(queue: list[Part], amount: int, *, shares: Collection[int]) -> list[Part]:
    """Take up to `amount` of these shares, wherever they lie."""
    taken: list[Part] = []
    rest: list[Part] = []
    for share, size in queue:
        used = min(size, amount) if share in shares else 0
        amount -= used
        taken += [(share, used)] if used else []
        rest += [(share, size - used)] if size > used else []
    queue[:] = rest
    return taken


def _pop_first(queue: list[Part], amount: int, *, first: Collection[int]) -> list[Part]:
    taken = _pop_of(queue, amount, shares=first) if first else []
    return taken + _pop(queue, amount - _sum(taken))


def _pop_pro_rata(queue: list[Part], amount: int) -> list[Part]:
    lost = _scaled(queue, amount)
    queue[:] = [(share, size - part) for (share, size), (_, part) in zip(queue, lost, strict=True) if size > part]
    return [part for part in lost if part[1]]


def _scaled(parts: Sequence[Part], arrived: int) -> list[Part]:
    """Parts of what left as parts of what arrived: each border rounded down, so that nothing is lost or doubled, however it is cut."""
    total = _sum(parts)
    borders = [0, *(arrived * at // total if total else 0 for at in accumulate(size for _, size in parts))]
    return [(share, borders[n + 1] - borders[n]) for n, (share, _) in enumerate(parts)]
