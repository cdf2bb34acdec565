"""`./awna bench planning`: targets P1 to P12 of the design, each figure beside its target, with PyJobShop, plain CP-SAT and one-pass LFT in turn.

Without options a seeded sample that takes about a quarter of an hour on two idle cores. `--size 0.5` measures half as many instances,
`--only P1,P4` some of the targets; both leave the other figures of docs/bench.md as they are. `--resume` takes what this machine has
measured before with the same versions from var/bench; `--full` measures every instance, and always goes on where it stopped.
`--quick` plays small projects of our own for fixed counts and compares them with the stored baseline: that is what CI looks at.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from datetime import date
from typing import Any

from . import _planning_doubt, _planning_gaps, _planning_quick, _planning_rich
from ._measure import Figure, machine, put
from ._planning_gaps import Scope
from ._planning_peers import JUDGE, WORKERS
from ._planning_sets import DATA
from ._planning_store import FOLDER, VERSIONS, Store

PARTS = {**_planning_gaps.PARTS, **_planning_rich.PARTS, **_planning_doubt.PARTS}
ORDER = [f"P{number}" for number in range(1, 13)]
TIMED = frozenset(ORDER) - {"P4", "P11", "P12"}  # with other time limits their figures are no verdict
NEED_DATA = frozenset(_planning_gaps.PARTS) | {"P8"}
FIGURES = FOLDER / "planning-figures.json"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if options.quick or options.accept or options.plant:
        return _planning_quick.compare(accept=options.accept, plant=options.plant)
    scope = Scope(options.size, options.seconds_scale, options.full, options.seed)
    store = Store(resume=options.resume or options.full)
    chosen = [name for name in ORDER if name in options.only]
    versions = {peer: told() for peer, told in VERSIONS.items()}
    print(f"{machine()}; {', '.join(f'{peer}: {told}' for peer, told in versions.items())}; load {os.getloadavg()[0]:.1f}", flush=True)
    _planning_quick.warm()
    for name in chosen:
        began, plans, refused, load = time.monotonic(), JUDGE.plans, JUDGE.refused, os.getloadavg()[0]
        if name in NEED_DATA and not DATA.exists():
            figures = [Figure(name, "not measured: the shared planning instances are not beside the project")]
        else:
            figures = PARTS[name](store, scope)
        took = time.monotonic() - began
        if scope.seconds != 1 and name in TIMED:
            figures = [replace(figure, met=None) for figure in figures]
        for figure in figures:
            print(figure, flush=True)
        print(f"{name}: {took:.0f} s, {JUDGE.plans - plans} plans judged, {JUDGE.refused - refused} refused", flush=True)
        _keep(
            name, figures, scope, versions,
            {"seconds": round(took), "plans": JUDGE.plans - plans, "refused": JUDGE.refused - refused, "load": load},
        )  # fmt: skip
    if not options.no_write:
        put("planning", page())
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="awna bench planning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_names, default=ORDER, metavar="P1,P4", help="only these targets")
    parser.add_argument("--size", type=float, default=1.0, metavar="FACTOR", help="of the default numbers of instances")
    parser.add_argument(
        "--seconds-scale", type=float, default=1.0, metavar="FACTOR", help="of all time limits; figures are then no verdict on the targets"
    )
    parser.add_argument("--seed", type=int, default=1, help="another sample")
    parser.add_argument("--resume", action="store_true", help="take what is already measured with these versions on this machine")
    parser.add_argument(
        "--full", action="store_true", help="every instance, all peers at every limit; takes many hours, goes on where it stopped"
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/bench.md as it is")
    parser.add_argument("--quick", action="store_true", help="small projects, fixed counts, against the stored baseline")
    parser.add_argument("--accept", action="store_true", help="with --quick: write what is found as the new baseline")
    parser.add_argument("--plant", action="store_true", help="with --quick: cripple the search, which must be seen")
    return parser.parse_args(arguments)  # fmt: skip


def _names(text: str) -> list[str]:
    names = text.upper().split(",")
    if set(names) - set(ORDER):
        raise argparse.ArgumentTypeError(f"targets are {', '.join(ORDER)}")
    return names


def _keep(name: str, figures: list[Figure], scope: Scope, versions: dict[str, str], about: dict[str, Any]) -> None:
    """The last figures of each target, so that the page can be written again after a part of them was measured."""
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[name] = {
        "figures": [[one.name, one.measured, one.target, one.met] for one in figures],
        "date": str(date.today()),
        "machine": machine(),
        "versions": versions,
        "seed": scope.seed,
        "sample": "everything" if scope.full else f"sample of size {scope.size:g}",
        "seconds_scale": scope.seconds,
        **about,
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(kept, indent=1))


def page() -> str:
    """The table of docs/bench.md from the last figures of each target."""
    kept = json.loads(FIGURES.read_text())
    lines = ["| What | Measured | Target | |", "|---|--:|--:|---|"]
    for name in (name for name in ORDER if name in kept):
        for what, measured, target, met in kept[name]["figures"]:
            figure = Figure(what, measured, target, met)
            lines.append(f"| {figure.name} | {figure.measured} | {figure.target} | {figure.verdict} |")
    runs: dict[str, list[str]] = {}
    for name in (name for name in ORDER if name in kept):
        about = kept[name]
        scaled = "" if about["seconds_scale"] == 1 else f", time limits times {about['seconds_scale']:g}"
        versions = "; ".join(f"{peer} {version}" for peer, version in about["versions"].items() if peer != "one-pass LFT")
        words = f"on {about['date']}, {about['sample']}, seed {about['seed']}{scaled}: {about['machine']}. {versions}"
        runs.setdefault(words, []).append(name)
    plans, refused = (sum(one[what] for one in kept.values()) for what in ("plans", "refused"))
    lines += [
        "",
        f"{plans} plans of all peers were judged by the checker in these runs, of which it refused {refused}. {WORKERS} workers for each peer.",
        "",
    ]
    for words, names in runs.items():
        loads = [kept[name]["load"] for name in names]
        lines.append(f"Measured {', '.join(names)} {words}. Load of the machine before each: {min(loads):.1f} to {max(loads):.1f}.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
