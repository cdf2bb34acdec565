"""The shared planning instances with their best-known values, and even samples of them."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TypeVar

from awna.core.planning.formats.recognise import read_project
from awna.core.planning.problem import Project

from ._measure import ROOT

DATA = ROOT.parent / "shared" / "data" / "planning"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Instance:
    """One file of a set. `best` = None where it is known that there is no plan; `critical` = length of the critical path."""

    name: str
    path: Path
    best: int | None
    critical: int = 0

    @property
    def hardness(self) -> float:
        """How far the best known plan is above the critical path, where that is known: scarce machines make it so."""
        return (self.best or 0) / self.critical if self.critical else 0.0

    @cached_property
    def project(self) -> Project:
        return read_project(self.path.read_bytes(), self.path.name)


def rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (DATA / name).open() as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def psplib(name: str) -> list[Instance]:
    """`j30`, `j60` or `j120`."""
    return [
        Instance(row["name"], DATA / "psplib" / name / row["name"], int(row["bks"]), int(row["cpm"]))
        for row in rows(f"best-known/{name}.csv")
    ]


def rg300() -> list[Instance]:
    return [Instance(row["name"], DATA / "rg300" / row["name"], int(row["bks"]), int(row["cpm"])) for row in rows("best-known/rg300.csv")]


def mmlib(category: str) -> list[Instance]:
    return [
        Instance(row["instance"], DATA / "mmlib" / row["instance"], int(row["bks"]))
        for row in rows("best-known/mmlib.csv")
        if row["category"] == category
    ]


def mspsp() -> list[Instance]:
    """Without the twenty whose name stands twice in the published results, with different values."""
    told: dict[str, list[str]] = {}
    for row in rows("mspsp/results_2017.csv"):
        told.setdefault(row["instance"], []).append(row["makespan"])
    return [
        Instance(name, DATA / "mspsp" / name, int(values[0]))
        for name, values in told.items()
        if len(values) == 1 and values[0].isdigit() and (DATA / "mspsp" / name).exists()
    ]


def cpr() -> list[Instance]:
    """Those whose status both published solvers agree on: an optimum, or that there is no plan."""
    status: dict[str, set[tuple[str, str]]] = {}
    for name in ("cpr-CPO-4W.csv", "cpr-Optal-4W-2FDS-reservoir2.csv"):
        for row in rows(f"best-known/{name}", ";"):
            status.setdefault(row["Model name"], set()).add((row["Status"], row["Objective"]))
    found = []
    for path in sorted((DATA / "rcpsp-cpr").glob("*/*.rcp")):
        told = status.get(f"rcpsp-cpr_{path.parent.name}_{path.stem}", set())
        if len(told) == 1:
            word, finish = next(iter(told))
            if word in ("Optimum", "Infeasible"):
                found.append(Instance(f"{path.parent.name}/{path.stem}", path, int(finish) if word == "Optimum" else None))
    return found


def even(items: Sequence[Item], count: int, *, seed: int, name: str, hardness: Callable[[Item], float] = lambda _: 0.0) -> list[Item]:
    """A seeded sample, one from each of so many equal parts of the list in the order of hardness, so that every kind has its share."""
    count, rng = min(count, len(items)), Random(f"{name} {seed}")
    ordered = sorted(items, key=hardness)
    step = len(ordered) / max(count, 1)
    return [ordered[rng.randrange(int(number * step), int((number + 1) * step))] for number in range(count)]
