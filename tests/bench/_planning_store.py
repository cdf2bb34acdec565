"""Keeps what the planning bench has measured under var/bench, so that a long run can go on where it stopped."""

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._measure import ROOT, machine

FOLDER = ROOT / "var" / "bench"
SOURCES = ROOT / "src" / "awna" / "core" / "planning"
DIGITS = 10  # of a digest that names a version

Result = dict[str, Any]


def ours() -> str:
    """Names the state of the engine: any change of its sources is another version."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} absent"


VERSIONS: dict[str, Callable[[], str]] = {
    "Awna": ours,
    "one-pass LFT": ours,
    "CP-SAT": lambda: version("ortools"),
    "PyJobShop": lambda: f"{version('pyjobshop')}, {version('ortools')}",
}


@dataclass
class Store:
    """Results by peer, version, instance, limit and machine. `resume` = look there before measuring."""

    path: Path = FOLDER / "planning.jsonl"
    resume: bool = False
    machine: str = field(default_factory=machine)
    known: dict[str, Result] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    now: set[str] = field(default_factory=set)  # keys that this run has measured

    def __post_init__(self) -> None:
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                row = json.loads(line)
                self.known[row["key"]] = row["result"]

    def key(self, peer: str, instance: str, limit: str) -> str:
        if peer not in self.versions:
            self.versions[peer] = VERSIONS[peer]()
        return " | ".join((peer, self.versions[peer], instance, limit, self.machine))

    def measured(self, peer: str, instance: str, limit: str, act: Callable[[], Result]) -> Result:
        """What is known of this, or else what `act` finds now, which is written down at once."""
        key = self.key(peer, instance, limit)
        if key in self.now or (self.resume and key in self.known):
            return self.known[key]
        result = act()
        self.known[key] = result
        self.now.add(key)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps({"key": key, "result": result}) + "\n")
        return result


@contextmanager
def quiet() -> Iterator[None]:
    """Peers print as they please; their words are no result."""
    with Path(os.devnull).open("w") as nowhere:
        kept = os.dup(1)
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
