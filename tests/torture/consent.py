"""`./awna torture consent`: try to move the money of a book with keys without enough of its stewards.

`--only steps` plays random lives over the real services (`--steps 100000`, a few hundred with `--short`): propose, sign rightly and wrongly,
edit, revoke, change roles, pause, change the policy, move the clock, release, pay. `--only races` lets two clients release the same money at
the same moment (`--pairs 10000` on each engine): exactly one wins. `--only duress` measures a yes with either PIN (`--yeses 2000`): whoever
watches the clock must not tell them apart. `--plant` takes the count of approvals out of guard and service, gives one account more than it had,
leaves out a hash, and fails unless that is seen. Everything lives in scratch folders.
"""

import argparse
import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEED, STEPS, STEPS_SHORT, PAIRS, PAIRS_SHORT = 20261122, 100_000, 400, 10_000, 40
YESES, YESES_SHORT = 2_000, 60
PARTS = {"steps": ("sqlite",), "races": ("sqlite", "postgresql"), "duress": ("sqlite",)}
PART_S_MAX = 6 * 3600


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    lost, started = 0, time.monotonic()
    for part, engines in PARTS.items():
        for engine in engines:
            if (options.only and part not in options.only.split(",")) or (options.engine and engine not in options.engine):
                continue
            found = run(part, engine, options)
            seen = bool(found["faults"]) == options.plant
            lost += not seen
            word = (
                ("caught" if seen else "NOT CAUGHT") if options.plant else ("holds" if seen else f"LOST: {'; '.join(found['faults'][:3])}")
            )
            print(f"{part} on {engine}: {found['count']} {found['what']}, {found['note']}, {found['cpu_s']} CPU s – {word}", flush=True)
    print(f"{lost} failed, {time.monotonic() - started:.0f} s, seed {options.seed}")
    return 1 if lost else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="awna torture consent", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few hundred steps, a few dozen pairs")
    parser.add_argument("--plant", action="store_true", help="make a fault; fails unless it is seen")
    parser.add_argument("--only", default="", help="steps, races or duress")
    parser.add_argument("--engine", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--yeses", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    options.steps = options.steps or (STEPS_SHORT if options.short else STEPS)
    options.pairs = options.pairs or (PAIRS_SHORT if options.short else PAIRS)
    options.yeses = options.yeses or (YESES_SHORT if options.short else YESES)
    return options


def run(part: str, engine: str, options: argparse.Namespace) -> dict[str, object]:
    """One process for each engine, because Django knows one database; its last line is the result as JSON."""
    count = {"steps": options.steps, "races": options.pairs, "duress": options.yeses}[part]
    words = [part, str(count), str(options.seed), *["--plant"] * options.plant]
    with tempfile.TemporaryDirectory(prefix="awna-torture-") as folder:
        if engine == "sqlite":
            shutil.copy(empty_database(), folder)
        done = _python(words, folder=folder, engine=engine)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        return {"what": "runs", "count": 0, "faults": [] if options.plant else [said[:300]], "note": said[:300], "cpu_s": 0}
    return dict(json.loads(lines[-1]))


@functools.cache
def empty_database() -> Path:
    """On SQLite, a database with tables and nothing else; made once, for every part begins with a copy."""
    folder = tempfile.mkdtemp(prefix="awna-torture-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _python(["tables"], folder=folder, engine="sqlite").check_returncode()
    return Path(folder) / "awna.sqlite3"


def _python(words: list[str], *, folder: str, engine: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.torture._consent", *words]
    if engine == "postgresql":
        command = [sys.executable, str(ROOT / "tests" / "postgres.py"), *command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWNA_") or name == "AWNA_TEST_POSTGRES_BIN"}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "AWNA_DATA_DIR": folder, "AWNA_LOG_AT_COMMIT": "0"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PART_S_MAX, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
