"""What a copy of the database holds of each book's log, read from the copy itself: SQLite's file, or a dump of PostgreSQL."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from awna.core.log.nodes import Levels, root_at
from awna.core.problems import Problem, Refused

PG_DUMP = ".pgdump"
_ENTRIES, _HEADS, _BOOKS = "books_entry", "books_checkpoint", "books_book"
Rows = Iterator[dict[str, Any]]


def heads_of_copy(copy: Path) -> list[dict[str, Any]]:
    """Of each book: its id, the log's name, how many entries, their root, and the largest signed head. Refused where the entries do not continue it."""
    read = _dumped if copy.suffix == PG_DUMP else _rows
    books = {row["id"]: row["origin"] for row in read(copy, _BOOKS, ("id", "origin"))}
    leaves: dict[Any, dict[int, bytes]] = {book: {} for book in books}
    for row in read(copy, _ENTRIES, ("book_id", "seq", "leaf")):
        leaves[row["book_id"]][int(row["seq"])] = bytes(row["leaf"])
    signed: dict[Any, tuple[int, str]] = {}
    for row in read(copy, _HEADS, ("book_id", "size", "root")):
        signed[row["book_id"]] = max(signed.get(row["book_id"], (0, "")), (int(row["size"]), str(row["root"])))
    return [_head(str(UUID(str(book))), books[book], leaves[book], signed.get(book, (0, ""))) for book in sorted(books, key=str)]


def _head(book: str, origin: str, leaves: dict[int, bytes], signed: tuple[int, str]) -> dict[str, Any]:
    if sorted(leaves) != list(range(len(leaves))):
        raise _refused(origin)
    nodes = Levels(leaves[seq] for seq in range(len(leaves)))
    size, root = signed
    if size > len(leaves) or (size and root_at(nodes, size=size).hex() != root):
        raise _refused(origin)
    whole = root_at(nodes, size=len(leaves)).hex() if leaves else ""
    return {"book": book, "origin": origin, "entries": len(leaves), "root": whole, "signed": size, "signed_root": root}


def _rows(copy: Path, table: str, columns: tuple[str, ...]) -> Rows:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as opened:
        for row in opened.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608  # names of our own
            yield dict(zip(columns, row, strict=True))


def _dumped(copy: Path, table: str, columns: tuple[str, ...]) -> Rows:
    """Rows of one table of a dump, as `pg_restore` writes them: a line each, columns apart by tabs, bytes in hexadecimal."""
    command = ["pg_restore", "--data-only", f"--table={table}", "--file=-", str(copy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - names of our own tables
        names: list[str] = []
        for line in program.stdout or ():
            if line.startswith(f"COPY public.{table} "):
                names = [name.strip().strip('"') for name in line[line.index("(") + 1 : line.index(")")].split(",")]
            elif names and line.startswith("\\."):
                names = []
            elif names:
                row = dict(zip(names, line.rstrip("\n").split("\t"), strict=True))
                yield {name: _value(row[name]) for name in columns}
    if program.returncode:
        raise _refused(table)


def _value(text: str) -> Any:
    return bytes.fromhex(text[3:]) if text.startswith("\\\\x") else text


def _refused(what: str) -> Refused:
    return Refused(Problem(
        "copy_does_not_continue_its_log", "In the copy of the database the entries of %(what)s are not whole, or do not continue the head that was signed. "
        "Run awna checkbook and awna checklog before anything else.", {"what": what}))  # fmt: skip
