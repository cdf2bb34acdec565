"""The public log: read leaves back, sign heads, dump the book, follow a lot, and recompute everything that is cached."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from awna.core.digest import canonical_json
from awna.core.ledger import balances, entries, trace
from awna.core.log.checkpoint import Checkpoint as Head
from awna.core.log.checkpoint import LogKey, key_of_seed, read_checkpoint, sign_checkpoint
from awna.core.log.tree import hash_leaf, root_of
from awna.core.problems import Problem, Refused
from awna.kit.keyfile import secret_in_file

from ..models import Balance, Book, Checkpoint, Entry, Opening, Transfer
from .reading import trial_balance

TILE_LEAVES = 256


def log_key(book: Book) -> LogKey:
    """The public key that signs this book's heads."""
    return key_of_seed(_seed(book), name=book.origin)


@transaction.atomic
def publish_head(book: Book) -> Checkpoint:
    """Sign the present head. Refused when the log does not continue the head signed last: then somebody took entries away."""
    leaves = _leaves(book)
    if not leaves:
        raise Refused(Problem("book_not_founded", "The book has no entries yet, so there is nothing to sign."))
    hashes = [hash_leaf(leaf) for leaf in leaves]
    _refuse_rollback(book, hashes)
    found = Checkpoint.objects.filter(book=book, size=len(leaves)).first()
    if found is None:
        root = root_of(hashes)
        note = sign_checkpoint(Head(book.origin, len(leaves), root), seed=_seed(book))
        found = Checkpoint.objects.create(book=book, size=len(leaves), root=root.hex(), note=note)
    _last_signed(book).write_text(found.note, encoding="utf-8")
    return found


@transaction.atomic
def dump_book(book: Book) -> bytes:
    """The whole book as lines that `awna-verify` reads: header, leaves, leaf hashes, openings, signed checkpoint."""
    checkpoint = publish_head(book)
    leaves = _leaves(book)[: checkpoint.size]
    hashes = [hash_leaf(leaf).hex() for leaf in leaves]
    openings = _published_openings(book)
    lines = [
        canonical_json({
            "type": "header", "v": 1, "book": str(book.pk), "origin": book.origin, "log_key": str(log_key(book)), "witness_keys": [],
            "counts": {"entries": len(leaves), "openings": len(openings)}}),
        *leaves,
        *(canonical_json({"type": "tile", "first": first, "hashes": "".join(hashes[first : first + TILE_LEAVES])})
          for first in range(0, len(hashes), TILE_LEAVES)),
        *(canonical_json(opening) for opening in openings),
        canonical_json({"type": "checkpoint", "note": checkpoint.note}),
    ]  # fmt: skip
    return b"\n".join(lines) + b"\n"


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
    try:
        _refuse_rollback(book, [hash_leaf(leaf) for leaf in _leaves(book)])
    except Refused as refused:
        problems += refused.problems
    return problems


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


def _published_openings(book: Book) -> list[dict[str, Any]]:
    """What may be said openly at once: names of funds and commodities. Custodies, payees, batches and notes stay closed."""
    from ..models import Account, Commodity, Fund

    open_names = {
        str(pk)
        for pk in Commodity.objects.filter(pk__in=Account.objects.filter(book=book).values("commodity")).values_list("pk", flat=True)
    }
    open_names |= {fund.leaf_id for fund in Fund.objects.filter(book=book)}
    found = [opening for opening in Opening.objects.filter(book=book, name="name") if opening.of in open_names]
    return [
        {"type": "opening", "v": 1, "of": opening.of, "name": opening.name, "salt": opening.salt, "value": opening.value}
        for opening in sorted(found, key=lambda opening: (opening.of, opening.name))
    ]


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


def _refuse_rollback(book: Book, hashes: Iterable[bytes]) -> None:
    """The head signed last lies outside the database: a log that does not begin with it lost entries, or is another one."""
    path = _last_signed(book)
    if not path.exists():
        return
    last = read_checkpoint(path.read_text(encoding="utf-8"), key=log_key(book))
    begun = list(hashes)[: last.size]
    if len(begun) < last.size or root_of(begun) != last.root:
        raise Refused(Problem(
            "log_does_not_continue", "The log was signed with %(size)s entries, and this database does not hold them. Restore the newest copy; sign nothing.",
            {"size": last.size}))  # fmt: skip


def _seed(book: Book) -> bytes:
    return bytes.fromhex(secret_in_file(settings.AWNA_KEY_DIR / f"log-{book.pk}.seed"))


def _last_signed(book: Book) -> Path:
    return Path(settings.AWNA_KEY_DIR) / f"log-{book.pk}.checkpoint"
