"""Reads PSPLIB single-mode files (`.sm`) into a project."""

import re

from ...problems import Problem, Refused
from ..problem import TASKS_MAX, Method, Precedence, Project, Resource, Task


def read_psplib(data: bytes) -> Project:
    """The project of a `.sm` file; refuses with the section that is missing or damaged."""
    text = data.decode("ascii", errors="replace")
    try:
        capacities = _numbers(_section(text, "RESOURCEAVAILABILITIES"))[-1]
        followers = _numbers(_section(text, "PRECEDENCE RELATIONS"))
        requests = _numbers(_section(text, "REQUESTS/DURATIONS"))
        resources = tuple(Resource(f"R{index + 1}", capacity) for index, capacity in enumerate(capacities))
        tasks = tuple(_task(row, len(resources)) for row in requests)
        edges = tuple(Precedence(str(row[0]), str(after)) for row in followers for after in _successors(row))
    except (IndexError, ValueError) as error:
        raise Refused(
            Problem(
                "psplib_file_is_damaged",
                "The file was read as PSPLIB (.sm), but this is not as it should be: %(what)s. Get the file again or use our CSV.",
                {"what": str(error)},
            )
        ) from error
    known = {task.id for task in tasks}
    if not tasks or len(tasks) > TASKS_MAX or any(edge.after not in known or edge.before not in known for edge in edges):
        raise Refused(
            Problem(
                "psplib_tasks_do_not_match",
                "The precedence list of the PSPLIB file names jobs that have no line under REQUESTS/DURATIONS. Get the file again.",
            )
        )
    return Project(tasks, edges, resources)


def _task(row: list[int], resources: int) -> Task:
    if len(row) != 3 + resources or row[2] < 0:
        raise ValueError(f"job line {row}")
    if row[1] != 1:
        raise ValueError(f"job {row[0]} has several modes")
    return Task(str(row[0]), (Method(row[2], machines={f"R{n + 1}": amount for n, amount in enumerate(row[3:]) if amount}),))


def _successors(row: list[int]) -> list[int]:
    if len(row) < 3 or row[2] != len(row) - 3:
        raise ValueError(f"precedence line {row}")
    return row[3:]


def _section(text: str, title: str) -> str:
    found = re.search(rf"^{re.escape(title)}.*?:?\s*$(.*?)^\*{{5}}", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"no section {title}")
    return found.group(1)


def _numbers(section: str) -> list[list[int]]:
    """The lines of a section that hold nothing but whole numbers."""
    return [[int(word) for word in line.split()] for line in section.splitlines() if re.fullmatch(r"[\s\d]*\d[\s\d]*", line)]
