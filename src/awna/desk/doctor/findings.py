"""Findings, and the round that looks at everything; one look that fails is a finding itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from awna.core.problems import Problem, Refused
from awna.kit.forms import problem_text

WELL, LOOK, BAD = "well", "look", "bad"


@dataclass(frozen=True)
class Finding:
    """What was found in looking at `name`. `LOOK` may wait a day, `BAD` may not; `do` is what to type or change."""

    name: str
    state: str
    problem: Problem
    do: str = ""

    @property
    def said(self) -> str:
        """In the reader's language."""
        return problem_text(self.problem)


Look = Callable[[], Iterator[Finding]]


def look_at_all(looks: list[tuple[str, Look]]) -> list[Finding]:
    """Every finding, those that may not wait first. A thing without any is well, and is said to be."""
    found: list[Finding] = []
    for name, look in looks:
        found += _looked(name, look) or [Finding(name, WELL, Problem("well", "Nothing to do."))]
    order = (BAD, LOOK, WELL)
    return sorted(found, key=lambda one: order.index(one.state))


def _looked(name: str, look: Look) -> list[Finding]:
    try:
        return list(look())
    except Refused as refused:
        return [Finding(name, BAD, problem) for problem in refused.problems]
    except Exception as error:  # a doctor who faints helps nobody; the others go on
        return [
            Finding(name, BAD, Problem("look_failed", "It could not be looked at: %(why)s", {"why": f"{type(error).__name__}: {error}"}))
        ]
