"""Draws a survey as one SVG without tiles: objects by grade in colour and form, scale bar, north, legend; readable in print.

Attributes only, no style: pages with a strict content policy show it. Words come from the page, in its language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, hypot, log10
from xml.sax.saxutils import escape, quoteattr

from .geojson import area
from .model import Observation, Point, Ring, Shape
from .places import SMALL, draw_bars, groups, lettered
from .projection import metres_east_and_north
from .scales import GRADES, UNKNOWN

WIDTH, HEIGHT_MAX, HEIGHT_MIN = 720, 900, 240
MARGIN, LEGEND = 16, 190
LARGE = 22  # letters of a map without a legend, to be read on a phone
MARK = 5.0  # half the side of a mark, in units of the drawing
MARK_LARGE = 8.0  # of a map for a phone
AREA_MIN = 10.0  # an area smaller than this across is drawn as a mark
DETAIL = 0.6  # corners nearer to a line than this are left out
BARS_FROM = 100  # objects
SHARE_OF_MARKS = 250  # from this many objects on marks grow smaller
ENGLISH = {
    "title": "Damage by object", "undamaged": "Undamaged", "slight": "Slight", "moderate": "Moderate", "severe": "Severe", "destroyed": "Destroyed",
    "": "Unknown", "north": "N", "metres": "m", "kilometres": "km", "nowhere": "Without a place",
}  # fmt: skip
FILLS = {
    "undamaged": "#ffffff",
    "slight": "#ffe08a",
    "moderate": "#f29e4c",
    "severe": "#c8102e",
    "destroyed": "#1a1a1a",
    UNKNOWN: "#d9d9d9",
}
EDGE = "#333333"
RING, RING_EDGE = 34.0, "#1b5b44"
# Hatching for areas: told apart without colour, from white over dots and lines to black.
HATCHES = {
    "slight": '<circle cx="3" cy="3" r="0.8" fill="#333333"/>',
    "moderate": '<path d="M0 6L6 0" stroke="#333333" stroke-width="0.8"/>',
    "severe": '<path d="M0 6L6 0M0 0L6 6" stroke="#ffffff" stroke-width="0.9"/>',
    UNKNOWN: '<path d="M0 3H6" stroke="#777777" stroke-width="0.6"/>',
}


@dataclass(frozen=True)
class Frame:
    """From degrees to units of the drawing."""

    origin: Point
    left: float
    top: float
    scale: float
    """Units for one metre."""
    height: int

    def place(self, point: Point) -> tuple[float, float]:
        east, north = metres_east_and_north(point, self.origin)
        return MARGIN + (east - self.left) * self.scale, MARGIN + (self.top - north) * self.scale


def draw_survey(
    observations: Sequence[Observation],
    *,
    words: Mapping[str, str] | None = None,
    key: str = "survey",
    right_to_left: bool = False,
    legend: bool = True,
    ring: Point | None = None,
) -> str:
    """The picture. `words` replace ENGLISH by the same keys, `key` makes the names inside unlike those of other pictures on the page.

    Without the legend, which then stands beside it, the letters are large enough for a phone. `ring`: the place that is meant among others.
    """
    said = {**ENGLISH, **(words or {})}
    shown = [one for one in observations if one.shape]
    frame = _frame([one.shape for one in shown if one.shape])
    counts = {grade: sum(1 for one in observations if one.grade == grade) for grade in (*GRADES, UNKNOWN)}
    summary = ", ".join(f"{said[grade]}: {count}" for grade, count in counts.items() if count)
    mark = (MARK if legend else MARK_LARGE) if len(shown) < SHARE_OF_MARKS else max(2.2, MARK * (SHARE_OF_MARKS / len(shown)) ** 0.35)
    wide = WIDTH + LEGEND if legend else WIDTH
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {frame.height}" role="img" '
        f'aria-labelledby="{escape(key)}-title {escape(key)}-text" font-family="sans-serif" font-size="{13 if legend else LARGE}">',
        f"<title id={quoteattr(f'{key}-title')}>{escape(said['title'])}</title><desc id={quoteattr(f'{key}-text')}>{escape(summary)}</desc>",
        patterns(key),
        f'<rect width="{wide}" height="{frame.height}" fill="#fcfcfa"/>',
    ]
    # What is hurt most lies on top.
    for grade in (UNKNOWN, *GRADES):
        parts.append(_layer([one.shape for one in shown if one.grade == grade and one.shape], grade, frame, mark, key))
    parts.append(_sums(shown, frame, key, SMALL if legend else LARGE))
    if ring is not None:
        x, y = frame.place(ring)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RING:g}" fill="none" stroke="{RING_EDGE}" stroke-width="4"/>')
    parts += [_scale_bar(frame, said), _north(said, wide)]
    if legend:
        parts.append(_legend(counts, len(observations) - len(shown), said, key, right_to_left))
    parts.append("</svg>")
    return "".join(parts)


def _frame(shapes: Sequence[Shape]) -> Frame:
    points = [point for shape in shapes for point in shape.points]
    if not points:
        return Frame((0.0, 0.0), 0.0, 0.0, 1.0, HEIGHT_MIN)
    origin = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
    places = [metres_east_and_north(point, origin) for point in points]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    bottom, top = min(y for _, y in places), max(y for _, y in places)
    wide, high = max(right - left, 20.0), max(top - bottom, 20.0)
    inner = WIDTH - 2 * MARGIN
    foot = 3 * MARGIN  # room for the scale bar below the objects
    scale = min(inner / wide, (HEIGHT_MAX - MARGIN - foot) / high)
    left -= (inner / scale - (right - left)) / 2
    top += (high - (top - bottom)) / 2
    return Frame(origin, left, top, scale, max(HEIGHT_MIN, round(high * scale) + MARGIN + foot))


def patterns(key: str) -> str:
    inside = "".join(
        f'<pattern id={quoteattr(pattern_name(key, grade))} width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{FILLS[grade]}"/>{hatch}</pattern>'
        for grade, hatch in HATCHES.items()
    )
    return f"<defs>{inside}</defs>"


def pattern_name(key: str, grade: str) -> str:
    return f"{key}-{grade or 'unknown'}"


def _layer(shapes: Sequence[Shape], grade: str, frame: Frame, mark: float, key: str) -> str:
    """One path of all areas and one of all marks of a grade: a few bytes for each object."""
    areas, marks = [], []
    for shape in shapes:
        rings = [_simple([frame.place(point) for point in ring]) for ring in shape.rings] if shape.kind == "area" else []
        if rings and _across(shape, frame) >= AREA_MIN:
            areas.append("".join(_ring(ring) for ring in rings))
        else:
            marks.append(_mark(grade, *frame.place(shape.middle), mark))
    fill = f"url(#{pattern_name(key, grade)})" if grade in HATCHES else FILLS[grade]
    told = ""
    if areas:
        told += f'<path d="{"".join(areas)}" fill={quoteattr(fill)} fill-rule="evenodd" stroke="{EDGE}" stroke-width="0.6"/>'
    if marks:
        told += f'<path d="{"".join(marks)}" fill="{FILLS[grade]}" stroke="{EDGE}" stroke-width="{0.5 if grade != "destroyed" else 0.2}"/>'
    return told


def close_ups(observations: Sequence[Observation]) -> list[tuple[str, list[Observation]]]:
    """The groups that a drawing of these gives a letter; empty where the objects can be seen as they are."""
    shown = [one for one in observations if one.shape]
    frame = _frame([one.shape for one in shown if one.shape])
    if not _is_crowded(shown, frame):
        return []
    return [(letter, [shown[number] for number in group.members]) for letter, group in lettered(groups(_points(shown, frame)))]


def _sums(shown: Sequence[Observation], frame: Frame, key: str, size: int) -> str:
    """Where most objects are too small to be seen, a bar beside each place says how many of which grade it holds."""
    if not _is_crowded(shown, frame):
        return ""
    fills = {grade: f"url(#{pattern_name(key, grade)})" if grade in HATCHES else FILLS[grade] for grade in (*GRADES, UNKNOWN)}
    return draw_bars(_points(shown, frame), fills, wide=WIDTH, edge=EDGE, size=size)


def _points(shown: Sequence[Observation], frame: Frame) -> list[tuple[float, float, str]]:
    return [(*frame.place(one.shape.middle), one.grade) for one in shown if one.shape]


def _is_crowded(shown: Sequence[Observation], frame: Frame) -> bool:
    areas = [one for one in shown if one.shape and one.shape.kind == "area" and _across(one.shape, frame) >= AREA_MIN]
    return len(shown) >= BARS_FROM and len(areas) * 2 <= len(shown)


def _across(shape: Shape, frame: Frame) -> float:
    places = [frame.place(point) for point in shape.points]
    return hypot(max(x for x, _ in places) - min(x for x, _ in places), max(y for _, y in places) - min(y for _, y in places))


def _mark(grade: str, x: float, y: float, half: float) -> str:
    """Circle, triangle up, diamond, triangle down, square; unknown is a flat bar: forms that differ in black and white."""
    h, d = _short(half), _short(2 * half)
    if grade == "undamaged":
        r = half * 0.6
        return (
            f"M{_short(x - r)} {_short(y)}a{_short(r)} {_short(r)} 0 1 0 {_short(2 * r)} 0a{_short(r)} {_short(r)} 0 1 0-{_short(2 * r)} 0z"
        )
    if grade == "slight":
        return f"M{_short(x)} {_short(y - half)}l{h} {d}h-{d}z"
    if grade == "moderate":
        return f"M{_short(x)} {_short(y - half)}l{h} {h}-{h} {h}-{h}-{h}z"
    if grade == "severe":
        return f"M{_short(x - half)} {_short(y - half)}h{d}l-{h} {d}z"
    if grade == "destroyed":
        return f"M{_short(x - half)} {_short(y - half)}h{d}v{d}h-{d}z"
    return f"M{_short(x - half)} {_short(y - half / 3)}h{d}v{_short(half * 2 / 3)}h-{d}z"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-0.", "-.").removeprefix("0") or "0"


def _ring(ring: Sequence[Point]) -> str:
    first, *rest = [(round(x, 1), round(y, 1)) for x, y in ring[:-1]]
    told, (x0, y0) = f"M{_short(first[0])} {_short(first[1])}l", first
    steps = []
    for x, y in rest:
        steps.append(f"{_short(x - x0)} {_short(y - y0)}")
        x0, y0 = x, y
    return told + " ".join(steps) + "z" if steps else ""


def _simple(ring: Sequence[Point]) -> Ring:
    """Without corners that lie less than DETAIL beside the line of their neighbours; a ring keeps at least three."""
    kept = list(ring[:1])
    for place in range(1, len(ring) - 1):
        before, here, after = kept[-1], ring[place], ring[place + 1]
        base = hypot(after[0] - before[0], after[1] - before[1])
        off = abs(area((before, here, after, before))) / base if base else hypot(here[0] - before[0], here[1] - before[1])
        if off >= DETAIL:
            kept.append(here)
    return (*kept, ring[0]) if len(kept) >= 3 else tuple(ring)


def _scale_bar(frame: Frame, said: Mapping[str, str]) -> str:
    most = WIDTH / 4 / frame.scale
    size = 10 ** floor(log10(most))
    length = next(size * step for step in (5, 2, 1) if size * step <= most)
    text = f"{length / 1000:g} {said['kilometres']}" if length >= 1000 else f"{length:g} {said['metres']}"
    y, end = frame.height - MARGIN, MARGIN + length * frame.scale
    return (
        f'<path d="M{MARGIN} {y - 6}v6H{end:.1f}v-6" fill="none" stroke="{EDGE}" stroke-width="1.5"/>'
        f'<text fill="{EDGE}" x="{MARGIN + 4}" y="{y - 6}" direction="ltr">{escape(text)}</text>'
    )


def _north(said: Mapping[str, str], wide: int) -> str:
    x = wide - 28
    return (
        f'<path d="M{x} 52l7-28 7 28-7-6z" fill="{EDGE}"/>'
        f'<text fill="{EDGE}" x="{x + 7}" y="18" text-anchor="middle" font-weight="bold">{escape(said["north"])}</text>'
    )


def _legend(counts: Mapping[str, int], nowhere: int, said: Mapping[str, str], key: str, right_to_left: bool) -> str:
    edge = WIDTH + LEGEND - 12 if right_to_left else WIDTH + 8
    text_x = edge - 46 if right_to_left else edge + 46
    side = 'direction="rtl"' if right_to_left else 'direction="ltr"'
    rows, y = [], 84
    for grade, count in counts.items():
        if not count and grade == UNKNOWN:
            continue
        x = edge - 40 if right_to_left else edge
        fill = f"url(#{pattern_name(key, grade)})" if grade in HATCHES else FILLS[grade]
        rows.append(
            f'<rect x="{x + 18}" y="{y - 10}" width="18" height="13" fill={quoteattr(fill)} stroke="{EDGE}" stroke-width="0.6"/>'
            f'<path d="{_mark(grade, x + 8, y - 4, MARK)}" fill="{FILLS[grade]}" stroke="{EDGE}" stroke-width="0.6"/>'
            f'<text fill="{EDGE}" x="{text_x}" y="{y}" {side}>{escape(said[grade])}: {count}</text>'
        )
        y += 24
    if nowhere:
        rows.append(f'<text fill="{EDGE}" x="{text_x}" y="{y}" {side}>{escape(said["nowhere"])}: {nowhere}</text>')
    return "".join(rows)
