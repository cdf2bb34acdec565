"""Results of full runs, kept in a file, so that a run in parts becomes one table in docs/bench.md."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench import _measure

FILE = _measure.ROOT / "var" / "torture.jsonl"
Line = dict[str, Any]


def keep(line: Line, *, seed: int, file: Path = FILE) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as kept:
        kept.write(json.dumps({**line, "seed": seed, "date": str(date.today())}) + "\n")


def write(file: Path = FILE) -> None:
    """The last result of each test on each engine; histories of many parts count together."""
    lines = merged([json.loads(text) for text in file.read_text().splitlines()])
    rows = [
        f"| {line['number']} | {line['name']} | {_engine(line)} | {line['result']['count']:,} {line['result']['what']} | {line['seed']} | {_word(line)} |"
        for line in lines
    ]
    compared, other = roots_of(lines)
    if compared:
        rows.append(f"| 11 | roots on both engines are equal | both | {compared:,} seeds compared | 0 and on | {_found(other)} |")
    days = sorted({line["date"] for line in lines})
    text = ["| | What is hurt | Engine | How often | Seed | |", "|--:|---|---|---|--:|---|", *rows, "",
            f"Run on {' to '.join(sorted({days[0], days[-1]}))}: {_measure.machine()}."]  # fmt: skip
    _measure.put("torture", "\n".join(text))


def merged(lines: list[Line]) -> list[Line]:
    found: dict[tuple[int, str, str], Line] = {}
    for line in lines:
        key = (line["number"], line["name"], line["engine"])
        before = found.get(key)
        if before and line["result"].get("roots"):
            result = {**line["result"], "roots": {**before["result"]["roots"], **line["result"]["roots"]}}
            result |= {"count": len(result["roots"]), "faults": [*_others(before, line), *line["result"]["faults"]]}
            line = {**line, "result": result, "holds": not result["faults"]}
        found[key] = line
    return [found[key] for key in sorted(found)]


def _others(before: Line, line: Line) -> list[str]:
    """The earlier faults but those of seeds that were played again."""
    again = tuple(f"history {seed}:" for seed in line["result"]["roots"])
    return [fault for fault in before["result"]["faults"] if not fault.startswith(again)]


def roots_of(lines: list[Line]) -> tuple[int, list[str]]:
    """How many seeds were played on every engine, and those whose roots differ."""
    played = [line["result"]["roots"] for line in lines if line["result"].get("roots")]
    seeds = set.intersection(*(set(one) for one in played)) if len(played) > 1 else set()
    return len(seeds), sorted(seed for seed in seeds if len({one[seed] for one in played}) > 1)


def _engine(line: Line) -> str:
    return {"none": "", "sqlite": "SQLite", "postgresql": "PostgreSQL"}[line["engine"]]


def _word(line: Line) -> str:
    if line["result"]["missing"]:
        return f"not run: {line['result']['missing']}"
    note = line["result"].get("note")
    return _found(line["result"]["faults"]) + (f"; {note}" if note else "")


def _found(faults: list[str]) -> str:
    return "nothing lost" if not faults else f"{len(faults)} lost: {'; '.join(faults[:3])}"
