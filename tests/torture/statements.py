"""`./awna torture statements`: damaged bank files of every format against the readers; only a refusal may come back, in bounded memory.

Each format runs in a process of its own, seeded by our fixtures and by the shared files where they are present. `--short` is a little
of each.
"""

import argparse
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.bench._measure import machine, put

from ._statements import FORMATS, MEMORY_BYTES

ROOT = Path(__file__).resolve().parent.parent.parent
SEED = 20261121
SECONDS, SHORT_CASES, ALL_CASES = 600, 150, 10**9


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna torture statements", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{SHORT_CASES} cases of each format")
    parser.add_argument("--seconds", type=float, default=SECONDS / len(FORMATS), help="of each format")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="put the lines of a full run into docs/bench.md")
    options = parser.parse_args(arguments)
    lines, failed = [], 0
    for kind in FORMATS:
        found = one(kind, 1e9 if options.short else options.seconds, options.seed, SHORT_CASES if options.short else ALL_CASES)
        failures = found["failures"]
        failed += len(failures)
        lines.append(
            f"{kind}: {found['cases']:,} damaged files from {found['seeds']} whole ones: {found['read']:,} read, {found['refused']:,} refused, "
            f"{len(failures)} unhandled; slowest {found['slowest_ms']} ms CPU, at most {found['memory_mb']} MB"
        )
        print(lines[-1], flush=True)
        for failure in failures:
            print(f"  {failure}", flush=True)
    if options.write and not options.short:
        seconds = round(options.seconds * len(FORMATS))
        told = [*(f"- {line}" for line in lines), "", f"{seconds} s in all, memory limit {MEMORY_BYTES >> 20} MB for each process. "
                f"Measured on {date.today()}, seed {options.seed}: {machine()}."]  # fmt: skip
        put("statements-torture", "\n".join(told))
    print("holds" if not failed else f"{failed} cases ended in something other than a refusal, seed {options.seed}")
    return 1 if failed else 0


def one(kind: str, seconds: float, seed: int, cases: int) -> dict[str, object]:
    """One format in its own process; a process that dies is a failure and says how."""
    words = [sys.executable, "-W", "ignore", "-m", "tests.torture._statements", kind, str(seconds), str(seed), str(cases)]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["?"])[-1][:200]
        return {
            "cases": 0,
            "read": 0,
            "refused": 0,
            "seeds": 0,
            "slowest_ms": 0,
            "memory_mb": 0,
            "failures": [f"ended with {done.returncode}: {said}"],
        }
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
