"""What went wrong, said so that a person can act: what was asked, what is so, what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One reason why something was refused.

    `code` is a stable sentence for machines (`release_above_held`), `text` the English message with
    `%(name)s` placeholders (it is the msgid: pages translate it), `where` a field, row or element.
    """

    code: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    where: str = ""

    def __str__(self) -> str:
        message = self.text % {key: str(value) for key, value in self.params.items()}
        return f"{self.where}: {message}" if self.where else message

    def at(self, where: str) -> "Problem":
        """The same problem, placed at a field, row or element."""
        return Problem(self.code, self.text, self.params, where)


class Refused(Exception):
    """Raised by services and readers when a request cannot be done; nothing was changed."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]
