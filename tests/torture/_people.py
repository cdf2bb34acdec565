"""Many people at once, requests that come again, clocks that are wrong, and a hand at the database: tests 3, 4, 5 and 9."""

import contextlib
import time
from datetime import date, timedelta
from typing import Any

from django.db import Error, connection, connections, transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.services import post_entries
from awna.books.services.writing import EntryDraft
from awna.core.problems import Refused

from . import _place
from ._cases import BOTH, Case, Result, Torture
from ._place import Place

UNITS = 500
FAR_DAYS = 3_653


def spend_twice(how: Torture) -> Result:
    """8 to 32 clients try to take more out of one account than lies in it: exactly what lay there goes."""
    attempts, dice, tried, faults = how.rounds(full=10_000, short=160), how.random, 0, []
    units = UNITS if not how.short and not how.plant else 40
    while tried < attempts and not faults:
        clients = dice.choice((8, 16, 24, 32)) if not how.short else 8
        each = max(1, min(attempts - tried, 2_000) // clients)
        with _place.scratch() as place:
            (movement,) = _place.lines(place, [units])
            post_entries(
                book=place.book, drafts=[_place.gift_draft(place, movement=movement, minor=units, request_id="gift")], author=place.karim
            )
            before = place.book.entries.count()
            children = [_place.spawn(lambda n=n, each=each: _spend(n, each)) for n in range(clients)]
            codes = [_place.wait(child) for child in children]
            tried += each * clients
            if how.plant:
                _overdraw(place)
            faults += [f"{sum(map(bool, codes))} clients ended early: {sorted(set(codes))}"] if any(codes) else []
            faults += _spent_wrong(_place.here(place.name), before, min(units, each * clients), units)
    return Result("attempts to spend the same money", tried, faults)


def _spend(client: int, times: int) -> None:
    place = _place.here("")
    for n in range(times):
        with contextlib.suppress(Refused):
            books.post_entry(book=place.book, author=place.karim, **_move_one(place, f"spend:{client}:{n}"))


def _move_one(place: Place, request_id: str, minor: int = 1) -> dict[str, Any]:
    custody, commodity = str(place.account.custody_id), str(place.account.commodity_id)
    spots = [books.Spot("free", custody, str(place.book.fund(code).pk), commodity) for code in ("whole", "roof")]
    return {
        "kind": "allocate",
        "rows": [books.Row(spots[0], spots[1], minor)],
        "effective_date": timezone.localdate(),
        "request_id": request_id,
    }


def _spent_wrong(place: Place, before: int, wanted: int, units: int) -> list[str]:
    spent = place.book.entries.count() - before
    found = [f"{spent} of {wanted} possible spendings stand"] if spent != wanted else []
    nets = {(row.account.fund.code, row.account.stage): row.minor for row in place.book.balances.select_related("account__fund")}
    if (nets.get(("whole", "free")), nets.get(("roof", "free"), 0)) != (units - spent, spent):
        found.append(f"the accounts hold {nets}")
    return found + _place.faults_of(place)


def _overdraw(place: Place) -> None:
    with _place.unguarded() as run:
        run("UPDATE books_balance SET credits = credits + 7 WHERE floor = 0 AND debits > 0")


def ask_again(how: Torture) -> Result:
    """The same requests again, in another order, and with another payload: one entry each, the first answer, and a conflict."""
    rounds, dice, faults = how.rounds(full=40, short=2), how.random, []
    asked = 0
    for _ in range(rounds):
        with _place.scratch() as place:
            minors = [dice.randint(1, 999) for _ in range(30)]
            drafts = [
                _place.gift_draft(place, movement=pk, minor=minor, request_id=f"r{pk}")
                for pk, minor in zip(_place.lines(place, minors), minors, strict=True)
            ]
            first = {draft.request_id: entry for draft, entry in zip(drafts, _answers(place, drafts), strict=True)}
            before = place.book.entries.count()
            for _again in range(4):
                again = dice.sample(drafts, len(drafts)) + dice.choices(drafts, k=10)
                asked += len(again)
                faults += [f"{draft.request_id} was answered differently" for draft, entry in zip(again, _answers(place, again), strict=True)
                           if entry is None or entry != first[draft.request_id]]  # fmt: skip
            other = [EntryDraft(draft.kind, draft.request_id, draft.rows, draft.effective_date + timedelta(days=1)) for draft in drafts]
            asked += len(other)
            faults += [
                f"{draft.request_id} was taken with another payload"
                for draft, entry in zip(other, _answers(place, other), strict=True)
                if entry
            ]
            if how.plant:
                _double_last()
            faults += _place.faults_of(place, entries=before, received=sum(minors))
    return Result("requests again, reordered or changed", asked, faults)


def _answers(place: Place, drafts: list[EntryDraft]) -> list[Any]:
    return [entry.seq if entry else None for entry in post_entries(book=place.book, drafts=drafts, author=place.karim).entries]


def _double_last() -> None:
    """The planted fault: the newest row counts twice."""
    with _place.unguarded() as run:
        run("UPDATE books_balance SET credits = credits + 5 WHERE version = (SELECT MAX(version) FROM books_balance)")


def shift_clock(how: Torture) -> Result:
    """The machine's clock is ten years off, both ways: numbers, order and roots do not depend on it, and nothing ends in a traceback."""
    dice, faults, tried = how.random, [], 0
    for days in how.rounds(full=5, short=1) * [FAR_DAYS, -FAR_DAYS]:
        with _place.scratch() as place, _clock(days):
            minors = [dice.randint(1, 999) for _ in range(6)]
            before = place.book.entries.count()
            for pk, minor in zip(_place.lines(place, minors), minors, strict=True):
                draft = _place.gift_draft(place, movement=pk, minor=minor, request_id=f"c{pk}", day=date(2026, 3, 2))
                _answers(place, [draft])
                tried += 1
            books.publish_log(place.book)
            taken = place.book.entries.count() - before
            faults += [f"{len(minors) - taken} gifts were refused"] if taken != len(minors) else []
            if how.plant:
                _double_last()
            faults += _place.faults_of(place, received=sum(minors))
    return Result("entries under a clock that is ten years off", tried, faults)


@contextlib.contextmanager
def _clock(days: int) -> Any:
    """Everything that asks Django or Python for the time in this process gets it shifted."""
    real, real_time = timezone.now, time.time
    timezone.now = lambda: real() + timedelta(days=days)
    time.time = lambda: real_time() + days * 86_400
    try:
        yield
    finally:
        timezone.now, time.time = real, real_time


FORBIDDEN = (
    "UPDATE books_entry SET kind = 'memo'", "UPDATE books_transfer SET amount = amount + 1", "UPDATE books_balance SET credits = credits + 1",
    "UPDATE books_account SET floor = NULL", "DELETE FROM books_entry", "DELETE FROM books_transfer", "DELETE FROM books_balance",
    "DELETE FROM books_account", "TRUNCATE books_transfer CASCADE", "TRUNCATE books_entry CASCADE",
    "ALTER TABLE books_transfer DISABLE TRIGGER ALL", "ALTER TABLE books_entry DISABLE TRIGGER ALL", "DROP TABLE books_transfer CASCADE",
    "UPDATE books_rule SET needs = 0", "INSERT INTO books_rule SELECT * FROM books_rule", "SET session_replication_role = replica",
    "DROP TRIGGER books_transfer_guard ON books_transfer", "ALTER ROLE awna_app SUPERUSER", "GRANT UPDATE ON books_entry TO awna_app",
    "UPDATE books_head SET next_seq = 0", "UPDATE books_movement SET used = 0",
)  # fmt: skip
ON_SQLITE = tuple(sql for sql in FORBIDDEN if sql.split()[0] in ("UPDATE", "DELETE") and "books_rule" not in sql)


def write_by_hand(how: Torture) -> Result:
    """Raw SQL of the application's own role against the book: each statement is refused and changes nothing."""
    faults, statements = [], FORBIDDEN if connection.vendor == "postgresql" else ON_SQLITE
    with _place.scratch() as place:
        (movement,) = _place.lines(place, [700])
        post_entries(
            book=place.book, drafts=[_place.gift_draft(place, movement=movement, minor=700, request_id="gift")], author=place.karim
        )
        if how.plant:
            with _place.unguarded() as run:
                if connection.vendor == "postgresql":
                    run("ALTER TABLE books_transfer DISABLE TRIGGER ALL")
                    run("GRANT UPDATE ON books_transfer TO awna_app")
        for sql in statements:
            if passed(sql):
                faults.append(f"passed: {sql}")
    return Result("forbidden statements", len(statements), faults)


def passed(sql: str) -> bool:
    """Whether the statement did anything; it is taken back in any case."""
    connections.close_all()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql)
                done = cursor.rowcount
                if sql.startswith("GRANT"):  # without the right to grant, PostgreSQL only warns
                    cursor.execute("SELECT has_table_privilege('awna_app', 'books_entry', 'UPDATE')")
                    done = int(cursor.fetchone()[0])
            transaction.set_rollback(True)
    except Error:
        return False
    return done != 0


CASES = [
    Case(3, "the same money is spent by many", BOTH, spend_twice),
    Case(4, "requests come again", BOTH, ask_again),
    Case(5, "the clock is wrong", BOTH, shift_clock),
    Case(9, "a hand writes into the database", BOTH, write_by_hand),
]
