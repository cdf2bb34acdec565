"""A plan: where each task stands, by which method, with whom, taking what."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seat:
    """One person in a crew, and the skill that she brings there."""

    skill: str
    person: str


@dataclass(frozen=True)
class Placement:
    task: str
    start: int
    finish: int
    method: int = 0  # index into the task's methods
    crew: tuple[Seat, ...] = ()
    draws: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    placements: tuple[Placement, ...]

    @property
    def finish(self) -> int:
        return max((placement.finish for placement in self.placements), default=0)

    def by_task(self) -> dict[str, Placement]:
        return {placement.task: placement for placement in self.placements}
