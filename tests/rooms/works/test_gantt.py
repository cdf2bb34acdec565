"""The bar chart says the same in both directions of writing and lets no markup through."""

import re
from xml.etree import ElementTree

from awna.works.gantt import WIDTH, Bar, Span, draw

BARS = [Bar("Slab", 0, 4, done=1.0), Bar("Walls <b>", 6, 12, old_start=4, old_finish=10, remark="waits & waits")]


def boxes(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(width)) for x, width in re.findall(r'<rect class="\w+" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)]


def test_the_chart_is_sound_and_escaped() -> None:
    svg = draw(BARS, title="Plan", ticks=[(0, "Nov"), (8, "Dec")], closed=[Span("North shut", 3, 6)], today=5)
    ElementTree.fromstring(svg)
    assert "Walls &lt;b&gt;" in svg
    assert "style=" not in svg
    assert 'class="ghost"' in svg


def test_right_to_left_is_the_mirror_image() -> None:
    plain = boxes(draw(BARS, title="Plan", ticks=[]))
    mirrored = boxes(draw(BARS, title="Plan", ticks=[], rtl=True))
    assert [(round(WIDTH - x - width, 0), width) for x, width in mirrored] == [(round(x, 0), width) for x, width in plain]
