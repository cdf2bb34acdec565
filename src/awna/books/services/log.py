"""The log read back: entries of leaves, the way of a lot, and everything that is cached recomputed and compared."""

import json
from typing import Any

from awna.core.ledger import balances, entries, trace
from awna.core.problems import Problem, Refused

from ..models import Balance, Book, Entry, Transfer
from .publish import continuity_problems
from .reading import trial_balance


def read_entries(book: Book, *, through: int | None = None) -> list[entries.Entry]:
    """The entries as the log holds them."""
    return [entry_of_leaf(leaf) for leaf in _leaves(book)[: None if through is None else through + 1]]


def trace_lot(book: Book, lot: str) -> list[trace.Hop]:
    """The way of one gift, oldest hop first; `lot` is "seq.line"."""
    seq, _, line = lot.partition(".")
    if not (seq.isdigit() and line.isdigit()):
        raise Refused(Problem("lot_wrong", "“%(asked)s” is not a lot. A lot looks like 12.1.", {"asked": lot}))
    return trace.trace(read_entries(book)).of_lot((int(seq), int(line)))


def check_book(book: Book) -> list[Problem]:
    """Recompute what is cached and compare: balances with rows, rows with leaves, leaves with the kind table and the head."""
    problems = [*_check_balances(book), *_check_leaves(book)]
    try:
        replayed = balances.replay(read_entries(book))
        if balances.trial_balance(replayed) != trial_balance(book):
            problems.append(Problem("trial_balance_differs", "The balances of the database are not those of the log."))
    except Refused as refused:
        problems += refused.problems
    return [*problems, *continuity_problems(book)]


def entry_of_leaf(leaf: bytes) -> entries.Entry:
    """A leaf read back; the inverse of `entries.leaf_bytes`."""
    value = json.loads(leaf)
    opens = value.get("opens", {})
    return entries.Entry(
        seq=value["seq"], id=value["id"], kind=value["kind"], date=value["date"], author=value["author"], second=value.get("second", ""),
        proposal=value.get("proposal", ""), reverses=value.get("reverses"), rows=tuple(_row(row) for row in value.get("rows", [])),
        accounts=tuple(entries.AccountOpening(**{"custody": "", **item}) for item in opens.get("accounts", [])),
        commodities=tuple(entries.CommodityOpening(**item) for item in opens.get("commodities", [])),
        funds=tuple(entries.FundOpening(**item) for item in opens.get("funds", [])),
        custodies=tuple(entries.CustodyOpening(**item) for item in opens.get("custodies", [])),
        documents=tuple(entries.Document(**item) for item in value.get("documents", [])),
        decisions=tuple(entries.Decision(**item) for item in value.get("decisions", [])),
        private=value.get("private", {}), payload=value.get("payload", {}))  # fmt: skip


def _row(row: dict[str, Any]) -> entries.Transfer:
    def ref(name: str) -> entries.Ref | None:
        return (row[name][0], row[name][1]) if name in row else None

    covers = entries.Covers(row["covers"]["account"], int(row["covers"]["amount"])) if "covers" in row else None
    return entries.Transfer(
        row["debit"], row["credit"], int(row["amount"]), row.get("movement", ""), ref("lot"), ref("resolves"), ref("corrects"), covers
    )


def _leaves(book: Book) -> list[bytes]:
    return [bytes(leaf) for leaf in Entry.objects.filter(book=book).order_by("seq").values_list("leaf", flat=True)]


def _check_balances(book: Book) -> list[Problem]:
    sums: dict[Any, list[int]] = {}
    for debit, credit, amount in Transfer.objects.filter(book=book).values_list("debit_account", "credit_account", "amount"):
        sums.setdefault(debit, [0, 0])[0] += amount
        sums.setdefault(credit, [0, 0])[1] += amount
    return [
        Problem("balance_drifted", "Account %(account)s shows %(shown)s; its rows make %(sum)s.",
                {"account": balance.pk, "shown": (balance.debits, balance.credits), "sum": tuple(sums.get(balance.pk, [0, 0]))})
        for balance in Balance.objects.filter(book=book)
        if [balance.debits, balance.credits] != sums.get(balance.pk, [0, 0])
    ]  # fmt: skip


def _check_leaves(book: Book) -> list[Problem]:
    """Each leaf says exactly what its rows say."""
    rows: dict[int, list[tuple[str, str, int, str]]] = {}
    for row in Transfer.objects.filter(book=book).order_by("entry_seq", "line"):
        rows.setdefault(row.entry_seq, []).append(
            (str(row.debit_account_id), str(row.credit_account_id), row.amount, str(row.movement_id or ""))
        )
    problems = []
    for entry in Entry.objects.filter(book=book).order_by("seq"):
        said = entry_of_leaf(bytes(entry.leaf))
        leaf_rows = [(row.debit, row.credit, row.amount, row.movement) for row in said.rows]
        if (said.seq, said.id, said.kind) != (entry.seq, str(entry.pk), entry.kind) or leaf_rows != rows.get(entry.seq, []):
            problems.append(Problem("leaf_differs", "Entry %(seq)s of the database is not what its leaf says.", {"seq": entry.seq}))
    return problems
