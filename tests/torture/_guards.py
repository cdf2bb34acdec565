"""Only the pairs of the kind table pass, and an entry costs the same however long the book is: tests 11 (second half) and 13."""

import itertools
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db import Error, connection
from django.test import override_settings
from django.utils import timezone

from awna.books import services as books
from awna.books.services import post_entries
from awna.books.services.writing import EntryDraft
from awna.core.ledger import rules

from . import _place
from ._cases import BOTH, Case, Result, Torture
from ._place import Place

FLAT_TIMES_MAX, STEPS_A_CALL = 1.2, 50
CUSTODY_OF = {rules.STOCK: rules.PLACE, rules.TRANSIT: rules.CONSIGNMENT, rules.ISSUED: rules.TASK, rules.ADVANCE: rules.PAYEE}


def try_all_pairs(how: Torture) -> Result:
    """Every kind with every pair of stages: what the table does not name is refused, and the three copies of the table agree."""
    pairs = list(itertools.product(rules.KINDS, rules.STAGES, rules.STAGES))
    chosen = pairs if not how.short and not how.plant else how.random.sample(pairs, 40)
    with _place.scratch() as place:
        faults = _tables_differ()
        allowed = {(rule.kind, rule.debit_stage, rule.credit_stage) for rule in rules.expanded_rules()}
        if how.plant:
            allowed.discard(("gift", rules.EXT, rules.FREE))
            chosen.append(("gift", rules.EXT, rules.FREE))
        spots = _spots(place)
        for n, (kind, debit, credit) in enumerate(chosen):
            if (kind, debit, credit) in allowed:
                continue
            faults += [f"{kind} {debit} → {credit} passed"] if _passes(place, kind, spots[debit], spots[credit], n) else []
    return Result("kinds with pairs of stages", len(chosen), faults)


def _passes(place: Place, kind: str, debit: books.Spot, credit: books.Spot, n: int) -> bool:
    (movement,) = _place.lines(place, [5])
    draft = EntryDraft(kind, f"pair:{n}", [books.Row(debit, credit, 5, movement=str(movement))], timezone.localdate())
    try:
        return not post_entries(book=place.book, drafts=[draft], author=place.karim).refused
    except (Error, ValueError, KeyError):
        return False


def _spots(place: Place) -> dict[str, books.Spot]:
    """One place of each stage, all for one fund and one currency."""
    at = {"fund": str(place.book.fund("whole").pk), "commodity": str(place.account.commodity_id)}
    custodies = {
        kind: str(books.ensure_custody(book=place.book, type=kind, ref=f"a {kind}", title=f"A {kind}").pk)
        for kind in set(CUSTODY_OF.values())
    }
    return {
        stage: books.Spot(stage, None if stage in rules.OUTSIDE_STAGES else custodies.get(CUSTODY_OF.get(stage, ""), str(place.account.custody_id)), **at)
        for stage in rules.STAGES
    }  # fmt: skip


def _tables_differ() -> list[str]:
    """The table of the rules, that of the verifier, and the rows that the database's guards read."""
    from awna import verify
    from awna.books.models import Rule

    fields = ("kind", "debit_stage", "debit_custody_type", "credit_stage", "credit_custody_type", "commodity_kind")
    ours = {tuple(asdict(rule)[name] if isinstance(asdict(rule)[name], str) else "" for name in fields) for rule in rules.expanded_rules()}
    stored = set(Rule.objects.values_list(*fields))
    named = {key[:6] for key in verify.build_table()}
    found = [] if ours == stored else [f"{len(ours ^ stored)} rules differ between code and database"]
    return found if not named or {key[0] for key in named} == {key[0] for key in ours} else [*found, "the verifier knows other kinds"]


def stay_flat(how: Torture) -> Result:
    """The last thousands of a long book cost what the first did; planned on empty tables, as a fresh installation is.

    Counted is work, not time: on SQLite the steps of its machine, on PostgreSQL the rows that it reads.
    """
    entries = how.rounds(full=20_000, short=1_000)
    # Publishing reads the newest tile again, which has up to 256 entries: bounded, and not flat.
    with _place.scratch() as place, override_settings(AWNA_LOG_AT_COMMIT=False):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if how.plant:
            _make_slow()
        costs = [_cost_of(place, part=n, entries=entries // 10) for n in range(10)]
    first, last = sorted(costs[1:4])[1], sorted(costs[-3:])[1]
    what = "steps" if connection.vendor == "sqlite" else "rows read"
    said = f"{first:.0f} {what} an entry at the beginning, {last:.0f} at the end"
    is_flat = last <= first * FLAT_TIMES_MAX
    return Result("entries posted, their work counted", entries, [] if is_flat else [said], note=said if is_flat else "")


def _cost_of(place: Place, *, part: int, entries: int) -> float:
    movements = _place.lines(place, [100] * entries)
    drafts: list[Any] = [_place.gift_draft(place, movement=pk, minor=100, request_id=f"f:{part}:{n}") for n, pk in enumerate(movements)]
    count = _steps if connection.vendor == "sqlite" else _rows_read
    return count(lambda: post_entries(book=place.book, drafts=drafts, author=place.karim)) / entries


def _steps(act: Callable[[], object]) -> int:
    """The steps of SQLite's own machine that an act takes, triggers included."""
    calls = 0

    def step() -> int:
        nonlocal calls
        calls += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(step, STEPS_A_CALL)
    act()
    connection.connection.set_progress_handler(None, 0)
    return calls * STEPS_A_CALL


def _rows_read(act: Callable[[], object]) -> int:
    """The rows of our tables that PostgreSQL reads for an act, one after the other or by an index, triggers included."""

    def so_far() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_user_tables")
            return int(cursor.fetchone()[0])

    before = so_far()
    act()
    return so_far() - before


def _make_slow() -> None:
    """The planted fault: somebody adds a check that reads the whole book for each entry."""
    with _place.unguarded() as run:
        if connection.vendor == "sqlite":
            run(
                "CREATE TRIGGER slow AFTER INSERT ON books_entry BEGIN SELECT COUNT(*) FROM books_transfer a, (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) WHERE a.amount + length(a.kind) > 1; END"
            )
        else:
            run("SET session_replication_role = DEFAULT")
            run(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM count(*) FROM books_transfer a WHERE md5(a.kind) > ''''; RETURN NULL; END'"
            )
            run("CREATE TRIGGER slow AFTER INSERT ON books_entry FOR EACH ROW EXECUTE FUNCTION slow()")
            run("GRANT SELECT ON books_transfer TO PUBLIC")


CASES = [Case(11, "only the table's pairs pass", BOTH, try_all_pairs), Case(13, "the cost stays flat", BOTH, stay_flat)]
