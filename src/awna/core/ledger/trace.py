"""Follow each gift: first in, first out, as a pure function of the entries. The book's slice table must agree with it.

Every floored account queues slices (lot, amount). A row takes from the head and appends at its destination, except: rows that name a lot;
losses pro rata; reversals and corrections, which return the same slices in place; an exchange, which maps its first row onto its second;
receipts, which map what was committed or paid onto a quantity; shortfalls, which queue debts. A lot is the row that brought it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..amounts import largest_remainder
from . import rules
from .entries import AccountOpening, Entry, Ref, Transfer


@dataclass(frozen=True)
class Slice:
    """`amount` minor units (of the account's commodity) that came from `lot`."""

    lot: Ref
    amount: int


@dataclass(frozen=True)
class Hop:
    """A part of one row. `amount` is counted where it arrives, `taken` where it left: they differ in exchanges and receipts."""

    row: Ref
    debit: str
    credit: str
    lot: Ref
    amount: int
    taken: int
    substituted: bool = False
    """The row named another lot that was no longer there."""


@dataclass
class Trace:
    """Where every lot went (`hops`, in the order of the book) and where it is now (`queues`, head first)."""

    hops: list[Hop] = field(default_factory=list)
    queues: dict[str, list[Slice]] = field(default_factory=dict)
    accounts: dict[str, AccountOpening] = field(default_factory=dict)
    _of_row: dict[Ref, list[Hop]] = field(default_factory=dict)
    _rows: dict[Ref, tuple[str, Transfer]] = field(default_factory=dict)
    _coverable: dict[str, list[Slice]] = field(default_factory=dict)
    _covered: dict[Ref, list[Slice]] = field(default_factory=dict)

    def of_lot(self, lot: Ref) -> list[Hop]:
        """The way of one gift."""
        return [hop for hop in self.hops if hop.lot == lot]

    def of_row(self, row: Ref) -> list[Hop]:
        """The lots that one row moved; what a slice table holds for it."""
        return self._of_row.get(row, [])

    def add(self, entry: Entry) -> list[Hop]:
        """Take in the next entry of a correct book and return its hops."""
        self.accounts.update({account.id: account for account in entry.accounts})
        before = len(self.hops)
        rows = list(enumerate(entry.rows, 1))
        # A reversal puts slices back at the head, so its last row goes first: then they lie as before.
        for line, row in reversed(rows) if entry.reverses is not None else rows:
            ref = (entry.seq, line)
            self._rows[ref] = (entry.kind, row)
            hops = self._move(entry, ref, row)
            self.hops += hops
            self._of_row[ref] = hops
        return self.hops[before:]

    def _move(self, entry: Entry, ref: Ref, row: Transfer) -> list[Hop]:
        original = row.corrects or ((entry.reverses, ref[1]) if entry.reverses is not None else None)
        if original is not None:
            return self._undo(ref, row, original)
        taken = self._take(entry.kind, ref, row)
        given = self._mapped(ref, row, taken)
        self._give(row.credit, [Slice(part.lot, amount) for part, amount in given])
        self._note_cover(entry.kind, row, taken)
        return [
            Hop(ref, row.debit, row.credit, part.lot, amount, part.amount, bool(row.lot) and row.lot != part.lot)
            for part, amount in given if amount or part.amount]  # fmt: skip

    def _take(self, kind: str, ref: Ref, row: Transfer) -> list[Slice]:
        """The slices that leave; from outside a named lot, an exchanged row's lots, covered money, or a new lot."""
        stage = self.accounts[row.debit].stage
        if stage == rules.TRADING:
            return [Slice(hop.lot, hop.taken) for hop in self.of_row((ref[0], 1))]
        if stage == rules.EXT:
            covered = _pop(self._coverable.get(row.covers.account, []), row.covers.amount) if row.covers else []
            self._covered[ref] = covered
            return covered or [Slice(row.lot or ref, row.amount)]
        if stage == rules.SHORT:
            return [Slice(ref, row.amount)]
        queue = self.queues.setdefault(row.debit, [])
        if kind == "loss":
            return _pop_pro_rata(queue, row.amount)
        if row.lot is not None:
            named = _pop_lot(queue, row.lot, row.amount)
            return named + _pop(queue, row.amount - sum(part.amount for part in named))
        return _pop(queue, row.amount)

    def _mapped(self, ref: Ref, row: Transfer, taken: list[Slice]) -> list[tuple[Slice, int]]:
        """Each slice with the amount of it that arrives: split anew where one commodity becomes another."""
        if self.accounts[row.debit].stage == rules.TRADING or self._covered.get(ref):
            weights = [part.amount for part in taken]
            return list(zip(taken, largest_remainder(row.amount, weights), strict=True)) if sum(weights) else []
        return [(part, part.amount) for part in taken]

    def _undo(self, ref: Ref, row: Transfer, original: Ref) -> list[Hop]:
        """Return the slices that the original row moved: out of where they came to, to the head of where they came from."""
        old = self.of_row(original)
        wanted = _pop([Slice(hop.lot, hop.amount) for hop in old], row.amount)
        returned = wanted
        if self._queued(row.debit):
            queue = self.queues.setdefault(row.debit, [])
            returned = [part for slice_ in wanted for part in _pop_lot(queue, slice_.lot, slice_.amount)]
            returned += _pop(queue, row.amount - sum(part.amount for part in returned))
        self._give(row.credit, returned, at_head=True)
        kind, first = self._rows.get(original, ("", row))
        if first.covers and original in self._covered:
            self._coverable.setdefault(first.covers.account, [])[:0] = self._covered.pop(original)
        if kind == "pay" and self.accounts[row.credit].stage == rules.RELEASED:
            for part in returned:
                _pop_lot(self._coverable.get(row.credit, []), part.lot, part.amount)
        return [Hop(ref, row.debit, row.credit, part.lot, part.amount, part.amount) for part in returned]

    def _give(self, account: str, slices: list[Slice], *, at_head: bool = False) -> None:
        slices = [part for part in slices if part.amount]
        if self.accounts[account].stage == rules.SHORT:
            _pop(self.queues.setdefault(account, []), sum(part.amount for part in slices))
        elif self._queued(account):
            queue = self.queues.setdefault(account, [])
            at = 0 if at_head else len(queue)
            queue[at:at] = slices

    def _note_cover(self, kind: str, row: Transfer, taken: list[Slice]) -> None:
        """Keep what receipts may later cover: what was ordered, and what was paid without an order."""
        if kind == "order":
            self._coverable.setdefault(row.credit, []).extend(taken)
        elif kind == "pay" and self.accounts[row.debit].stage == rules.RELEASED:
            self._coverable.setdefault(row.debit, []).extend(taken)
        elif kind == "void" and self.accounts[row.debit].stage == rules.COMMITTED:
            for part in taken:
                _pop_lot(self._coverable.get(row.debit, []), part.lot, part.amount)
        elif kind == "bank_forced" and self.accounts[row.debit].stage == rules.SHORT:
            self.queues.setdefault(row.debit, []).extend(taken)

    def _queued(self, account: str) -> bool:
        return self.accounts[account].stage not in rules.NO_FLOOR_STAGES


def trace(entries: Iterable[Entry], *, accounts: Mapping[str, AccountOpening] | None = None) -> Trace:
    """Trace a whole book, or a part of it whose accounts were opened before."""
    result = Trace(accounts=dict(accounts or {}))
    for entry in entries:
        result.add(entry)
    return result


def _pop(queue: list[Slice], amount: int) -> list[Slice]:
    """Take `amount` from the head, or all there is."""
    taken: list[Slice] = []
    count = 0
    for part in queue:
        if amount <= 0:
            break
        taken.append(Slice(part.lot, min(part.amount, amount)))
        amount -= taken[-1].amount
        count += 1
    rest = [Slice(part.lot, part.amount - used.amount) for part, used in zip(queue[:count], taken, strict=True)]
    queue[:count] = [part for part in rest if part.amount]
    return taken


def _pop_lot(queue: list[Slice], lot: Ref, amount: int) -> list[Slice]:
    """Take up to `amount` of one lot, nearest to the head first."""
    taken: list[Slice] = []
    rest: list[Slice] = []
    for part in queue:
        used = min(part.amount, amount) if part.lot == lot else 0
        amount -= used
        if used:
            taken.append(Slice(lot, used))
        if part.amount > used:
            rest.append(Slice(part.lot, part.amount - used))
    queue[:] = rest
    return taken


def _pop_pro_rata(queue: list[Slice], amount: int) -> list[Slice]:
    """Take a share of every slice, rounded by largest remainder."""
    if not queue:
        return []
    shares = largest_remainder(amount, [part.amount for part in queue])
    taken = [Slice(part.lot, share) for part, share in zip(queue, shares, strict=True) if share]
    left = [Slice(part.lot, part.amount - share) for part, share in zip(queue, shares, strict=True)]
    queue[:] = [part for part in left if part.amount]
    return taken
