"""CPU time, medians, targets, and the page that keeps the last figures."""

import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "bench.md"
REPEATS = 5


@dataclass(frozen=True)
class Figure:
    """What was measured. `target` and `met` are empty for figures that stand beside the targets."""

    name: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "met" if self.met else "missed"

    def __str__(self) -> str:
        return " ".join(
            part for part in (f"{self.name}:", self.measured, f"(target {self.target})" if self.target else "", self.verdict) if part
        )


def ratio(name: str, measured: float, *, most: float | None = None, least: float | None = None, note: str = "") -> Figure:
    """A ratio beside its target."""
    target = f"<= {most:g} x" if most is not None else f">= {least:g} x"
    met = measured <= most if most is not None else measured >= (least or 0)
    return Figure(name, f"{measured:.2f} x{f' ({note})' if note else ''}", target, met)


def missing(name: str, why: str, *, target: str = "") -> Figure:
    return Figure(name, f"not measured: {why}", target)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that another process has had, to the microsecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


class Clock:
    """CPU time of this process and, on PostgreSQL, of the server process that works for it."""

    def __init__(self, server: int | None = None) -> None:
        self.server = server

    def now(self) -> float:
        return time.process_time() + (cpu_of(self.server) if self.server else 0.0)

    def of(self, act: Callable[[], object]) -> float:
        started = self.now()
        act()
        return self.now() - started


def median(times: list[float]) -> float:
    return statistics.median(times)


def us(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} us"


def machine() -> str:
    """What was measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")), platform.machine()
    )
    system = next(
        (line.split("=", 1)[1].strip('"') for line in _read("/etc/os-release").splitlines() if line.startswith("PRETTY_NAME")),
        platform.system(),
    )
    return f"{os.cpu_count()} cores of {model}, {system}, Python {platform.python_version()}"


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def report(part: str, figures: list[Figure], *, notes: list[str], write: bool) -> None:
    """Print every figure; with `write`, put them between this part's markers in docs/bench.md."""
    for figure in figures:
        print(figure, flush=True)
    if not write:
        return
    rows = [f"| {figure.name} | {figure.measured} | {figure.target} | {figure.verdict} |" for figure in figures]
    text = "\n".join(
        ["| What | Measured | Target | |", "|---|--:|--:|---|", *rows, "", *notes, f"Measured on {date.today()}: {machine()}."]
    )
    put(part, text)


def put(part: str, text: str) -> None:
    """Replace what stands between this part's markers in docs/bench.md."""
    page = PAGE.read_text()
    marker = re.compile(rf"<!-- {part} -->\n.*?<!-- /{part} -->", re.DOTALL)
    block = f"<!-- {part} -->\n{text}\n<!-- /{part} -->"
    if not marker.search(page):
        sys.exit(f"docs/bench.md has no place for “{part}”: add <!-- {part} --> and <!-- /{part} -->")
    PAGE.write_text(marker.sub(lambda _: block, page))
