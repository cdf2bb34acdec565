"""Slices, hops and monthly sums, moved with every entry: the gift trace over tables, of which only what is touched is read."""

# The names in these statements are constants of this code; nothing that anybody typed comes near them.
# ruff: noqa: S608

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from awna.core.amounts import largest_remainder
from awna.core.ledger import entries as core
from awna.core.ledger import trace
from awna.core.ledger.trace import Hop, Slice
from awna.core.problems import Problem, Refused

from ..models import Account, Book, Transfer
from ..models import Hop as HopRow
from ..models.derived import COVER, HELD
from .tables import add_rows, db_uuid, remove_rows, upsert_rows

PAGE_SLICES, PAGE_SLICES_MAX = 64, 16_384
Key = tuple[str, str]
"""(account id, which queue)."""


class StoredQueue:
    """One queue of which the head is read page by page, a named lot by itself, and everything only for a loss."""

    def __init__(self, read: Callable[..., list[tuple[int, int, int, int]]], tail: int | None) -> None:
        self._read, self._tail, self._page = read, tail or 0, PAGE_SLICES
        self._read_to: int | None = None
        self._whole = tail is None
        self._order: list[int] = []
        self._start = 0
        self._lots: dict[core.Ref, list[int]] = {}
        self._lots_read: set[core.Ref] = set()
        self.items: dict[int, Slice] = {}
        self.stored: set[int] = set()
        self.dirty: set[int] = set()

    def take(self, amount: int) -> list[Slice]:
        taken = []
        while amount > 0 and (position := self._head()) is not None:
            part = self.items[position]
            if part.amount > amount:
                self._set(position, Slice(part.lot, part.amount - amount))
                part = Slice(part.lot, amount)
            else:
                self._drop(position)
            amount -= part.amount
            taken.append(part)
        return taken

    def take_lot(self, lot: core.Ref, amount: int) -> list[Slice]:
        if not self._whole and lot not in self._lots_read:
            self._lots_read.add(lot)
            self._learn(self._read(after=self._read_to, lot=lot))
        taken = []
        for position in sorted(self._lots.get(lot, ())):
            part = self.items.get(position)
            if part is None or part.lot != lot or amount <= 0:
                continue
            used = min(part.amount, amount)
            amount -= used
            taken.append(Slice(lot, used))
            if part.amount > used:
                self._set(position, Slice(lot, part.amount - used))
            else:
                self._drop(position)
        return taken

    def take_pro_rata(self, amount: int) -> list[Slice]:
        if not self._whole:
            self._learn(self._read(after=self._read_to))
            self._whole = True
        positions = self._order[self._start :]
        if not positions:
            return []
        taken = []
        for position, share in zip(positions, largest_remainder(amount, [self.items[one].amount for one in positions]), strict=True):
            part = self.items[position]
            if share:
                taken.append(Slice(part.lot, share))
            if part.amount > share:
                self._set(position, Slice(part.lot, part.amount - share))
            else:
                self._drop(position)
        return taken

    def put(self, parts: Sequence[Slice]) -> None:
        for part in parts:
            self._tail += 1
            self._order.append(self._tail)
            self._place(self._tail, part)

    def put_back(self, parts: Sequence[Slice]) -> None:
        head = self._head()
        if head is None:
            self.put(parts)
            return
        positions = list(range(head - len(parts), head))
        self._order[: self._start] = positions
        self._start = 0
        for position, part in zip(positions, parts, strict=True):
            self._place(position, part)

    def _head(self) -> int | None:
        """The first position; pages are read until it is known."""
        while True:
            first = self._order[self._start] if self._start < len(self._order) else None
            if self._whole or (first is not None and self._read_to is not None and first <= self._read_to):
                return first
            found = self._read(after=self._read_to, limit=self._page)
            self._whole = len(found) < self._page
            self._page = min(self._page * 4, PAGE_SLICES_MAX)
            if found:
                self._read_to = found[-1][0]
                self._learn(found)

    def _learn(self, rows: list[tuple[int, int, int, int]]) -> None:
        """Take in rows of the table, except those that this batch has changed already."""
        new = [row for row in rows if row[0] not in self.stored]
        for position, lot_seq, lot_line, amount in new:
            self.stored.add(position)
            self.items[position] = Slice((lot_seq, lot_line), amount)
            self._lots.setdefault((lot_seq, lot_line), []).append(position)
        if new:
            self._order = sorted([*self._order[self._start :], *(row[0] for row in new)])
            self._start = 0

    def _place(self, position: int, part: Slice) -> None:
        self._set(position, part)
        self._lots.setdefault(part.lot, []).append(position)

    def _set(self, position: int, part: Slice) -> None:
        self.items[position] = part
        self.dirty.add(position)

    def _drop(self, position: int) -> None:
        del self.items[position]
        self.dirty.add(position)
        if self._order[self._start] == position:
            self._start += 1
        else:
            del self._order[bisect_left(self._order, position, self._start)]


class DerivedStore:
    """What `trace.follow` needs, read from the tables of a book, and what it changed, for `save`. One for each batch."""

    def __init__(self, book: Book, *, stages: Mapping[str, str], first_seq: int) -> None:
        self.book, self.first_seq = book, first_seq
        self._stages = dict(stages)
        self._queues: dict[Key, StoredQueue] = {}
        self._tails: dict[Key, int | None] = {}
        self._rows: dict[core.Ref, tuple[str, core.Transfer]] = {}
        self._hops: dict[core.Ref, list[Hop]] = {}
        self._corrected: dict[core.Ref, int] = {}
        self._tally: dict[tuple[str, str, str, str], list[int]] = {}
        self._month = ""

    def add(self, entries: Iterable[core.Entry]) -> None:
        """Follow these entries, whose rows the guards let in."""
        entries = list(entries)
        self._read_tails(entries)
        for entry in entries:
            self._month = entry.date[:7]
            trace.follow(self, entry)

    def stage(self, account: str) -> str:
        found = self._stages.get(account)
        if found is None:
            found = self._stages[account] = Account.objects.values_list("stage", flat=True).get(pk=account)
        return found

    def held(self, account: str) -> StoredQueue:
        return self._queues.get((account, HELD)) or self._queue((account, HELD))

    def cover(self, account: str) -> StoredQueue:
        return self._queues.get((account, COVER)) or self._queue((account, COVER))

    def hops_of(self, row: core.Ref) -> Sequence[Hop]:
        if row not in self._hops and row[0] < self.first_seq:
            return stored_hops(HopRow.objects.filter(book=self.book, entry_seq=row[0], line=row[1]).order_by("n"))
        return self._hops.get(row, [])

    def row(self, row: core.Ref) -> tuple[str, core.Transfer]:
        if row not in self._rows:
            found = Transfer.objects.get(book=self.book, entry_seq=row[0], line=row[1])
            covers = core.Covers(str(found.covers_account_id), found.covers_amount) if found.covers_account_id else None
            self._rows[row] = found.kind, core.Transfer(
                str(found.debit_account_id), str(found.credit_account_id), found.amount, covers=covers)  # fmt: skip
        return self._rows[row]

    def corrected(self, row: core.Ref) -> int:
        if row not in self._corrected:
            found = Transfer.objects.filter(book=self.book, corrects_seq=row[0], corrects_line=row[1], entry_seq__lt=self.first_seq)
            self._corrected[row] = sum(found.values_list("amount", flat=True))
        return self._corrected[row]

    def keep(self, kind: str, ref: core.Ref, row: core.Transfer, hops: list[Hop]) -> None:
        self._rows[ref] = (kind, row)
        self._hops[ref] = hops
        if row.corrects:
            self._corrected[row.corrects] = self.corrected(row.corrects) + row.amount
        tally = self._tally.get((self._month, kind, row.debit, row.credit))
        if tally is None:
            self._tally[self._month, kind, row.debit, row.credit] = [row.amount, 1]
        else:
            tally[0] += row.amount
            tally[1] += 1

    def save(self) -> None:
        """Write what changed, table by table."""
        book, ids = db_uuid(self.book.pk), _Ids()
        added, gone = [], []
        for (account, which), queue in self._queues.items():
            for position in queue.dirty:
                part = queue.items.get(position)
                if position in queue.stored:
                    gone.append((ids[account], which, position))
                if part is not None:
                    added.append((ids[account], which, position, book, *part.lot, part.amount))
        remove_rows("books_slice", ("account_id", "which", "position"), gone)
        add_rows("books_slice", ("account_id", "which", "position", "book_id", "lot_seq", "lot_line", "amount"), sorted(added))
        add_rows(
            "books_hop",
            ("book_id", "entry_seq", "line", "n", "debit_id", "credit_id", "lot_seq", "lot_line", "amount", "taken", "substituted"),
            [
                (book, *ref, n, ids[hop.debit], ids[hop.credit], *hop.lot, hop.amount, hop.taken, hop.substituted)
                for ref, hops in self._hops.items()
                for n, hop in enumerate(hops, 1)
            ],
        )
        upsert_rows(
            "books_tally", ("book_id", "month", "kind", "debit_account_id", "credit_account_id"), ("amount", "rows"),
            [(book, month, kind, ids[debit], ids[credit], *sums) for (month, kind, debit, credit), sums in sorted(self._tally.items())],
        )  # fmt: skip

    def _queue(self, key: Key) -> StoredQueue:
        account, which = db_uuid(key[0]), key[1]

        def read(*, after: int | None = None, lot: core.Ref | None = None, limit: int | None = None) -> list[tuple[int, int, int, int]]:
            where, values = "account_id = %s AND which = %s", [account, which]
            if after is not None:
                where, values = f"{where} AND position > %s", [*values, after]
            if lot is not None:
                where, values = f"{where} AND book_id = %s AND lot_seq = %s AND lot_line = %s", [*values, db_uuid(self.book.pk), *lot]
            end = f" LIMIT {limit}" if limit else ""
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT position, lot_seq, lot_line, amount FROM books_slice WHERE {where} ORDER BY position{end}", values)
                return list(cursor.fetchall())

        if key not in self._tails:
            self._read_ends([key[0]], which)
        self._queues[key] = StoredQueue(read, self._tails[key])
        return self._queues[key]

    def _read_tails(self, entries: list[core.Entry]) -> None:
        """The ends of all queues that these entries may append to, in one look."""
        named = {account for entry in entries for row in entry.rows for account in (row.debit, row.credit)}
        self._read_ends([account for account in named if (account, HELD) not in self._tails], HELD)

    def _read_ends(self, accounts: list[str], which: str) -> None:
        """The last position of each queue, or None where nothing is queued. Each is one step into the index."""
        ids = {str(db_uuid(account)): account for account in accounts}
        with connection.cursor() as cursor:
            for part in _chunks(list(ids), 500):
                marks = ", ".join(["%s"] * len(part))
                cursor.execute(
                    f"""SELECT a.id, (SELECT s.position FROM books_slice s WHERE s.account_id = a.id AND s.which = '{which}'
                        ORDER BY s.position DESC LIMIT 1) FROM books_account a WHERE a.id IN ({marks})""", part)  # fmt: skip
                for account, tail in cursor.fetchall():
                    self._tails[ids[str(account)], which] = tail
        for account in accounts:
            self._tails.setdefault((account, which), None)


class _Ids(dict[str, Any]):
    """Account id → its value for the database, made once."""

    def __missing__(self, text: str) -> Any:
        self[text] = found = db_uuid(text)
        return found


def stored_hops(rows: Iterable[HopRow]) -> list[Hop]:
    """Rows of the hop table as the trace knows them."""
    return [
        Hop((row.entry_seq, row.line), str(row.debit_id), str(row.credit_id), (row.lot_seq, row.lot_line), row.amount, row.taken,
            row.substituted)
        for row in rows
    ]  # fmt: skip


def trace_lot(book: Book, lot: str) -> list[trace.Hop]:
    """The way of one gift, oldest hop first; `lot` is "seq.line"."""
    seq, _, line = lot.partition(".")
    if not (seq.isdigit() and line.isdigit()):
        raise Refused(Problem("lot_wrong", "“%(asked)s” is not a lot. A lot looks like 12.1.", {"asked": lot}))
    return stored_hops(HopRow.objects.filter(book=book, lot_seq=int(seq), lot_line=int(line)).order_by("entry_seq", "line", "n"))


def _chunks(items: list[Any], size: int) -> Iterable[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
