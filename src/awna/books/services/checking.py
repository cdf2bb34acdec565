"""What is cached, recomputed from the leaves and compared: rows, balances, movements, slices, hops, sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from awna.core.ledger import balances, entries, trace
from awna.core.problems import Problem

from ..models import Account, Balance, Book, Entry, Hop, Movement, Slice, Tally, Transfer
from ..models.derived import COVER, HELD
from .derived import DerivedStore
from .log import entry_of_leaf
from .publish import continuity_problems
from .reading import trial_balance
from .shelter import check_batches
from .tables import db_uuid

BATCH_ENTRIES = 1_000
_DIFFERS = "%(what)s: the database says %(shown)s, the log makes %(sum)s. Run checkbook with --rebuild; if it stays, tell the operator."


def check_book(book: Book) -> list[Problem]:
    """Recompute everything that is cached from the leaves, and name each difference; check the leaves with the kind table and the head."""
    checked = _Checked(book)
    for entry in _entries(book):
        checked.take(entry)
    return [*checked.problems, *checked.differences(), *check_batches(book), *continuity_problems(book)]


@transaction.atomic
def rebuild_derived(book: Book) -> None:
    """Make slices, hops and sums anew from the leaves. Balances and rows are not touched: guards keep them."""
    for model in (Slice, Hop, Tally):
        model.objects.filter(book=book).delete()
    batch: list[entries.Entry] = []
    stages = {str(pk): stage for pk, stage in Account.objects.filter(book=book).values_list("pk", "stage")}
    for entry in _entries(book):
        batch.append(entry)
        if len(batch) == BATCH_ENTRIES:
            _derive(book, stages, batch)
            batch = []
    if batch:
        _derive(book, stages, batch)


def _derive(book: Book, stages: dict[str, str], batch: list[entries.Entry]) -> None:
    store = DerivedStore(book, stages=stages, first_seq=batch[0].seq)
    store.add(batch)
    store.save()


def _entries(book: Book) -> Iterator[entries.Entry]:
    leaves = Entry.objects.filter(book=book).order_by("seq").values_list("leaf", flat=True)
    return (entry_of_leaf(bytes(leaf)) for leaf in leaves.iterator(chunk_size=BATCH_ENTRIES))


class _Checked:
    """One pass over the leaves: what they make, beside what the tables say."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.problems: list[Problem] = []
        self._replay, self._oracle = balances.Replay(), trace.Trace()
        self._sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._used: Counter[str] = Counter()
        self._tally: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        self._is_sound = True
        self._heads = _by_seq(Entry.objects.filter(book=book).order_by("seq").values_list("seq", "id", "kind"))
        self._rows = _by_seq(Transfer.objects.filter(book=book).order_by("entry_seq", "line").values_list(
            "entry_seq", "line", "debit_account", "credit_account", "amount", "movement", "lot_seq", "lot_line", "kind"))  # fmt: skip
        self._hops = _by_seq(Hop.objects.filter(book=book).order_by("entry_seq", "line", "n").values_list(
            "entry_seq", "line", "debit", "credit", "lot_seq", "lot_line", "amount", "taken", "substituted"))  # fmt: skip

    def take(self, entry: entries.Entry) -> None:
        """Compare one entry's rows and hops, and add it to the sums."""
        rows = [
            (entry.seq, line, row.debit, row.credit, row.amount, row.movement or None, *(row.lot or (None, None)), entry.kind)
            for line, row in enumerate(entry.rows, 1)
        ]
        if self._heads(entry.seq) != [(entry.seq, entry.id, entry.kind)] or self._rows(entry.seq) != rows:
            self.problems.append(Problem("leaf_differs", "Entry %(seq)s of the database is not what its leaf says.", {"seq": entry.seq}))
        for line, row in enumerate(entry.rows, 1):
            self._sums[row.debit][0] += row.amount
            self._sums[row.credit][1] += row.amount
            # A reversal that names the reversed row's own line gives that line back.
            old = self._replay.rows.get((entry.reverses, line)) if entry.reverses is not None else None
            self._used[row.movement] += -row.amount if old is not None and old.movement == row.movement else row.amount
            tally = self._tally[entry.date[:7], entry.kind, row.debit, row.credit]
            tally[0], tally[1] = tally[0] + row.amount, tally[1] + 1
        if self._is_sound:
            self._follow(entry)

    def _follow(self, entry: entries.Entry) -> None:
        found = balances.check_entry(self._replay, entry=entry)
        if found:
            # What follows an entry that may not stand has no meaning of its own.
            self._is_sound = False
            self.problems += [problem.at(f"entry {entry.seq}" + (f", {problem.where}" if problem.where else "")) for problem in found]
            return
        balances.apply_entry(self._replay, entry=entry)
        made = sorted(
            (*hop.row, hop.debit, hop.credit, *hop.lot, hop.amount, hop.taken, hop.substituted) for hop in self._oracle.add(entry)
        )
        if sorted(self._hops(entry.seq)) != made:
            self.problems.append(
                Problem("hops_differ", "The hops of entry %(seq)s in the database are not those of the log.", {"seq": entry.seq})
            )

    def differences(self) -> Iterator[Problem]:
        yield from self._balances()
        yield from self._movements()
        if self._is_sound:
            if balances.trial_balance(self._replay) != trial_balance(self.book):
                yield Problem("trial_balance_differs", "The balances of the database are not those of the log.")
            yield from self._slices()
            yield from self._tallies()

    def _balances(self) -> Iterator[Problem]:
        for balance in Balance.objects.filter(book=self.book):
            made = self._sums.pop(str(balance.pk), [0, 0])
            if [balance.debits, balance.credits] != made:
                yield Problem("balance_drifted", "Account %(account)s shows %(shown)s; its rows make %(sum)s.",
                              {"account": balance.pk, "shown": (balance.debits, balance.credits), "sum": tuple(made)})  # fmt: skip
        for account, made in self._sums.items():
            yield Problem("balance_missing", "Account %(account)s has no balance; its rows make %(sum)s.",
                          {"account": account, "sum": tuple(made)})  # fmt: skip

    def _movements(self) -> Iterator[Problem]:
        used = Counter({key: amount for key, amount in self._used.items() if key})
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT s.movement_id, s.amount FROM books_share s JOIN books_giftbatch g ON g.id = s.giftbatch_id
                WHERE g.book_id = %s""", [db_uuid(self.book.pk)])  # fmt: skip
            for movement, amount in cursor.fetchall():
                used[str(UUID(str(movement)))] += amount
        for pk, shown in Movement.objects.filter(custody__book=self.book).values_list("pk", "used"):
            made = used.pop(str(pk), 0)
            if shown != made:
                yield Problem("movement_drifted", "Statement line %(line)s shows %(shown)s used; the entries use %(sum)s.",
                              {"line": pk, "shown": shown, "sum": made})  # fmt: skip
        for movement in used:
            yield Problem("movement_unknown", "The log uses statement line %(line)s, which the database does not hold.", {"line": movement})

    def _slices(self) -> Iterator[Problem]:
        made = {(account, HELD): parts for account, parts in self._oracle.queues.items() if parts}
        made |= {(account, COVER): parts for account, parts in self._oracle.covers.items() if parts}
        found = Slice.objects.filter(book=self.book).order_by("account", "which", "position")
        shown = found.values_list("account", "which", "lot_seq", "lot_line", "amount").iterator(chunk_size=BATCH_ENTRIES)
        for (account, which), group in groupby(shown, key=itemgetter(0, 1)):
            queue = [trace.Slice((row[2], row[3]), row[4]) for row in group]
            if made.pop((str(account), which), []) != queue:
                yield Problem("slices_differ", "The slices (%(which)s) of account %(account)s in the database are not those of the log.",
                              {"account": account, "which": which})  # fmt: skip
        for account, which in made:
            yield Problem(
                "slices_missing", "The slices (%(which)s) of account %(account)s are missing.", {"account": account, "which": which}
            )

    def _tallies(self) -> Iterator[Problem]:
        for row in Tally.objects.filter(book=self.book).iterator(chunk_size=BATCH_ENTRIES):
            key = (row.month, row.kind, str(row.debit_account_id), str(row.credit_account_id))
            made = self._tally.pop(key, [0, 0])
            if made != [row.amount, row.rows]:
                yield Problem("sums_differ", _DIFFERS, {"what": " ".join(key), "shown": (row.amount, row.rows), "sum": tuple(made)})
        for key, made in self._tally.items():
            yield Problem("sums_differ", _DIFFERS, {"what": " ".join(key), "shown": (0, 0), "sum": tuple(made)})


def _by_seq(rows: Any) -> Any:
    """A reader of ordered rows: called with a seq, it gives that entry's rows with ids as texts. Seqs must rise."""
    groups = groupby(_texts(rows.iterator(chunk_size=BATCH_ENTRIES)), key=itemgetter(0))
    waiting: list[tuple[int, list[tuple[Any, ...]]]] = []

    def read(seq: int) -> list[tuple[Any, ...]]:
        while not waiting or waiting[0][0] < seq:
            waiting.clear()
            found = next(groups, None)
            if found is None:
                return []
            waiting.append((found[0], list(found[1])))
        return waiting[0][1] if waiting[0][0] == seq else []

    return read


def _texts(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return (tuple(str(value) if isinstance(value, UUID) else value for value in row) for row in rows)
