"""Puts the rows of a bill under each other: by numbers like 1.2.3, by a column of levels or parents, or by indentation."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .mapping import uppers
from .rows import ReadRow

DEPTH_MAX = 100


@dataclass
class Branch:
    """A row in the tree: `above` and `below` are places in the list of rows."""

    read: ReadRow
    above: int | None = None
    below: list[int] = field(default_factory=list)


def build_tree(rows: Sequence[ReadRow], numbering: str) -> list[Branch]:
    """Every row with its parent. Circles and parents that are not there are problems of the row, which then stands at the top."""
    branches = [Branch(row) for row in rows]
    if numbering == "code":
        _by_code(branches)
    elif numbering == "parent":
        _by_parent(branches)
    elif numbering in ("level", "indent"):
        _by_depth(branches, numbering)
    _break_circles(branches)
    for place, branch in enumerate(branches):
        if branch.above is not None:
            branches[branch.above].below.append(place)
    return branches


def _places(branches: Sequence[Branch]) -> dict[str, int]:
    """The first row with each code."""
    places: dict[str, int] = {}
    for place, branch in enumerate(branches):
        if branch.read.code:
            places.setdefault(branch.read.code, place)
    return places


def _by_code(branches: list[Branch]) -> None:
    places = _places(branches)
    heading: int | None = None  # a heading without a code holds what follows, until the next heading
    for place, branch in enumerate(branches):
        known = [places[upper] for upper in uppers(branch.read.code) if upper in places]
        # `1.0` above `1.1` is a heading; a line of its own beside it is none.
        found = next(
            (other for other in known if branches[other].read.bare or branch.read.code.startswith(branches[other].read.code)), None
        )
        branch.above = found if found != place else None
        if not branch.read.code:
            heading = place if branch.read.bare else heading
        if branch.above is None and branch.read.code and heading is not None and not branch.read.bare:
            branch.above = heading


def _by_parent(branches: list[Branch]) -> None:
    places = _places(branches)
    for place, branch in enumerate(branches):
        parent = branch.read.parent
        if not parent:
            continue
        if parent not in places or places[parent] == place:
            branch.read.fault("bill_parent_unknown", "No other line has the code “%(parent)s”. Add it, or leave the parent empty.", "parent",
                              parent=parent)  # fmt: skip
        else:
            branch.above = places[parent]


def _by_depth(branches: list[Branch], numbering: str) -> None:
    stack: list[tuple[int, int]] = []
    for place, branch in enumerate(branches):
        depth = branch.read.indent if numbering == "indent" else branch.read.level
        if depth is None:  # a row without a level stands beside the one before it
            depth = stack[-1][0] if stack else 0
        while stack and stack[-1][0] >= depth:
            stack.pop()
        branch.above = stack[-1][1] if stack else None
        if len(stack) < DEPTH_MAX:
            stack.append((depth, place))


def _break_circles(branches: list[Branch]) -> None:
    """A row whose parents lead back to itself, or lie deeper than is read, stands at the top with its problem."""
    depths: dict[int, int] = {}
    for place in range(len(branches)):
        path: list[int] = []
        step: int | None = place
        while step is not None and step not in depths and step not in path and len(path) <= DEPTH_MAX:
            path.append(step)
            step = branches[step].above
        above = depths.get(step, DEPTH_MAX) if step is not None else 0
        if above + len(path) > DEPTH_MAX:
            branch = branches[place]
            branch.above = None
            text = "The parents of “%(code)s” lead back to itself, or are more than %(most)s. Correct its parent."
            branch.read.fault("bill_circle", text, "parent", code=branch.read.code, most=DEPTH_MAX)
            path, above = [place], 0
        for number, one in enumerate(reversed(path), start=1):
            depths[one] = above + number
