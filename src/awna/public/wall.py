"""The front wall as 100 stones, each a hundredth of the goal, filled from the ground up."""

from collections.abc import Mapping
from fractions import Fraction

ROWS, ROW_HEIGHT, STONE_WIDTH, WALL_WIDTH, JOINT = 8, 13, 24, 336, Fraction(8, 10)
STONES = 100
DOOR, WINDOWS = (144, 192), ((60, 96), (240, 276))
OPENINGS: dict[int, tuple[tuple[int, int], ...]] = {0: (DOOR,), 1: (DOOR,), 2: (DOOR, *WINDOWS), 3: WINDOWS}
"""Row from the ground → spans left open. What remains is exactly 100 stones."""


def wall_paths(shares: Mapping[str, Fraction]) -> dict[str, str]:
    """State → path data. `shares` are stones in the order of building; they are cut at 100, and the rest stands as `missing`."""
    ends, top = [], Fraction(0)
    for state, share in shares.items():
        top = min(Fraction(STONES), top + max(Fraction(0), share))
        ends.append((state, top))
    ends.append(("missing", Fraction(STONES)))
    paths: dict[str, list[str]] = {}
    built = Fraction(0)
    for row, start, end in _stones():
        position = Fraction(start)
        while position < end:
            state, limit = next(((state, limit) for state, limit in ends if limit > built), ends[-1])
            stop = min(Fraction(end), position + max((limit - built) * STONE_WIDTH, Fraction(1, 100)))
            paths.setdefault(state, []).append(_rectangle(row, position, stop))
            built += (stop - position) / STONE_WIDTH
            position = stop
    return {state: "".join(parts) for state, parts in paths.items()}


def _stones() -> list[tuple[int, int, int]]:
    """(row, start, end) of each dressed stone, cut where a door or window stands open."""
    found = []
    for row in range(ROWS):
        edges = list(range(0 if row % 2 == 0 else -STONE_WIDTH // 2, WALL_WIDTH + 1, STONE_WIDTH))
        for edge in edges:
            spans = [(max(edge, 0), min(edge + STONE_WIDTH, WALL_WIDTH))]
            for gap_start, gap_end in OPENINGS.get(row, ()):
                spans = [
                    part for start, end in spans for part in ((start, min(end, gap_start)), (max(start, gap_end), end)) if part[0] < part[1]
                ]
            found += [(row, start, end) for start, end in spans if start < end]
    return found


def _rectangle(row: int, start: Fraction, end: Fraction) -> str:
    if end - start <= 2 * JOINT:
        return ""
    top = (ROWS - 1 - row) * ROW_HEIGHT + JOINT
    width, height = end - start - 2 * JOINT, ROW_HEIGHT - 2 * JOINT
    return f"M{float(start + JOINT):.1f} {float(top):.1f}h{float(width):.1f}v{float(height):.1f}h-{float(width):.1f}z"
