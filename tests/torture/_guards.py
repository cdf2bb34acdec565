"""Only the pairs of the kind table pass, and an entry costs the same however long the book is: tests 11 (second half) and 13."""

import itertools
import time
from dataclasses import asdict
from typing import Any

from django.db import Error, connection
from django.utils import timezone

from awna.books import services as books
from awna.books.services import post_entries
from awna.books.services.writing import EntryDraft
from awna.core.ledger import rules

from . import _place
from ._cases import BOTH, Case, Result, Torture
from ._place import Place

FLAT_TIMES_MAX = 1.8  # the clock of a shared machine wanders; `./awna bench books` measures the target itself
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
    """The last thousands of a long book cost what the first did; planned on empty tables, as a fresh installation is."""
    entries = how.rounds(full=20_000, short=1_000)
    with _place.scratch() as place:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if how.plant:
            _make_slow()
        costs = [_cost_of(place, part=n, entries=entries // 10) for n in range(10)]
    first, last = sorted(costs[1:4])[1], sorted(costs[-3:])[1]
    faults = [f"{last * 1e6:.0f} us an entry at the end, {first * 1e6:.0f} at the beginning"] if last > first * FLAT_TIMES_MAX else []
    return Result("entries posted to see whether the cost stays", entries, faults)


def _cost_of(place: Place, *, part: int, entries: int) -> float:
    movements = _place.lines(place, [100] * entries)
    drafts: list[Any] = [_place.gift_draft(place, movement=pk, minor=100, request_id=f"f:{part}:{n}") for n, pk in enumerate(movements)]
    # On PostgreSQL the server works, so its time is the clock's; on SQLite it is this process, whatever else the machine does.
    clock = time.process_time if connection.vendor == "sqlite" else time.monotonic
    started = clock()
    post_entries(book=place.book, drafts=drafts, author=place.karim)
    return (clock() - started) / entries


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
