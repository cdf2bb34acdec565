"""Draws a plan as an SVG bar chart in a file of its own. Pure: bars and labels in, markup out."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

HATCH = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="shut" d="M0 0v7"/></pattern></defs>'
)
WIDTH, LABELS, ROW, TOP = 1000.0, 206.0, 34, 40  # user units: the whole, the column of names, one row, above the first
STYLE = (
    "text{font:14px sans-serif}.grid{stroke:#d8d4cc;fill:none}.shut{stroke:#a33}"
    ".band{opacity:.35}.gx{font-size:12px}.g3{fill:#4a78a8}.g4{fill:#c98a2b}.ghost{fill:#aaa}"
)


@dataclass(frozen=True)
class Bar:
    """One task: where it stands, and where it stood."""

    label: str
    start: float
    finish: float
    old_start: float | None = None
    old_finish: float | None = None


@dataclass(frozen=True)
class Span:
    """A stretch of time with a name, such as a closed crossing."""

    label: str
    start: float
    finish: float


def draw(bars: Sequence[Bar], *, title: str, ticks: Sequence[tuple[float, str]], closed: Sequence[Span] = ()) -> str:
    """The chart of all bars on one axis from 0 to the last finish, tick or old finish.

    It states its size, or a viewer squeezes a long chart into its window.
    """
    end = max([1.0, *(bar.finish for bar in bars), *(bar.old_finish or 0.0 for bar in bars), *(slot for slot, _ in ticks)])
    height = TOP + ROW * len(bars) + 30
    pen = _Pen(end, height)
    rows = [row for index, bar in enumerate(bars) for row in pen.bar(bar, TOP + ROW * index)]
    head = (
        f'<svg class="gantt" viewBox="0 0 {WIDTH:.0f} {height}" role="img" aria-label="{escape(title)}"'
        f' xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}"><title>{escape(title)}</title>'
    )
    marks = [pen.tick(slot, label) for slot, label in ticks] + [pen.band(span) for span in closed]
    return "".join([head, f"<style>{STYLE}</style>", HATCH if closed else "", *marks, *rows, "</svg>"])


@dataclass(frozen=True)
class _Pen:
    """Slots to user units."""

    end: float
    height: int

    def at(self, slot: float) -> float:
        return LABELS + (WIDTH - LABELS - 20) * min(slot, self.end) / self.end

    def box(self, kind: str, start: float, finish: float, y: float, height: float) -> str:
        low, high = self.at(max(start, 0.0)), self.at(max(finish, 0.0))
        return f'<rect class="{kind}" x="{low:.1f}" y="{y:.1f}" width="{max(high - low, 1.5):.1f}" height="{height:.0f}"/>'

    def text(self, x: float, y: float, words: str) -> str:
        return f'<text x="{x:.1f}" y="{y:.0f}">{escape(words)}</text>'

    def tick(self, slot: float, label: str) -> str:
        x = self.at(slot)
        return f'<path class="grid" d="M{x:.1f} 26V{self.height - 24}"/>' + self.text(x + 5, 18, label)

    def band(self, span: Span) -> str:
        middle = (self.at(max(span.start, 0.0)) + self.at(span.finish)) / 2
        hatch = self.box("band", span.start, span.finish, 30, self.height - 54).replace("/>", ' fill="url(#hatch)"/>')
        name = f'<text class="gx" x="{middle:.1f}" y="{self.height - 8}" text-anchor="middle">{escape(span.label)}</text>'
        return hatch + name

    def bar(self, bar: Bar, y: float) -> list[str]:
        moved = bar.old_start is not None and bar.old_start != bar.start
        marks = [f'<path class="grid" d="M0 {y + ROW - 6:.0f}H{WIDTH:.0f}"/>', self.text(0, y + 14, bar.label)]
        if moved and bar.old_start is not None:
            marks.append(self.box("ghost", bar.old_start, bar.old_finish or bar.finish, y + 18, 4))
        marks.append(self.box("g4" if moved else "g3", bar.start, bar.finish, y, 16))
        return marks
