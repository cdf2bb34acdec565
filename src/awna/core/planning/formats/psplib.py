"""Reads PSPLIB files, single-mode (`.sm`) and multi-mode (`.mm`, MMLIB): sections of whole numbers under known titles."""

from dataclasses import dataclass, field

from ..problem import TASKS_MAX, Method, Precedence, Project, Resource, Stock, Task
from .lines import damaged, rows, text_of

FORM = "psplib"
SEPARATOR = "*****"


@dataclass
class Jobs:
    """What the sections say, job by job, before it becomes tasks."""

    modes: dict[int, int] = field(default_factory=dict)
    followers: list[tuple[int, int, int]] = field(default_factory=list)  # job, successor, line
    methods: dict[int, list[Method]] = field(default_factory=dict)


def read_psplib(data: bytes) -> Project:
    """The project of a `.sm` or `.mm` file; refuses with the section or line that is missing or damaged.

    Nonrenewable resources become stocks that are whole at slot 0.
    """
    text = text_of(data, FORM)
    names, amounts = _resources(text)
    jobs = Jobs()
    _read_precedences(jobs, text)
    _read_requests(jobs, text, names)
    known = set(jobs.methods)
    if set(jobs.modes) != known:
        job = min(set(jobs.modes) ^ known)
        raise damaged(FORM, f"job {job} stands in only one of the sections PRECEDENCE RELATIONS and REQUESTS/DURATIONS")
    for job, after, line in jobs.followers:
        if after not in known:
            raise damaged(FORM, f"job {job} is followed by job {after}, which is not there", line)
    return Project(
        tasks=tuple(Task(str(job), tuple(methods)) for job, methods in sorted(jobs.methods.items())),
        precedences=tuple(dict.fromkeys(Precedence(str(job), str(after)) for job, after, _ in jobs.followers)),
        resources=tuple(Resource(name, amount) for name, amount in zip(names, amounts, strict=True) if name.startswith("R")),
        stocks=tuple(Stock(name, amount) for name, amount in zip(names, amounts, strict=True) if name.startswith("N")),
    )


def _resources(text: str) -> tuple[list[str], list[int]]:
    start, stop = _section(text, "RESOURCEAVAILABILITIES", "RESOURCE AVAILABILITIES")
    found = list(rows(text, start, stop))
    if len(found) != 1:
        raise damaged(FORM, "the availabilities of the resources are not one line of numbers", start)
    header = "".join(text.splitlines()[start : found[0][0] - 1]).split()
    names = [f"{letter}{number}" for letter, number in zip(header[::2], header[1::2], strict=False)]
    if len(header) != 2 * len(names) or len(names) != len(found[0][1]) or not all(name[0] in "RN" for name in names):
        raise damaged(FORM, "the names and the availabilities of the resources do not match", found[0][0])
    return names, found[0][1]


def _read_precedences(jobs: Jobs, text: str) -> None:
    start, stop = _section(text, "PRECEDENCE RELATIONS")
    for line, row in rows(text, start, stop):
        if len(row) < 3 or row[2] != len(row) - 3:
            raise damaged(FORM, "the number of successors is not the number of them that follow", line)
        if row[0] in jobs.modes:
            raise damaged(FORM, f"job {row[0]} stands here a second time", line)
        if len(jobs.modes) == TASKS_MAX:
            raise damaged(FORM, f"it has more than {TASKS_MAX} jobs", line)
        jobs.modes[row[0]] = row[1]
        jobs.followers += [(row[0], after, line) for after in row[3:]]


def _read_requests(jobs: Jobs, text: str, names: list[str]) -> None:
    start, stop = _section(text, "REQUESTS/DURATIONS")
    job = -1
    for line, row in rows(text, start, stop):
        if len(row) == 3 + len(names):
            job, row = row[0], row[1:]
            if job in jobs.methods:
                raise damaged(FORM, f"job {job} stands here a second time", line)
        if len(row) != 2 + len(names) or job < 0 or row[0] != len(jobs.methods.get(job, ())) + 1:
            raise damaged(FORM, f"this is no mode of a job with {len(names)} resources", line)
        needs = {name: amount for name, amount in zip(names, row[2:], strict=True) if amount}
        jobs.methods.setdefault(job, []).append(
            Method(
                row[1],
                f"mode {row[0]}" if jobs.modes.get(job, 1) > 1 else "usual",
                machines={name: amount for name, amount in needs.items() if name.startswith("R")},
                materials={name: amount for name, amount in needs.items() if name.startswith("N")},
            )
        )
    for one, count in jobs.modes.items():
        if len(jobs.methods.get(one, ())) != count:
            raise damaged(FORM, f"job {one} should have {count} modes", start)


def _section(text: str, *titles: str) -> tuple[int, int]:
    """The lines between a title and the next row of stars, as [first, last) counted from 0."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines, 1) if line.strip().rstrip(":").startswith(titles)), None)
    if start is None:
        raise damaged(FORM, f"the section {titles[0]} is missing")
    stop = next((n for n, line in enumerate(lines[start:], start) if line.startswith(SEPARATOR)), None)
    if stop is None:
        raise damaged(FORM, f"the section {titles[0]} does not end in a row of stars", start)
    return start, stop
