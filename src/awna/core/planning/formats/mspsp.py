"""Reads multi-skill instances (`.dzn`, Young, Feydy and Schutt 2017): tasks whose seats ask for skills, people who master some."""

import re

from ..problem import TASKS_MAX, Method, Person, Precedence, Project, Task
from .lines import damaged, text_of

FORM = "mspsp"
ASSIGNMENT = re.compile(r"(\w+)\s*=\s*([^;]*);")
CELL = re.compile(r"true|false|[0-9]{1,9}")


def read_mspsp(data: bytes) -> Project:
    """The project of a `.dzn` file: `dur`, `sreq`, `mastery`, `pred` and `succ` in the syntax of MiniZinc data."""
    items = _Items(text_of(data, FORM))
    size, skills, people = items.number("nActs", most=TASKS_MAX), items.number("nSkills"), items.number("nResources")
    durations = items.values_of("dur", size)
    requests = items.table("sreq", size, skills)
    mastery = items.table("mastery", people, skills)
    edges = items.number("nPrecs")
    before, after = items.values_of("pred", edges), items.values_of("succ", edges)
    for name, jobs in (("pred", before), ("succ", after)):
        if wrong := [job for job in jobs if not 1 <= job <= size]:
            raise damaged(FORM, f"a precedence names task {wrong[0]}; there are {size}", items.line_of(name))
    names = [f"S{n + 1}" for n in range(skills)]
    return Project(
        tasks=tuple(
            Task(str(n + 1), (Method(duration, skills={name: seats for name, seats in zip(names, row, strict=True) if seats}),))
            for n, (duration, row) in enumerate(zip(durations, requests, strict=True))
        ),
        precedences=tuple(dict.fromkeys(Precedence(str(a), str(b)) for a, b in zip(before, after, strict=True))),
        people=tuple(
            Person(f"P{n + 1}", frozenset(name for name, knows in zip(names, row, strict=True) if knows)) for n, row in enumerate(mastery)
        ),
    )


class _Items:
    """The assignments of a data file, by name, as text."""

    def __init__(self, text: str) -> None:
        bare = "\n".join(line.partition("%")[0] for line in text.splitlines())
        self.values: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        for match in ASSIGNMENT.finditer(bare):
            if match[1] in self.values:
                raise damaged(FORM, f"{match[1]} is given twice", bare[: match.start()].count("\n") + 1)
            self.values[match[1]] = match[2].strip()
            self.lines[match[1]] = bare[: match.start()].count("\n") + 1

    def line_of(self, name: str) -> int | None:
        return self.lines.get(name)

    def text(self, name: str) -> str:
        if name not in self.values:
            raise damaged(FORM, f"{name} is not given")
        return self.values[name]

    def number(self, name: str, *, most: int = 10_000) -> int:
        text = self.text(name)
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
            raise damaged(FORM, f"{name} is {text[:40]}; wanted is a whole number up to {most}", self.line_of(name))
        return int(text)

    def values_of(self, name: str, size: int) -> list[int]:
        return self._cells(name, size, r"\[(?!\|)(.*)\]")

    def table(self, name: str, height: int, width: int) -> list[list[int]]:
        cells = self._cells(name, height * width, r"\[\|(.*)\|\s*\]")
        return [cells[row * width : (row + 1) * width] for row in range(height)]

    def _cells(self, name: str, size: int, brackets: str) -> list[int]:
        match = re.fullmatch(brackets, self.text(name), re.DOTALL)
        words = [word for word in re.split(r"[\s,|]+", match[1]) if word] if match else []
        wrong = next((word for word in words if not CELL.fullmatch(word)), None)
        if not match or wrong is not None or len(words) != size:
            what = f"{name} holds {wrong[:40]}" if wrong else f"{name} should hold {size} values and holds {len(words)}"
            raise damaged(FORM, what, self.line_of(name))
        return [{"true": 1, "false": 0}.get(word, -1) if word in ("true", "false") else int(word) for word in words]
