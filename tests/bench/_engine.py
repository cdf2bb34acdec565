"""One engine's share of `./awna bench books`: prints a line of JSON with its costs, each in seconds of CPU for one entry."""

import json
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import django

django.setup()

from django.db import connection, models, transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry, Hop, Transfer
from awna.books.services import EntryDraft, post_entries, publish_log, tables, writing
from tests.torture import _place

from ._measure import REPEATS, Clock, median

BATCH = 1_000
FUNDS = 50
Rows = list[tuple[Any, ...]]
Recorded = list[tuple[str, tuple[str, ...], Rows]]


def main(words: list[str]) -> int:
    entries, single = int(words[0]), int(words[1])
    _place.prepare()
    with _place.scratch() as place:
        print(json.dumps(Bench(place, entries=entries, single=single).run()))
    return 0


class Taken(Exception):
    """The batch was recorded and is taken back."""


@dataclass
class Bench:
    """`entries` for each way that posts in batches, `single` for each that commits one by one."""

    place: Any
    entries: int
    single: int
    count: int = 0
    funds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock(_server_pid())
        at = {"book": self.place.book}
        self.funds = [
            books.ensure_fund(code=f"f{n}", title=f"Fund {n}", parent=self.place.book.fund("whole"), **at).code for n in range(FUNDS)
        ]
        self.post(self.gifts(len(self.funds)))  # opens every account, so that what follows are entries alone
        _make_plain_tables()

    def run(self) -> dict[str, float]:
        costs: dict[str, list[float]] = {}
        for _ in range(REPEATS):  # the ways in turns, so that a busy machine slows all of them
            for name, cost in {**self.rows(self.entries, BATCH), **self.rows(self.single, 1)}.items():
                costs.setdefault(name, []).append(cost)
            costs.setdefault("uniform", []).append(self.services(hot=False))
            costs.setdefault("hot", []).append(self.services(hot=True))
            costs.setdefault("derived", []).append(self.derived())
            costs.setdefault("publish", []).append(self.publishing())
        return {**{name: median(found) for name, found in costs.items()}, "slices_per_event": self.slices(), "entries": float(self.entries)}

    def rows(self, entries: int, batch: int) -> dict[str, float]:
        """The same rows into plain tables, by Django's bulk_create into plain tables, and into the guarded book; `batch` in a transaction."""
        spent, single = dict.fromkeys(("raw", "bulk_create", "guarded"), 0.0), "_single" if batch == 1 else ""
        drafts = self.gifts(entries)
        for at in range(0, entries, BATCH):
            recorded = self.record(drafts[at : at + BATCH])
            for part in _parts(recorded, batch):
                objects = _objects(part)
                spent["raw"] += self.clock.of(lambda: _write(part, prefix="plain_"))  # noqa: B023  # called at once
                spent["bulk_create"] += self.clock.of(lambda: _create(objects))  # noqa: B023
                spent["guarded"] += self.clock.of(lambda: _write(part, prefix=""))  # noqa: B023
        return {f"{name}{single}": cost / entries for name, cost in spent.items()}

    def gifts(self, count: int, *, hot: bool = False) -> list[EntryDraft]:
        minors = [100 + n % 97 for n in range(count)]
        day = timezone.localdate() - timedelta(days=1)
        drafts = []
        for n, (pk, minor) in enumerate(zip(_place.lines(self.place, minors), minors, strict=True)):
            self.count += 1
            fund = self.funds[0 if hot else n % len(self.funds)]
            drafts.append(_place.gift_draft(self.place, movement=pk, minor=minor, request_id=f"b:{self.count}", fund=fund, day=day))
        return drafts

    def post(self, drafts: list[EntryDraft]) -> None:
        report = post_entries(book=self.place.book, drafts=drafts, author=self.place.karim)
        if report.refused:
            raise SystemExit(str(report.refused[0][1]))

    def record(self, drafts: list[EntryDraft]) -> Recorded:
        """The entries and rows that posting writes for these; nothing of it stays."""
        taken: Recorded = []
        real = writing.add_rows

        def keep(table: str, columns: Any, rows: Any) -> None:
            taken.append((table, tuple(columns), list(rows)))
            real(table, columns, rows)

        writing.add_rows = keep
        try:
            with transaction.atomic():
                self.post(drafts)
                raise Taken
        except Taken:
            pass
        finally:
            writing.add_rows = real
        return [part for part in taken if part[0] in ("books_entry", "books_transfer")]

    def services(self, *, hot: bool) -> float:
        """All of it: requests, leaves, guards, slices."""
        drafts = self.gifts(self.entries, hot=hot)
        return self.clock.of(lambda: self.post(drafts)) / len(drafts)

    def publishing(self) -> float:
        """What publishing adds to an entry when each batch is published."""
        spent = 0.0
        for _ in range(max(1, self.entries // BATCH)):
            self.post(self.gifts(min(BATCH, self.entries)))
            spent += self.clock.of(lambda: publish_log(self.place.book))
        return spent / max(self.entries, min(BATCH, self.entries))

    def derived(self) -> float:
        """The share of slices, hops and monthly sums in what posting costs."""
        real, spent = writing.Writing._derive, [0.0]

        def timed(one: Any) -> None:
            spent[0] += self.clock.of(lambda: real(one))

        writing.Writing._derive = timed
        try:
            self.services(hot=False)
        finally:
            writing.Writing._derive = real
        return spent[0] / self.entries

    def slices(self) -> float:
        """Hops for each row, after half of what came was put on in amounts of other sizes."""
        at = {"custody": str(self.place.account.custody_id), "commodity": str(self.place.account.commodity_id)}
        whole, roof = (books.Spot("free", fund=str(self.place.book.fund(code).pk), **at) for code in ("whole", "roof"))
        came = [_place.gift_draft(self.place, movement=pk, minor=100 + n % 97, request_id=f"s:{pk}")
                for n, pk in enumerate(_place.lines(self.place, [100 + n % 97 for n in range(400)]))]  # fmt: skip
        self.post(came)
        moved = [EntryDraft("allocate", f"m:{n}", [books.Row(whole, roof, 90 + n % 61)], timezone.localdate()) for n in range(400)]
        report = post_entries(book=self.place.book, drafts=moved, author=self.place.karim)
        seqs = [entry.seq for entry in report.entries if entry]
        hops = Hop.objects.filter(book=self.place.book, entry_seq__in=seqs).count()
        return (hops + len(came)) / (Transfer.objects.filter(book=self.place.book, entry_seq__in=seqs).count() + len(came))


def _write(parts: Recorded, *, prefix: str) -> None:
    with transaction.atomic():
        for table, columns, rows in parts:
            tables.add_rows(f"{prefix}{table}", columns, rows)


def _create(objects: list[list[Any]]) -> None:
    with transaction.atomic():
        for some in objects:
            type(some[0]).objects.bulk_create(some)


def _parts(recorded: Recorded, batch: int) -> list[Recorded]:
    """Cut into transactions; each entry has one row here."""
    count = len(recorded[0][2])
    return [[(table, columns, rows[at : at + batch]) for table, columns, rows in _by_table(recorded)] for at in range(0, count, batch)]


def _by_table(recorded: Recorded) -> Recorded:
    found: dict[str, tuple[str, tuple[str, ...], Rows]] = {}
    for table, columns, rows in recorded:
        found.setdefault(table, (table, columns, []))[2].extend(rows)
    return list(found.values())


def _objects(parts: Recorded) -> list[list[Any]]:
    now = {"posted_at": timezone.now()}  # as Django wants it: with its zone

    def values(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
        found = dict(zip(columns, row, strict=True))
        return found | now if "posted_at" in found else found

    return [[_plain_model(table)(**values(columns, row)) for row in rows] for table, columns, rows in parts]


def _server_pid() -> int | None:
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _make_plain_tables() -> None:
    """The same columns without guards, keys to other tables or checks; only the primary keys stay."""
    keys = {"books_entry": "book_id, seq", "books_transfer": "book_id, entry_seq, line"}
    names = [(f"{prefix}{table}", table, key) for table, key in keys.items() for prefix in ("plain_", "bulk_")]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name, table, key in names:
                cursor.execute(f"CREATE TABLE {name} AS SELECT * FROM {table} LIMIT 0")  # our own names
                cursor.execute(f"CREATE UNIQUE INDEX {name}_key ON {name} ({key})")
        return
    import psycopg
    from django.conf import settings

    described = settings.DATABASES["owner"]
    with psycopg.connect(host=described["HOST"], user=described["USER"], dbname=connection.settings_dict["NAME"], autocommit=True) as owner:
        for name, table, key in names:
            owner.execute(f"CREATE TABLE {name} (LIKE {table}, PRIMARY KEY ({key}))")
            owner.execute(f"GRANT SELECT, INSERT ON {name} TO awna_app")


@cache
def _plain_model(table: str) -> Any:
    """A model over the table for bulk_create, with the columns of the real one and nothing that refers to others."""
    real = Entry if table == "books_entry" else Transfer
    columns = writing._ENTRY if table == "books_entry" else writing._TRANSFER
    fields: dict[str, Any] = {column: _plain_field(real, column, key=column == "id") for column in columns}
    if "id" not in fields:
        fields["pk"] = models.CompositePrimaryKey("entry_id", "line")
    meta = type("Meta", (), {"app_label": "books", "managed": False, "db_table": f"bulk_{table}"})
    return type(f"Bulk{real.__name__}", (models.Model,), {**fields, "Meta": meta, "__module__": __name__, "field_classes": {}})


def _plain_field(real: Any, column: str, *, key: bool) -> Any:
    field = next((one for one in real._meta.concrete_fields if one.column == column), None)
    kind = field.target_field if field is not None and field.is_relation else field
    plain = {models.CharField: lambda: models.CharField(max_length=120, null=True), models.UUIDField: lambda: models.UUIDField(null=True)}
    for one, make in plain.items():
        if isinstance(kind, one):
            return one(primary_key=True) if key else make()
    return models.BigIntegerField(null=True) if kind is None else type(kind)(null=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
