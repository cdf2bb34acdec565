"""`./awna bench publish`: a static copy of a campaign with 100,000 entries, a second run, one more entry, and nginx alone serving it.

Times are by the clock, because that is what the target says, with the CPU time beside them: on a machine that others use, read the CPU time.
`--quick` does a little of everything and writes nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.nginx import is_installed, serving

from ._measure import Figure, missing, report
from .books import run_json

ENTRIES, QUICK_ENTRIES = 100_000, 1_000
FIRST_S_MAX, SECOND_S_MAX = 60, 5
REQUESTS_S_MIN, LATENCY_MS_MAX = 10_000, 50
LOAD_S, QUICK_LOAD_S, CONNECTIONS = 10, 1, 16
PAGES = ("/", "/c/clinic/", "/c/clinic/book/", "/c/clinic/book/0001/", "/snapshot/", "/static/kit/awna.css")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench publish", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, nothing written: only to see that it runs")
    parser.add_argument("--entries", type=int, default=0, help="of the book")
    options = parser.parse_args(arguments)
    entries = options.entries or (QUICK_ENTRIES if options.quick else ENTRIES)
    with tempfile.TemporaryDirectory(prefix="awna-copy-") as folder:
        found = run_json("sqlite", "tests.bench._publish", str(entries), folder)
        figures = of_publishing(found, entries) + of_serving(Path(folder) / "current", seconds=QUICK_LOAD_S if options.quick else LOAD_S)
    notes = [f"{entries} entries on SQLite, {os.cpu_count()} processes; load average before: {os.getloadavg()[2]:.1f}. nginx had neither "
             "application nor database behind it; the load came from this same machine.", ""]  # fmt: skip
    report("publish", figures, notes=notes, write=not options.quick)
    return 0


def of_publishing(found: dict[str, float], entries: int) -> list[Figure]:
    def run(name: str, what: str, most: float | None) -> Figure:
        measured = f"{found[name]:.1f} s ({found[f'{name} cpu']:.1f} s of CPU; {found[f'{name} written']:.0f} files written, {found[f'{name} kept']:.0f} as before)"
        return Figure(what, measured, f"<= {most:g} s" if most else "", found[name] <= most if most else None)

    return [
        run("first", f"awna publish of {entries} entries", FIRST_S_MAX), run("second", "the same again", SECOND_S_MAX),
        run("more", "again, with one more entry", None), Figure("the copy", f"{found['files']:.0f} files, {found['bytes'] / 1e6:.0f} MB"),
    ]  # fmt: skip


def of_serving(copy: Path, *, seconds: int) -> list[Figure]:
    """Requests a second of pages, compressed, each answer counted."""
    what = "nginx alone: requests a second, all answered with 200"
    if not is_installed() or not shutil.which("wrk"):
        return [missing(what, "nginx-light and wrk are not installed", target=f">= {REQUESTS_S_MIN}")]
    with tempfile.TemporaryDirectory(prefix="awna-nginx-") as scratch, serving(copy, scratch=Path(scratch)) as url:
        script = Path(scratch) / "pages.lua"
        script.write_text(
            f"local pages = {{{', '.join(repr(page) for page in PAGES)}}}\nlocal n = 0\n"
            "request = function() n = n + 1; return wrk.format('GET', pages[n % #pages + 1], {['Accept-Encoding'] = 'gzip', Host = 'localhost'}) end\n"
            "done = function(summary, latency) io.write(string.format('p99 %d us wrong %d\\n', latency:percentile(99), summary.errors.status + "
            "summary.errors.connect + summary.errors.read + summary.errors.timeout)) end\n")  # fmt: skip
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url], capture_output=True, text=True, check=True
        ).stdout
    rate, p99, wrong = (float(match[1]) for match in (re.search(pattern, done) for pattern in (
        r"Requests/sec:\s+([\d.]+)", r"p99 (\d+) us", r"wrong (\d+)")) if match)  # fmt: skip
    return [
        Figure(what, f"{rate:.0f} a second, {wrong:.0f} other answers", f">= {REQUESTS_S_MIN} a second, 0 others", rate >= REQUESTS_S_MIN and not wrong),
        Figure("nginx alone: 99 of 100 answers came within", f"{p99 / 1000:.1f} ms", f"<= {LATENCY_MS_MAX} ms", p99 <= LATENCY_MS_MAX * 1000),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
