"""`./awna bench statements`: how many bank files are read right, beside other readers, and how often a machine books rightly by itself.

Right means: as many movements as the file holds, and the same signed sum, both counted without any reader; CAMT also field by field
with what genkgo/camt expects of its own files. Readers of others run in an environment of their own. Times are CPU.
`--quick` reads our own files alone and writes nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from awna.core.banking.csv_profile import profile_to_json
from awna.core.banking.statement import read_statements
from tests.core.banking._genkgo import NOT_KEPT, compare
from tests.core.banking._judging import judge
from tests.core.banking.test_metamorphic import PROFILE, START, WRITERS

from ._measure import ROOT, Figure, missing, report
from ._statement_truth import SHARED, Known, known

PEERS = {"camt": ("pycamt", "pyiso20022", "bankstatementparser"), "mt940": ("mt-940", "bankstatementparser"), "ofx": ("ofxparse", "bankstatementparser"),
         "csv": ("bankstatementparser",)}  # fmt: skip
NAMES = {"camt": "CAMT.052/053/054", "mt940": "MT940/942", "ofx": "OFX/QFX", "csv": "CSV with a profile"}
PEER_PLACE = ROOT / "var" / "bench-peers"
LOCK = ROOT / "requirements" / "peers.txt"
MT940_RIGHT_MIN, AUTOMATIC_MIN = 129, 0.95
SEED, LINES, QUICK_LINES = 20261121, 10_000, 300
SPEED_MOVEMENTS, SPEED_REPEATS = 5_000, 3
IMPORT_LINES, IMPORT_CPU_S_MAX = 100_000, 60.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench statements", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only to see that it runs")
    parser.add_argument("--lines", type=int, default=IMPORT_LINES, help="of the import into a book")
    options = parser.parse_args(arguments)
    peers = None if options.quick else peer_python()
    figures, notes = [], []
    for kind in NAMES:
        more, refused = reading(kind, peers)
        figures += more
        notes += refused
    figures += genkgo()
    if peers is not None:
        figures += speeds(peers)
    figures += matching(QUICK_LINES if options.quick else LINES)
    if not options.quick:
        figures += importing(options.lines)
    damaged = "A damaged character that books itself is two equal neighbours that changed places: nothing was damaged."
    notes = [damaged, *notes, "", f"Not held by our types, so not compared with genkgo/camt: {'; '.join(NOT_KEPT)}.", ""]
    report("statements", figures, notes=notes, write=not options.quick and SHARED.is_dir())
    return 0


def peer_python() -> str:
    """The interpreter of the peers' environment, made from its lock; empty where that cannot be done."""
    python = PEER_PLACE / "bin" / "python"
    stamp = PEER_PLACE / "installed.txt"
    if not stamp.exists() or stamp.read_text() != LOCK.read_text():
        for words in (
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(PEER_PLACE)],
            [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--require-hashes", "--no-deps", "-r", str(LOCK)],
        ):
            if subprocess.run(words, check=False, capture_output=True).returncode:
                return ""
        stamp.write_text(LOCK.read_text())
    return str(python)


def run(name: str, files: list[Known], python: str, *, repeats: int = 1) -> dict[str, Any]:
    """One reader over these files in a process of its own; what it wrote aside is not looked at."""
    program = ROOT / "tests" / "bench" / "_statement_peer.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src") if name in ("awna", "acknowledged") else ""}
    done = subprocess.run(
        [python, "-W", "ignore", str(program), name, str(repeats)], input=json.dumps([one.as_asked() for one in files]),
        check=False, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    if done.returncode:
        return {"found": [{"error": "the reader died"} for _ in files], "cpu": 0.0}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def reading(kind: str, peers: str | None) -> tuple[list[Figure], list[str]]:
    """How many of the files each reader has right; what ours refuses is listed with its reason. `peers` is None to leave the others out."""
    files = known(kind)
    holding = [one for one in files if one.count]
    ours = run("awna", files, sys.executable)["found"]
    right = sum(one.fits(found) for one, found in zip(files, ours, strict=True) if one.count)
    refused = Counter(found["error"] for found in ours if "error" in found)
    wrong = [one for one, found in zip(files, ours, strict=True) if "error" not in found and one.count is not None and not one.fits(found)]
    said = f"{right} of {len(holding)} (refused with a reason: {sum(refused.values())} of all {len(files)}, read wrongly: {len(wrong)})"
    figures = [Figure(f"{NAMES[kind]}: files right by count and signed sum", said, "none read wrongly", not wrong)]
    if kind == "mt940":
        accepted = run("acknowledged", files, sys.executable)["found"]
        count = sum(one.fits(found) for one, found in zip(files, accepted, strict=True))
        least = MT940_RIGHT_MIN if SHARED.is_dir() else len(files)
        figures.append(Figure(f"{NAMES[kind]}: read right strictly, without a word of anybody", f"{right} of {len(files)}"))
        figures.append(
            Figure(
                f"{NAMES[kind]}: right once two people vouched for what is damaged and named below",
                f"{count} of {len(files)}",
                f">= {least}",
                count >= least,
            )
        )
    for name in PEERS[kind] if peers is not None else ():
        if not peers:
            figures.append(missing(f"{NAMES[kind]}: {name}", "its environment cannot be made"))
            continue
        found = run(name, files, peers)["found"]
        count = sum(one.fits(each) for one, each in zip(files, found, strict=True) if one.count)
        silent = sum("error" not in each and not one.fits(each) for one, each in zip(files, found, strict=True) if one.count)
        figures.append(Figure(f"{NAMES[kind]}: {name}", f"{count} of {len(holding)} (another result without an error: {silent})"))
    listed = [
        f"- {one.path.parent.name}/{one.path.name}: {found['error']}" for one, found in zip(files, ours, strict=True) if "error" in found
    ]
    return figures, ["", f"{NAMES[kind]}: refused, and why.", "", *listed] if listed else []


def genkgo() -> list[Figure]:
    folder = SHARED / "camt" / "genkgo__camt"
    if not folder.is_dir():
        return [missing("CAMT: fields equal to genkgo/camt", "the shared files are not beside the checkout")]
    compared = [
        one
        for path in sorted(folder.glob("*.json"))
        for one in compare(json.loads(path.read_text(encoding="utf-8")), read_statements(path.with_suffix(".xml").read_bytes()))
    ]
    differing = Counter(one.name for one in compared if not one.equal)
    said = ", ".join(f"{name} {count}" for name, count in differing.items())
    return [
        Figure(
            "CAMT: fields equal to genkgo/camt",
            f"{len(compared) - sum(differing.values())} of {len(compared)}"
            + (f" (in details that cannot be split: {said})" if said else ""),
        )
    ]


def speeds(peers: str) -> list[Figure]:
    """Movements per CPU second on one generated file of each format that every reader gets alike."""
    lines = [(START + timedelta(number // 500), Decimal(number % 900 + 1), f"gift {number}") for number in range(SPEED_MOVEMENTS)]
    figures = []
    with tempfile.TemporaryDirectory(prefix="awna-bench-") as scratch:
        for kind, write in WRITERS.items():
            data = write(lines, START, START + timedelta(SPEED_MOVEMENTS), Decimal(1000))
            data = data.replace(b"<Document>", b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">')
            path = Path(scratch) / f"{kind}.{'xml' if kind == 'camt' else kind}"
            path.write_bytes(data)
            total = sum((amount for _, amount, _ in lines), Decimal(0))
            asked = [Known(path, kind, SPEED_MOVEMENTS, total, profile_to_json(PROFILE) if kind == "csv" else "")]
            for name in ("awna", *PEERS[kind]):
                python = sys.executable if name == "awna" else peers
                if not python:
                    continue
                done = run(name, asked, python, repeats=SPEED_REPEATS)
                error = done["found"][0].get("error", "" if asked[0].fits(done["found"][0]) else "another result")
                rate = f"{SPEED_MOVEMENTS / done['cpu']:,.0f}" if done["cpu"] and not error else f"not counted: {error}"
                figures.append(Figure(f"{NAMES[kind]}: movements per CPU second, {name}", rate))
    return figures


def matching(count: int) -> list[Figure]:
    """Seeded lines with named noise: what books itself, and whether rightly."""
    started = time.process_time()
    verdict = judge(SEED, count)
    took = time.process_time() - started
    share, whole = f"{100 * verdict.automatic_share:.2f} %", f"{verdict.whole_booked} of all {verdict.whole}"
    return [
        Figure(f"Matching: wrong automatic bookings of {count:,} lines with named noise", str(len(verdict.wrong)), "0", not verdict.wrong),
        Figure(
            "Matching: automatic where a whole reference is present and pays what is due",
            f"{share} of {verdict.bookable:,} ({whole} lines with one, the others paying too little, twice, in another currency, or not yet)",
            f">= {100 * AUTOMATIC_MIN:.0f} %",
            verdict.automatic_share >= AUTOMATIC_MIN,
        ),
        *(
            Figure(
                f"Matching, {noise}",
                f"{found['lines']} lines: {found['booked']} by themselves, {found['right']} right in the first suggestion",
            )
            for noise, found in sorted(verdict.by_noise.items())
        ),
        Figure("Matching: lines per CPU second", f"{count / took:,.0f}"),
    ]


def importing(lines: int) -> list[Figure]:
    """Files of many lines into a book on SQLite: read in the sandbox, stored, matched, posted, and unsealed."""
    with tempfile.TemporaryDirectory(prefix="awna-bench-") as scratch:
        environment = {**os.environ, "AWNA_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        environment = {name: value for name, value in environment.items() if not name.endswith("DATABASE_URL")}
        words = [sys.executable, "-W", "ignore", "-m", "tests.bench._bank_import", str(lines)]
        done = subprocess.run(words, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        return [missing("Import into a book", (done.stderr.strip().splitlines() or ["?"])[-1][:100], target=f"< {IMPORT_CPU_S_MAX:.0f} s")]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    took = found["import"] + found["unseal"]
    whole = found["lines"] == lines and found["claimed"] == found["pledges"] and not found["doubled"] and not found["faults"]
    return [
        Figure(f"Import of {lines:,} lines: read, stored, matched, posted and unsealed", f"{took:.1f} s of CPU ({1000 * took / lines:.2f} ms a line)",
               f"< {IMPORT_CPU_S_MAX * lines / IMPORT_LINES:.0f} s", took < IMPORT_CPU_S_MAX * lines / IMPORT_LINES),
        Figure("Import: lines stored, gifts claimed by their reference, lines doubled by the last file again, faults of the book",
               f"{found['lines']:,}, {found['claimed']:,} of {found['pledges']:,}, {found['doubled']}, {len(found['faults'])}", "all, all, 0, 0", whole),
        Figure("Import: the last file of 5,000 lines once more", f"{found['again']:.1f} s of CPU"),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
