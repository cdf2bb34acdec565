"""`./awna torture letters`: a million forged sign-ups in fast-forward beside honest people, and what the letter shows afterwards.

The clock is the program's own, so an hour of flood takes minutes; everything passes the gate and the services that the page
uses. `--short` is a small flood, `--plant` makes three faults, each of which must be seen. Nothing listens and nothing is mailed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.bench._measure import machine, put

ROOT = Path(__file__).resolve().parent.parent.parent
SEED = 20261121
FORGED, HONEST, SHORT_FORGED, SHORT_HONEST = 1_000_000, 2_000, 1_500, 40
FLOOD_H = 1.0
MEMORY = Path("/dev/shm")  # what is asked here is who gets in, not whether a disk keeps it
PLANTS = ("counted", "kept", "mailed")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna torture letters", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a small flood")
    parser.add_argument("--plant", action="store_true", help="make three faults in a small flood; fails unless each is seen")
    parser.add_argument("--write", action="store_true", help="put the lines of a full run into docs/bench.md")
    parser.add_argument("--forged", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    forged = options.forged or (SHORT_FORGED if options.short or options.plant else FORGED)
    honest = SHORT_HONEST if options.short or options.plant else HONEST
    found = flood(forged, honest, options.seed, ",".join(PLANTS) if options.plant else "-")
    for line in found["lines"]:
        print(line, flush=True)
    if options.plant:
        missed = [plant for plant in PLANTS if plant not in found["faults"]]
        for plant in PLANTS:
            print(f"planted “{plant}”: {'NOT CAUGHT' if plant in missed else 'caught'}")
        failed = len(missed)
    else:
        failed = len(found["faults"])
        print("holds" if not failed else f"LOST: {', '.join(found['faults'])}")
        if options.write and not options.short:
            put("letters-flood", told(found["lines"], options.seed))
    print(f"{failed} {'tests failed' if failed != 1 else 'test failed'}, seed {options.seed}")
    return 1 if failed else 0


def told(lines: list[str], seed: int) -> str:
    """The lines of a run as they stand in docs/bench.md."""
    return "\n".join([*(f"- {line}" for line in lines), "", f"Measured on {date.today()}, seed {seed}: {machine()}."])


def flood(forged: int, honest: int, seed: int, plant: str) -> dict[str, list[str]]:
    """One flood in a process and a database of its own."""
    words = [sys.executable, "-W", "ignore", "-m", "tests.torture._flood", str(forged), str(honest), str(seed), str(FLOOD_H), plant]
    with tempfile.TemporaryDirectory(prefix="awna-flood-", dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        environment |= {"AWNA_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(words, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"the flood ended with {done.returncode}")
    found: dict[str, list[str]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
