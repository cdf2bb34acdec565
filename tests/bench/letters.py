"""`./awna bench letters`: confirmed signatures a second on SQLite with durable writes, and how well pasted lists are read.

Confirmations run through the services in this process, one by one and by many hands at once (who come together share a commit),
and through the HTTP server on loopback; the whole way of a signature over HTTP is counted in CPU time. The seconds are those of the
clock, because waiting for the disk is what is measured; CPU time stands beside them. `--quick` runs a little of everything and writes nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from tests.core.lists.judging import Score, measure
from tests.core.lists.layouts import HELD_OUT, WORK

from ._measure import ROOT, Figure, report

RATE = 500
SHARED = {"16", "64"}  # the ways that are quick enough for the whole number; a quarter is enough of the others
STEPS = ("letter", "sign", "told", "mail", "shown", "confirm", "thanked")
NEEDED = ("sign", "mail", "shown", "confirm")  # the letter and the thanks can be read from a copy, or not at all
CONFIRMED, QUICK_CONFIRMED, SEEDS, QUICK_SEEDS = 4_000, 40, 10, 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench letters", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, nothing written: only to see that it runs")
    parser.add_argument("--only", choices=("lists", "rate"), default="", help="one half")
    parser.add_argument("--confirmed", type=int, default=0, help="signatures of each way")
    options = parser.parse_args(arguments)
    count = options.confirmed or (QUICK_CONFIRMED if options.quick else CONFIRMED)
    seeds = QUICK_SEEDS if options.quick else SEEDS
    figures = ([] if options.only == "rate" else lists(seeds)) + ([] if options.only == "lists" else rates(count))
    notes = [
        f"{seeds} lists of 40 entries in each layout; {count} signatures of each way, SQLite with synchronous=FULL. The machine was shared with other "
        "work, so the rates are what was left. Layouts, words and reader have one author: real lists decide.", "",
    ]  # fmt: skip
    report("letters", figures, notes=notes, write=not options.quick and not options.only)
    return 0


def lists(seeds: int) -> list[Figure]:
    """Fields that are right, and wrong ones without a mark, in the layouts for work and in those held out."""
    figures = []
    for name, layouts in (("layouts for work", WORK), ("layouts held out", HELD_OUT)):
        whole = Score()
        for score in measure(layouts, range(100, 100 + seeds)).values():
            whole.add(score)
        share = f"{100 * whole.share:.2f} % of {whole.fields}"
        figures += [
            Figure(f"Lists, {name}: fields right", share, ">= 95 %", whole.share >= 0.95),
            Figure(f"Lists, {name}: wrong fields without a mark", str(len(whole.unmarked)), "0", not whole.unmarked),
            Figure(f"Lists, {name}: right fields marked as in doubt", f"{100 * whole.marked_though_right / whole.fields:.1f} %"),
        ]
    return figures


def rates(count: int) -> list[Figure]:
    """Confirmations a second, each way in a process and a database of its own."""
    figures = []
    for way, name in (
        ("1", "services, one after the other"),
        ("16", "services, 16 hands at once"),
        ("64", "services, 64 hands at once"),
        ("http", "HTTP on loopback"),
    ):
        found = run(way, count if way in SHARED else max(1, count // 4))
        rate = found["count"] / found["seconds"]
        commits = (
            f"{found['commits']:.0f} commits, " if "commits" in found else f"one core pays for {found['count'] / found['cpu']:.0f}/s, "
        )
        what = f"{rate:.0f}/s ({1e3 * found['cpu'] / found['count']:.2f} ms CPU each, {commits}p99 {1e3 * found['p99']:.0f} ms)"
        figures.append(Figure(f"Confirmed signatures: {name}", what, f">= {RATE}/s", rate >= RATE))
    figures += over_the_whole_way(max(1, count // 20))
    disk = run("disk", 200)
    figures.append(Figure("One durable commit of a bare row on this disk", f"{1e3 * disk['seconds'] / disk['count']:.2f} ms"))
    return figures


def over_the_whole_way(count: int) -> list[Figure]:
    """What the application spends on one signature from the letter's page to the thanks, and how many a second one core can pay for."""
    found = run("path", count)
    each = {name: 1e3 * found[name] / found["count"] for name in STEPS}
    must = sum(each[name] for name in NEEDED)
    said = ", ".join(f"{name} {ms:.1f}" for name, ms in each.items())
    return [
        Figure("A signature over HTTP, the whole way: CPU", f"{sum(each.values()):.1f} ms ({said})"),
        Figure("Signatures that one core holds over HTTP, every page shown", f"{1e3 / sum(each.values()):.0f}/s"),
        Figure(
            "Signatures that one core holds over HTTP, form, mail and confirmation alone", f"{1e3 / must:.0f}/s ({must:.1f} ms CPU each)"
        ),
    ]


def run(way: str, count: int) -> dict[str, float]:
    words = [sys.executable, "-W", "ignore", "-m", "tests.bench._signing_path" if way == "path" else "tests.bench._signing"]
    words += [str(count)] if way == "path" else [way, str(count)]
    with tempfile.TemporaryDirectory(prefix="awna-bench-") as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        environment |= {"AWNA_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(words, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{way} ended with {done.returncode}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
