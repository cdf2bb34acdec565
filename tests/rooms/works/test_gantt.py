"""The bar chart says where tasks stand and stood, and lets no markup through."""

import re
from xml.etree import ElementTree

from awna.works.gantt import LABELS, WIDTH, Bar, Span, draw

BARS = [Bar("Slab", 0, 4), Bar("Walls <b>", 6, 12, old_start=4, old_finish=10)]


def boxes(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(width)) for x, width in re.findall(r'<rect class="\w+" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)]


def test_the_chart_is_sound_and_escaped() -> None:
    svg = draw(BARS, title="Plan", ticks=[(0, "Nov"), (8, "Dec")], closed=[Span("North shut", 3, 6)])
    ElementTree.fromstring(svg)
    assert "Walls &lt;b&gt;" in svg
    assert "North shut" in svg


def test_a_task_that_moved_stands_over_its_old_place() -> None:
    slot = (WIDTH - LABELS - 20) / 12
    at = [(round((x - LABELS) / slot, 1), round(width / slot, 1)) for x, width in boxes(draw(BARS, title="Plan", ticks=[]))]
    assert at == [(0, 4), (4, 6), (6, 6)]
