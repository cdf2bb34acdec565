"""Draws what a plan asks for against what is there, and how a search went. Pictures stretch with their column; words stand beside them.

Places are shares of the width from the first slot to the end of the plan, mirrored on right-to-left pages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi

HEIGHT = 100  # user units
ROOM = 1.08  # above the highest value


@dataclass(frozen=True)
class Steps:
    """A line of steps: values per slot."""

    kind: str  # class of the style sheet
    values: Sequence[float]
    filled: bool = False


def stepped(lines: Sequence[Steps]) -> SafeString:
    """All lines on one axis."""
    size = max((len(line.values) for line in lines), default=0) or 1
    top = max((max(line.values, default=0) for line in lines), default=0) * ROOM or 1
    shapes = "".join(f'<path class="{line.kind}" d="{_path(line, size, top)}"/>' for line in lines)
    return _picture(size, shapes)


def descent(points: Sequence[Sequence[float]], *, until: float) -> SafeString:
    """How the best finish came down over the seconds, and the bound below which no plan can be."""
    end = max(until, points[-1][0], 0.1)
    high, low = max(point[1] for point in points), min(point[2] for point in points)
    base = low - max(1.0, (high - low) * 0.15)
    span = max(high - base, 1.0)

    def y(value: float) -> str:
        return _short(HEIGHT * ROOM - HEIGHT * (value - base) / span)

    best = [f"M{_short(points[0][0])} {y(points[0][1])}"]
    best += [f"H{_short(second)}V{y(finish)}" for second, finish, _bound in points[1:]]
    bound = max(point[2] for point in points)
    shapes = f'<path class="bound" d="M0 {y(bound)}H{_short(end)}"/>' if bound else ""
    return _picture(end, f'{shapes}<path class="there" d="{"".join(best)}H{_short(end)}"/>')


def _path(line: Steps, size: int, top: float) -> str:
    """Only where a value changes is anything written."""
    parts = "".join(_changes(line.values, top))
    return f"M0 {HEIGHT}{parts}H{size}V{HEIGHT}z" if line.filled else f"M0 {_y(line.values[0] if line.values else 0, top)}{parts}H{size}"


def _changes(values: Sequence[float], top: float) -> Iterator[str]:
    before: float | None = None
    for slot, value in enumerate(values):
        if value != before:
            yield f"H{slot}V{_y(value, top)}" if slot else f"V{_y(value, top)}"
            before = value


def _y(value: float, top: float) -> str:
    return _short(HEIGHT - HEIGHT * value / top)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _picture(size: float, shapes: str) -> SafeString:
    turned = format_html(' transform="translate({} 0) scale(-1 1)"', _short(size)) if get_language_bidi() else ""
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true"><g{}>{}</g></svg>',
        _short(size), int(HEIGHT * ROOM), turned, SafeString(shapes),
    )  # fmt: skip
