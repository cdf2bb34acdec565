"""`./awna bench books`: what the book costs beside its peers, in one run, against the targets L1 to L5, L7, L8 and L10 of the design.

All times are CPU: this process and, on PostgreSQL, the server process that works for it (from /proc; its writers in the background are
left out for everybody alike). `--quick` runs a little of everything and writes nothing; `--million` posts a million entries instead.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from . import _peers
from ._measure import REPEATS, ROOT, Figure, missing, ratio, report, us

ENTRIES, SINGLE, LOADED = 20_000, 1_000, 20_000
QUICK_ENTRIES, QUICK_SINGLE, QUICK_LOADED = 200, 20, 200
MILLION = 1_000_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench books", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, nothing written: only to see that it runs")
    parser.add_argument("--full", action="store_true", help="as without it")
    parser.add_argument("--million", action="store_true", help="one book of a million entries on SQLite")
    parser.add_argument("--entries", type=int, default=0, help="of each way (with --million: of the book)")
    options = parser.parse_args(arguments)
    if options.million:
        return million(options.entries or MILLION, write=not options.quick)
    entries = options.entries or (QUICK_ENTRIES if options.quick else ENTRIES)
    single = min(entries, QUICK_SINGLE if options.quick else SINGLE)
    figures = measure(entries, single, loaded=QUICK_LOADED if options.quick else LOADED)
    notes = [
        f"{entries} entries of one row in transactions of 1,000 and {single} one by one, CPU time, median of {REPEATS}; {_peers.versions()}.",
        "",
    ]
    report("books", figures, notes=notes, write=not options.quick)
    return 0


def measure(entries: int, single: int, *, loaded: int) -> list[Figure]:
    sqlite, server = engine("sqlite", entries, single), engine("postgresql", entries, single)
    hordak = _peers.hordak(entries, single)
    return [
        *on_sqlite(sqlite), *on_postgresql(server, hordak), *on_both(sqlite, server), *_peers.loading(loaded),
    ]  # fmt: skip


def engine(name: str, entries: int, single: int) -> dict[str, float]:
    """The costs on one engine, measured by a process of its own over a scratch folder."""
    return run_json(name, "tests.bench._engine", str(entries), str(single))


def run_json(name: str, module: str, *words: str) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", module, *words]
    if name == "postgresql":
        command = [sys.executable, str(ROOT / "tests" / "postgres.py"), *command]
    with tempfile.TemporaryDirectory(prefix="awna-bench-") as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        environment |= {"AWNA_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "tests.settings", "AWNA_LOG_AT_COMMIT": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{module} on {name} ended with {done.returncode}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def on_sqlite(cost: dict[str, float]) -> list[Figure]:
    return [
        ratio("L1 SQLite: guarded batch beside raw executemany", cost["guarded"] / cost["raw"], most=7, note=f"{us(cost['guarded'])} and {us(cost['raw'])}"),
        ratio("L3 SQLite: one durable entry beside a bare insert", cost["guarded_single"] / cost["raw_single"], most=2,
              note=f"{us(cost['guarded_single'])} and {us(cost['raw_single'])}"),
        Figure("SQLite: Django bulk_create of the same rows without guards", us(cost["bulk_create"])),
    ]  # fmt: skip


def on_postgresql(cost: dict[str, float], hordak: dict[str, float] | str) -> list[Figure]:
    guarded, single = cost["guarded"], cost["guarded_single"]
    figures = [
        ratio("L2 PostgreSQL: guarded batch beside COPY", guarded / cost["raw"], most=6, note=f"{us(guarded)} and {us(cost['raw'])}"),
        ratio("L2 PostgreSQL: guarded batch beside Django bulk_create", guarded / cost["bulk_create"], most=1, note=us(cost["bulk_create"])),
        ratio("L3 PostgreSQL: one durable entry beside a bare insert", single / cost["raw_single"], most=2,
              note=f"{us(single)} and {us(cost['raw_single'])}"),
        missing("L3 PostgreSQL: one durable entry beside pgledger", _peers.pgledger(), target=">= 2.5 x"),
    ]  # fmt: skip
    if isinstance(hordak, str):
        return [*figures, missing("L2 and L3 beside django-hordak", hordak, target=">= 3 x and >= 5 x")]
    return [
        *figures,
        ratio("L2 PostgreSQL: django-hordak in bulk beside the guarded batch", hordak["bulk"] / guarded, least=3, note=us(hordak["bulk"])),
        ratio("L3 PostgreSQL: django-hordak one by one beside one entry", hordak["single"] / single, least=5, note=us(hordak["single"])),
    ]


def on_both(sqlite: dict[str, float], server: dict[str, float]) -> list[Figure]:
    figures = []
    for name, cost in (("SQLite", sqlite), ("PostgreSQL", server)):
        figures += [
            ratio(f"L4 {name}: hot account beside {50} accounts, 1,000 in a transaction", cost["hot"] / cost["uniform"], most=1.1,
                  note=f"{us(cost['hot'])} and {us(cost['uniform'])}"),
            Figure(f"{name}: an entry through the service, all of it", us(cost["uniform"])),
            Figure(f"{name}: of it slices, hops and monthly sums", f"{us(cost['derived'])} ({100 * cost['derived'] / cost['uniform']:.0f} %)"),
            Figure(f"L7 {name}: publishing adds to batch posting", f"{100 * cost['publish'] / cost['uniform']:.0f} %", "<= 25 %",
                   cost["publish"] <= 0.25 * cost["uniform"]),
        ]  # fmt: skip
    slices = sqlite["slices_per_event"]
    return [*figures, Figure("L10 slices for each row", f"{slices:.1f}", "<= 4", slices <= 4)]


def million(entries: int, *, write: bool) -> int:
    found = run_json("sqlite", "tests.bench._million", str(entries))
    pages = {name.removeprefix("page "): seconds for name, seconds in found.items() if name.startswith("page ")}
    figures = [
        ratio(f"L5 cost of an entry at {entries} beside that at 10,000", found["last"] / found["first"], most=1.2,
              note=f"{us(found['last'])} and {us(found['first'])}"),
        Figure("Dump of the whole book", f"{found['dump']:.1f} s, {found['dump_bytes'] / 1e6:.0f} MB"),
        Figure("L8 awna-verify of the whole dump, for each entry", us(found["verify"] / found["entries"]), "<= 20 us", found["verify"] / found["entries"] <= 20e-6),
        Figure("Way of one gift", f"{found['trace'] * 1e3:.1f} ms"),
        *(Figure(f"Server time of {name}", f"{seconds * 1e3:.0f} ms", "<= 200 ms", seconds <= 0.2) for name, seconds in pages.items()),
    ]  # fmt: skip
    report(
        "million",
        figures,
        notes=[f"{int(found['entries'])} entries on SQLite, CPU time; pages: the median of {REPEATS} answers.", ""],
        write=write,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
