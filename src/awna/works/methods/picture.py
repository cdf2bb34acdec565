"""Pictures of the ways to build: a range as a bar, and the front as numbered discs. Drawn by the server, mirrored right to left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 360, 280
EDGE, FOOT, TOP = 34, 30, 14
DISC_MIN, DISC_MAX = 9.0, 20.0
MARGIN = 0.04  # of a scale, free at both ends
LETTER, LINE = 6.4, 13.0  # about the width and height of a letter


@dataclass(frozen=True)
class Disc:
    """One way: its number, what stands on the two axes, what its size says (0 or more), and a word beside it."""

    number: int
    x: float
    y: float
    size: float
    word: str
    is_front: bool


def range_bar(low: float, likely: float, high: float, *, end: float, rtl: bool, is_front: bool) -> SafeString:
    """From the lowest to the highest on a scale from zero (or the lowest below it) to `end`; a stroke where it is likely."""
    start = min(0.0, low)
    whole = (max(end, high) - start) or 1.0

    def at(value: float) -> float:
        share = 100 * (value - start) / whole
        return 100 - share if rtl else share

    first, last = sorted((at(low), at(high)))
    return format_html(
        '<svg class="bar1" aria-hidden="true"><line class="grid" x1="0" x2="100%" y1="12" y2="12"/>'
        '<rect class="{}" x="{}%" width="{}%" y="6" height="12"/><line class="today" x1="{}%" x2="{}%" y1="2" y2="22"/></svg>',
        "g3" if is_front else "g4", f"{first:.1f}", f"{max(1.0, last - first):.1f}", f"{at(likely):.1f}", f"{at(likely):.1f}",
    )  # fmt: skip


def front_picture(discs: Sequence[Disc], *, title: str, x_word: str, y_word: str, rtl: bool) -> SafeString | str:
    """Nearer to the corner where both axes begin is better. Filled: on the front; dashed: another way beats it."""
    if not discs:
        return ""
    across, up = _scale([disc.x for disc in discs]), _scale([disc.y for disc in discs])
    most = max(disc.size for disc in discs) or 1.0
    placed = _placed([_spot(disc, across, up, most, rtl) for disc in discs])
    drawn = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"/><text class="{}" x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            ("g3" if spot.disc.is_front else "g4", spot.x, spot.y, spot.radius, "on" if spot.disc.is_front else "", spot.x, spot.y + 4.5, spot.disc.number,
             round(x, 1), round(y, 1), spot.disc.word)
            for spot, (x, y) in placed
        ),
    )  # fmt: skip
    side = WIDTH - EDGE if rtl else EDGE
    lines = format_html(
        '<line class="grid" x1="{0}" x2="{0}" y1="8" y2="{1}"/><line class="grid" x1="{2}" x2="{3}" y1="{1}" y2="{1}"/>',
        side, HEIGHT - FOOT, 8 if rtl else EDGE, WIDTH - EDGE if rtl else WIDTH - 8,
    )  # fmt: skip
    return format_html(
        '<svg class="front" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}<text class="soft" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="soft" x="{}" y="{}" text-anchor="middle" transform="rotate(-90 {} {})">{}</text></svg>',
        WIDTH, HEIGHT, title, lines, drawn, WIDTH / 2, HEIGHT - 8, x_word,
        WIDTH - 12 if rtl else 18, HEIGHT / 2, WIDTH - 12 if rtl else 18, HEIGHT / 2, y_word,
    )  # fmt: skip


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """Where the scale begins and how long it is, with room at both ends."""
    low, high = min(values), max(values)
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    return low - room, high - low + 2 * room


@dataclass(frozen=True)
class _Spot:
    disc: Disc
    x: float
    y: float
    radius: float


def _spot(disc: Disc, across: tuple[float, float], up: tuple[float, float], most: float, rtl: bool) -> _Spot:
    inner, tall = WIDTH - EDGE - 8 - 2 * DISC_MAX, HEIGHT - FOOT - TOP - 2 * DISC_MAX
    offset = EDGE + DISC_MAX + (disc.x - across[0]) / across[1] * inner
    y = HEIGHT - FOOT - DISC_MAX - (disc.y - up[0]) / up[1] * tall
    radius = DISC_MIN + (DISC_MAX - DISC_MIN) * math.sqrt(max(0.0, disc.size) / most)
    return _Spot(disc, round(WIDTH - offset if rtl else offset, 1), round(y, 1), round(radius, 1))


def _placed(spots: Sequence[_Spot]) -> list[tuple[_Spot, tuple[float, float]]]:
    """Each disc, the largest first, with the place of its word: below, above or beside it, wherever it covers least."""
    taken = [(spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius) for spot in spots]
    placed = []
    for spot in sorted(spots, key=lambda spot: -spot.radius):
        half = len(spot.disc.word) * LETTER / 2
        ways = [
            (spot.x, spot.y + spot.radius + LINE), (spot.x, spot.y - spot.radius - 4), (spot.x + spot.radius + half + 3, spot.y + 4),
            (spot.x - spot.radius - half - 3, spot.y + 4),
        ]  # fmt: skip
        best = min(ways, key=lambda at: _covered((at[0] - half, at[1] - LINE, at[0] + half, at[1] + 2), taken))
        taken.append((best[0] - half, best[1] - LINE, best[0] + half, best[1] + 2))
        placed.append((spot, best))
    return placed


def _covered(box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]) -> float:
    """How much of a box lies on others or outside the picture."""
    outside = max(0.0, -box[0]) + max(0.0, box[2] - WIDTH) + max(0.0, -box[1]) + max(0.0, box[3] - HEIGHT + FOOT)
    shared = sum(
        max(0.0, min(box[2], other[2]) - max(box[0], other[0])) * max(0.0, min(box[3], other[3]) - max(box[1], other[1])) for other in taken
    )
    return shared + 100 * outside
