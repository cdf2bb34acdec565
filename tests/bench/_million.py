"""One long book on SQLite: what an entry costs early and late, the dump, its check, the way of one gift, and the server's time for each page."""

import json
import resource
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Movement
from awna.books.services import EntryDraft, dump_book, post_entries, publish_log, tables, trace_lot
from awna.donations.services import claim_movements, pledge_gift
from tests.torture import _place

from ._measure import REPEATS

BATCH, GIFTS = 1_000, 700  # of each batch; the rest puts money to a narrower purpose
EARLY = 10_000
_pattern: list[dict[str, Any]] = []
PAGES = (
    "", "book/", "book/0001/", "book/{middle:04d}/", "book/?kind=gift", "book/?kind=allocate&from=2026-01-01", "book/?fund={fund}", "book/entry/5/",
    "book/accounts/", "book/funds/", "book/budget/", "book/activities/", "book/goods/", "book/balances/", "book/files/", "money/received/EUR/",
    "money/in_hand/EUR/", "gift/{token}/",
)  # fmt: skip


def main(words: list[str]) -> int:
    wanted = int(words[0])
    _place.prepare()
    with _place.scratch() as place:
        donor, lot = _first_gift(place)
        costs = _post(place, wanted)
        few = max(1, EARLY // BATCH)
        found = {
            "entries": float(place.book.entries.count()),
            "first": statistics.median(costs[:few]),
            "last": statistics.median(costs[-few:]),
        }
        found |= _dump_and_check(place)
        found["trace"] = _seconds(lambda: trace_lot(place.book, lot))
        found |= {f"page {path}": seconds for path, seconds in _pages(place, donor).items()}
        print(json.dumps(found))
    return 0


def _first_gift(place: Any) -> tuple[Any, str]:
    """Dana's gift comes first and goes on with the others'."""
    pledge = pledge_gift(bank_account=place.account, amount_minor=25_000, request_id="dana", name="Dana", fund=place.book.fund("whole"))
    (line,) = _place.lines(place, [25_000], reference=pledge.reference)
    (gift,) = claim_movements(movements=[Movement.objects.get(pk=line)], author=place.karim).gifts
    return pledge.donor, gift.lot


def _post(place: Any, wanted: int) -> list[float]:
    """CPU for an entry of each batch."""
    at = {"custody": str(place.account.custody_id), "commodity": str(place.account.commodity_id)}
    whole, roof = (books.Spot("free", fund=str(place.book.fund(code).pk), **at) for code in ("whole", "roof"))
    day, costs, started = timezone.localdate() - timedelta(days=1), [], time.monotonic()
    batches = max(1, wanted // BATCH)
    for n in range(batches):
        minors = [100 + i % 97 for i in range(GIFTS)]
        drafts = [_place.gift_draft(place, movement=pk, minor=minor, request_id=f"g:{n}:{i}", day=day)
                  for i, (pk, minor) in enumerate(zip(_lines(place, n, minors), minors, strict=True))]  # fmt: skip
        drafts += [EntryDraft("allocate", f"a:{n}:{i}", [books.Row(whole, roof, 180 + i % 53)], day) for i in range(BATCH - GIFTS)]
        before = time.process_time()
        report = post_entries(book=place.book, drafts=drafts, author=place.karim)
        costs.append((time.process_time() - before) / len(drafts))
        if report.refused:
            raise SystemExit(str(report.refused[0][1]))
        _tell(n + 1, batches, started)
    sys.stderr.write("\n")
    return costs


def _lines(place: Any, batch: int, minors: list[int]) -> list[UUID]:
    """Bank lines as copies of one: making a million through the models would take longer than posting them."""
    names = [field.column for field in Movement._meta.concrete_fields]
    if not _pattern:
        with connection.cursor() as cursor:
            (first,) = _place.lines(place, [1])
            cursor.execute(f"SELECT {', '.join(names)} FROM books_movement WHERE id = %s", [first.hex])  # our own names
            _pattern.append(dict(zip(names, cursor.fetchone(), strict=True)))
    head = uuid4().hex[:12]  # of the lines of one day, as `books.services.bank.movement_id` makes it
    pks = [UUID(head + uuid4().hex[12:]) for _ in minors]
    rows = [tuple((_pattern[0] | {"id": pk.hex, "line_key": f"m{batch}-{n}", "position": n, "amount": minor}).values())
            for n, (pk, minor) in enumerate(zip(pks, minors, strict=True))]  # fmt: skip
    tables.add_rows("books_movement", names, rows)
    return pks


def _tell(done: int, wanted: int, started: float) -> None:
    width = 40 * done // wanted
    left = (time.monotonic() - started) / done * (wanted - done)
    sys.stderr.write(f"\r[{'#' * width}{'.' * (40 - width)}] {done * BATCH} of {wanted * BATCH} entries, {left:.0f} s left ")
    sys.stderr.flush()


def _dump_and_check(place: Any) -> dict[str, float]:
    publish_log(place.book)
    path = Path(settings.AWNA_DATA_DIR) / "million.dump"
    started = time.process_time()
    path.write_bytes(dump_book(place.book))
    dumped = time.process_time() - started
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "awna.verify", str(path)], check=False, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"awna-verify refused the dump with {done.returncode}")
    return {
        "dump": dumped,
        "dump_bytes": float(path.stat().st_size),
        "verify": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
    }


def _pages(place: Any, donor: Any) -> dict[str, float]:
    """CPU of each answer, every page asked once before."""
    middle, fund = place.book.entries.count() // 200 + 1, "roof"
    client, found = Client(SERVER_NAME="localhost"), {}
    for path in PAGES:
        address = f"/c/clinic/{path.format(middle=middle, fund=fund, token=donor.token)}"
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            sys.stderr.write(f"{address}: {answer.status_code}\n")
            continue
        found[path.format(middle=middle, fund="F", token="…") or "campaign"] = statistics.median(
            [_seconds(lambda: client.get(address, follow=True)) for _ in range(REPEATS)]  # noqa: B023  # asked at once
        )
    return found


def _seconds(act: Any) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
