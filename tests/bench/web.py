"""`./awna bench web`: what the public pages of the demonstration weigh, and when the largest thing on them is drawn over a bad link.

Bytes are HTML and style sheets as they cross the wire, the larger of English and Arabic. Times are Chromium's largest contentful paint with
an empty cache, the processor slowed four times, over 400 kbit/s with 400 ms a round trip and over 50 kbit/s with 800 ms. The server is on
the same machine: a first visit adds two or three round trips for names and TLS. `--quick` opens one page once and writes nothing.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from ._measure import ROOT, Figure, median, report

TEXT_BYTES_MAX, TABLE_BYTES_MAX = 14_336, 60 * 1024
SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
SETTLE_MS, LOAD_MS_MAX, CPU_SLOWER = 1_500, 120_000, 4
WATCH = """() => {
    window.largest = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) window.largest = entry.startTime; })
        .observe({type: 'largest-contentful-paint', buffered: true});
}"""


@dataclass(frozen=True)
class Link:
    """A way to the reader: kbit/s down, ms a round trip, and the seconds in which a page should be there."""

    kbits: int
    round_trip_ms: int
    seconds_max: float

    def __str__(self) -> str:
        return f"{self.kbits} kbit/s, {self.round_trip_ms} ms"


LINKS = (Link(400, 400, 2.5), Link(50, 800, 5.0))


@dataclass(frozen=True)
class Page:
    """One page of the bench and the most that it may weigh."""

    name: str
    path: str
    bytes_max: int


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench web", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one page, once, nothing written: only to see that it runs")
    parser.add_argument("--repeats", type=int, default=3, help="loads of each page over each link; the median is told")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="awna-bench-") as scratch:
        pages = make_demo(Path(scratch))[: 1 if options.quick else None]
        with served(Path(scratch)) as site, browser() as chromium:
            figures = [
                figure for page in pages for figure in measure(chromium, site, page, repeats=1 if options.quick else options.repeats)
            ]
    notes = [
        f"Median of {options.repeats} loads with an empty cache; processor slowed {CPU_SLOWER} times; HTML + CSS of the larger language.",
        "",
    ]
    report("web", figures, notes=notes, write=not options.quick)
    return 0


def measure(chromium: Any, site: str, page: Page, *, repeats: int) -> list[Figure]:
    weights = [weight_of(site, prefix + page.path) for prefix in ("", "/ar")]
    most = max(weights, key=sum)
    weight = Figure(
        f"{page.name}: HTML + CSS",
        f"{sum(most):,} bytes ({most[0]:,} + {most[1]:,})",
        f"<= {page.bytes_max:,} bytes",
        sum(most) <= page.bytes_max,
    )
    return [weight, *(paint(page.name, link, [painted(chromium, site + page.path, link) for _ in range(repeats)]) for link in LINKS)]


def paint(name: str, link: Link, seconds: list[float]) -> Figure:
    middle = median(seconds)
    return Figure(f"{name}: largest paint at {link}", f"{middle:.2f} s", f"< {link.seconds_max:g} s", middle < link.seconds_max)


def weight_of(site: str, path: str) -> tuple[int, int]:
    """Bytes of the page and of its sheets, compressed as the server sends them."""
    raw, text = fetch(site + path)
    sheets = [fetch(urljoin(site + path, href))[0] for href in SHEET.findall(text)]
    return raw, sum(sheets)


def fetch(address: str) -> tuple[int, str]:
    """How many bytes came, and their text."""
    import gzip

    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # our own server
    with urllib.request.urlopen(request, timeout=60) as answer:  # as above
        body = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(body), (gzip.decompress(body) if packed else body).decode()


def painted(chromium: Any, address: str, link: Link) -> float:
    """Seconds until the largest thing on the page was drawn."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    speed = {"downloadThroughput": link.kbits * 125, "uploadThroughput": link.kbits * 125, "latency": link.round_trip_ms, "offline": False}
    tools.send("Network.emulateNetworkConditions", speed)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    page.goto(address, timeout=LOAD_MS_MAX)
    page.wait_for_timeout(SETTLE_MS)
    largest = float(page.evaluate("window.largest"))
    context.close()
    if not largest:
        raise SystemExit(f"nothing was painted at {address}")
    return largest / 1000


def make_demo(scratch: Path) -> list[Page]:
    """The demonstration in a folder of its own; the pages to measure."""
    environment = environment_of(scratch)
    said = run([sys.executable, "-m", "awna.cli", "demo", "--no-serve"], {**environment, "AWNA_DEMO_DIR": str(scratch)})
    gift = re.search(r"(/c/[\w-]+/)gift/[\w-]+/", said)
    if gift is None:
        raise SystemExit("the demonstration told no address of a gift")
    home = gift.group(1)
    letter = re.search(rf'href="({home}letters/[0-9a-f-]{{36}}/)"', rendered(home, environment))
    return [
        Page("Appeal", home, TEXT_BYTES_MAX), Page("Give", f"{home}give/", TEXT_BYTES_MAX),
        Page("Sign", letter.group(1) if letter else f"{home}letters/", TEXT_BYTES_MAX), Page("Trace", gift.group(0), TEXT_BYTES_MAX),
        Page("Plan", f"{home}plan/", TABLE_BYTES_MAX), Page("Book", f"{home}book/", TABLE_BYTES_MAX),
    ]  # fmt: skip


def rendered(path: str, environment: dict[str, str]) -> str:
    """A page without a server."""
    code = f"import django; django.setup(); from django.test import Client; print(Client(HTTP_HOST='localhost').get({path!r}).content.decode())"
    return run([sys.executable, "-c", code], environment)


def environment_of(scratch: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWNA_")}
    return {**kept, "AWNA_DATA_DIR": str(scratch), "DJANGO_SETTINGS_MODULE": "awna.settings"}


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} ended with {done.returncode}")
    return done.stdout


@contextmanager
def served(scratch: Path) -> Iterator[str]:
    """The site as it is run in earnest: one granian process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://localhost:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(port),
               "--no-log", "awna.wsgi:application"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=environment_of(scratch))
    try:
        until = time.monotonic() + 60
        while True:
            try:
                fetch(f"{site}/readyz")
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not answer") from None
                time.sleep(0.2)
        yield site
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--disable-dev-shm-usage", *sandbox])
        yield chromium
        chromium.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
