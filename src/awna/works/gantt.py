"""Draws a plan as an SVG bar chart. Pure: bars and labels in, markup out; classes of the look, mirrored for right-to-left pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

HATCH = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="shut" d="M0 0v7"/></pattern></defs>'
)
WIDTH, LABELS, ROW, TOP = 1000.0, 206.0, 34, 40  # user units: the whole, the column of names, one row, above the first
STANDALONE_STYLE = (
    "text{font:14px sans-serif}.grid{stroke:#d8d4cc;fill:none}.today{stroke:#a33;stroke-width:2}.shut{stroke:#a33}"
    ".band{opacity:.35}.gx{font-size:12px}.g1{fill:#2f6f4f}.g2{fill:#7fb59a}.g3{fill:#4a78a8}.g4{fill:#c98a2b}.ghost{fill:#aaa}"
)


@dataclass(frozen=True)
class Bar:
    """One task: where it stands, where it stood, how far it is (0..1), and a short remark."""

    label: str
    start: float
    finish: float
    old_start: float | None = None
    old_finish: float | None = None
    done: float = 0.0
    remark: str = ""


@dataclass(frozen=True)
class Span:
    """A stretch of time with a name, such as a closed crossing."""

    label: str
    start: float
    finish: float


def draw(
    bars: Sequence[Bar],
    *,
    title: str,
    ticks: Sequence[tuple[float, str]],
    closed: Sequence[Span] = (),
    today: float | None = None,
    rtl: bool = False,
    standalone: bool = False,
) -> str:
    """The chart of all bars on one axis from 0 to the last finish, tick or old finish."""
    end = max([1.0, *(bar.finish for bar in bars), *(bar.old_finish or 0.0 for bar in bars), *(slot for slot, _ in ticks)])
    height = TOP + ROW * len(bars) + 30
    pen = _Pen(end, rtl, height)
    rows = [row for index, bar in enumerate(bars) for row in pen.bar(bar, TOP + ROW * index)]
    head = (
        f'<svg class="gantt" viewBox="0 0 {WIDTH:.0f} {height}" role="img" aria-label="{escape(title)}"'
        f"{_own_file(height) if standalone else ''}><title>{escape(title)}</title>"
    )
    style = f"<style>{STANDALONE_STYLE}</style>" if standalone else ""
    marks = [pen.tick(slot, label) for slot, label in ticks] + [pen.band(span) for span in closed]
    now = [f'<path class="today" d="M{pen.at(today):.1f} {TOP - 8}V{height - 24}"/>'] if today is not None and 0 <= today <= end else []
    return "".join([head, style, HATCH if closed else "", *marks, *rows, *now, "</svg>"])


def _own_file(height: float) -> str:
    """What a file of its own needs: its name space, and its size, or a viewer squeezes a long chart into its window."""
    return f' xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}"'


@dataclass(frozen=True)
class _Pen:
    """Slots to user units, mirrored when the page runs from right to left."""

    end: float
    rtl: bool
    height: int

    def at(self, slot: float) -> float:
        x = LABELS + (WIDTH - LABELS - 20) * min(slot, self.end) / self.end
        return WIDTH - x if self.rtl else x

    def box(self, kind: str, start: float, finish: float, y: float, height: float) -> str:
        low, high = sorted((self.at(max(start, 0.0)), self.at(max(finish, 0.0))))
        return f'<rect class="{kind}" x="{low:.1f}" y="{y:.1f}" width="{max(high - low, 1.5):.1f}" height="{height:.0f}"/>'

    def text(self, kind: str, x: float, y: float, words: str) -> str:
        return f'<text{f" class={chr(34)}{kind}{chr(34)}" if kind else ""} x="{x:.1f}" y="{y:.0f}">{escape(words)}</text>'

    def tick(self, slot: float, label: str) -> str:
        x = self.at(slot)
        beside = -5 if self.rtl else 5
        return f'<path class="grid" d="M{x:.1f} 26V{self.height - 24}"/>' + self.text("gm", x + beside, 18, label)

    def band(self, span: Span) -> str:
        middle = (self.at(max(span.start, 0.0)) + self.at(span.finish)) / 2
        hatch = self.box("band", span.start, span.finish, 30, self.height - 54).replace("/>", ' fill="url(#hatch)"/>')
        name = f'<text class="gx" x="{middle:.1f}" y="{self.height - 8}" text-anchor="middle">{escape(span.label)}</text>'
        return hatch + name

    def bar(self, bar: Bar, y: float) -> list[str]:
        moved = bar.old_start is not None and bar.old_start != bar.start
        marks = [f'<path class="grid" d="M0 {y + ROW - 6:.0f}H{WIDTH:.0f}"/>', self.text("", WIDTH if self.rtl else 0, y + 14, bar.label)]
        if moved and bar.old_start is not None:
            marks.append(self.box("ghost", bar.old_start, bar.old_finish or bar.finish, y + 18, 4))
        marks.append(self.box("g4" if moved else "g3", bar.start, bar.finish, y, 16))
        if bar.done > 0:
            marks.append(self.box("g1", bar.start, bar.start + (bar.finish - bar.start) * min(bar.done, 1.0), y, 16))
        if bar.remark:
            marks.append(self.text("gx", self.at(bar.finish) + (-5 if self.rtl else 5), y + 13, bar.remark))
        return marks
