"""Follow each gift: first in, first out, as a pure function of the entries. The book's slice table must agree with it.

Every floored account queues slices (lot, amount). A row takes from the head and appends at its destination, except: rows that name a lot;
losses pro rata; reversals and corrections, which return the same slices in place; an exchange, which maps its first row onto its second;
receipts, which map what was committed or paid onto a quantity; shortfalls, which queue debts. A lot is the row that brought it.

`follow` is the whole algorithm. It runs over a `Store`: `Trace` keeps all in memory and is the oracle; the book's services keep
the same queues in tables and load only what an entry touches.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ..amounts import largest_remainder
from . import rules
from .entries import AccountOpening, Entry, Ref, Transfer


class Slice(NamedTuple):
    """`amount` minor units (of the account's commodity) that came from `lot`."""

    lot: Ref
    amount: int


class Hop(NamedTuple):
    """A part of one row. `amount` is counted where it arrives, `taken` where it left: they differ in exchanges and receipts.

    `substituted`: the row named another lot that was no longer there.
    """

    row: Ref
    debit: str
    credit: str
    lot: Ref
    amount: int
    taken: int
    substituted: bool = False


class Queue(Protocol):
    """Slices in order, head first."""

    def take(self, amount: int) -> list[Slice]:
        """Take `amount` from the head, or all there is."""

    def take_lot(self, lot: Ref, amount: int) -> list[Slice]:
        """Take up to `amount` of one lot, nearest to the head first."""

    def take_pro_rata(self, amount: int) -> list[Slice]:
        """Take a share of every slice, rounded by largest remainder."""

    def put(self, parts: Sequence[Slice]) -> None:
        """Append at the end."""

    def put_back(self, parts: Sequence[Slice]) -> None:
        """Put before the head, the first part foremost."""


class Store(Protocol):
    """What `follow` needs to know of everything before the entry, and keeps of it."""

    def stage(self, account: str) -> str:
        """The stage of an account that a row of this entry names."""

    def held(self, account: str) -> Queue:
        """What lies in an account; for `short`, the debts."""

    def cover(self, account: str) -> Queue:
        """What was ordered or paid from an account and no receipt has covered yet."""

    def hops_of(self, row: Ref) -> Sequence[Hop]:
        """The parts of an earlier row, in order."""

    def row(self, row: Ref) -> tuple[str, Transfer]:
        """Kind and content of an earlier row."""

    def corrected(self, row: Ref) -> int:
        """How much of a row earlier corrections have taken back."""

    def keep(self, kind: str, ref: Ref, row: Transfer, hops: list[Hop]) -> None:
        """Remember a row that was followed."""


def follow(store: Store, entry: Entry) -> list[Hop]:
    """Take in the next entry of a correct book and return its hops."""
    found: list[Hop] = []
    rows = list(enumerate(entry.rows, 1))
    # A reversal puts slices back at the head, so its last row goes first: then they lie as before.
    for line, row in reversed(rows) if entry.reverses is not None else rows:
        ref = (entry.seq, line)
        original = row.corrects or ((entry.reverses, line) if entry.reverses is not None else None)
        hops = _move(store, entry.kind, ref, row) if original is None else _undo(store, ref, row, original)
        store.keep(entry.kind, ref, row, hops)
        found += hops
    return found


def _move(store: Store, kind: str, ref: Ref, row: Transfer) -> list[Hop]:
    stage = store.stage(row.debit)
    taken, split = _take(store, stage, kind, ref, row)
    amounts = [part.amount for part in taken]
    if split and sum(amounts) > 0:
        # One commodity becomes another: what arrives is split anew over the same lots.
        amounts = largest_remainder(row.amount, amounts)
        given = [Slice(part.lot, amount) for part, amount in zip(taken, amounts, strict=True)]
    else:
        given = taken
    _give(store, row.credit, given)
    _note_cover(store, stage, kind, row, taken)
    return [
        Hop(ref, row.debit, row.credit, part.lot, amount, part.amount, row.lot is not None and row.lot != part.lot)
        for part, amount in zip(taken, amounts, strict=True) if amount or part.amount]  # fmt: skip


def _take(store: Store, stage: str, kind: str, ref: Ref, row: Transfer) -> tuple[list[Slice], bool]:
    """The slices that leave, and whether what arrives is counted in something else than what left."""
    if stage == rules.EXT:
        covered = store.cover(row.covers.account).take(row.covers.amount) if row.covers else []
        return (covered, True) if covered else ([Slice(ref if row.lot is None or row.covers else row.lot, row.amount)], False)
    if stage == rules.TRADING:
        return [Slice(hop.lot, hop.taken) for hop in store.hops_of((ref[0], 1))], True
    if stage == rules.SHORT:
        return [Slice(ref, row.amount)], False
    queue = store.held(row.debit)
    if kind == "loss":
        return queue.take_pro_rata(row.amount), False
    if row.lot is not None:
        named = queue.take_lot(row.lot, row.amount)
        return named + queue.take(row.amount - sum(part.amount for part in named)), False
    return queue.take(row.amount), False


def _undo(store: Store, ref: Ref, row: Transfer, original: Ref) -> list[Hop]:
    """Return the slices that the original row moved: out of where they came to, to the head of where they came from."""
    kind, first = store.row(original)
    old, before = store.hops_of(original), store.corrected(original)
    wanted = _window([Slice(hop.lot, hop.amount) for hop in old], before, row.amount)
    returned = wanted
    if store.stage(row.debit) not in rules.NO_FLOOR_STAGES:
        queue = store.held(row.debit)
        returned = [part for one in wanted for part in queue.take_lot(one.lot, one.amount)]
        returned += queue.take(row.amount - sum(part.amount for part in returned))
    _give(store, row.credit, returned, at_head=True)
    credit_stage = store.stage(row.credit)
    if first.covers and credit_stage == rules.EXT and old and old[0].lot != original:
        store.cover(first.covers.account).put_back(_uncovered(old, first.amount, before, row.amount))
    if kind == "pay" and credit_stage == rules.RELEASED:
        for part in returned:
            store.cover(row.credit).take_lot(part.lot, part.amount)
    return [Hop(ref, row.debit, row.credit, part.lot, part.amount, part.amount) for part in returned]


def _uncovered(old: Sequence[Hop], whole: int, before: int, amount: int) -> list[Slice]:
    """Of what a receipt covered, the share that taking back `amount` of `whole` sets free again."""
    covered = [Slice(hop.lot, hop.taken) for hop in old]
    total = sum(part.amount for part in covered)
    start = total * before // whole
    return _window(covered, start, total * (before + amount) // whole - start)


def _give(store: Store, account: str, parts: list[Slice], *, at_head: bool = False) -> None:
    stage = store.stage(account)
    if stage == rules.SHORT:
        store.held(account).take(sum(part.amount for part in parts))
    elif stage not in rules.NO_FLOOR_STAGES:
        queue = store.held(account)
        (queue.put_back if at_head else queue.put)([part for part in parts if part.amount])


def _note_cover(store: Store, stage: str, kind: str, row: Transfer, taken: list[Slice]) -> None:
    """Keep what receipts may later cover: what was ordered, and what was paid without an order. Debts queue where money was short."""
    if kind == "order":
        store.cover(row.credit).put(taken)
    elif kind == "pay" and stage == rules.RELEASED:
        store.cover(row.debit).put(taken)
    elif kind == "void" and stage == rules.COMMITTED:
        for part in taken:
            store.cover(row.debit).take_lot(part.lot, part.amount)
    elif kind == "bank_forced" and stage == rules.SHORT:
        store.held(row.debit).put(taken)


def _window(parts: Sequence[Slice], start: int, amount: int) -> list[Slice]:
    """`amount` of these parts in order, after leaving out the first `start`."""
    found = []
    for part in parts:
        left = part.amount - min(start, part.amount)
        start -= part.amount - left
        used = min(left, amount)
        amount -= used
        if used:
            found.append(Slice(part.lot, used))
    return found


class MemoryQueue:
    """The whole queue in memory."""

    def __init__(self, parts: Iterable[Slice] = ()) -> None:
        self.parts = deque(parts)

    def take(self, amount: int) -> list[Slice]:
        taken = []
        while amount > 0 and self.parts:
            part = self.parts.popleft()
            if part.amount > amount:
                self.parts.appendleft(Slice(part.lot, part.amount - amount))
                part = Slice(part.lot, amount)
            amount -= part.amount
            taken.append(part)
        return taken

    def take_lot(self, lot: Ref, amount: int) -> list[Slice]:
        taken, rest = [], []
        while amount > 0 and self.parts:
            part = self.parts.popleft()
            used = min(part.amount, amount) if part.lot == lot else 0
            amount -= used
            if used:
                taken.append(Slice(lot, used))
            if part.amount > used:
                rest.append(Slice(part.lot, part.amount - used))
        self.parts.extendleft(reversed(rest))
        return taken

    def take_pro_rata(self, amount: int) -> list[Slice]:
        if not self.parts:
            return []
        parts = list(self.parts)
        shares = largest_remainder(amount, [part.amount for part in parts])
        self.parts = deque(
            Slice(part.lot, part.amount - share) for part, share in zip(parts, shares, strict=True) if part.amount > share)  # fmt: skip
        return [Slice(part.lot, share) for part, share in zip(parts, shares, strict=True) if share]

    def put(self, parts: Sequence[Slice]) -> None:
        self.parts.extend(parts)

    def put_back(self, parts: Sequence[Slice]) -> None:
        self.parts.extendleft(reversed(parts))


@dataclass
class Trace:
    """Where every lot went (`hops`, in the order of the book) and where it is now (`queues`, head first): the store in memory."""

    hops: list[Hop] = field(default_factory=list)
    accounts: dict[str, AccountOpening] = field(default_factory=dict)
    _held: dict[str, MemoryQueue] = field(default_factory=dict)
    _cover: dict[str, MemoryQueue] = field(default_factory=dict)
    _of_row: dict[Ref, list[Hop]] = field(default_factory=dict)
    _rows: dict[Ref, tuple[str, Transfer]] = field(default_factory=dict)
    _corrected: dict[Ref, int] = field(default_factory=dict)

    @property
    def queues(self) -> dict[str, list[Slice]]:
        """Account → what lies there, head first; of a shortfall, its debts."""
        return {account: list(queue.parts) for account, queue in self._held.items()}

    @property
    def covers(self) -> dict[str, list[Slice]]:
        """Account → what was ordered or paid from it and no receipt has covered yet."""
        return {account: list(queue.parts) for account, queue in self._cover.items()}

    def of_lot(self, lot: Ref) -> list[Hop]:
        """The way of one gift."""
        return [hop for hop in self.hops if hop.lot == lot]

    def of_row(self, row: Ref) -> list[Hop]:
        """The lots that one row moved; what the hop table holds for it."""
        return self._of_row.get(row, [])

    def add(self, entry: Entry) -> list[Hop]:
        """Take in the next entry of a correct book and return its hops."""
        for account in entry.accounts:
            self.accounts[account.id] = account
        hops = follow(self, entry)
        self.hops += hops
        return hops

    def stage(self, account: str) -> str:
        return self.accounts[account].stage

    def held(self, account: str) -> Queue:
        return self._held.setdefault(account, MemoryQueue())

    def cover(self, account: str) -> Queue:
        return self._cover.setdefault(account, MemoryQueue())

    def hops_of(self, row: Ref) -> list[Hop]:
        return self.of_row(row)

    def row(self, row: Ref) -> tuple[str, Transfer]:
        return self._rows[row]

    def corrected(self, row: Ref) -> int:
        return self._corrected.get(row, 0)

    def keep(self, kind: str, ref: Ref, row: Transfer, hops: list[Hop]) -> None:
        self._rows[ref] = (kind, row)
        self._of_row[ref] = hops
        if row.corrects:
            self._corrected[row.corrects] = self._corrected.get(row.corrects, 0) + row.amount


def trace(entries: Iterable[Entry], *, accounts: Mapping[str, AccountOpening] | None = None) -> Trace:
    """Trace a whole book, or a part of it whose accounts were opened before."""
    result = Trace(accounts=dict(accounts or {}))
    for entry in entries:
        result.add(entry)
    return result
