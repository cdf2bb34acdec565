"""Entries, rows and accounts of a book as CSV, JSON and Parquet, given out piece by piece."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from awna.books.models import Book
from awna.books.services.filters import Filters
from awna.books.services.plain import Plain, plain_accounts, plain_entries, plain_rows, safe_cell

PIECE_ROWS = 2_000
ROW_GROUP_ROWS = 50_000
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
READERS: dict[str, Callable[[Book, Filters], Iterator[Plain]]] = {"rows": plain_rows, "entries": plain_entries, "accounts": plain_accounts}
COLUMNS: dict[str, dict[str, str]] = {
    "rows": {
        "entry": "int64", "line": "int32", "date": "date32", "kind": "string", "from_stage": "string", "to_stage": "string",
        "from_account": "string", "to_account": "string", "from_custody": "string", "to_custody": "string", "from_fund": "string",
        "to_fund": "string", "amount": "string", "amount_minor": "int64", "scale": "int8", "commodity": "string", "commodity_kind": "string",
        "proposal": "string", "movement": "string", "lot": "string", "reverses": "int64",
    },
    "entries": {
        "entry": "int64", "id": "string", "date": "date32", "kind": "string", "author": "string", "second": "string", "proposal": "string",
        "reverses": "int64", "rows": "int32",
    },
    "accounts": {
        "account": "string", "stage": "string", "custody": "string", "custody_type": "string", "fund": "string", "commodity": "string",
        "commodity_kind": "string", "proposal": "string", "balance": "string", "balance_minor": "int64", "scale": "int8",
    },
}  # fmt: skip


def table_pieces(book: Book, filters: Filters, *, what: str, form: str) -> Iterator[bytes]:
    """The table as bytes, in pieces of a few thousand rows."""
    rows = READERS[what](book, filters)
    return {"csv": _csv, "json": _json, "parquet": _parquet}[form](rows, COLUMNS[what])


def _csv(rows: Iterator[Plain], columns: dict[str, str]) -> Iterator[bytes]:
    yield (",".join(columns) + "\r\n").encode()
    while piece := list(islice(rows, PIECE_ROWS)):
        out = io.StringIO()
        # An amount below nothing begins with a minus and is a number all the same.
        csv.writer(out).writerows([row[name] if _is_number(name) else safe_cell(row[name]) for name in columns] for row in piece)
        yield out.getvalue().encode()


def _is_number(name: str) -> bool:
    return name in ("amount", "balance")


def _json(rows: Iterator[Plain], columns: dict[str, str]) -> Iterator[bytes]:
    """One array, a row on each line."""
    yield b"["
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode  # one for all rows
    start = "\n"
    while piece := list(islice(rows, PIECE_ROWS)):
        yield (start + ",\n".join(map(encode, piece))).encode()
        start = ",\n"
    yield b"\n]\n"


class _Drain(io.RawIOBase):
    """A file that only remembers what was written since it was last emptied."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def empty(self) -> bytes:
        data, self.pieces = b"".join(self.pieces), []
        return data


def _parquet(rows: Iterator[Plain], columns: dict[str, str]) -> Iterator[bytes]:
    # Loading the library takes a tenth of a second: only who asks for Parquet waits for it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    drain = _Drain()
    with pq.ParquetWriter(pa.PythonFile(drain, mode="w"), schema, compression="zstd") as writer:
        while piece := list(islice(rows, ROW_GROUP_ROWS)):
            writer.write_table(pa.Table.from_pylist(piece, schema=schema))
            yield drain.empty()
    yield drain.empty()
