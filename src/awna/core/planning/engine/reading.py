"""Reads what the compiled functions have written down back into names."""

from collections.abc import Sequence

from ..model import Model
from ..plan import Seat
from ..problem import INTERPRETER
from ..roster import joined
from ..sgs import Schedule
from .basics import Ints
from .flat import EXTRAS_MAX, persons_by_worth
from .rules import blocks_most


def read_schedule(model: Model, starts: Sequence[int], ways: Sequence[int], rows: Ints) -> Schedule:
    """A schedule from starts, ways and the rows of `Bench.crew`."""
    names = [model.people[index].id for index in persons_by_worth(model)]
    width, blocks = max(len(way.seats) for group in model.ways for way in group) + EXTRAS_MAX, blocks_most(model)
    crews: dict[int, tuple[Seat, ...]] = {}
    for task, choice in enumerate(ways):
        seats = model.ways[task][choice].seats
        if seats:
            row = [int(value) for value in rows[task]]
            crews[task] = _crew(seats, row, names, width, blocks)
    finishes = [model.span(task, choice, start) for task, (start, choice) in enumerate(zip(starts, ways, strict=True))]
    return Schedule(list(starts), finishes, list(ways), crews)


def _crew(seats: Sequence[str], row: Sequence[int], names: Sequence[str], width: int, blocks: int) -> tuple[Seat, ...]:
    skills, crew = [*seats, INTERPRETER], list[Seat]()
    for block in range(blocks):
        low, high = row[blocks * width + 2 * block : blocks * width + 2 * block + 2]
        if block and low < 0:
            break
        stay = (None, None) if low < 0 else (low, high)
        sitting = zip(skills, row[block * width : (block + 1) * width], strict=False)
        crew += [Seat(skill, names[person], *stay) for skill, person in sitting if person >= 0]
        if low < 0:
            break
    return joined(tuple(crew)) or ()
