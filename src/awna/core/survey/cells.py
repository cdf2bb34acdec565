"""Draws a coarse survey: squares of the size that a campaign decided on, each with its sums by grade, and nothing finer."""

from collections.abc import Mapping, Sequence
from math import floor
from xml.sax.saxutils import escape, quoteattr

from .drawing import EDGE, ENGLISH, FILLS, HATCHES, pattern_name, patterns
from .model import Observation, Point
from .projection import metres_east_and_north
from .scales import GRADES, UNKNOWN

CELL = 100.0  # side of a square, in units of the drawing
COLUMNS_MAX, ROWS_MAX = 9, 12
COLUMNS_MIN = 4
MARGIN, FOOT = 10, 44
TEXT = 20
HIGHEST = 62.0  # of a column of sums, in a square


def draw_cells(coarse: Sequence[Observation], *, metres: int, words: Mapping[str, str] | None = None, key: str = "cells") -> str:
    """`coarse`: what `coarsened` gave for these metres. Squares far apart are drawn nearer, in their order; the scale then is not drawn."""
    said = {**ENGLISH, **(words or {})}
    found, true_scale = _squares(coarse, metres)
    columns = max((x for x, _ in found), default=0) + 1
    rows = max((y for _, y in found), default=0) + 1
    most = max((sum(counts.values()) for counts in found.values()), default=1)
    # Few squares are not blown up, many are not taller than a screen.
    wide, high = max(columns, COLUMNS_MIN, rows * 0.8) * CELL + 2 * MARGIN, rows * CELL + MARGIN + FOOT
    left = (wide - columns * CELL) / 2
    totals = {grade: sum(counts.get(grade, 0) for counts in found.values()) for grade in (*GRADES, UNKNOWN)}
    summary = ", ".join(f"{said[grade]}: {count}" for grade, count in totals.items() if count)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" role="img" '
        f'aria-labelledby="{escape(key)}-title {escape(key)}-text" font-family="sans-serif" font-size="{TEXT}">',
        f"<title id={quoteattr(f'{key}-title')}>{escape(said['title'])}</title><desc id={quoteattr(f'{key}-text')}>{escape(summary)}</desc>",
        patterns(key),
        f'<rect width="{wide:g}" height="{high:g}" fill="#fcfcfa"/>',
    ]
    parts += [_square(place, counts, most, key, left) for place, counts in found.items()]
    length = f"{metres / 1000:g} {said['kilometres']}" if metres >= 1000 else f"{metres} {said['metres']}"
    if true_scale and found:
        y = high - 26
        parts.append(
            f'<path d="M{left:g} {y - 6:g}v6h{CELL:g}v-6" fill="none" stroke="{EDGE}" stroke-width="1.5"/>'
            f'<text x="{left + 4:g}" y="{y + TEXT:g}" direction="ltr" fill="{EDGE}">{escape(length)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _squares(coarse: Sequence[Observation], metres: int) -> tuple[dict[tuple[int, int], dict[str, int]], bool]:
    """Sums by grade of each square that holds something, by its column and row."""
    middles = [(one.shape.middle, one.grade) for one in coarse if one.shape]
    places, true_scale = _laid(list(dict.fromkeys(middle for middle, _ in middles)), metres)
    found: dict[tuple[int, int], dict[str, int]] = {}
    for middle, grade in middles:
        counts = found.setdefault(places[middle], {})
        counts[grade] = counts.get(grade, 0) + 1
    return found, true_scale


def _laid(points: Sequence[Point], metres: int) -> tuple[dict[Point, tuple[int, int]], bool]:
    """Column and row of each square; where the land is too wide for a page, empty columns and rows between are left out."""
    if not points:
        return {}, True
    origin = (points[0][0], points[0][1])
    steps = {}
    for point in points:
        east, north = metres_east_and_north(point, origin)
        steps[point] = floor(east / metres + 0.5), -floor(north / metres + 0.5)
    columns, rows = sorted({x for x, _ in steps.values()}), sorted({y for _, y in steps.values()})
    true_scale = columns[-1] - columns[0] < COLUMNS_MAX and rows[-1] - rows[0] < ROWS_MAX
    if true_scale:
        return {point: (x - columns[0], y - rows[0]) for point, (x, y) in steps.items()}, True
    return {point: (columns.index(x), rows.index(y)) for point, (x, y) in steps.items()}, False


def _square(place: tuple[int, int], counts: Mapping[str, int], most: int, key: str, start: float) -> str:
    """One square: a column for each grade on a common scale, and how many objects it stands for."""
    left, top = start + place[0] * CELL, MARGIN + place[1] * CELL
    total, grades = sum(counts.values()), [*GRADES, UNKNOWN]
    step = (CELL - 12) / len(grades)
    told = [f'<rect x="{left:g}" y="{top:g}" width="{CELL:g}" height="{CELL:g}" fill="#ffffff" stroke="#b5b2a6" stroke-width="1"/>']
    ground = top + CELL - 6
    tallest = max(counts.values())
    for number, grade in enumerate(grades):
        count = counts.get(grade, 0)
        if count:
            # The tallest column tells how much of all lies here; square roots keep small places visible.
            height = HIGHEST * (count / tallest) * max((total / most) ** 0.5, 0.25)
            fill = f"url(#{pattern_name(key, grade)})" if grade in HATCHES else FILLS[grade]
            told.append(
                f'<rect x="{left + 6 + number * step:.1f}" y="{ground - height:.1f}" width="{step - 2:.1f}" height="{height:.1f}" fill={quoteattr(fill)} '
                f'stroke="{EDGE}" stroke-width="0.6"/>'
            )
    told.append(
        f'<text x="{left + CELL - 5:g}" y="{top + TEXT:g}" text-anchor="end" font-weight="bold" direction="ltr" fill="{EDGE}">{total}</text>'
    )
    return "".join(told)
