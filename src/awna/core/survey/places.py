"""Groups of objects that lie together on a drawing: where marks would cover each other, a bar beside them says the sums."""

from collections.abc import Mapping, Sequence
from math import floor

CELL = 24.0  # objects in the same or in neighbouring squares of this size lie together
OBJECTS_MIN = 10  # a smaller group can be read by its marks
BAR_WIDE, BAR_HIGH, GAP = 96.0, 10.0, 6.0
NUMBER_WIDE = 34.0
STEPS_MAX = 10  # of a gap, up and down
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def groups(points: Sequence[tuple[float, float, str]]) -> list[tuple[Box, dict[str, int]]]:
    """The box and the counts by grade of each group, from top to bottom."""
    cells: dict[tuple[int, int], list[tuple[float, float, str]]] = {}
    for x, y, grade in points:
        cells.setdefault((floor(x / CELL), floor(y / CELL)), []).append((x, y, grade))
    found: list[tuple[Box, dict[str, int]]] = []
    while cells:
        waiting, inside = [next(iter(cells))], []
        while waiting:
            column, row = waiting.pop()
            inside += cells.pop((column, row), [])
            waiting += [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (column + i, row + j) in cells]
        counts: dict[str, int] = {}
        for _, _, grade in inside:
            counts[grade] = counts.get(grade, 0) + 1
        xs, ys = [x for x, _, _ in inside], [y for _, y, _ in inside]
        found.append(((min(xs), min(ys), max(xs), max(ys)), counts))
    return sorted(found, key=lambda group: (group[0][1], group[0][0]))


def draw_bars(points: Sequence[tuple[float, float, str]], fills: Mapping[str, str], *, wide: float, edge: str) -> str:
    """A bar for each larger group, beside it: as wide as its shares, with the number of its objects."""
    found = groups(points)
    taken = [box for box, _ in found]
    told = []
    for box, counts in found:
        total = sum(counts.values())
        if total < OBJECTS_MIN:
            continue
        left, top = _free_place(box, taken, wide)
        taken.append((left, top, left + BAR_WIDE + NUMBER_WIDE, top + BAR_HIGH + GAP))
        told.append(_bar(left, top, counts, total, fills, edge))
    return "".join(told)


def _free_place(box: Box, taken: Sequence[Box], wide: float) -> tuple[float, float]:
    """To the right or to the left of a group, as near to its middle as nothing else lies."""
    whole = BAR_WIDE + NUMBER_WIDE
    middle = (box[1] + box[3]) / 2 - BAR_HIGH / 2
    sides = [left for left in (box[2] + 10, box[0] - 10 - whole) if left >= 0 and left + whole <= wide]
    steps = (sign * step * GAP for step in range(STEPS_MAX) for sign in (1, -1))
    places = ((left, middle + step) for step in steps for left in sides)
    return next(
        (place for place in places if not any(_over(place, other, whole) for other in taken)), (max(0.0, box[2] + 10 - whole), middle)
    )


def _over(place: tuple[float, float], other: Box, whole: float) -> bool:
    left, top = place
    return left < other[2] and other[0] < left + whole and top < other[3] and other[1] < top + BAR_HIGH + GAP


def _bar(left: float, top: float, counts: Mapping[str, int], total: int, fills: Mapping[str, str], edge: str) -> str:
    parts, x = [], left
    for grade, fill in fills.items():
        width = BAR_WIDE * counts.get(grade, 0) / total
        if width:
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BAR_HIGH:g}" fill="{fill}" stroke="{edge}" stroke-width="0.5"/>'
            )
        x += width
    return (
        "".join(parts) + f'<text x="{left + BAR_WIDE + 4:.1f}" y="{top + BAR_HIGH - 0.5:.1f}" font-size="12" direction="ltr">{total}</text>'
    )
