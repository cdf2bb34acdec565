"""What a kind of file is: its columns in words, and the three acts by which the room that keeps such rows judges, takes and takes back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awna.core.problems import Problem
from awna.parties.models import Campaign, Role

from .models import BringIn, BroughtRow

NEW, KNOWN, REFUSED = "new", "known", "refused"
ROWS_MAX = 5_000
Progress = Callable[[int, int], None]
"""Called now and then with how many rows of how many are done."""


@dataclass(frozen=True)
class Column:
    """A column of a kind: its head in our template, what it holds, an example, and other heads by which people call it."""

    name: str
    title: Any
    explained: Any
    example: str = ""
    required: bool = False
    words: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a file with its cells by our columns; a column that the file does not have is not in it."""

    number: int
    cells: Mapping[str, str]

    def at(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Judged:
    """What becomes of a row. `plan` is what its room needs to take it, `label` how a person calls it."""

    number: int
    cells: Mapping[str, str]
    state: str
    label: str = ""
    problems: tuple[Problem, ...] = ()
    plan: Any = None


@dataclass(frozen=True)
class Kind:
    """One kind of file. `judge` writes nothing; `take` answers what each new row made; `undo` refuses or undoes all."""

    name: str
    title: Any
    what: Any
    roles: tuple[str, ...]
    columns: tuple[Column, ...]
    judge: Callable[[BringIn, Sequence[Line], Role], list[Judged]]
    take: Callable[[BringIn, Sequence[Judged], Role, Progress], Mapping[int, str]]
    undo: Callable[[BringIn, Sequence[BroughtRow], Role], None]
    rows_max: int = ROWS_MAX
    has_amounts: bool = False
    of_account: bool = False
    own_body: bool = False
    """Rows of this kind name people whom only their own section knows: a role of the whole campaign does not see those of a section."""
    counted: Callable[[Campaign], int] | None = None

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def no_progress(_done: int, _all: int) -> None:
    """For acts that nobody watches."""
