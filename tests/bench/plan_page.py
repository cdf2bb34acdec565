"""`./awna bench plan_page`: what the plan page of the site costs with 500 tasks and 80 people: CPU of the server, bytes, questions.

CPU is that of the whole answer, from the request to the last byte of the page, in one process; the median of several. `--quick` takes a
small plan once and writes nothing.
"""

import argparse
import sys

from ._measure import Figure, report
from .books import run_json

TASKS, PEOPLE, REPEATS = 500, 80, 15
QUICK = 40, 12, 1
MS_MAX, BYTES_MAX, QUERIES_MAX = 300, 60 * 1024, 12


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench plan_page", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small plan, once, nothing written: only to see that it runs")
    options = parser.parse_args(arguments)
    tasks, people, repeats = QUICK if options.quick else (TASKS, PEOPLE, REPEATS)
    found = run_json("sqlite", "tests.bench._plan_page", str(tasks), str(people), str(repeats))
    figures = [figure for language in ("English", "Arabic") for figure in figures_of(found, language, f"{tasks} tasks, {people} people")]
    notes = [f"The whole page of the works desk on SQLite, median of {repeats}; bytes as gzip leaves them, without the style sheets.", ""]
    report("plan_page", figures, notes=notes, write=not options.quick)
    return 0


def figures_of(found: dict[str, float], language: str, what: str) -> list[Figure]:
    first, spent, size, asked = (found[f"{language} {name}"] for name in ("first", "ms", "bytes", "queries"))
    return [
        Figure(
            f"{what}, {language}: CPU of the server, a plan seen for the first time", f"{first:.0f} ms", f"< {MS_MAX} ms", first < MS_MAX
        ),
        Figure(f"{what}, {language}: CPU of the server, the same plan again", f"{spent:.0f} ms"),
        Figure(f"{what}, {language}: page compressed", f"{size:,.0f} bytes", f"<= {BYTES_MAX:,} bytes", size <= BYTES_MAX),
        Figure(f"{what}, {language}: questions to the database", f"{asked:.0f}", f"<= {QUERIES_MAX}", asked <= QUERIES_MAX),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
