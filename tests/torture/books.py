"""`./awna torture books`: hurt the book as the design's failure tests say, on both engines, and look whether anything was lost.

`--short` runs a few rounds of each; `--plant` makes one loss in each test and fails unless the test sees it; `--only 3,10` chooses;
`--engine sqlite` leaves PostgreSQL out. Full runs are kept in var/torture.jsonl, also those of a part (`--histories 0-499` plays these seeds), and
`--write` puts what was kept into docs/bench.md; `--write --only 0` runs nothing. Everything else lives in scratch folders, listens on a socket at most, and is removed at the end.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from . import _kept

ROOT = Path(__file__).resolve().parent.parent.parent
SEED = 20261121
ENGINES = ("none", "sqlite", "postgresql")
ENGINE_S_MAX = 3 * 3600


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    lost, roots = 0, {}
    started = time.monotonic()
    for engine in options.engine if options.only != "0" else []:
        for line in run_engine(engine, options):
            lost += not line["holds"]
            if line["result"].get("roots"):
                roots[engine] = line["result"]["roots"]
            print(said(line, plant=options.plant), flush=True)
            if not options.short and not options.plant:
                _kept.keep(line, seed=options.seed)
    lost += compare(roots, plant=options.plant)
    print(f"{lost} {'tests failed' if lost != 1 else 'test failed'}, {time.monotonic() - started:.0f} s, seed {options.seed}")
    if options.write:
        _kept.write()
    return 1 if lost else 0


def compare(roots: dict[str, dict[str, str]], *, plant: bool) -> int:
    """One line on whether all engines came to the same roots; 1 when they did not."""
    if len(roots) < 2:
        return 0
    if plant:
        engine = next(iter(roots))
        roots = {**roots, engine: {seed: root[::-1] for seed, root in roots[engine].items()}}
    seeds = set.intersection(*(set(played) for played in roots.values()))
    other = sorted(seed for seed in seeds if len({played[seed] for played in roots.values()}) > 1)
    holds = bool(other) == plant
    word = ("caught" if holds else "NOT CAUGHT") if plant else ("holds" if holds else f"LOST: {', '.join(other[:5])}")
    print(f"11 roots of histories on {' and '.join(roots)}: {len(seeds)} compared – {word}", flush=True)
    return 0 if holds else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="awna torture books", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few rounds of each test")
    parser.add_argument("--full", action="store_true", help="all rounds (this is so without --short)")
    parser.add_argument("--plant", action="store_true", help="make one loss in each test; fails unless it is seen")
    parser.add_argument("--only", default="", help="numbers of tests or words of their names, with commas")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this engine; may be given more than once")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--histories", default="0-999", help="first and last seed of the random histories in the full form")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no further history after this time")
    parser.add_argument("--write", action="store_true", help="put the kept results of full runs into docs/bench.md")
    options = parser.parse_args(arguments)
    options.engine = options.engine or list(ENGINES)
    return options


def run_engine(engine: str, options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """One process for each engine, because Django knows one database; it prints a line of JSON for each test."""
    words = [
        sys.executable,
        "-m",
        "tests.torture._engine",
        engine,
        options.only or "-",
        str(options.seed),
        options.histories,
        str(options.minutes),
    ]
    words += ["--short"] * options.short + ["--plant"] * options.plant
    if engine == "postgresql":
        words = [sys.executable, str(ROOT / "tests" / "postgres.py"), *words]
    with tempfile.TemporaryDirectory(prefix="awna-torture-") as scratch:
        environment = {**os.environ, "AWNA_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONUNBUFFERED": "1"}
        environment = {name: value for name, value in environment.items() if not name.endswith("DATABASE_URL")}
        with subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("{"):
                    yield json.loads(line)
            code = process.wait(ENGINE_S_MAX)
        if code:
            yield {"number": 0, "name": "the run itself", "engine": engine, "result": {"what": "exit code", "count": code, "faults": ["it ended early"]},
                   "holds": False, "seconds": 0}  # fmt: skip


def said(line: dict[str, object], *, plant: bool) -> str:
    """One test in one line."""
    result = line["result"]
    assert isinstance(result, dict)
    word = (
        "not here"
        if result.get("missing")
        else ("caught" if line["holds"] else "NOT CAUGHT")
        if plant
        else ("holds" if line["holds"] else "LOST")
    )
    engine = "" if line["engine"] == "none" else f" [{line['engine']}]"
    more = result.get("missing") or "; ".join([*result["faults"][:3], *filter(None, [result.get("note")])])
    return f"{line['number']:>2} {line['name']}{engine}: {result['count']} {result['what']} – {word}{f': {more}' if more else ''} ({line['seconds']} s)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
