"""The wall is 100 stones and shows each amount by its area."""

import re
from fractions import Fraction

import pytest

from awna.public.wall import OPENINGS, ROW_HEIGHT, STONE_WIDTH, WALL_WIDTH, _stones, wall_paths


def area(path: str) -> float:
    return sum(float(width) * float(height) for width, height in re.findall(r"h([\d.]+)v([\d.]+)", path))


def test_there_are_one_hundred_stones_around_the_openings() -> None:
    assert sum(end - start for _row, start, end in _stones()) == 100 * STONE_WIDTH
    for row, gaps in OPENINGS.items():
        for gap_start, gap_end in gaps:
            assert not [1 for at, start, end in _stones() if at == row and start < gap_end and end > gap_start]


@pytest.mark.parametrize("spent", [0, Fraction(1, 3), 37, 99, 100, 140])
def test_a_share_fills_its_area_from_the_ground(spent: int) -> None:
    paths = wall_paths({"spent": Fraction(spent)})
    drawn = area(paths.get("spent", "")) / (area(paths.get("spent", "")) + area(paths.get("missing", "")))
    assert drawn == pytest.approx(min(float(spent), 100) / 100, abs=0.012)


def test_nothing_leaves_the_drawing() -> None:
    for path in wall_paths({"spent": Fraction(41), "pledged": Fraction(80)}).values():
        for x, y, width, height in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path):
            assert float(x) >= 0 and float(x) + float(width) <= WALL_WIDTH
            assert float(y) >= 0 and float(y) + float(height) <= 8 * ROW_HEIGHT
