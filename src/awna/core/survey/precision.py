"""Makes places as coarse as a campaign has decided, before a survey leaves the circle of those who may see more."""

from collections.abc import Iterable
from dataclasses import replace
from math import cos, floor, radians

from .model import Observation, Point, Shape

METRES_PER_DEGREE = 111_320.0
COARSE_M_MIN, COARSE_M_MAX = 10, 200_000


def coarsened(observations: Iterable[Observation], *, metres: int) -> list[Observation]:
    """Every object as the middle of its cell of this size; names and notes, which may tell the place, are taken away.

    Objects keep their number and grades, so that sums stay true.
    """
    size = min(max(metres, COARSE_M_MIN), COARSE_M_MAX)
    return [
        replace(
            one, id=f"object {number}", shape=Shape("point", ((_cell(one.shape.middle, size),),)) if one.shape else None, name="", note=""
        )
        for number, one in enumerate(observations, start=1)
    ]


def _cell(point: Point, size: int) -> Point:
    """The middle of the cell that holds the point. Cells are laid over the world, not over the data: they tell nothing of it."""
    high = size / METRES_PER_DEGREE
    latitude = min(max((floor(point[1] / high) + 0.5) * high, -90.0), 90.0)
    wide = size / (METRES_PER_DEGREE * max(cos(radians(latitude)), 0.01))
    return round(min((floor(point[0] / wide) + 0.5) * wide, 180.0), 7), round(latitude, 7)
