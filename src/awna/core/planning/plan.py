"""A plan: where each task stands, by which method, with whom, taking what."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seat:
    """One person in a crew, the skill that she brings, and her stay there where crews change: [start, finish) in slots."""

    skill: str
    person: str
    start: int | None = None  # None = from the start of the task
    finish: int | None = None  # None = to its finish


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


def line_order(plan: Plan, stock: str) -> list[str]:
    """The tasks that take from a budget line or a material, in the order in which it gives: by start, then by id."""
    takers = [placement for placement in plan.placements if placement.draws.get(stock)]
    return [placement.task for placement in sorted(takers, key=lambda placement: (placement.start, placement.task))]
