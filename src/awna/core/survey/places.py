"""Groups of objects that lie together on a drawing: where marks would cover each other, a bar beside them says the sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

CELL = 24.0  # objects in the same or in neighbouring squares of this size lie together
OBJECTS_MIN = 10  # a smaller group can be read by its marks
BAR_WIDE, BAR_HIGH, GAP = 96.0, 10.0, 6.0
SMALL = 12  # of the letters, in units of the drawing
NUMBER_SIZES = 4.2  # what a letter and a number of objects take, in sizes of the letters
STEPS_MAX = 10  # of a gap, up and down
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS_MAX = 26 * 27


@dataclass(frozen=True)
class Group:
    """Objects that lie together: the box around them, how many have which grade, and their numbers among the points."""

    box: Box
    counts: Mapping[str, int]
    members: tuple[int, ...]

    @property
    def total(self) -> int:
        return len(self.members)


def groups(points: Sequence[tuple[float, float, str]]) -> list[Group]:
    """Those that lie together, from top to bottom."""
    cells: dict[tuple[int, int], list[int]] = {}
    for number, (x, y, _) in enumerate(points):
        cells.setdefault((floor(x / CELL), floor(y / CELL)), []).append(number)
    found: list[Group] = []
    while cells:
        waiting, inside = [next(iter(cells))], list[int]()
        while waiting:
            column, row = waiting.pop()
            inside += cells.pop((column, row), [])
            waiting += [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (column + i, row + j) in cells]
        counts: dict[str, int] = {}
        for number in inside:
            counts[points[number][2]] = counts.get(points[number][2], 0) + 1
        xs, ys = [points[number][0] for number in inside], [points[number][1] for number in inside]
        found.append(Group((min(xs), min(ys), max(xs), max(ys)), counts, tuple(inside)))
    return sorted(found, key=lambda group: (group.box[1], group.box[0]))


def lettered(found: Sequence[Group]) -> list[tuple[str, Group]]:
    """The larger groups with a letter each, for close-ups: A to Z, then AA."""
    large = [group for group in found if group.total >= OBJECTS_MIN]
    return [
        ((LETTERS[number // 26 - 1] if number >= 26 else "") + LETTERS[number % 26], group)
        for number, group in enumerate(large[:LETTERS_MAX])
    ]


def draw_bars(points: Sequence[tuple[float, float, str]], fills: Mapping[str, str], *, wide: float, edge: str, size: int = SMALL) -> str:
    """A bar for each larger group, beside it: as wide as its shares, with its letter and the number of its objects. `size`: of the letters."""
    found = groups(points)
    taken = [group.box for group in found]
    told = []
    for letter, group in lettered(found):
        whole = BAR_WIDE + size * NUMBER_SIZES
        left, top = _free_place(group.box, taken, wide, whole)
        taken.append((left, top, left + whole, top + BAR_HIGH + GAP))
        told.append(_bar(left, top, group, fills, edge, size, letter))
    return "".join(told)


def _free_place(box: Box, taken: Sequence[Box], wide: float, whole: float) -> tuple[float, float]:
    """To the right or to the left of a group, as near to its middle as nothing else lies."""
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


def _bar(left: float, top: float, group: Group, fills: Mapping[str, str], edge: str, size: int, letter: str) -> str:
    parts, x = [], left
    for grade, fill in fills.items():
        width = BAR_WIDE * group.counts.get(grade, 0) / group.total
        if width:
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BAR_HIGH:g}" fill="{fill}" stroke="{edge}" stroke-width="0.5"/>'
            )
        x += width
    base = top + BAR_HIGH / 2 + size * 0.36
    return "".join(parts) + (
        f'<text fill="{edge}" x="{x + 5:.1f}" y="{base:.1f}" font-size="{size}" font-weight="bold" direction="ltr">{letter}</text>'
        f'<text fill="{edge}" x="{x + 5 + size * (0.4 + 0.8 * len(letter)):.1f}" y="{base:.1f}" font-size="{size}" direction="ltr">{group.total}</text>'
    )
