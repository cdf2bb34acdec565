"""The log read back: entries of leaves."""

import json
from typing import Any

from awna.core.ledger import entries

from ..models import Book, Entry


def read_entries(book: Book, *, through: int | None = None) -> list[entries.Entry]:
    """The entries as the log holds them."""
    return [entry_of_leaf(leaf) for leaf in _leaves(book)[: None if through is None else through + 1]]


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
        batch=entries.Batch(**value["batch"]) if "batch" in value else None, private=value.get("private", {}), payload=value.get("payload", {}))  # fmt: skip


def _row(row: dict[str, Any]) -> entries.Transfer:
    def ref(name: str) -> entries.Ref | None:
        return (row[name][0], row[name][1]) if name in row else None

    covers = entries.Covers(row["covers"]["account"], int(row["covers"]["amount"])) if "covers" in row else None
    return entries.Transfer(
        row["debit"], row["credit"], int(row["amount"]), row.get("movement", ""), ref("lot"), ref("resolves"), ref("corrects"), covers
    )


def _leaves(book: Book) -> list[bytes]:
    return [bytes(leaf) for leaf in Entry.objects.filter(book=book).order_by("seq").values_list("leaf", flat=True)]
