"""What a torture test is, what it answers, and how many rounds it runs in its long and its short form."""

import math
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

BOTH, SQLITE, POSTGRESQL, NO_DATABASE = ("sqlite", "postgresql"), ("sqlite",), ("postgresql",), ("none",)


@dataclass(frozen=True)
class Result:
    """`count` of `what` was tried; `faults` are losses, in words. A test that could not run says why in `missing`.

    `roots`: what each engine must come to, by seed; the run compares them.
    """

    what: str
    count: int
    faults: list[str] = field(default_factory=list)
    missing: str = ""
    note: str = ""
    """What is to be said beside the result, though it is no loss."""
    roots: dict[str, str] = field(default_factory=dict)

    def as_value(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Torture:
    """How one test is to run. `plant`: after the hurt, make the loss that the test must see."""

    engine: str
    short: bool
    plant: bool
    seed: int
    histories: range = range(1_000)
    """The seeds of the random histories in the full form; a long run may be done in parts."""
    until: float = math.inf
    """The moment at which no further history is begun."""

    @property
    def random(self) -> random.Random:
        return random.Random(self.seed)  # seeded on purpose

    def rounds(self, *, full: int, short: int) -> int:
        return short if self.short or self.plant else full


@dataclass(frozen=True)
class Case:
    """A failure test of the design, by its number there."""

    number: int
    name: str
    engines: tuple[str, ...]
    run: Callable[[Torture], Result]


def cases() -> list[Case]:
    """All of them; imported late, because they need Django to be set up."""
    from . import _bank_files, _breaks, _crashes, _exports, _files, _full, _guards, _histories, _people

    found = [
        *_bank_files.CASES,
        *_breaks.CASES,
        *_crashes.CASES,
        *_exports.CASES,
        *_people.CASES,
        *_files.CASES,
        *_full.CASES,
        *_guards.CASES,
        *_histories.CASES,
    ]
    return sorted(found, key=lambda case: (case.number, case.name))
